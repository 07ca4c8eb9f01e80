// The Jodoo door: the open API of Jodoo and its mainland edition. README.md says what is served.
#pragma once

#include "api/common/route.h"

namespace cinnabar::jodoo {

extern const api::Door kDialect;

}  // namespace cinnabar::jodoo
