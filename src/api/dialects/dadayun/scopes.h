// The scopes of tokens. Pure; any thread.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace cinnabar::dadayun {

inline constexpr Reason kInvalidScope{"invalid_scope"};

// Divided by single blanks. Without any, everything; clients write blanks around them. Errors:
// invalid_argument (invalid_scope).
Result<std::string> parse_scopes(std::string_view text);

}  // namespace cinnabar::dadayun
