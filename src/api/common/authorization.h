// The Authorization header. Pure; any thread; the views borrow from the request.
#pragma once

#include "platform/http/request.h"

#include <string_view>

namespace cinnabar::api {

// `scheme` in lower case with its space: "bearer ".
bool has_scheme(std::string_view authorization, std::string_view scheme);

inline constexpr std::string_view kBearer = "bearer ";
// What follows "Bearer"; empty without it.
std::string_view bearer_token(const http::Request& request);

}  // namespace cinnabar::api
