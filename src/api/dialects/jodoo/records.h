// Records: create, change, delete and read, one by one or up to a hundred at once.
#pragma once

#include "api/common/route.h"

#include <span>

namespace cinnabar::jodoo {

std::span<const api::Route> record_routes();

}  // namespace cinnabar::jodoo
