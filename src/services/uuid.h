// Random digits in the shape of a UUID. Pure; any thread.
#pragma once

#include <string>

namespace cinnabar::services {

// The first 32 of `hex` (lower case, at least 32 digits) as a version 4, variant 10 UUID.
std::string uuid_of_hex(std::string hex);

}  // namespace cinnabar::services
