// Text of an expression -> tokens. Inside of the expression module. Pure; thread: any.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::expr {

enum class TokenKind : std::uint8_t { end, name, quoted_name, number, text, symbol };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;  // without quotes and escapes
  std::size_t at = 0;
};

// Ends with one token of kind `end`. With `foreign`, the spelling of other tools is accepted too:
// 'text', ==, &&, ||, !, eq, ne, lt, gt, le, ge. Errors: invalid_argument with the position.
Result<std::vector<Token>> tokenize(std::string_view text, bool foreign);

Error syntax_error(std::size_t at, std::string_view message);

}  // namespace cinnabar::expr
