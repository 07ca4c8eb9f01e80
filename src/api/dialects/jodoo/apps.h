// Apps, their forms, and the fields of a form.
#pragma once

#include "api/common/route.h"

#include <span>

namespace cinnabar::jodoo {

std::span<const api::Route> app_routes();

}  // namespace cinnabar::jodoo
