// The parts of form_codec that package_codec shares. Private to services/codec.
#pragma once

#include "domain/form/form_definition.h"
#include "services/catalog.h"
#include "services/codec/strict_json.h"

namespace cinnabar::services::codec {

// Asks for the members of a form and leaves the rest to the caller, who calls `finish`.
form::FormDefinition read_form(StrictObject& object, Problems& problems);
ProcessSettings read_settings(StrictObject& object);
Json settings_json(const ProcessSettings& settings);

}  // namespace cinnabar::services::codec
