// Templates: the processes that may be started, and the forms. Handlers of routes.
#pragma once

#include "api/dialects/dadayun/gateway.h"

namespace cinnabar::dadayun {

Result<http::Response> list_workflow_templates(Entry& entry);
Result<http::Response> list_form_templates(Entry& entry);
Result<http::Response> show_form_template(Entry& entry);

// By the form's UUID, its key, or its name where that is the only one of it. form_unknown.
Result<const services::DeployedForm*> find_form(const Entry& entry, std::string_view id_or_name);

}  // namespace cinnabar::dadayun
