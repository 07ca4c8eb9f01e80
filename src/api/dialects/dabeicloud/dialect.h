// Batch approval as Dabeicloud's open API has it: check, submit, progress. Below `/` and
// `/openapi`. What it serves stands in README.md beside this file.
#pragma once

#include "api/common/route.h"

namespace cinnabar::dabeicloud {

extern const api::Door kDialect;

}  // namespace cinnabar::dabeicloud
