#include "domain/expr/functions.h"
#include "domain/expr/syntax.h"
#include "vocab/limits.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cinnabar::expr {
namespace {

constexpr std::array<std::string_view, 11> kReserved = {
    "and", "or", "not", "in", "between", "if", "then", "else", "true", "false", "null"};
// What can not begin the inside of a filter: '[' before it closes a range that is open above.
constexpr std::array<std::string_view, 13> kNoFilterSymbols = {
    ")", "]", ",", "}", "=", "!=", "<", "<=", ">", ">=", ":", "..", "*"};
constexpr std::array<std::string_view, 9> kNoFilterWords = {
    "and", "or", "then", "else", "return", "satisfies", "between", "in", "instance"};

constexpr std::array<std::pair<std::string_view, TypeKind>, 14> kTypes = {
    {{"Any", TypeKind::any},
     {"Null", TypeKind::null},
     {"number", TypeKind::number},
     {"string", TypeKind::text},
     {"boolean", TypeKind::boolean},
     {"date", TypeKind::date},
     {"time", TypeKind::time},
     {"date and time", TypeKind::date_time},
     {"days and time duration", TypeKind::days_duration},
     {"years and months duration", TypeKind::months_duration},
     {"list", TypeKind::list},
     {"context", TypeKind::context},
     {"range", TypeKind::range},
     {"function", TypeKind::function}}};

std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> out;
  if (auto tokens = tokenize(name, Dialect::feel)) {
    tokens->pop_back();
    const bool plain = std::ranges::all_of(*tokens, [](const Token& token) {
      return token.kind == TokenKind::name || token.kind == TokenKind::number ||
             token.kind == TokenKind::symbol;
    });
    if (plain && !tokens->empty() && tokens->front().kind == TokenKind::name) {
      for (Token& token : *tokens) out.push_back(std::move(token.text));
    }
  }
  if (out.empty()) out.emplace_back(name);
  return out;
}

}  // namespace

void Parser::know(std::string_view name) {
  known_.push_back(words_of(name));
  known_text_.emplace_back(name);
}

void Parser::push_local(std::string_view name, bool is_item) {
  locals_.push_back({words_of(name), is_item, false});
}

std::size_t Parser::matches(const std::vector<std::string>& words) const {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Token& token = peek(i);
    if (token.kind != TokenKind::name && token.kind != TokenKind::number &&
        token.kind != TokenKind::symbol) {
      return 0;
    }
    if (token.text != words[i]) return 0;
  }
  return words.size();
}

std::pair<std::size_t, std::size_t> Parser::local_here() const {
  std::pair<std::size_t, std::size_t> best{0, 0};
  for (std::size_t i = locals_.size(); i-- > 0;) {
    const std::size_t length = matches(locals_[i].words);
    if (length > best.second) best = {i, length};
  }
  return best;
}

std::optional<std::pair<std::uint32_t, std::size_t>> Parser::builtin_here() const {
  std::optional<std::pair<std::uint32_t, std::size_t>> best;
  std::string name;
  for (std::size_t words = 1; words <= kBuiltinWordsMax; ++words) {
    if (peek(words - 1).kind != TokenKind::name) break;
    if (words > 1) name += ' ';
    name += peek(words - 1).text;
    if (!is_symbol("(", words)) continue;
    if (const auto index = find_builtin(name)) best = {*index, words};
    break;
  }
  return best;
}

bool Parser::is_filter() const {
  const Token& next = peek(1);
  if (next.kind == TokenKind::end) return false;
  if (next.kind == TokenKind::symbol) {
    return std::ranges::find(kNoFilterSymbols, next.text) == kNoFilterSymbols.end();
  }
  return next.kind != TokenKind::name ||
         std::ranges::find(kNoFilterWords, next.text) == kNoFilterWords.end();
}

// The words as they are written, with one blank where there was any space.
std::string Parser::joined(std::size_t begin, std::size_t count) const {
  std::string out;
  for (std::size_t i = begin; i < begin + count; ++i) {
    if (i > begin && tokens_[i].at != tokens_[i - 1].end) out += ' ';
    out += tokens_[i].text;
  }
  return out;
}

std::uint32_t Parser::name_index(ScopeName name) {
  const auto found = name_places_.find(name.whole);
  if (found != name_places_.end() && program_.names[found->second].parts == name.parts) {
    program_.names[found->second].is_read |= name.is_read;
    return found->second;
  }
  const auto index = static_cast<std::uint32_t>(program_.names.size());
  name_places_.insert_or_assign(name.whole, index);
  program_.names.push_back(std::move(name));
  return index;
}

std::vector<std::uint32_t> Parser::item_slots(std::size_t above) const {
  std::vector<std::uint32_t> out;
  for (std::size_t i = locals_.size(); i-- > above;) {
    if (locals_[i].is_item) out.push_back(static_cast<std::uint32_t>(i));
  }
  return out;
}

NodeId Parser::with_items(std::size_t above, std::uint32_t name, NodeId otherwise) {
  std::vector<std::uint32_t> children = item_slots(above);
  if (children.empty()) return otherwise;
  children.push_back(otherwise);
  return add(NodeKind::item_name, children, name);
}

Result<NodeId> Parser::name() {
  const auto [local, local_length] = local_here();
  std::size_t known_length = 0;
  std::size_t known = 0;
  for (std::size_t i = 0; i < known_.size(); ++i) {
    const std::size_t length = matches(known_[i]);
    if (length > known_length) {
      known_length = length;
      known = i;
    }
  }
  const bool in_items = !item_slots(0).empty();
  // Words that follow one another are one name of an item: "item price" is not `item`.
  const std::size_t words = in_items ? name_length(0) : 1;
  const bool is_longer = words > std::max(local_length, known_length);
  if (local_length > 0 && local_length >= known_length && !is_longer) {
    locals_[local].is_used = true;
    const std::string first = joined(at_, local_length);
    at_ += local_length;
    const NodeId node = add(NodeKind::local, {}, static_cast<std::uint32_t>(local));
    if (item_slots(local + 1).empty()) return node;
    return with_items(local + 1, name_index({first, {first}, false}), node);
  }
  if (known_length > 0 && !is_longer) {
    at_ += known_length;
    return scope_name(known_text_[known], !in_items);
  }
  if (std::ranges::find(kReserved, peek().text) != kReserved.end()) return unexpected("a value");
  const std::string first = joined(at_, words);
  if (is_symbol("(", words)) {
    return syntax_error(peek().at, "there is no function '" + first + "'");
  }
  at_ += words;
  return scope_name(first, !in_items);
}

// The path behind a name of the scope belongs to the name: fields may have dots in their ids.
Result<NodeId> Parser::scope_name(std::string first, bool is_read) {
  ScopeName name{first, {std::move(first)}, is_read};
  while (is_symbol(".") && name_length(1) > 0) {
    const std::size_t length = name_length(1);
    if (is_symbol("(", length + 1)) {
      if (!foreign_)
        return syntax_error(peek(1).at, "there is no function '" + name.whole + '.' +
                                            joined(at_ + 1, length) + "'");
      return syntax_error(peek(1).at, "calling methods of objects is not supported: '" +
                                          peek(1).text +
                                          "'; use a function of the language or a variable");
    }
    std::string part = joined(at_ + 1, length);
    at_ += length + 1;
    name.whole += '.' + part;
    name.parts.push_back(std::move(part));
  }
  const std::uint32_t index = name_index(std::move(name));
  return with_items(0, index, add(NodeKind::scope_name, {}, index));
}

Result<Type> Parser::type() {
  const Depth depth(depth_);
  if (depth_ > limits::kExpressionDepthMax) {
    return syntax_error(peek().at, "too many nested parts");
  }
  std::size_t length = 0;
  std::size_t best = 0;
  Type out;
  while (length < kBuiltinWordsMax && peek(length).kind == TokenKind::name) {
    ++length;
    const std::string name = joined(at_, length);
    for (const auto& [text, kind] : kTypes) {
      if (text != name) continue;
      best = length;
      out.kind = kind;
    }
  }
  if (best == 0) return unexpected("a type");
  at_ += best;
  if (!take_symbol("<")) return out;
  if (out.kind == TypeKind::list || out.kind == TypeKind::range) {
    CINNABAR_TRY(Type inner, type());
    out.inner.push_back(std::move(inner));
  } else if (out.kind == TypeKind::context) {
    CINNABAR_CHECK_OK(context_type(out));
  } else if (out.kind == TypeKind::function) {
    CINNABAR_CHECK_OK(function_type(out));
    return out;
  } else {
    return unexpected("an operator");
  }
  CINNABAR_CHECK_OK(expect_symbol(">"));
  return out;
}

Status Parser::context_type(Type& out) {
  while (!is_symbol(">")) {
    if (!out.names.empty()) CINNABAR_CHECK_OK(expect_symbol(","));
    CINNABAR_TRY(std::string key, this->key());
    CINNABAR_CHECK_OK(expect_symbol(":"));
    CINNABAR_TRY(Type inner, type());
    out.names.push_back(std::move(key));
    out.inner.push_back(std::move(inner));
  }
  return {};
}

// Only the number of parameters can be checked.
Status Parser::function_type(Type& out) {
  while (!is_symbol(">")) {
    if (!out.inner.empty()) CINNABAR_CHECK_OK(expect_symbol(","));
    CINNABAR_TRY(Type inner, type());
    out.inner.push_back(std::move(inner));
  }
  ++at_;
  CINNABAR_CHECK_OK(expect_symbol("->"));
  CINNABAR_TRY(const Type result, type());
  static_cast<void>(result);
  return {};
}

}  // namespace cinnabar::expr
