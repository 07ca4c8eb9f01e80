// Form definitions as JSON documents (docs/reference/package.md) and back.
// parse(print(form)) == form. Errors: invalid_argument with one field error per problem, whose
// field is the JSON path.
#pragma once

#include "base/result.h"
#include "domain/form/form_definition.h"
#include "services/catalog.h"

#include <string>
#include <string_view>

namespace cinnabar::services::codec {

Result<form::FormDefinition> parse_form(std::string_view document);
std::string print_form(const form::FormDefinition& form);

Result<ProcessSettings> parse_settings(std::string_view document);
std::string print_settings(const ProcessSettings& settings);

}  // namespace cinnabar::services::codec
