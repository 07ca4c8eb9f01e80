#include "domain/expr/parser.h"

#include "base/text.h"
#include "domain/expr/functions.h"
#include "domain/expr/lexer.h"
#include "domain/expr/pattern.h"
#include "vocab/limits.h"

#include <array>
#include <optional>
#include <utility>

namespace cinnabar::expr {
namespace {

constexpr std::array<std::pair<std::string_view, Op>, 6> kComparisons = {
    {{"=", Op::equal},
     {"!=", Op::not_equal},
     {"<", Op::less},
     {"<=", Op::less_equal},
     {">", Op::greater},
     {">=", Op::greater_equal}}};

// Words that can not be names unless they are quoted.
constexpr std::array<std::string_view, 11> kReserved = {
    "and", "or", "not", "in", "between", "if", "then", "else", "true", "false", "null"};

// Recursive descent. Every way down passes expression() or unary(), which count the depth, so the
// recursion is bounded by limits::kExpressionDepthMax; chains of one operator are loops.
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Result<Program> run() {
    CINNABAR_CHECK_OK(expression());
    if (peek().kind != TokenKind::end) return unexpected("an operator or the end");
    return std::move(program_);
  }

 private:
  class Depth {
   public:
    explicit Depth(std::int32_t& depth) : depth_(depth) { ++depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    ~Depth() { --depth_; }

   private:
    std::int32_t& depth_;
  };

  [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  [[nodiscard]] bool is_symbol(std::string_view text, std::size_t ahead = 0) const {
    return peek(ahead).kind == TokenKind::symbol && peek(ahead).text == text;
  }
  [[nodiscard]] bool is_word(std::string_view text) const {
    return peek().kind == TokenKind::name && peek().text == text;
  }
  bool take_symbol(std::string_view text) {
    if (!is_symbol(text)) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view text) {
    if (!is_word(text)) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] Error unexpected(std::string_view wanted) const {
    const Token& token = peek();
    const std::string found = token.kind == TokenKind::end ? "the end" : "'" + token.text + "'";
    return syntax_error(token.at, "expected " + std::string(wanted) + ", found " + found);
  }
  Status expect_symbol(std::string_view text) {
    if (!take_symbol(text)) return unexpected("'" + std::string(text) + "'");
    return {};
  }
  Status expect_word(std::string_view text) {
    if (!take_word(text)) return unexpected("'" + std::string(text) + "'");
    return {};
  }

  std::size_t emit(Op op, std::size_t operand = 0, std::size_t argument_count = 0) {
    program_.code.push_back(
        {op, static_cast<std::uint16_t>(argument_count), static_cast<std::uint32_t>(operand)});
    return program_.code.size() - 1;
  }
  void land_here(std::size_t jump) {
    program_.code[jump].operand = static_cast<std::uint32_t>(program_.code.size());
  }
  void emit_constant(Value value) {
    program_.constants.push_back(std::move(value));
    emit(Op::constant, program_.constants.size() - 1);
  }

  Status expression() {
    const Depth depth(depth_);
    if (depth_ > limits::kExpressionDepthMax) {
      return syntax_error(peek().at, "too many nested parts");
    }
    if (take_word("if")) return conditional();
    return disjunction();
  }

  Status conditional() {
    CINNABAR_CHECK_OK(expression());
    CINNABAR_CHECK_OK(expect_word("then"));
    const std::size_t to_else = emit(Op::jump_unless_true);
    CINNABAR_CHECK_OK(expression());
    CINNABAR_CHECK_OK(expect_word("else"));
    const std::size_t to_end = emit(Op::jump);
    land_here(to_else);
    CINNABAR_CHECK_OK(expression());
    land_here(to_end);
    return {};
  }

  Status disjunction() {
    CINNABAR_CHECK_OK(conjunction());
    while (take_word("or")) {
      const std::size_t jump = emit(Op::jump_if_true);
      CINNABAR_CHECK_OK(conjunction());
      emit(Op::logical_or);
      land_here(jump);
    }
    return {};
  }

  Status conjunction() {
    CINNABAR_CHECK_OK(comparison());
    while (take_word("and")) {
      const std::size_t jump = emit(Op::jump_if_false);
      CINNABAR_CHECK_OK(comparison());
      emit(Op::logical_and);
      land_here(jump);
    }
    return {};
  }

  Status comparison() {
    CINNABAR_CHECK_OK(addition());
    for (const auto& [symbol, op] : kComparisons) {
      if (!take_symbol(symbol)) continue;
      CINNABAR_CHECK_OK(addition());
      emit(op);
      return {};
    }
    if (take_word("between")) {
      CINNABAR_CHECK_OK(addition());
      CINNABAR_CHECK_OK(expect_word("and"));
      CINNABAR_CHECK_OK(addition());
      emit(Op::in_range);
      return {};
    }
    if (take_word("in")) return membership();
    return {};
  }

  // After "in": a range, tests in parentheses, or one expression that gives a list.
  Status membership() {
    const bool square = is_symbol("[");
    const bool open = is_symbol("(") || is_symbol("]");
    if (!square && !open) {
      CINNABAR_CHECK_OK(addition());
      emit(Op::in_list, 1);
      return {};
    }
    const bool may_be_tests = !is_symbol("]");
    ++at_;
    std::size_t tests = 0;
    if (!is_symbol("]") || !square) {
      CINNABAR_CHECK_OK(expression());
      ++tests;
      if (take_symbol("..")) return range_end(open);
    }
    if (!may_be_tests) return unexpected("'..'");
    while (take_symbol(",")) {
      CINNABAR_CHECK_OK(expression());
      ++tests;
    }
    CINNABAR_CHECK_OK(expect_symbol(square ? "]" : ")"));
    emit(Op::in_list, tests);
    return {};
  }

  Status range_end(bool low_is_open) {
    CINNABAR_CHECK_OK(expression());
    const bool high_is_open = is_symbol(")") || is_symbol("[");
    if (!high_is_open && !is_symbol("]")) return unexpected("']' or ')'");
    ++at_;
    emit(Op::in_range, (low_is_open ? 1U : 0U) | (high_is_open ? 2U : 0U));
    return {};
  }

  Status addition() {
    CINNABAR_CHECK_OK(multiplication());
    while (true) {
      if (take_symbol("+")) {
        CINNABAR_CHECK_OK(multiplication());
        emit(Op::add);
      } else if (take_symbol("-")) {
        CINNABAR_CHECK_OK(multiplication());
        emit(Op::subtract);
      } else {
        return {};
      }
    }
  }

  Status multiplication() {
    CINNABAR_CHECK_OK(unary());
    while (true) {
      if (take_symbol("*")) {
        CINNABAR_CHECK_OK(unary());
        emit(Op::multiply);
      } else if (take_symbol("/")) {
        CINNABAR_CHECK_OK(unary());
        emit(Op::divide);
      } else {
        return {};
      }
    }
  }

  Status unary() {
    const Depth depth(depth_);
    if (depth_ > limits::kExpressionDepthMax) {
      return syntax_error(peek().at, "too many nested parts");
    }
    if (take_symbol("-")) {
      CINNABAR_CHECK_OK(unary());
      emit(Op::negate);
      return {};
    }
    if (take_symbol("!")) {
      CINNABAR_CHECK_OK(unary());
      emit(Op::logical_not);
      return {};
    }
    return primary();
  }

  Status primary() {
    const Token& token = peek();
    switch (token.kind) {
      case TokenKind::number: {
        auto number = Decimal::parse(token.text);
        if (!number) return syntax_error(token.at, "the number has too many digits");
        ++at_;
        emit_constant(Value{std::move(*number)});
        return {};
      }
      case TokenKind::text:
        emit_constant(Value{token.text});
        ++at_;
        return {};
      case TokenKind::quoted_name:
        emit_name(token.text);
        ++at_;
        return {};
      case TokenKind::name:
        return word();
      case TokenKind::symbol:
        if (take_symbol("(")) {
          CINNABAR_CHECK_OK(expression());
          return expect_symbol(")");
        }
        if (take_symbol("[")) return list();
        return unexpected("a value");
      case TokenKind::end:
        return unexpected("a value");
    }
    CINNABAR_UNREACHABLE();
  }

  Status list() {
    std::size_t count = 0;
    if (!is_symbol("]")) {
      do {
        CINNABAR_CHECK_OK(expression());
        ++count;
      } while (take_symbol(","));
    }
    CINNABAR_CHECK_OK(expect_symbol("]"));
    emit(Op::make_list, count);
    return {};
  }

  Status word() {
    if (take_word("true")) return emit_constant(Value{true}), Status{};
    if (take_word("false")) return emit_constant(Value{false}), Status{};
    if (take_word("null")) return emit_constant(Value{}), Status{};
    if (is_word("not") && is_symbol("(", 1)) {
      at_ += 2;
      CINNABAR_CHECK_OK(expression());
      CINNABAR_CHECK_OK(expect_symbol(")"));
      emit(Op::logical_not);
      return {};
    }
    if (is_symbol("(", 1)) return call(peek().text, 1);
    if (peek(1).kind == TokenKind::name && is_symbol("(", 2)) {
      const std::string two_words = peek().text + " " + peek(1).text;
      if (find_function(two_words)) return call(two_words, 2);
    }
    for (const std::string_view reserved : kReserved) {
      if (peek().text == reserved) return unexpected("a value");
    }
    emit_name(peek().text);
    ++at_;
    return {};
  }

  void emit_name(const std::string& name) {
    std::size_t index = 0;
    while (index < program_.names.size() && program_.names[index] != name) ++index;
    if (index == program_.names.size()) program_.names.push_back(name);
    emit(Op::name, index);
  }

  Status call(const std::string& name, std::size_t words) {
    const auto index = find_function(name);
    if (!index) return syntax_error(peek().at, "there is no function '" + name + "'");
    const std::size_t start = peek().at;
    at_ += words + 1;
    std::size_t count = 0;
    if (!is_symbol(")")) {
      do {
        CINNABAR_CHECK_OK(expression());
        ++count;
      } while (take_symbol(","));
    }
    CINNABAR_CHECK_OK(expect_symbol(")"));
    const Function& function = functions()[*index];
    if (count < function.arguments_min || count > function.arguments_max) {
      return syntax_error(start, "wrong number of arguments for '" + name + "'");
    }
    if (name == "matches") CINNABAR_CHECK_OK(check_pattern(start));
    emit(Op::call, *index, count);
    return {};
  }

  // A pattern that is written down is refused here rather than when somebody waits for it.
  Status check_pattern(std::size_t at) {
    const Instruction& last = program_.code.back();
    if (last.op != Op::constant) return {};
    const auto* pattern = program_.constants[last.operand].get<std::string>();
    if (pattern == nullptr || is_pattern(*pattern)) return {};
    return syntax_error(at, "the pattern is no regular expression (RE2 syntax)");
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::int32_t depth_ = 0;
  Program program_;
};

}  // namespace

Result<Program> compile(std::string_view text) {
  if (text.size() > limits::kExpressionBytesMax) {
    return syntax_error(limits::kExpressionBytesMax, "the expression is too long");
  }
  std::string_view body = trim(text);
  bool foreign = false;
  if (body.starts_with("${") && body.ends_with("}")) {
    foreign = true;
    body = body.substr(2, body.size() - 3);
  } else if (body.starts_with('=')) {
    body.remove_prefix(1);
  }
  CINNABAR_TRY(auto tokens, tokenize(body, foreign));
  return Parser(std::move(tokens)).run();
}

}  // namespace cinnabar::expr
