// Findings and dry runs as JSON, and what a dry run is told to decide: for the API and for the
// command line. Pure; any thread.
#pragma once

#include "api/native/views.h"
#include "services/simulation_service.h"

#include <vector>

namespace cinnabar::native {

Json finding_json(const process::Finding& finding);
Json preview_json(const Names& names, const services::Preview& preview);

// A list of {"node", "outcome", "quick_action", "fields", "variables"}. Errors: invalid_argument
// (argument_malformed) with the first mistake.
Result<std::vector<services::ScriptedDecision>> read_decisions(
    const services::DeployedDefinition& definition, const services::People& people,
    UtcOffset time_zone, const Json& list);

}  // namespace cinnabar::native
