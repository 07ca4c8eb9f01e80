#include "domain/expr/machine.h"

#include "base/text.h"
#include "domain/expr/compare.h"
#include "domain/expr/operators.h"
#include "domain/expr/temporal.h"
#include "vocab/limits.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace cinnabar::expr {
namespace {

constexpr std::size_t kFreeBytes = 64;

bool is(const Value& value, bool wanted) {
  const auto* truth = value.get<bool>();
  return truth != nullptr && *truth == wanted;
}

Value from_optional(std::optional<bool> value) {
  return value ? Value{*value} : Value{};
}

// Values without the functions in them.
Value strip(const Value& value) {
  if (value.function() != nullptr) return {};
  if (const auto* list = value.list()) {
    Value::List out;
    out.reserve(list->size());
    for (const Value& element : *list) out.push_back(strip(element));
    return Value{std::move(out)};
  }
  if (const auto* context = value.context()) {
    Value::Context out;
    out.reserve(context->size());
    for (const auto& [key, entry] : *context) {
      if (entry.function() == nullptr) out.emplace_back(key, strip(entry));
    }
    return Value{std::move(out)};
  }
  return value;
}

// Of a table of the record: the cells of one column, without regard to ASCII case; empty cells are
// left out.
Value column(const Value::List& rows, std::string_view name) {
  Value::List cells;
  for (const Value& row : rows) {
    if (row.context() == nullptr) continue;
    for (const auto& [id, cell] : *row.context()) {
      if (equals_ignore_ascii_case(id, name) && !cell.is_null()) cells.push_back(cell);
    }
  }
  return Value{std::move(cells)};
}

}  // namespace

Result<Value> Machine::run() {
  found_.resize(program_.names.size());
  CINNABAR_TRY(Value result, eval(program_.root));
  CINNABAR_CHECK_OK(check_result(result, 0));
  return has_function_ ? strip(result) : std::move(result);
}

Status Machine::spend(std::size_t steps) {
  steps_ += steps;
  if (steps_ > static_cast<std::size_t>(limits::kExpressionStepsMax)) {
    return evaluation_error("too many steps");
  }
  return {};
}

Status Machine::spend_bytes(std::size_t bytes) {
  bytes_ += bytes;
  if (bytes_ > limits::kExpressionDataBytesMax) return evaluation_error("too much text");
  return {};
}

// What it costs to hand out a value that was made: its elements and its text.
Status Machine::pay_for(const Value& value) {
  if (const auto* text = value.get<std::string>()) {
    return text->size() <= kFreeBytes ? Status{} : spend_bytes(text->size());
  }
  const Value::List* list = value.list();
  if (list == nullptr) return {};
  CINNABAR_CHECK_OK(spend(list->size()));
  for (const Value& element : *list) {
    const auto* text = element.get<std::string>();
    if (text != nullptr && text->size() > kFreeBytes) CINNABAR_CHECK_OK(spend_bytes(text->size()));
  }
  return {};
}

Status Machine::check_result(const Value& value, std::int32_t depth) {
  if (++items_ > limits::kExpressionResultItemsMax) {
    return evaluation_error("the result is too large");
  }
  if (depth > limits::kExpressionValueDepthMax) {
    return evaluation_error("the result is nested too deeply");
  }
  if (value.function() != nullptr) has_function_ = true;
  if (const auto* list = value.list()) {
    for (const Value& element : *list) CINNABAR_CHECK_OK(check_result(element, depth + 1));
  } else if (const auto* context = value.context()) {
    for (const auto& [key, entry] : *context) CINNABAR_CHECK_OK(check_result(entry, depth + 1));
  } else if (const auto* range = value.range()) {
    CINNABAR_CHECK_OK(check_result(range->low, depth + 1));
    CINNABAR_CHECK_OK(check_result(range->high, depth + 1));
  }
  return {};
}

// Only loops that look at their own results can nest values without nesting the text.
Status Machine::check_depth(const Value& value, std::int32_t depth) {
  CINNABAR_CHECK_OK(spend(1));
  if (depth > limits::kExpressionValueDepthMax) return evaluation_error("nested too deeply");
  if (const auto* list = value.list()) {
    for (const Value& element : *list) CINNABAR_CHECK_OK(check_depth(element, depth + 1));
  } else if (const auto* context = value.context()) {
    for (const auto& [key, entry] : *context) CINNABAR_CHECK_OK(check_depth(entry, depth + 1));
  } else if (const auto* range = value.range()) {
    CINNABAR_CHECK_OK(check_depth(range->low, depth + 1));
    CINNABAR_CHECK_OK(check_depth(range->high, depth + 1));
  } else if (const auto* function = value.function()) {
    for (const Value& captured : function->captured) {
      CINNABAR_CHECK_OK(check_depth(captured, depth + 1));
    }
  }
  return {};
}

Result<std::optional<bool>> Machine::equal(const Value& a, const Value& b) {
  std::size_t work = 0;
  const auto result = equals(a, b, work);
  if (work > 1) CINNABAR_CHECK_OK(spend(work - 1));
  return result;
}

Result<Value> Machine::copy(const Value& value) {
  const auto* text = value.get<std::string>();
  if (text != nullptr && text->size() > kFreeBytes) CINNABAR_CHECK_OK(spend_bytes(text->size()));
  return value;
}

Result<const Value*> Machine::look(NodeId id, Value& kept) {
  const Node& node = program_.nodes[id];
  if (node.kind == NodeKind::constant) return &program_.constants[node.a];
  CINNABAR_TRY(kept, eval(id));
  return &kept;
}

Result<Value> Machine::eval(NodeId id) {
  const Depth depth(depth_);
  if (depth_ > limits::kExpressionCallDepthMax) return evaluation_error("nested too deeply");
  CINNABAR_CHECK_OK(spend(1));
  const Node& node = program_.nodes[id];
  switch (node.kind) {
    case NodeKind::constant:
      return copy(program_.constants[node.a]);
    case NodeKind::local:
      return copy(locals_[node.a]);
    case NodeKind::scope_name:
      return scope_name(node.a);
    case NodeKind::item_name:
      return item_name(node);
    case NodeKind::list:
      return list(node);
    case NodeKind::context:
      return context(node);
    case NodeKind::range:
      return range(node);
    case NodeKind::all_of:
      return junction(node, false);
    case NodeKind::any_of:
      return junction(node, true);
    case NodeKind::compare:
      return compare(node);
    case NodeKind::among:
      return among(node);
    case NodeKind::not_equal_to:
      return evaluation_error("a test without a value");
    case NodeKind::sum:
      return sum(node);
    case NodeKind::power:
      return power(node);
    case NodeKind::negate:
      return negate(node);
    case NodeKind::logical_not:
      return logical_not(node);
    case NodeKind::foreign_not:
    case NodeKind::foreign_empty:
      return foreign(node);
    case NodeKind::foreign_index:
      return foreign_index(node);
    case NodeKind::member:
      return member(node);
    case NodeKind::filter:
      return filter(node);
    case NodeKind::choose:
      return choose(node);
    case NodeKind::each:
    case NodeKind::some:
    case NodeKind::every:
      return loop(node);
    case NodeKind::function:
      return function(node);
    case NodeKind::call:
      return call(node);
    case NodeKind::call_value:
      return call_value(node);
    case NodeKind::instance_of: {
      CINNABAR_TRY(const Value value, eval(program_.children_of(node)[0]));
      return Value{is_instance(value, program_.types[node.a])};
    }
  }
  CINNABAR_UNREACHABLE();
}

Result<Value> Machine::scope_name(std::uint32_t index) {
  if (found_[index]) return copy(*found_[index]);
  const ScopeName& name = program_.names[index];
  std::optional<Value> value = scope_.find(name.whole);
  std::size_t used = name.parts.size();
  std::string_view beginning = name.whole;
  while (!value && --used > 0) {
    beginning.remove_suffix(name.parts[used].size() + 1);
    value = scope_.find(beginning);
  }
  for (std::size_t i = used; value && i < name.parts.size(); ++i) {
    CINNABAR_CHECK_OK(pay_for(*value));
    if (const auto* rows = value->list()) {
      for (const Value& row : *rows) {
        if (row.context() != nullptr) CINNABAR_CHECK_OK(spend(row.context()->size()));
      }
      *value = column(*rows, name.parts[i]);
    } else {
      *value = property(*value, name.parts[i]).value_or(Value{});
    }
  }
  found_[index] = value ? std::move(*value) : Value{};
  return copy(*found_[index]);
}

Result<Value> Machine::item_name(const Node& node) {
  const auto children = program_.children_of(node);
  const ScopeName& name = program_.names[node.a];
  for (std::size_t i = 0; i + 1 < children.size(); ++i) {
    const Value& item = locals_[children[i]];
    if (item.context() != nullptr) CINNABAR_CHECK_OK(spend(item.context()->size() / 16));
    const auto found = property(item, name.parts.front());
    if (!found) continue;
    Value value = *found;
    for (std::size_t part = 1; part < name.parts.size(); ++part) {
      CINNABAR_TRY(value, member_of(value, name.parts[part]));
    }
    return copy(value);
  }
  return eval(children.back());
}

Result<Value> Machine::list(const Node& node) {
  Value::List out;
  out.reserve(node.count);
  for (const NodeId child : program_.children_of(node)) {
    CINNABAR_TRY(Value element, eval(child));
    out.push_back(std::move(element));
  }
  return Value{std::move(out)};
}

Result<Value> Machine::context(const Node& node) {
  Value::Context out;
  out.reserve(node.count);
  const auto children = program_.children_of(node);
  for (std::size_t i = 0; i < children.size(); ++i) {
    CINNABAR_TRY(Value value, eval(children[i]));
    CINNABAR_TRY(Value kept, copy(value));
    locals_.push_back(std::move(kept));
    out.emplace_back(program_.texts[node.a + i], std::move(value));
  }
  locals_.resize(locals_.size() - children.size());
  return Value{std::move(out)};
}

Result<Value> Machine::range(const Node& node) {
  const auto children = program_.children_of(node);
  Value::Range out;
  CINNABAR_TRY(out.low, eval(children[0]));
  CINNABAR_TRY(out.high, eval(children[1]));
  const bool one_sided = node.a == 1;
  const std::size_t nulls = (out.low.is_null() ? 1U : 0U) + (out.high.is_null() ? 1U : 0U);
  if (nulls > (one_sided ? 1U : 0U)) return Value{};
  for (const Value* end : {&out.low, &out.high}) {
    if (end->list() != nullptr || end->context() != nullptr || end->range() != nullptr ||
        end->get<bool>() != nullptr || end->function() != nullptr) {
      return Value{};
    }
  }
  out.low_included = (node.flag & kLowOpen) == 0;
  out.high_included = (node.flag & kHighOpen) == 0;
  return Value{std::move(out)};
}

// Three-valued: the value that decides wins over null and ends the evaluation.
Result<Value> Machine::junction(const Node& node, bool deciding) {
  bool unknown = false;
  for (const NodeId child : program_.children_of(node)) {
    CINNABAR_TRY(const Value value, eval(child));
    if (is(value, deciding)) return Value{deciding};
    if (!is(value, !deciding)) unknown = true;
  }
  return unknown ? Value{} : Value{!deciding};
}

Result<Value> Machine::compare(const Node& node) {
  const auto children = program_.children_of(node);
  Value left_kept;
  Value right_kept;
  CINNABAR_TRY(const Value* left, look(children[0], left_kept));
  CINNABAR_TRY(const Value* right, look(children[1], right_kept));
  const auto op = static_cast<Compare>(node.flag);
  if (op == Compare::equal || op == Compare::not_equal) {
    CINNABAR_TRY(const auto same, equal(*left, *right));
    if (!same) return Value{};
    return Value{*same == (op == Compare::equal)};
  }
  const auto ordering = order(*left, *right);
  if (!ordering) return Value{};
  if (op == Compare::less) return Value{*ordering < 0};
  if (op == Compare::less_equal) return Value{*ordering <= 0};
  if (op == Compare::greater) return Value{*ordering > 0};
  return Value{*ordering >= 0};
}

Result<std::optional<bool>> Machine::passes(const Value& value, NodeId test, bool may_decide) {
  const Node& node = program_.nodes[test];
  if (node.kind == NodeKind::not_equal_to) {
    CINNABAR_TRY(const Value other, eval(program_.children_of(node)[0]));
    CINNABAR_TRY(const auto same, equal(value, other));
    if (!same) return std::optional<bool>{};
    return std::optional<bool>{!*same};
  }
  Value kept;
  CINNABAR_TRY(const Value* wanted, look(test, kept));
  if (const auto* range = wanted->range(); range != nullptr && value.range() == nullptr) {
    return includes(*range, value);
  }
  if (wanted->is_null() && node.kind == NodeKind::range) return std::optional<bool>{};
  // An entry of a decision table may be a condition on '?' itself.
  const auto* truth = wanted->get<bool>();
  if (may_decide && truth != nullptr && node.kind != NodeKind::constant) {
    if (value.get<bool>() == nullptr) return std::optional<bool>{*truth};
  }
  CINNABAR_TRY(const auto same, equal(value, *wanted));
  const auto* list = wanted->list();
  if (same.value_or(false) || list == nullptr) return same;
  CINNABAR_CHECK_OK(spend(list->size()));
  for (const Value& element : *list) {
    if (const auto* range = element.range()) {
      if (includes(*range, value).value_or(false)) return std::optional<bool>{true};
      continue;
    }
    CINNABAR_TRY(const auto equal_element, equal(value, element));
    if (equal_element.value_or(false)) return std::optional<bool>{true};
  }
  return std::optional<bool>{false};
}

// One range may give null, as a comparison does; otherwise a test passes or it does not.
Result<Value> Machine::among(const Node& node) {
  const auto children = program_.children_of(node);
  Value kept;
  CINNABAR_TRY(const Value* value, look(children[0], kept));
  for (std::size_t i = 1; i < children.size(); ++i) {
    CINNABAR_TRY(const auto passed, passes(*value, children[i], node.flag == 1));
    const bool alone = children.size() == 2 && node.flag == 0 &&
                       program_.nodes[children[i]].kind == NodeKind::range;
    if (alone) return from_optional(passed);
    if (passed.value_or(false)) return Value{true};
  }
  return Value{false};
}

Result<Value> Machine::sum(const Node& node) {
  const auto children = program_.children_of(node);
  CINNABAR_TRY(Value result, eval(children[0]));
  for (std::size_t i = 1; i + 1 < children.size(); i += 2) {
    const auto op = static_cast<Arithmetic>(children[i]);
    Value kept;
    CINNABAR_TRY(const Value* right, look(children[i + 1], kept));
    // A division takes as long as some ten additions.
    CINNABAR_CHECK_OK(spend(op == Arithmetic::divide || op == Arithmetic::remainder ? 8 : 1));
    CINNABAR_TRY(result, calculate(op, result, *right));
    CINNABAR_CHECK_OK(pay_for(result));
  }
  return result;
}

Result<Value> Machine::power(const Node& node) {
  const auto children = program_.children_of(node);
  CINNABAR_TRY(Value result, eval(children[0]));
  for (const NodeId child : children.subspan(1)) {
    CINNABAR_TRY(const Value exponent, eval(child));
    CINNABAR_CHECK_OK(spend(100));
    CINNABAR_TRY(result, raise(result, exponent));
  }
  return result;
}

Result<Value> Machine::negate(const Node& node) {
  CINNABAR_TRY(const Value value, eval(program_.children_of(node)[0]));
  return negated(value);
}

Result<Value> Machine::logical_not(const Node& node) {
  CINNABAR_TRY(const Value value, eval(program_.children_of(node)[0]));
  const auto* truth = value.get<bool>();
  return truth == nullptr ? Value{} : Value{!*truth};
}

// In the language of those expressions null is false, and empty.
Result<Value> Machine::foreign(const Node& node) {
  CINNABAR_TRY(const Value value, eval(program_.children_of(node)[0]));
  if (node.kind == NodeKind::foreign_not) {
    if (value.is_null()) return Value{true};
    const auto* truth = value.get<bool>();
    return truth == nullptr ? Value{} : Value{!*truth};
  }
  const auto* text = value.get<std::string>();
  const bool empty = value.is_null() || (text != nullptr && text->empty()) ||
                     (value.list() != nullptr && value.list()->empty()) ||
                     (value.context() != nullptr && value.context()->empty());
  return Value{empty};
}

// The first element has index 0 there.
Result<Value> Machine::foreign_index(const Node& node) {
  const auto children = program_.children_of(node);
  CINNABAR_TRY(const Value owner, eval(children[0]));
  CINNABAR_TRY(const Value index, eval(children[1]));
  if (const auto* key = index.get<std::string>()) return member_of(owner, *key);
  const auto* number = index.get<Decimal>();
  const auto* list = owner.list();
  const auto at = number == nullptr ? std::nullopt : number->to_int();
  if (list == nullptr || !at || *at < 0 || *at >= static_cast<std::int64_t>(list->size())) {
    return Value{};
  }
  return copy((*list)[static_cast<std::size_t>(*at)]);
}

}  // namespace cinnabar::expr
