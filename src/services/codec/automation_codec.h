// Automations as documents: a part of app.json, and stored by itself. See
// docs/reference/package.md.
#pragma once

#include "services/automation.h"
#include "services/codec/strict_json.h"

#include <optional>
#include <string>
#include <string_view>

namespace cinnabar::services::codec {

AutomationDefinition read_automation(StrictObject& object, Problems& problems);
std::string print_automation(const AutomationDefinition& definition);
// nullopt for a document that print_automation did not make.
std::optional<AutomationDefinition> parse_automation(std::string_view document);

}  // namespace cinnabar::services::codec
