#include "domain/expr/at_literal.h"
#include "domain/expr/functions.h"
#include "domain/expr/pattern.h"
#include "domain/expr/syntax.h"
#include "vocab/limits.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cinnabar::expr {
namespace {

// Words that end a name of several words.
constexpr std::array<std::string_view, 11> kSeparators = {
    "and", "or", "in", "between", "if", "then", "else", "return", "satisfies", "instance", "not"};
constexpr std::size_t kNameWordsMax = 16;
constexpr std::size_t kIteratorsMax = 16;

bool is_one_of(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

Result<NodeId> Parser::postfix() {
  CINNABAR_TRY(NodeId value, primary());
  while (true) {
    if (take_symbol(".")) {
      CINNABAR_TRY(value, member(value));
    } else if (is_symbol("[") && foreign_) {
      CINNABAR_TRY(value, foreign_index(value));
    } else if (is_symbol("[") && is_filter()) {
      CINNABAR_TRY(value, filter(value));
    } else if (is_symbol("(")) {
      CINNABAR_TRY(value, invocation(value));
    } else {
      return value;
    }
  }
}

Result<NodeId> Parser::member(NodeId owner) {
  if (peek().kind == TokenKind::quoted_name) {
    const std::uint32_t name = text_index(peek().text);
    ++at_;
    return add(NodeKind::member, {owner}, name);
  }
  const std::size_t length = name_length(0);
  if (length == 0) return unexpected("a name");
  if (foreign_ && is_symbol("(", length)) {
    return syntax_error(peek().at, "calling methods of objects is not supported: '" + peek().text +
                                       "'; use a function of the language or a variable");
  }
  const std::uint32_t name = text_index(joined(at_, length));
  at_ += length;
  return add(NodeKind::member, {owner}, name);
}

Result<NodeId> Parser::foreign_index(NodeId owner) {
  ++at_;
  CINNABAR_TRY(const NodeId index, expression());
  CINNABAR_CHECK_OK(expect_symbol("]"));
  return add(NodeKind::foreign_index, {owner, index});
}

Result<NodeId> Parser::filter(NodeId list) {
  ++at_;
  push_local("item", true);
  const auto slot = static_cast<std::uint32_t>(locals_.size() - 1);
  CINNABAR_TRY(const NodeId predicate, expression());
  locals_.pop_back();
  CINNABAR_CHECK_OK(expect_symbol("]"));
  const Node& node = program_.nodes[predicate];
  const bool is_index =
      node.kind == NodeKind::constant && program_.constants[node.a].get<Decimal>() != nullptr;
  return add(NodeKind::filter, {list, predicate}, slot, is_index ? 1 : 0);
}

Result<NodeId> Parser::invocation(NodeId callee) {
  const std::size_t at = peek().at;
  const NodeKind kind = program_.nodes[callee].kind;
  if (kind == NodeKind::constant || kind == NodeKind::scope_name) {
    return syntax_error(at, "this is no function");
  }
  ++at_;
  CINNABAR_TRY(const auto arguments, this->arguments());
  std::vector<std::uint32_t> children{callee};
  std::vector<std::string> names;
  for (const Argument& argument : arguments) {
    children.push_back(argument.node);
    if (!argument.name.empty()) names.push_back(argument.name);
  }
  if (names.empty()) return add(NodeKind::call_value, children);
  if (names.size() != arguments.size()) {
    return syntax_error(at, "either all arguments have names or none has");
  }
  program_.argument_names.push_back(std::move(names));
  return add(NodeKind::call_value, children,
             static_cast<std::uint32_t>(program_.argument_names.size() - 1));
}

Result<NodeId> Parser::primary() {
  const Token& token = peek();
  switch (token.kind) {
    case TokenKind::number:
      return number();
    case TokenKind::text:
      ++at_;
      return constant(Value{token.text});
    case TokenKind::at_text:
      return at_literal();
    case TokenKind::quoted_name: {
      ++at_;
      const std::string name = token.text;
      const auto index = name_index({.whole = name, .parts = {name}, .is_read = true});
      for (std::size_t i = locals_.size(); i-- > 0;) {
        if (locals_[i].words.size() == 1 && locals_[i].words.front() == name) {
          locals_[i].is_used = true;
          return add(NodeKind::local, {}, static_cast<std::uint32_t>(i));
        }
      }
      return with_items(0, index, add(NodeKind::scope_name, {}, index));
    }
    case TokenKind::name:
      return word();
    case TokenKind::symbol:
      if (is_symbol("(") || is_symbol("[") || is_symbol("]")) return bracket();
      if (is_symbol("{")) return context();
      return unexpected("a value");
    case TokenKind::end:
      return unexpected("a value");
  }
  CINNABAR_UNREACHABLE();
}

Result<NodeId> Parser::number() {
  auto number = Decimal::parse(peek().text);
  if (!number) return syntax_error(peek().at, "the number has too many digits");
  ++at_;
  return constant(Value{std::move(*number)});
}

Result<NodeId> Parser::at_literal() {
  Value value = read_at_literal(peek().text);
  if (value.is_null()) {
    return syntax_error(peek().at, "this is no date, time, date and time or duration");
  }
  ++at_;
  return constant(std::move(value));
}

// After '(', '[' or ']': a part in parentheses, a list or a range.
Result<NodeId> Parser::bracket() {
  const bool square = is_symbol("[");
  const bool may_be_value = !is_symbol("]");
  const bool round = is_symbol("(");
  ++at_;
  std::vector<std::uint32_t> elements;
  if (square && take_symbol("]")) return add(NodeKind::list, elements);
  if (round) {
    for (const std::string_view symbol : {"<", "<=", ">", ">="}) {
      if (!is_symbol(symbol)) continue;
      CINNABAR_TRY(const NodeId range, boundary(symbol));
      CINNABAR_CHECK_OK(expect_symbol(")"));
      return range;
    }
  }
  CINNABAR_TRY(const NodeId first, expression());
  if (take_symbol("..")) return range_end(first, !square);
  if (!may_be_value) return unexpected("'..'");
  if (round) {
    CINNABAR_CHECK_OK(expect_symbol(")"));
    return first;
  }
  elements.push_back(first);
  while (take_symbol(",")) {
    CINNABAR_TRY(const NodeId next, expression());
    elements.push_back(next);
  }
  CINNABAR_CHECK_OK(expect_symbol("]"));
  return add(NodeKind::list, elements);
}

Result<NodeId> Parser::range_end(NodeId low, bool low_is_open) {
  CINNABAR_TRY(const NodeId high, expression());
  const bool high_is_open = is_symbol(")") || is_symbol("[");
  if (!high_is_open && !is_symbol("]")) return unexpected("']' or ')'");
  ++at_;
  const int flag = (low_is_open ? kLowOpen : 0) | (high_is_open ? kHighOpen : 0);
  return add(NodeKind::range, {low, high}, 0, static_cast<std::uint8_t>(flag));
}

Result<std::string> Parser::key() {
  if (peek().kind == TokenKind::text || peek().kind == TokenKind::quoted_name) {
    std::string text = peek().text;
    ++at_;
    return text;
  }
  std::size_t length = 0;
  while (length < 2 * kNameWordsMax && !is_symbol(":", length)) {
    const Token& token = peek(length);
    const bool sign = token.kind == TokenKind::symbol &&
                      std::string_view("+-*/.'").find(token.text) != std::string_view::npos;
    if (token.kind != TokenKind::name && token.kind != TokenKind::number && !sign) break;
    ++length;
  }
  if (length == 0 || peek().kind != TokenKind::name) return unexpected("a key");
  std::string text = joined(at_, length);
  at_ += length;
  return text;
}

// Later entries see the earlier ones.
Result<NodeId> Parser::context() {
  ++at_;
  const std::size_t before = locals_.size();
  std::vector<std::string> keys;
  std::vector<std::uint32_t> children;
  while (!is_symbol("}")) {
    if (!keys.empty()) CINNABAR_CHECK_OK(expect_symbol(","));
    const std::size_t at = peek().at;
    CINNABAR_TRY(std::string key, this->key());
    if (std::ranges::find(keys, key) != keys.end()) {
      return syntax_error(at, "the key '" + key + "' is there twice");
    }
    CINNABAR_CHECK_OK(expect_symbol(":"));
    const bool is_function = is_word("function") && is_symbol("(", 1);
    if (is_function) {
      // A function may call itself by the name of its entry.
      ++at_;
      push_local(key);
      CINNABAR_TRY(const NodeId value,
                   function_literal(static_cast<std::uint32_t>(locals_.size() - 1)));
      children.push_back(value);
    } else {
      CINNABAR_TRY(const NodeId value, expression());
      children.push_back(value);
      push_local(key);
    }
    keys.push_back(std::move(key));
  }
  ++at_;
  locals_.resize(before);
  const auto first = static_cast<std::uint32_t>(program_.texts.size());
  for (std::string& key : keys) text_index(std::move(key));
  return add(NodeKind::context, children, first);
}

Result<NodeId> Parser::function_literal(std::uint32_t self) {
  CINNABAR_CHECK_OK(expect_symbol("("));
  const std::size_t before = locals_.size();
  FunctionShape shape;
  shape.captured = static_cast<std::uint32_t>(before);
  shape.self = self;
  while (!is_symbol(")")) {
    if (!shape.parameters.empty()) CINNABAR_CHECK_OK(expect_symbol(","));
    const std::size_t length = name_length(0);
    if (length == 0) return unexpected("the name of a parameter");
    shape.parameters.push_back(joined(at_, length));
    at_ += length;
    if (take_symbol(":")) CINNABAR_CHECK_OK(parameter_type());
  }
  ++at_;
  if (is_word("external")) return syntax_error(peek().at, "external functions are not supported");
  for (const std::string& parameter : shape.parameters) push_local(parameter);
  CINNABAR_TRY(shape.body, expression());
  locals_.resize(before);
  program_.functions.push_back(std::move(shape));
  return add(NodeKind::function, {}, static_cast<std::uint32_t>(program_.functions.size() - 1));
}

Status Parser::parameter_type() {
  CINNABAR_TRY(const Type unused, type());
  static_cast<void>(unused);
  return {};
}

Result<NodeId> Parser::loop(NodeKind kind) {
  const std::size_t before = locals_.size();
  std::vector<std::uint32_t> children;
  CINNABAR_CHECK_OK(iterators(children));
  if (kind == NodeKind::each) push_local("partial");
  CINNABAR_CHECK_OK(expect_word(kind == NodeKind::each ? "return" : "satisfies"));
  CINNABAR_TRY(const NodeId body, expression());
  children.push_back(body);
  const bool uses_partial = kind == NodeKind::each && locals_.back().is_used;
  locals_.resize(before);
  return add(kind, children, static_cast<std::uint32_t>(before), uses_partial ? 1 : 0);
}

Status Parser::iterators(std::vector<std::uint32_t>& children) {
  do {
    if (children.size() >= 2 * kIteratorsMax) {
      return syntax_error(peek().at, "too many variables in one loop");
    }
    const bool quoted = peek().kind == TokenKind::quoted_name;
    const std::size_t length = quoted ? 1 : name_length(0);
    if (length == 0) return unexpected("the name of a variable");
    const std::string name = joined(at_, length);
    at_ += length;
    CINNABAR_CHECK_OK(expect_word("in"));
    CINNABAR_TRY(const NodeId first, expression());
    NodeId last = kNoNode;
    if (take_symbol("..")) {
      CINNABAR_TRY(last, expression());
    }
    children.push_back(first);
    children.push_back(last);
    push_local(name);
  } while (take_symbol(","));
  return {};
}

Result<NodeId> Parser::negation() {
  at_ += 2;
  CINNABAR_TRY(const NodeId value, expression());
  CINNABAR_CHECK_OK(expect_symbol(")"));
  return add(NodeKind::logical_not, {value});
}

Result<NodeId> Parser::word() {
  if (is_word("function") && is_symbol("(", 1)) {
    ++at_;
    return function_literal(kNoNode);
  }
  if (const auto builtin = builtin_here()) {
    const std::size_t here = local_here().second;
    if (here < builtin->second) return call(builtin->first, builtin->second);
  }
  if (is_word("not") && is_symbol("(", 1)) return negation();
  if (take_word("true")) return constant(Value{true});
  if (take_word("false")) return constant(Value{false});
  if (take_word("null")) return constant(Value{});
  return name();
}

Result<NodeId> Parser::call(std::uint32_t builtin, std::size_t words) {
  const std::size_t at = peek().at;
  at_ += words + 1;
  CINNABAR_TRY(const auto arguments, this->arguments());
  CINNABAR_TRY(const auto children, in_order(builtin, at, arguments));
  const Builtin& function = builtins()[builtin];
  if (children.size() < function.arguments_min || children.size() > function.arguments_max) {
    return syntax_error(at, "wrong number of arguments for '" + std::string(function.name) + "'");
  }
  CINNABAR_CHECK_OK(check_pattern(function.name, at, children));
  return add(NodeKind::call, children, builtin);
}

Result<std::vector<Parser::Argument>> Parser::arguments() {
  std::vector<Argument> out;
  if (take_symbol(")")) return out;
  do {
    Argument argument;
    const std::size_t length = name_length(0);
    if (length > 0 && is_symbol(":", length)) {
      argument.name = joined(at_, length);
      at_ += length + 1;
    }
    CINNABAR_TRY(argument.node, expression());
    out.push_back(std::move(argument));
  } while (take_symbol(","));
  CINNABAR_CHECK_OK(expect_symbol(")"));
  return out;
}

Result<std::vector<std::uint32_t>> Parser::in_order(std::uint32_t builtin, std::size_t at,
                                                    const std::vector<Argument>& arguments) {
  std::vector<std::uint32_t> out;
  std::vector<std::string> names;
  for (const Argument& argument : arguments) {
    out.push_back(argument.node);
    if (!argument.name.empty()) names.push_back(argument.name);
  }
  if (names.empty()) return out;
  const Builtin& function = builtins()[builtin];
  const auto places = names.size() == arguments.size() ? expr::places(function, names)
                                                       : std::optional<std::vector<std::size_t>>{};
  if (!places) {
    return syntax_error(at, "the names of the arguments do not fit '" + std::string(function.name) +
                                "', which has (" + std::string(function.parameters) + ")");
  }
  const std::size_t count = *std::ranges::max_element(*places) + 1;
  std::vector<std::uint32_t> ordered(count, kNoNode);
  for (std::size_t i = 0; i < out.size(); ++i) ordered[(*places)[i]] = out[i];
  for (std::uint32_t& node : ordered) {
    if (node == kNoNode) node = constant(Value{});
  }
  return ordered;
}

// A pattern that is written down is refused here rather than when somebody waits for it.
Status Parser::check_pattern(std::string_view function, std::size_t at,
                             const std::vector<std::uint32_t>& arguments) {
  if (function != "matches" && function != "replace" && function != "split") return {};
  const Node& node = program_.nodes[arguments[1]];
  if (node.kind != NodeKind::constant) return {};
  const auto* pattern = program_.constants[node.a].get<std::string>();
  if (pattern == nullptr || is_pattern(*pattern)) return {};
  return syntax_error(at, "the pattern is no regular expression (RE2 syntax)");
}

std::size_t Parser::name_length(std::size_t ahead) const {
  std::size_t length = 0;
  while (length < kNameWordsMax) {
    const Token& token = peek(ahead + length);
    if (token.kind == TokenKind::number && length > 0 &&
        token.text.find_first_of(".eE") == std::string::npos) {
      ++length;
      continue;
    }
    if (token.kind != TokenKind::name) break;
    if (length > 0 && is_one_of(kSeparators, token.text)) break;
    ++length;
  }
  return length;
}

}  // namespace cinnabar::expr
