#include "domain/expr/lexer.h"

#include "base/text.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cinnabar::expr {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
// Every byte of a character beyond ASCII may be part of a name, but for the spaces among them.
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Spaces of Unicode, as editors leave them in texts that were copied.
constexpr std::array<std::string_view, 5> kWideSpaces = {"\xC2\xA0", "\xE3\x80\x80", "\xE2\x80\x89",
                                                         "\xEF\xBB\xBF", "\xE2\x80\x83"};

using Spelling = std::pair<std::string_view, std::string_view>;
constexpr std::array<Spelling, 8> kForeignWords = {{{"eq", "="},
                                                    {"ne", "!="},
                                                    {"lt", "<"},
                                                    {"gt", ">"},
                                                    {"le", "<="},
                                                    {"ge", ">="},
                                                    {"div", "/"},
                                                    {"mod", "%"}}};

constexpr std::array<std::string_view, 6> kTwoByteSymbols = {"!=", "<=", ">=", "..", "**", "->"};

class Lexer {
 public:
  Lexer(std::string_view text, Dialect dialect, std::size_t offset)
      : text_(text), foreign_(dialect == Dialect::foreign), offset_(offset) {}

  Result<std::vector<Token>> run() {
    while (true) {
      CINNABAR_CHECK_OK(skip());
      if (at_ == text_.size()) break;
      CINNABAR_CHECK_OK(next());
    }
    add(TokenKind::end, "", at_);
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  [[nodiscard]] std::size_t space() const {
    const std::string_view rest = text_.substr(at_);
    if (std::string_view(" \t\n\r\v\f").find(rest.front()) != std::string_view::npos) return 1;
    for (const std::string_view wide : kWideSpaces) {
      if (rest.starts_with(wide)) return wide.size();
    }
    return 0;
  }

  void add(TokenKind kind, std::string text, std::size_t at) {
    tokens_.push_back({kind, std::move(text), at + offset_, at_ + offset_});
  }
  [[nodiscard]] Error fail(std::size_t at, std::string_view message) const {
    return syntax_error(at + offset_, message);
  }

  // White space and comments.
  Status skip() {
    while (at_ < text_.size()) {
      if (const std::size_t size = space(); size > 0) {
        at_ += size;
      } else if (text_.substr(at_).starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_).starts_with("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return fail(at_, "the comment is not closed");
        at_ = end + 2;
      } else {
        break;
      }
    }
    return {};
  }

  Status next() {
    const char c = text_[at_];
    if (c == '"' || (foreign_ && c == '\'')) return quoted(c, TokenKind::text);
    if (c == '`') return quoted(c, TokenKind::quoted_name);
    if (c == '@' && peek(1) == '"') {
      ++at_;
      return quoted('"', TokenKind::at_text);
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      // "form.2a": behind a name, a dot and digits are a path.
      const bool path = c == '.' && !tokens_.empty() && tokens_.back().kind == TokenKind::name &&
                        tokens_.back().end == at_ + offset_;
      if (!path) return number();
      ++at_;
      add(TokenKind::symbol, ".", at_ - 1);
      name();
      return {};
    }
    if (is_name_start(c) || (c == '?' && !foreign_)) {
      name();
      return {};
    }
    return symbol();
  }

  Status number() {
    const std::size_t start = at_;
    while (is_digit(peek(0))) ++at_;
    if (peek(0) == '.' && is_digit(peek(1))) {
      ++at_;
      while (is_digit(peek(0))) ++at_;
    }
    const std::size_t sign = peek(1) == '-' || peek(1) == '+' ? 1 : 0;
    if ((peek(0) == 'e' || peek(0) == 'E') && is_digit(peek(1 + sign))) {
      at_ += 1 + sign;
      while (is_digit(peek(0))) ++at_;
    }
    std::string text(text_.substr(start, at_ - start));
    if (text.starts_with('.')) text.insert(text.begin(), '0');
    add(TokenKind::number, std::move(text), start);
    return {};
  }

  void name() {
    const std::size_t start = at_;
    while (at_ < text_.size() && (is_name_start(text_[at_]) || is_digit(text_[at_])) &&
           space() == 0) {
      ++at_;
    }
    if (at_ == start) ++at_;  // '?'
    std::string text(text_.substr(start, at_ - start));
    if (foreign_) {
      for (const auto& [word, symbol] : kForeignWords) {
        if (text == word) return add(TokenKind::symbol, std::string(symbol), start);
      }
    }
    add(TokenKind::name, std::move(text), start);
  }

  Status quoted(char quote, TokenKind kind) {
    const std::size_t start = at_++;
    std::string text;
    while (true) {
      if (at_ >= text_.size()) return fail(start, "the quote is not closed");
      const char c = text_[at_++];
      if (c == quote) break;
      if (c != '\\' || kind == TokenKind::quoted_name) {
        text += c;
      } else if (!escape(text)) {
        return fail(at_, "unknown escape in a text");
      }
    }
    if (kind == TokenKind::quoted_name && text.empty()) {
      return fail(start, "a name can not be empty");
    }
    add(kind, std::move(text), start);
    return {};
  }

  bool escape(std::string& out) {
    const char c = peek(0);
    ++at_;
    switch (c) {
      case 'n':
        out += '\n';
        return true;
      case 't':
        out += '\t';
        return true;
      case 'r':
        out += '\r';
        return true;
      case '"':
      case '\'':
      case '\\':
      case '/':
        out += c;
        return true;
      case 'u':
        return code_point(4, out);
      case 'U':
        return code_point(6, out);
      default:
        return false;
    }
  }

  std::optional<std::uint32_t> hex(std::size_t digits) {
    const auto bytes = from_hex(text_.substr(at_, digits));
    if (!bytes || bytes->size() != digits / 2) return std::nullopt;
    at_ += digits;
    std::uint32_t value = 0;
    for (const char byte : *bytes) value = value << 8U | static_cast<unsigned char>(byte);
    return value;
  }

  bool code_point(std::size_t digits, std::string& out) {
    auto value = hex(digits);
    if (!value || *value > 0x10FFFF) return false;
    if (*value >= 0xD800 && *value <= 0xDBFF) {
      // The other half of a surrogate pair has to follow.
      if (peek(0) != '\\' || peek(1) != 'u') return false;
      at_ += 2;
      const auto low = hex(4);
      if (!low || *low < 0xDC00 || *low > 0xDFFF) return false;
      value = 0x10000 + ((*value - 0xD800) << 10U) + (*low - 0xDC00);
    } else if (*value >= 0xDC00 && *value <= 0xDFFF) {
      return false;
    }
    append_utf8(out, *value);
    return true;
  }

  Status symbol() {
    const std::size_t start = at_;
    const std::string_view two = text_.substr(at_, 2);
    if (std::ranges::find(kTwoByteSymbols, two) != kTwoByteSymbols.end()) {
      at_ += 2;
      add(TokenKind::symbol, std::string(two), start);
      return {};
    }
    if (foreign_ && (two == "==" || two == "&&" || two == "||")) {
      at_ += 2;
      if (two == "==") {
        add(TokenKind::symbol, "=", start);
      } else {
        add(TokenKind::name, two == "&&" ? "and" : "or", start);
      }
      return {};
    }
    const char c = text_[at_++];
    const std::string_view known = foreign_ ? "=<>+-*/()[],.:{}!?%" : "=<>+-*/()[],.:{}'";
    if (known.find(c) == std::string_view::npos) {
      return fail(start, "this character has no meaning here");
    }
    add(TokenKind::symbol, std::string(1, c), start);
    return {};
  }

  std::string_view text_;
  bool foreign_;
  std::size_t offset_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

Error syntax_error(std::size_t at, std::string_view message) {
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                    "expression, byte " + std::to_string(at + 1) + ": " + std::string(message));
}

Result<std::vector<Token>> tokenize(std::string_view text, Dialect dialect, std::size_t offset) {
  return Lexer(text, dialect, offset).run();
}

}  // namespace cinnabar::expr
