// The OMFLOW door: the security code and the /rest/ gateway. docs/dialects/omflow.md says what it
// speaks, README.md beside this file what it supports.
#pragma once

#include "api/common/route.h"

namespace cinnabar::omflow {

extern const api::Door kDialect;

}  // namespace cinnabar::omflow
