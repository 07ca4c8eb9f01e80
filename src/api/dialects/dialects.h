// The doors that speak another product's API: one line each in dialects.cc.
#pragma once

#include "api/common/route.h"

#include <span>

namespace cinnabar::api {

// Constants of the program, valid for ever.
std::span<const Door* const> dialect_doors();

}  // namespace cinnabar::api
