// What is checked and changed in the source of a script before Lua reads it. Inside of the script
// module; pure.
//
// Refused: what would let a script read or do things that cannot be bounded or repeated elsewhere,
// namely "..." (frames of any width), ^ (rounds differently between machines) and characters of
// value zero (make comparisons of texts slow). Changed: `for i = a, b do` becomes
// `for i = (a)+0, (b)+0 do`, because Lua converts texts there, however long, but not in sums. Lines
// keep their numbers. Errors: invalid_argument/script_invalid with the line.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace cinnabar::script {

// `source` must be one that Lua accepts.
Result<std::string> prepare_source(std::string_view source);

}  // namespace cinnabar::script
