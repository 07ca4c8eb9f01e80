#include "domain/expr/lexer.h"

#include "base/text.h"
#include "vocab/reasons.h"

#include <array>
#include <optional>
#include <utility>

namespace cinnabar::expr {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
// Every byte of a character beyond ASCII may be part of a name.
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

using Spelling = std::pair<std::string_view, std::string_view>;
constexpr std::array<Spelling, 6> kForeignWords = {
    {{"eq", "="}, {"ne", "!="}, {"lt", "<"}, {"gt", ">"}, {"le", "<="}, {"ge", ">="}}};

class Lexer {
 public:
  Lexer(std::string_view text, bool foreign) : text_(text), foreign_(foreign) {}

  Result<std::vector<Token>> run() {
    while (true) {
      while (at_ < text_.size() && is_space(text_[at_])) ++at_;
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

  void add(TokenKind kind, std::string text, std::size_t at) {
    tokens_.push_back({kind, std::move(text), at});
  }

  Status next() {
    const char c = text_[at_];
    if (c == '"' || (foreign_ && c == '\'')) return quoted(c, TokenKind::text);
    if (c == '`') return quoted(c, TokenKind::quoted_name);
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      number();
      return {};
    }
    if (is_name_start(c)) {
      name();
      return {};
    }
    return symbol();
  }

  void number() {
    const std::size_t start = at_;
    while (is_digit(peek(0))) ++at_;
    if (peek(0) == '.' && is_digit(peek(1))) {
      ++at_;
      while (is_digit(peek(0))) ++at_;
    }
    std::string text(text_.substr(start, at_ - start));
    if (text.starts_with('.')) text.insert(text.begin(), '0');
    add(TokenKind::number, std::move(text), start);
  }

  // Letters, digits, '_', '$' and single dots between them.
  void name() {
    const std::size_t start = at_;
    while (true) {
      const char c = peek(0);
      const char after = peek(1);
      if (is_name_start(c) || is_digit(c) ||
          (c == '.' && (is_name_start(after) || is_digit(after)))) {
        if (c == '\0') break;
        ++at_;
      } else {
        break;
      }
    }
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
      if (at_ >= text_.size()) return syntax_error(start, "the quote is not closed");
      const char c = text_[at_++];
      if (c == quote) break;
      if (c != '\\' || kind == TokenKind::quoted_name) {
        text += c;
      } else if (!escape(text)) {
        return syntax_error(at_, "unknown escape in a text");
      }
    }
    if (kind == TokenKind::quoted_name && text.empty()) {
      return syntax_error(start, "a name can not be empty");
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
      case 'u': {
        const auto bytes = from_hex(text_.substr(at_, 4));
        if (!bytes || bytes->size() != 2) return false;
        at_ += 4;
        const auto high = static_cast<unsigned char>((*bytes)[0]);
        const auto low = static_cast<unsigned char>((*bytes)[1]);
        // Half of a surrogate pair is no character; such text is written as it is, unescaped.
        if (high >= 0xD8 && high <= 0xDF) return false;
        append_utf8(out, static_cast<std::uint32_t>(high << 8U | low));
        return true;
      }
      default:
        return false;
    }
  }

  Status symbol() {
    const std::size_t start = at_;
    const std::string_view two = text_.substr(at_, 2);
    if (two == "!=" || two == "<=" || two == ">=" || two == "..") {
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
    if (std::string_view("=<>+-*/()[],").find(c) != std::string_view::npos ||
        (foreign_ && c == '!')) {
      add(TokenKind::symbol, std::string(1, c), start);
      return {};
    }
    return syntax_error(start, "this character has no meaning here");
  }

  std::string_view text_;
  bool foreign_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

Error syntax_error(std::size_t at, std::string_view message) {
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                    "expression, byte " + std::to_string(at + 1) + ": " + std::string(message));
}

Result<std::vector<Token>> tokenize(std::string_view text, bool foreign) {
  return Lexer(text, foreign).run();
}

}  // namespace cinnabar::expr
