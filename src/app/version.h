// Which program this is. The one place that knows the version macros.
#pragma once

#include "base/json.h"

#include <string_view>

namespace cinnabar::app {

std::string_view version();
// Version, commit, compiler and the libraries as linked.
Json version_facts();

}  // namespace cinnabar::app
