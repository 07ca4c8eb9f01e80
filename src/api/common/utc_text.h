// Times as most APIs write them. Pure; any thread.
#pragma once

#include "base/time.h"

#include <string>

namespace cinnabar::api {

// "2015-10-14T02:09:20.447Z": UTC, always three digits of the second's fraction.
std::string to_utc_millis(Instant at);

}  // namespace cinnabar::api
