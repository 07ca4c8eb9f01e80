#include "domain/expr/parser.h"

#include "base/text.h"
#include "domain/expr/decimal_math.h"
#include "domain/expr/syntax.h"
#include "vocab/limits.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cinnabar::expr {
namespace {

constexpr std::array<std::pair<std::string_view, Compare>, 6> kComparisons = {
    {{"=", Compare::equal},
     {"!=", Compare::not_equal},
     {"<", Compare::less},
     {"<=", Compare::less_equal},
     {">", Compare::greater},
     {">=", Compare::greater_equal}}};

}  // namespace

Parser::Parser(std::vector<Token> tokens, Dialect dialect)
    : tokens_(std::move(tokens)), foreign_(dialect == Dialect::foreign) {}

Result<Program> Parser::run_expression() {
  CINNABAR_TRY(program_.root, expression());
  CINNABAR_CHECK_OK(finish());
  return std::move(program_);
}

Result<Program> Parser::run_tests() {
  if (is_symbol("-") && peek(1).kind == TokenKind::end) {
    program_.root = constant(Value{true});
    return std::move(program_);
  }
  const bool negative = is_word("not") && is_symbol("(", 1);
  if (negative) at_ += 2;
  const NodeId input =
      add(NodeKind::scope_name, {}, name_index({.whole = "?", .parts = {"?"}, .is_read = false}));
  std::vector<std::uint32_t> children{input};
  CINNABAR_TRY(auto tests, this->tests());
  children.insert(children.end(), tests.begin(), tests.end());
  program_.root = add(NodeKind::among, children, 0, 1);
  if (negative) {
    CINNABAR_CHECK_OK(expect_symbol(")"));
    program_.root = add(NodeKind::logical_not, {program_.root});
  }
  CINNABAR_CHECK_OK(finish());
  return std::move(program_);
}

const Token& Parser::peek(std::size_t ahead) const {
  return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}
bool Parser::is_symbol(std::string_view text, std::size_t ahead) const {
  return peek(ahead).kind == TokenKind::symbol && peek(ahead).text == text;
}
bool Parser::is_word(std::string_view text, std::size_t ahead) const {
  return peek(ahead).kind == TokenKind::name && peek(ahead).text == text;
}
bool Parser::take_symbol(std::string_view text) {
  if (!is_symbol(text)) return false;
  ++at_;
  return true;
}
bool Parser::take_word(std::string_view text) {
  if (!is_word(text)) return false;
  ++at_;
  return true;
}
Error Parser::unexpected(std::string_view wanted) const {
  const Token& token = peek();
  const std::string found = token.kind == TokenKind::end ? "the end" : "'" + token.text + "'";
  return syntax_error(token.at, "expected " + std::string(wanted) + ", found " + found);
}
Status Parser::expect_symbol(std::string_view text) {
  if (!take_symbol(text)) return unexpected("'" + std::string(text) + "'");
  return {};
}
Status Parser::expect_word(std::string_view text) {
  if (!take_word(text)) return unexpected("'" + std::string(text) + "'");
  return {};
}
Status Parser::finish() {
  if (peek().kind != TokenKind::end) return unexpected("an operator or the end");
  return {};
}

NodeId Parser::add(NodeKind kind, std::span<const std::uint32_t> children, std::uint32_t a,
                   std::uint8_t flag) {
  const auto first = static_cast<std::uint32_t>(program_.children.size());
  program_.children.insert(program_.children.end(), children.begin(), children.end());
  program_.nodes.push_back({kind, flag, a, first, static_cast<std::uint32_t>(children.size())});
  return static_cast<NodeId>(program_.nodes.size() - 1);
}
NodeId Parser::add(NodeKind kind, std::initializer_list<std::uint32_t> children, std::uint32_t a,
                   std::uint8_t flag) {
  return add(kind, std::span<const std::uint32_t>(children.begin(), children.size()), a, flag);
}
NodeId Parser::constant(Value value) {
  program_.constants.push_back(std::move(value));
  return add(NodeKind::constant, {}, static_cast<std::uint32_t>(program_.constants.size() - 1));
}
std::uint32_t Parser::text_index(std::string text) {
  program_.texts.push_back(std::move(text));
  return static_cast<std::uint32_t>(program_.texts.size() - 1);
}

Result<NodeId> Parser::expression() {
  const Depth depth(depth_);
  if (depth_ > limits::kExpressionDepthMax) {
    return syntax_error(peek().at, "too many nested parts");
  }
  if (is_word("if") && !is_symbol(".", 1)) {
    ++at_;
    return conditional();
  }
  const bool names_follow =
      peek(1).kind == TokenKind::name || peek(1).kind == TokenKind::quoted_name;
  if (names_follow && !is_word("in", 1)) {
    if (take_word("for")) return loop(NodeKind::each);
    if (take_word("some")) return loop(NodeKind::some);
    if (take_word("every")) return loop(NodeKind::every);
  }
  CINNABAR_TRY(const NodeId value, disjunction());
  if (foreign_ && take_symbol("?")) return ternary(value);
  return value;
}

// `c ? a : d ? b : e` is one chain.
Result<NodeId> Parser::ternary(NodeId condition) {
  std::vector<std::uint32_t> children{condition};
  while (true) {
    CINNABAR_TRY(const NodeId then, expression());
    children.push_back(then);
    CINNABAR_CHECK_OK(expect_symbol(":"));
    CINNABAR_TRY(const NodeId next, disjunction());
    children.push_back(next);
    if (!take_symbol("?")) return add(NodeKind::choose, children);
  }
}

// `else if` goes on in the same node, so that a long list of cases is not deep.
Result<NodeId> Parser::conditional() {
  std::vector<std::uint32_t> children;
  while (true) {
    CINNABAR_TRY(const NodeId condition, expression());
    CINNABAR_CHECK_OK(expect_word("then"));
    CINNABAR_TRY(const NodeId value, expression());
    CINNABAR_CHECK_OK(expect_word("else"));
    children.push_back(condition);
    children.push_back(value);
    if (is_word("if") && !is_symbol(".", 1)) {
      ++at_;
      continue;
    }
    CINNABAR_TRY(const NodeId otherwise, expression());
    children.push_back(otherwise);
    return add(NodeKind::choose, children);
  }
}

Result<NodeId> Parser::disjunction() {
  CINNABAR_TRY(const NodeId first, conjunction());
  if (!is_word("or")) return first;
  std::vector<std::uint32_t> children{first};
  while (take_word("or")) {
    CINNABAR_TRY(const NodeId next, conjunction());
    children.push_back(next);
  }
  return add(NodeKind::any_of, children);
}

Result<NodeId> Parser::conjunction() {
  CINNABAR_TRY(const NodeId first, comparison());
  if (!is_word("and")) return first;
  std::vector<std::uint32_t> children{first};
  while (take_word("and")) {
    CINNABAR_TRY(const NodeId next, comparison());
    children.push_back(next);
  }
  return add(NodeKind::all_of, children);
}

Result<NodeId> Parser::comparison() {
  CINNABAR_TRY(const NodeId left, addition());
  for (const auto& [symbol, compare] : kComparisons) {
    if (!take_symbol(symbol)) continue;
    CINNABAR_TRY(const NodeId right, addition());
    return add(NodeKind::compare, {left, right}, 0, static_cast<std::uint8_t>(compare));
  }
  if (take_word("between")) {
    CINNABAR_TRY(const NodeId low, addition());
    CINNABAR_CHECK_OK(expect_word("and"));
    CINNABAR_TRY(const NodeId high, addition());
    return add(NodeKind::among, {left, add(NodeKind::range, {low, high})});
  }
  if (take_word("in")) return membership(left);
  return left;
}

// Behind `in`: one test, or several in parentheses.
Result<NodeId> Parser::membership(NodeId value) {
  std::vector<std::uint32_t> children{value};
  if (take_symbol("(")) {
    CINNABAR_TRY(const auto tests, this->tests());
    if (tests.size() == 1 && take_symbol("..")) {
      CINNABAR_TRY(const NodeId range, range_end(tests.front(), true));
      children.push_back(range);
    } else {
      CINNABAR_CHECK_OK(expect_symbol(")"));
      children.insert(children.end(), tests.begin(), tests.end());
    }
    return add(NodeKind::among, children);
  }
  CINNABAR_TRY(const NodeId test, this->test());
  children.push_back(test);
  return add(NodeKind::among, children);
}

Result<std::vector<std::uint32_t>> Parser::tests() {
  std::vector<std::uint32_t> out;
  do {
    CINNABAR_TRY(const NodeId test, this->test());
    out.push_back(test);
  } while (take_symbol(","));
  return out;
}

Result<NodeId> Parser::test() {
  const Depth depth(depth_);
  if (depth_ > limits::kExpressionDepthMax) {
    return syntax_error(peek().at, "too many nested parts");
  }
  if (take_symbol("=")) return addition();
  if (take_symbol("!=")) {
    CINNABAR_TRY(const NodeId value, addition());
    return add(NodeKind::not_equal_to, {value});
  }
  for (const std::string_view symbol : {"<", "<=", ">", ">="}) {
    if (is_symbol(symbol)) return boundary(symbol);
  }
  return expression();
}

// "< 5" is the range that is open to below.
Result<NodeId> Parser::boundary(std::string_view symbol) {
  ++at_;
  CINNABAR_TRY(const NodeId end, addition());
  const NodeId infinity = constant(Value{});
  if (symbol.starts_with('<')) {
    return add(NodeKind::range, {infinity, end}, 1, symbol == "<" ? kHighOpen : 0);
  }
  return add(NodeKind::range, {end, infinity}, 1, symbol == ">" ? kLowOpen : 0);
}

Result<NodeId> Parser::addition() {
  CINNABAR_TRY(const NodeId first, multiplication());
  std::vector<std::uint32_t> children{first};
  while (is_symbol("+") || is_symbol("-")) {
    const auto op = is_symbol("+") ? Arithmetic::add : Arithmetic::subtract;
    ++at_;
    CINNABAR_TRY(const NodeId next, multiplication());
    children.push_back(static_cast<std::uint32_t>(op));
    children.push_back(next);
  }
  return children.size() == 1 ? first : add(NodeKind::sum, children);
}

Result<NodeId> Parser::multiplication() {
  CINNABAR_TRY(const NodeId first, power());
  std::vector<std::uint32_t> children{first};
  while (is_symbol("*") || is_symbol("/") || is_symbol("%")) {
    const auto op = is_symbol("*")   ? Arithmetic::multiply
                    : is_symbol("/") ? Arithmetic::divide
                                     : Arithmetic::remainder;
    ++at_;
    CINNABAR_TRY(const NodeId next, power());
    children.push_back(static_cast<std::uint32_t>(op));
    children.push_back(next);
  }
  return children.size() == 1 ? first : add(NodeKind::sum, children);
}

Result<NodeId> Parser::power() {
  CINNABAR_TRY(const NodeId first, unary());
  std::vector<std::uint32_t> children{first};
  while (take_symbol("**")) {
    CINNABAR_TRY(const NodeId next, unary());
    children.push_back(next);
  }
  return children.size() == 1 ? first : add(NodeKind::power, children);
}

Result<NodeId> Parser::unary() {
  const Depth depth(depth_);
  if (depth_ > limits::kExpressionDepthMax) {
    return syntax_error(peek().at, "too many nested parts");
  }
  NodeKind kind = NodeKind::negate;
  if (foreign_ && (is_symbol("!") || (is_word("not") && !is_symbol("(", 1)))) {
    kind = NodeKind::foreign_not;
  } else if (foreign_ && is_word("empty") && !is_symbol(".", 1)) {
    kind = NodeKind::foreign_empty;
  } else if (!is_symbol("-")) {
    return instance();
  }
  ++at_;
  CINNABAR_TRY(const NodeId value, unary());
  const Node& node = program_.nodes[value];
  if (kind == NodeKind::negate && node.kind == NodeKind::constant) {
    // "-1" is a number, not an operation.
    const auto* number = program_.constants[node.a].get<Decimal>();
    auto negative = number == nullptr ? std::nullopt : subtract(Decimal{}, *number);
    if (negative) return constant(Value{std::move(*negative)});
  }
  return add(kind, {value});
}

Result<NodeId> Parser::instance() {
  CINNABAR_TRY(const NodeId value, postfix());
  if (!is_word("instance") || !is_word("of", 1)) return value;
  at_ += 2;
  CINNABAR_TRY(Type type, this->type());
  program_.types.push_back(std::move(type));
  return add(NodeKind::instance_of, {value}, static_cast<std::uint32_t>(program_.types.size() - 1));
}

Result<Program> compile(std::string_view text, Form form, std::span<const std::string> known) {
  if (text.size() > limits::kExpressionBytesMax) {
    return syntax_error(limits::kExpressionBytesMax, "the expression is too long");
  }
  std::string_view body = trim(text);
  Dialect dialect = Dialect::feel;
  if ((body.starts_with("${") || body.starts_with("#{")) && body.ends_with("}")) {
    dialect = Dialect::foreign;
    body = body.substr(2, body.size() - 3);
  } else if (body.starts_with('=') && form == Form::expression) {
    body.remove_prefix(1);
  }
  const auto offset = static_cast<std::size_t>(body.data() - text.data());
  CINNABAR_TRY(auto tokens, tokenize(body, dialect, offset));
  Parser parser(std::move(tokens), dialect);
  for (const std::string& name : known) parser.know(name);
  return form == Form::tests ? parser.run_tests() : parser.run_expression();
}

}  // namespace cinnabar::expr
