// Text of an expression -> tokens. Inside of the expression module. Pure; thread: any.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::expr {

enum class TokenKind : std::uint8_t { end, name, quoted_name, number, text, at_text, symbol };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;  // without quotes and escapes
  std::size_t at = 0;
  std::size_t end = 0;  // the byte behind it
};

// How the text is spelled: as the standard says, or as the expressions of other tools are, with
// 'text', ==, &&, ||, !, %, eq, ne, lt, gt, le, ge, div, mod and c ? a : b.
enum class Dialect : std::uint8_t { feel, foreign };

// Ends with one token of kind `end`. A name is one word; dots are symbols. Comments are skipped.
// `offset` is added to every position. Errors: invalid_argument with the position.
Result<std::vector<Token>> tokenize(std::string_view text, Dialect dialect, std::size_t offset = 0);

Error syntax_error(std::size_t at, std::string_view message);

}  // namespace cinnabar::expr
