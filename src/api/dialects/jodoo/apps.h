// Apps, their forms, and the fields of a form.
#pragma once

#include "api/common/route.h"
#include "services/catalog.h"

#include <span>

namespace cinnabar::jodoo {

std::span<const api::Route> app_routes();

// Those that are shown, with the columns of tables.
Json widgets_json(const form::FormDefinition& form);

}  // namespace cinnabar::jodoo
