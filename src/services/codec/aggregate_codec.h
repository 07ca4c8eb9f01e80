// Aggregate tables as documents: a part of app.json, and stored by itself. See
// docs/reference/package.md.
#pragma once

#include "services/catalog.h"
#include "services/codec/strict_json.h"

#include <optional>
#include <string>
#include <string_view>

namespace cinnabar::services::codec {

AggregateDefinition read_aggregate(StrictObject& object, Problems& problems);
std::string print_aggregate(const AggregateDefinition& definition);
// nullopt for a document that print_aggregate did not make.
std::optional<AggregateDefinition> parse_aggregate(std::string_view document);

}  // namespace cinnabar::services::codec
