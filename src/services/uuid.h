// Random digits, and the shape of a UUID for them. Any thread.
#pragma once

#include "ports/crypto.h"

#include <cstddef>
#include <string>

namespace cinnabar::services {

// The first 32 of `hex` (lower case, at least 32 digits) as a version 4, variant 10 UUID.
std::string uuid_of_hex(std::string hex);
// That many unguessable bytes in lower-case hex.
std::string random_hex(ports::Crypto& crypto, std::size_t bytes);
std::string random_uuid(ports::Crypto& crypto);

}  // namespace cinnabar::services
