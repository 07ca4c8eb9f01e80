// Dadayun's door: workflow instance lists, approvals, forms, signed requests and OAuth tokens. See
// docs/dialects/dadayun.md.
#pragma once

#include "api/common/route.h"

namespace cinnabar::dadayun {

extern const api::Door kDialect;

}  // namespace cinnabar::dadayun
