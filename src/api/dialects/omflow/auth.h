// The security code: Basic credentials in, a code for five minutes of idleness out.
#pragma once

#include "api/common/route.h"

namespace cinnabar::omflow {

// Any method. Blocks while the password is checked.
api::Answer get_security_code(const api::Call& call);

}  // namespace cinnabar::omflow
