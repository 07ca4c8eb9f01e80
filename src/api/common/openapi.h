// The OpenAPI 3.1 document of all doors, made from the same tables that route requests.
// Pure; any thread.
#pragma once

#include "api/common/route.h"
#include "base/json.h"

#include <span>
#include <string_view>

namespace cinnabar::api {

Json openapi_document(std::span<const Door* const> doors, std::string_view version);

}  // namespace cinnabar::api
