#include "domain/script/source.h"

#include "vocab/reasons.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace cinnabar::script {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_name_part(char c) {
  return is_name_start(c) || is_digit(c);
}

enum class Open : std::uint8_t { bracket, block, for_header };

class Preparation {
 public:
  explicit Preparation(std::string_view source) : source_(source) {}

  Result<std::string> run() {
    while (at_ < source_.size()) {
      const std::size_t begin = at_;
      const std::string_view instead = token();
      if (refused_ != nullptr) {
        return make_error(Code::invalid_argument, reasons::kScriptInvalid,
                          fmt::format("line {}: {}", line_, refused_));
      }
      out_ += instead.empty() ? source_.substr(begin, at_ - begin) : instead;
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  // Moves behind one token; gives the text to put in its place, empty to keep it.
  std::string_view token() {
    const char c = peek();
    if (c == '\n' || c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f') {
      step();
      return {};
    }
    if (c == '-' && peek(1) == '-') {
      comment();
      return {};
    }
    const std::string_view before = std::exchange(last_, std::string_view{});
    const std::string_view before_that = std::exchange(last_but_one_, before);
    if (is_name_start(c)) return name();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      number();
      return {};
    }
    if (c == '"' || c == '\'') {
      quoted_text(c);
      return {};
    }
    if (const auto level = long_bracket()) {
      long_text(*level);
      return {};
    }
    if (c == '=' && peek(1) != '=' && before_that == "for") {
      step();
      open_.push_back(Open::for_header);
      return "=(";
    }
    return sign();
  }

  std::string_view sign() {
    const char c = peek();
    if (c == '^') refused_ = "the operator ^ is not available; multiply, or call math.pow";
    if (source_.substr(at_).starts_with("...")) refused_ = "\"...\" is not available";
    if (c == '(' || c == '[' || c == '{') open_.push_back(Open::bracket);
    if (c == ')' || c == ']' || c == '}') close();
    const bool is_pair =
        (peek(1) == '=' && (c == '=' || c == '~' || c == '<' || c == '>')) ||
        (c == peek(1) && (c == '.' || c == ':' || c == '/' || c == '<' || c == '>'));
    step();
    if (is_pair) step();
    return c == ',' && in_for_header() ? ")+0,(" : std::string_view{};
  }

  std::string_view name() {
    const std::size_t begin = at_;
    while (is_name_part(peek())) step();
    last_ = source_.substr(begin, at_ - begin);
    if (last_ == "function" || last_ == "if") open_.push_back(Open::block);
    if (last_ == "end") close();
    if (last_ != "do") return {};
    const bool ends_header = in_for_header();
    if (ends_header) close();
    open_.push_back(Open::block);
    return ends_header ? ")+0 do" : std::string_view{};
  }

  // As Lua reads numerals: everything that could belong to one.
  void number() {
    const bool is_hex = peek() == '0' && (peek(1) == 'x' || peek(1) == 'X');
    while (is_name_part(peek()) || peek() == '.') {
      const char c = peek();
      step();
      const bool is_exponent = is_hex ? c == 'p' || c == 'P' : c == 'e' || c == 'E';
      if (is_exponent && (peek() == '+' || peek() == '-')) step();
    }
  }

  void quoted_text(char quote) {
    step();
    while (at_ < source_.size() && peek() != quote) {
      const bool is_escape = peek() == '\\';
      step();
      if (!is_escape) continue;
      if (writes_zero()) refused_ = "a text must not hold the character of value zero";
      step();
    }
    step();
  }

  // Whether what follows a backslash stands for the character of value zero.
  [[nodiscard]] bool writes_zero() const {
    if (is_digit(peek())) {
      std::size_t digits = 0;
      int value = 0;
      for (; digits < 3 && is_digit(peek(digits)); ++digits) value += peek(digits) - '0';
      return value == 0;
    }
    if (peek() == 'x') return peek(1) == '0' && peek(2) == '0';
    if (peek() != 'u' || peek(1) != '{') return false;
    std::size_t digit = 2;
    while (peek(digit) == '0') ++digit;
    return digit > 2 && peek(digit) == '}';
  }

  void comment() {
    at_ += 2;
    if (const auto level = long_bracket()) {
      long_text(*level);
      return;
    }
    while (at_ < source_.size() && peek() != '\n' && peek() != '\r') step();
  }

  // The level of the long bracket that opens here.
  [[nodiscard]] std::optional<std::size_t> long_bracket() const {
    if (peek() != '[') return std::nullopt;
    std::size_t level = 0;
    while (peek(1 + level) == '=') ++level;
    if (peek(1 + level) != '[') return std::nullopt;
    return level;
  }

  void long_text(std::size_t level) {
    const std::string closing = "]" + std::string(level, '=') + "]";
    while (at_ < source_.size() && !source_.substr(at_).starts_with(closing)) step();
    for (std::size_t i = 0; i < closing.size(); ++i) step();
  }

  void step() {
    if (at_ >= source_.size()) return;
    if (source_[at_] == '\n') ++line_;
    ++at_;
  }
  void close() {
    if (!open_.empty()) open_.pop_back();
  }
  [[nodiscard]] bool in_for_header() const {
    return !open_.empty() && open_.back() == Open::for_header;
  }

  std::string_view source_;
  std::string out_;
  std::vector<Open> open_;
  std::string_view last_;          // the last token, when it was a name or a keyword
  std::string_view last_but_one_;  // the one before, likewise
  const char* refused_ = nullptr;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Result<std::string> prepare_source(std::string_view source) {
  if (source.find('\0') != std::string_view::npos) {
    return make_error(Code::invalid_argument, reasons::kScriptInvalid,
                      "a script must not hold the character of value zero");
  }
  return Preparation{source}.run();
}

}  // namespace cinnabar::script
