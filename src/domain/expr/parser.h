// Tokens -> program. Inside of the expression module. Thread: any; pure.
#pragma once

#include "base/result.h"
#include "domain/expr/program.h"

#include <string_view>

namespace cinnabar::expr {

// Errors: invalid_argument with the position; too long or too deep a text as well.
Result<Program> compile(std::string_view text);

}  // namespace cinnabar::expr
