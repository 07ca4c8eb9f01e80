// The product's own API below /api/v1: JSON in, JSON or application/problem+json out. What it
// offers is the table in native.cc; docs/reference/api.md and /api/openapi.json tell it to people.
#pragma once

#include "api/common/route.h"

namespace cinnabar::native {

extern const api::Door kDoor;

// Set to "true" in DoorSettings when the server speaks TLS: session cookies are then never sent
// without it.
inline constexpr std::string_view kSecureCookiesSetting = "native.secure_cookies";

}  // namespace cinnabar::native
