#include "domain/expr/machine.h"
#include "domain/expr/operators.h"
#include "domain/expr/temporal.h"
#include "vocab/limits.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace cinnabar::expr {
namespace {

bool is_true(const Value& value) {
  const auto* truth = value.get<bool>();
  return truth != nullptr && *truth;
}

// Index 1 is the first element, -1 the last.
const Value* element_at(const Value::List& list, const Decimal& index) {
  const auto at = index.to_int();
  const auto size = static_cast<std::int64_t>(list.size());
  if (!at || *at == 0 || *at > size || *at < -size) return nullptr;
  return &list[static_cast<std::size_t>(*at > 0 ? *at - 1 : size + *at)];
}

constexpr std::size_t kFewArguments = 4;

}  // namespace

struct Machine::Loop {
  const Node& node;
  std::span<const std::uint32_t> children;
  std::size_t iterators = 0;
  Value::List results;
  bool is_null = false;  // what it goes over is nothing that can be gone over
  bool is_unknown = false;
  bool is_decided = false;

  [[nodiscard]] bool is_over() const { return is_null || is_decided; }
};

Result<Value> Machine::member(const Node& node) {
  CINNABAR_TRY(const Value owner, eval(program_.children_of(node)[0]));
  return member_of(owner, program_.texts[node.a]);
}

// Of a list: the member of every element.
Result<Value> Machine::member_of(const Value& owner, std::string_view name) {
  const Value::List* list = owner.list();
  if (list == nullptr) {
    if (owner.context() != nullptr) CINNABAR_CHECK_OK(spend(owner.context()->size() / 16));
    return copy(property(owner, name).value_or(Value{}));
  }
  Value::List out;
  out.reserve(list->size());
  for (const Value& element : *list) {
    if (element.context() != nullptr) CINNABAR_CHECK_OK(spend(element.context()->size() / 16));
    out.push_back(property(element, name).value_or(Value{}));
  }
  Value result{std::move(out)};
  CINNABAR_CHECK_OK(pay_for(result));
  return result;
}

Result<Value> Machine::filter(const Node& node) {
  const auto children = program_.children_of(node);
  CINNABAR_TRY(const Value value, eval(children[0]));
  Value::List single;
  const Value::List* list = value.list();
  if (list == nullptr) {
    if (!value.is_null()) single.push_back(value);
    list = &single;
  }
  if (node.flag == 0) return keep(node, *list);
  const Value& index = program_.constants[program_.nodes[children[1]].a];
  const Value* element = element_at(*list, *index.get<Decimal>());
  return element == nullptr ? Result<Value>(Value{}) : copy(*element);
}

// What is in the brackets is a condition on every element, or gives a number, which is an index.
Result<Value> Machine::keep(const Node& node, const Value::List& list) {
  const NodeId predicate = program_.children_of(node)[1];
  if (list.empty()) {
    locals_.emplace_back();
    CINNABAR_TRY(const Value found, eval(predicate));
    locals_.pop_back();
    return found.get<Decimal>() == nullptr ? Value{Value::List{}} : Value{};
  }
  Value::List out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    CINNABAR_TRY(Value item, copy(list[i]));
    locals_.push_back(std::move(item));
    CINNABAR_TRY(const Value found, eval(predicate));
    locals_.pop_back();
    if (const auto* index = found.get<Decimal>(); index != nullptr && i == 0) {
      const Value* element = element_at(list, *index);
      return element == nullptr ? Result<Value>(Value{}) : copy(*element);
    }
    if (!is_true(found)) continue;
    CINNABAR_TRY(Value kept, copy(list[i]));
    out.push_back(std::move(kept));
  }
  return Value{std::move(out)};
}

Result<Value> Machine::choose(const Node& node) {
  const auto children = program_.children_of(node);
  for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
    CINNABAR_TRY(const Value condition, eval(children[i]));
    if (is_true(condition)) return eval(children[i + 1]);
  }
  return eval(children.back());
}

Result<Value> Machine::loop(const Node& node) {
  Loop loop{.node = node, .children = program_.children_of(node), .results = {}};
  loop.iterators = loop.children.size() / 2;
  CINNABAR_CHECK_OK(iterate(loop, 0));
  if (loop.is_null) return Value{};
  if (node.kind == NodeKind::each) return Value{std::move(loop.results)};
  if (loop.is_decided) return Value{node.kind == NodeKind::some};
  return loop.is_unknown ? Value{} : Value{node.kind == NodeKind::every};
}

// Recursion as deep as there are iterators, at most 16.
Status Machine::iterate(Loop& loop, std::size_t which) {
  if (which == loop.iterators) return finish_round(loop);
  CINNABAR_TRY(const Value first, eval(loop.children[2 * which]));
  const NodeId last = loop.children[2 * which + 1];
  if (last == kNoNode) return iterate_values(loop, which, first);
  CINNABAR_TRY(const Value high, eval(last));
  return iterate_range(loop, which, first, high);
}

Status Machine::iterate_values(Loop& loop, std::size_t which, const Value& values) {
  if (const auto* range = values.range()) {
    if (!range->low_included || !range->high_included) {
      loop.is_null = true;
      return {};
    }
    return iterate_range(loop, which, range->low, range->high);
  }
  const Value::List* list = values.list();
  if (list == nullptr) {
    loop.is_null = values.is_null();
    return loop.is_null ? Status{} : visit(loop, which, values);
  }
  for (const Value& element : *list) {
    if (loop.is_over()) break;
    CINNABAR_TRY(Value kept, copy(element));
    CINNABAR_CHECK_OK(visit(loop, which, std::move(kept)));
  }
  return {};
}

// Whole numbers or days, up or down.
Status Machine::iterate_range(Loop& loop, std::size_t which, const Value& low, const Value& high) {
  const auto* first_day = low.get<Date>();
  const auto* last_day = high.get<Date>();
  const bool days = first_day != nullptr && last_day != nullptr;
  std::optional<std::int64_t> first;
  std::optional<std::int64_t> last;
  if (days) {
    first = to_days(*first_day);
    last = to_days(*last_day);
  } else if (low.get<Decimal>() != nullptr && high.get<Decimal>() != nullptr) {
    first = low.get<Decimal>()->to_int();
    last = high.get<Decimal>()->to_int();
  }
  if (!first || !last) {
    loop.is_null = true;
    return {};
  }
  const std::int64_t step = *first <= *last ? 1 : -1;
  for (std::int64_t i = *first; !loop.is_over(); i += step) {
    const auto day = days ? from_days(i) : std::nullopt;
    CINNABAR_CHECK_OK(visit(loop, which, day ? Value{*day} : Value{i}));
    if (i == *last) break;
  }
  return {};
}

Status Machine::visit(Loop& loop, std::size_t which, Value value) {
  CINNABAR_CHECK_OK(spend(1));
  locals_.push_back(std::move(value));
  CINNABAR_CHECK_OK(iterate(loop, which + 1));
  locals_.pop_back();
  return {};
}

Status Machine::finish_round(Loop& loop) {
  const bool uses_partial = loop.node.flag == 1;
  if (loop.node.kind == NodeKind::each) {
    locals_.emplace_back();
    if (uses_partial) {
      CINNABAR_CHECK_OK(spend(loop.results.size()));
      locals_.back() = Value{loop.results};
      CINNABAR_CHECK_OK(pay_for(locals_.back()));
    }
  }
  CINNABAR_TRY(Value result, eval(loop.children.back()));
  if (loop.node.kind == NodeKind::each) {
    locals_.pop_back();
    if (uses_partial) CINNABAR_CHECK_OK(check_depth(result, 0));
    loop.results.push_back(std::move(result));
    return {};
  }
  const auto* truth = result.get<bool>();
  if (truth == nullptr) {
    loop.is_unknown = true;
  } else if (*truth == (loop.node.kind == NodeKind::some)) {
    loop.is_decided = true;
  }
  return {};
}

Result<Value> Machine::function(const Node& node) {
  Value::Function made;
  made.shape = &program_.functions[node.a];
  CINNABAR_CHECK_OK(spend(made.shape->captured));
  const std::size_t count = std::min<std::size_t>(made.shape->captured, locals_.size());
  made.captured.assign(locals_.begin(), locals_.begin() + static_cast<std::ptrdiff_t>(count));
  for (const Value& value : made.captured) {
    CINNABAR_CHECK_OK(copy(value));
  }
  // The slot of the entry itself is filled when the function is called.
  made.captured.resize(made.shape->captured);
  return Value{std::make_shared<const Value::Function>(std::move(made))};
}

Result<Value> Machine::apply(const Value& function, std::vector<Value> arguments) {
  const Value::Function* made = function.function();
  if (made == nullptr || made->shape->parameters.size() != arguments.size()) return Value{};
  const Depth depth(depth_);
  if (depth_ > limits::kExpressionCallDepthMax) return evaluation_error("nested too deeply");
  CINNABAR_CHECK_OK(spend(1 + made->captured.size()));
  std::vector<Value> locals;
  locals.reserve(made->captured.size() + arguments.size() + 4);
  for (const Value& value : made->captured) {
    CINNABAR_TRY(Value kept, copy(value));
    locals.push_back(std::move(kept));
  }
  if (made->shape->self != kNoNode) locals[made->shape->self] = function;
  for (Value& argument : arguments) locals.push_back(std::move(argument));
  std::swap(locals, locals_);
  Result<Value> result = eval(made->shape->body);
  std::swap(locals, locals_);
  return result;
}

Result<Value> Machine::call(const Node& node) {
  const auto children = program_.children_of(node);
  const Builtin& builtin = builtins()[node.a];
  if (children.size() <= kFewArguments) {
    std::array<Value, kFewArguments> arguments;
    for (std::size_t i = 0; i < children.size(); ++i) {
      CINNABAR_TRY(arguments.at(i), eval(children[i]));
    }
    return call_builtin(builtin, std::span(arguments).first(children.size()));
  }
  std::vector<Value> arguments;
  arguments.reserve(children.size());
  for (const NodeId child : children) {
    CINNABAR_TRY(Value argument, eval(child));
    arguments.push_back(std::move(argument));
  }
  return call_builtin(builtin, arguments);
}

// Every function takes time in proportion to its arguments and its result, or pays for more itself.
Result<Value> Machine::call_builtin(const Builtin& builtin, std::span<const Value> arguments) {
  for (const Value& argument : arguments) {
    if (const auto* text = argument.get<std::string>()) {
      CINNABAR_CHECK_OK(spend(text->size() / 1024));
    } else if (const auto* list = argument.list()) {
      CINNABAR_CHECK_OK(spend(list->size()));
    } else if (const auto* context = argument.context()) {
      CINNABAR_CHECK_OK(spend(context->size()));
    }
  }
  CINNABAR_TRY(Value result, builtin.call(arguments, *this));
  const auto* text = result.get<std::string>();
  if (text != nullptr && text->size() > limits::kFieldTextBytesMax) {
    return evaluation_error("the text is too long");
  }
  CINNABAR_CHECK_OK(pay_for(result));
  return result;
}

Result<Value> Machine::call_value(const Node& node) {
  const auto children = program_.children_of(node);
  CINNABAR_TRY(const Value callee, eval(children[0]));
  std::vector<Value> arguments;
  arguments.reserve(children.size() - 1);
  for (const NodeId child : children.subspan(1)) {
    CINNABAR_TRY(Value argument, eval(child));
    arguments.push_back(std::move(argument));
  }
  const Value::Function* made = callee.function();
  if (made == nullptr) return Value{};
  const std::vector<std::string>& names = program_.argument_names[node.a];
  if (names.empty()) return apply(callee, std::move(arguments));
  const std::vector<std::string>& parameters = made->shape->parameters;
  if (names.size() != parameters.size()) return Value{};
  std::vector<Value> ordered(parameters.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto it = std::ranges::find(parameters, names[i]);
    if (it == parameters.end()) return Value{};
    ordered[static_cast<std::size_t>(it - parameters.begin())] = std::move(arguments[i]);
  }
  return apply(callee, std::move(ordered));
}

}  // namespace cinnabar::expr
