// Text -> program. Inside of the expression module. Thread: any; pure.
#pragma once

#include "base/result.h"
#include "domain/expr/program.h"

#include <span>
#include <string>
#include <string_view>

namespace cinnabar::expr {

enum class Form : std::uint8_t { expression, tests };

// `known`: names of the scope that are more than one word. Errors: invalid_argument with the
// position; too long or too deep a text as well.
Result<Program> compile(std::string_view text, Form form, std::span<const std::string> known);

}  // namespace cinnabar::expr
