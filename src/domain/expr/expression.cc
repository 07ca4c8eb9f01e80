#include "domain/expr/expression.h"

#include "base/text.h"
#include "domain/expr/compare.h"
#include "domain/expr/decimal_math.h"
#include "domain/expr/functions.h"
#include "domain/expr/parser.h"
#include "domain/expr/program.h"
#include "vocab/limits.h"

#include <utility>

namespace cinnabar::expr {
namespace {

// A value on the stack; values of the scope and constants are borrowed, results are owned.
class Slot {
 public:
  explicit Slot(const Value* borrowed) : borrowed_(borrowed) {}
  explicit Slot(Value owned) : owned_(std::move(owned)) {}

  [[nodiscard]] const Value& get() const { return borrowed_ != nullptr ? *borrowed_ : owned_; }
  Value take() { return borrowed_ != nullptr ? *borrowed_ : std::move(owned_); }

 private:
  const Value* borrowed_ = nullptr;
  Value owned_;
};

const Value kNull;

Value from_optional(std::optional<bool> value) {
  return value ? Value{*value} : Value{};
}

std::optional<Decimal> arithmetic(Op op, const Decimal& a, const Decimal& b) {
  if (op == Op::add) return add(a, b);
  if (op == Op::subtract) return subtract(a, b);
  if (op == Op::multiply) return multiply(a, b);
  return divide(a, b);
}

std::optional<bool> compare(Op op, const Value& a, const Value& b) {
  if (op == Op::equal) return equals(a, b);
  if (op == Op::not_equal) {
    const auto equal = equals(a, b);
    if (!equal) return std::nullopt;
    return !*equal;
  }
  const auto ordering = order(a, b);
  if (!ordering) return std::nullopt;
  if (op == Op::less) return *ordering < 0;
  if (op == Op::less_equal) return *ordering <= 0;
  if (op == Op::greater) return *ordering > 0;
  return *ordering >= 0;
}

class Machine {
 public:
  Machine(const Program& program, const Scope& scope) : program_(program), scope_(scope) {
    stack_.reserve(8);
  }

  Result<Value> run() {
    std::size_t at = 0;
    while (at < program_.code.size()) {
      const Instruction& instruction = program_.code[at++];
      if (!spend(1)) return evaluation_error("too many steps");
      switch (instruction.op) {
        case Op::jump:
          at = instruction.operand;
          break;
        case Op::jump_unless_true:
          if (!is(pop().get(), true)) at = instruction.operand;
          break;
        case Op::jump_if_false:
          if (is(top(), false)) at = instruction.operand;
          break;
        case Op::jump_if_true:
          if (is(top(), true)) at = instruction.operand;
          break;
        default:
          CINNABAR_CHECK_OK(execute(instruction));
      }
    }
    CINNABAR_ASSERT(stack_.size() == 1);
    return stack_.back().take();
  }

 private:
  static bool is(const Value& value, bool wanted) {
    const auto* truth = value.get<bool>();
    return truth != nullptr && *truth == wanted;
  }

  // The budget covers instructions, list elements that are looked at and bytes that are copied.
  bool spend(std::size_t steps) {
    steps_ += steps;
    return steps_ <= static_cast<std::size_t>(limits::kExpressionStepsMax);
  }

  [[nodiscard]] const Value& top() const { return stack_.back().get(); }
  Slot pop() {
    CINNABAR_ASSERT(!stack_.empty());
    Slot slot = std::move(stack_.back());
    stack_.pop_back();
    return slot;
  }
  void push(Value value) { stack_.emplace_back(std::move(value)); }

  Status execute(const Instruction& instruction) {
    switch (instruction.op) {
      case Op::constant:
        stack_.emplace_back(&program_.constants[instruction.operand]);
        return {};
      case Op::name:
        return push_name(program_.names[instruction.operand]);
      case Op::equal:
      case Op::not_equal:
      case Op::less:
      case Op::less_equal:
      case Op::greater:
      case Op::greater_equal: {
        const Slot right = pop();
        const Slot left = pop();
        push(from_optional(compare(instruction.op, left.get(), right.get())));
        return {};
      }
      case Op::add:
      case Op::subtract:
      case Op::multiply:
      case Op::divide:
        return calculate(instruction.op);
      case Op::negate:
        return negate();
      case Op::logical_not: {
        const Slot value = pop();
        const auto* truth = value.get().get<bool>();
        push(truth == nullptr ? Value{} : Value{!*truth});
        return {};
      }
      case Op::logical_and:
      case Op::logical_or:
        combine(instruction.op == Op::logical_or);
        return {};
      case Op::make_list:
        return make_list(instruction.operand);
      case Op::in_list:
        return in_list(instruction.operand);
      case Op::in_range:
        in_range((instruction.operand & 1U) != 0, (instruction.operand & 2U) != 0);
        return {};
      case Op::call:
        return call(instruction);
      case Op::jump:
      case Op::jump_unless_true:
      case Op::jump_if_false:
      case Op::jump_if_true:
        break;  // run() follows jumps itself
    }
    CINNABAR_UNREACHABLE();
  }

  Status push_name(const std::string& name) {
    if (auto value = scope_.find(name)) {
      push(std::move(*value));
      return {};
    }
    const std::size_t dot = name.find('.');
    const auto owner = dot == std::string::npos
                           ? std::nullopt
                           : scope_.find(std::string_view(name).substr(0, dot));
    const auto* table = owner ? owner->list() : nullptr;
    if (table == nullptr) {
      stack_.emplace_back(&kNull);
      return {};
    }
    return push_column(*table, std::string_view(name).substr(dot + 1));
  }

  // `table.column` is the list of the column's values; empty cells are left out.
  Status push_column(const Value::List& table, std::string_view column) {
    Value::List values;
    for (const Value& row : table) {
      if (row.context() == nullptr) continue;
      if (!spend(1 + row.context()->size())) return evaluation_error("too many steps");
      for (const auto& [id, value] : *row.context()) {
        if (!equals_ignore_ascii_case(id, column)) continue;
        if (!spend_bytes(value)) return evaluation_error("too many steps");
        values.push_back(value);
      }
    }
    push(Value{std::move(values)});
    return {};
  }

  Status calculate(Op op) {
    const Slot right = pop();
    const Slot left = pop();
    const auto* a = left.get().get<Decimal>();
    const auto* b = right.get().get<Decimal>();
    if (a != nullptr && b != nullptr) {
      if (op == Op::divide && b->is_zero()) return evaluation_error("division by zero");
      auto result = arithmetic(op, *a, *b);
      if (!result) return evaluation_error("the result is out of range");
      push(Value{std::move(*result)});
      return {};
    }
    if (op == Op::add) return concatenate(left.get(), right.get());
    push(Value{});
    return {};
  }

  Status concatenate(const Value& left, const Value& right) {
    const auto* a = left.get<std::string>();
    const auto* b = right.get<std::string>();
    if (a == nullptr || b == nullptr) {
      push(Value{});
      return {};
    }
    const std::size_t size = a->size() + b->size();
    if (size > limits::kFieldTextBytesMax || !spend(size / 1024)) {
      return evaluation_error("the text is too long");
    }
    push(Value{*a + *b});
    return {};
  }

  Status negate() {
    const Slot value = pop();
    const auto* number = value.get().get<Decimal>();
    if (number == nullptr) {
      push(Value{});
      return {};
    }
    auto result = subtract(Decimal{}, *number);
    CINNABAR_ASSERT(result.has_value());
    push(Value{std::move(*result)});
    return {};
  }

  // Three-valued: the value that decides wins over null.
  void combine(bool deciding) {
    const Slot right = pop();
    const Slot left = pop();
    if (is(left.get(), deciding) || is(right.get(), deciding)) {
      push(Value{deciding});
    } else if (is(left.get(), !deciding) && is(right.get(), !deciding)) {
      push(Value{!deciding});
    } else {
      push(Value{});
    }
  }

  bool spend_bytes(const Value& value) {
    const auto* text = value.get<std::string>();
    const auto* list = value.list();
    return spend((text == nullptr ? 0 : text->size() / 1024) +
                 (list == nullptr ? 0 : list->size()));
  }

  Status make_list(std::size_t count) {
    Value::List list(count);
    for (std::size_t i = count; i-- > 0;) {
      Slot element = pop();
      if (!spend_bytes(element.get())) return evaluation_error("too many steps");
      list[i] = element.take();
    }
    push(Value{std::move(list)});
    return {};
  }

  Status in_list(std::size_t count) {
    CINNABAR_ASSERT(stack_.size() > count);
    const std::size_t first = stack_.size() - count;
    const Value& value = stack_[first - 1].get();
    bool found = false;
    for (std::size_t i = first; i < stack_.size() && !found; ++i) {
      const Value& test = stack_[i].get();
      found = equals(value, test).value_or(false);
      const auto* list = test.list();
      if (list == nullptr) continue;
      if (!spend(list->size())) return evaluation_error("too many steps");
      for (const Value& element : *list) found = found || equals(value, element).value_or(false);
    }
    stack_.resize(first - 1, Slot(&kNull));
    push(Value{found});
    return {};
  }

  void in_range(bool low_is_open, bool high_is_open) {
    const Slot high = pop();
    const Slot low = pop();
    const Slot value = pop();
    const auto above =
        compare(low_is_open ? Op::greater : Op::greater_equal, value.get(), low.get());
    const auto below = compare(high_is_open ? Op::less : Op::less_equal, value.get(), high.get());
    if (!above || !below) {
      push(Value{});
    } else {
      push(Value{*above && *below});
    }
  }

  Status call(const Instruction& instruction) {
    const std::size_t count = instruction.argument_count;
    CINNABAR_ASSERT(stack_.size() >= count);
    std::vector<const Value*> arguments;
    arguments.reserve(count);
    for (std::size_t i = stack_.size() - count; i < stack_.size(); ++i) {
      arguments.push_back(&stack_[i].get());
      if (!spend_bytes(*arguments.back())) return evaluation_error("too many steps");
    }
    CINNABAR_TRY(Value result, functions()[instruction.operand].call(arguments));
    stack_.resize(stack_.size() - count, Slot(&kNull));
    push(std::move(result));
    return {};
  }

  const Program& program_;
  const Scope& scope_;
  std::vector<Slot> stack_;
  std::size_t steps_ = 0;
};

}  // namespace

Expression::Expression(std::string text, std::shared_ptr<const Program> program)
    : text_(std::move(text)), program_(std::move(program)) {}

Result<Expression> Expression::parse(std::string_view text) {
  CINNABAR_TRY(Program program, compile(text));
  return Expression(std::string(text), std::make_shared<const Program>(std::move(program)));
}

Result<Value> Expression::eval(const Scope& scope) const {
  return Machine(*program_, scope).run();
}

Result<bool> Expression::eval_condition(const Scope& scope) const {
  CINNABAR_TRY(const Value value, eval(scope));
  if (value.is_null()) return false;
  const auto* truth = value.get<bool>();
  if (truth == nullptr) return evaluation_error("the condition is neither true nor false");
  return *truth;
}

std::vector<std::string> Expression::names() const {
  return program_->names;
}

}  // namespace cinnabar::expr
