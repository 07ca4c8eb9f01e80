#include "domain/expr/builtins.h"
#include "domain/expr/compare.h"
#include "vocab/limits.h"

#include <algorithm>
#include <compare>
#include <utility>

namespace cinnabar::expr::builtin {
namespace {

Result<bool> has(const Value::List& list, const Value& wanted, Runtime& runtime) {
  for (const Value& element : list) {
    CINNABAR_CHECK_OK(runtime.spend(1));
    CINNABAR_TRY(const auto same, runtime.equal(element, wanted));
    if (same.value_or(false)) return true;
  }
  return false;
}

Value extreme(Arguments arguments, std::strong_ordering wanted) {
  const Value* best = nullptr;
  for (const Value& value : elements(arguments)) {
    if (is_blank(value)) continue;
    if (best == nullptr) {
      best = &value;
      continue;
    }
    const auto ordering = order(value, *best);
    if (!ordering) return {};
    if (*ordering == wanted) best = &value;
  }
  return best == nullptr ? Value{} : *best;
}

// Three-valued: the value that decides wins over null.
Answer junction(Arguments arguments, bool deciding) {
  if (arguments.size() == 1 && arguments[0].is_null()) return Value{};
  bool unknown = false;
  for (const Value& value : elements(arguments)) {
    const auto* truth = value.get<bool>();
    if (truth == nullptr) {
      unknown = true;
    } else if (*truth == deciding) {
      return Value{deciding};
    }
  }
  return unknown ? Value{} : Value{!deciding};
}

// Positions count from 1, or from the end when negative; nullopt: there is no such place.
std::optional<std::size_t> place_of(const Value& position, std::size_t size) {
  const auto at = int_of(position);
  const auto count = static_cast<std::int64_t>(size);
  if (!at || *at == 0 || *at > count || *at < -count) return std::nullopt;
  return static_cast<std::size_t>(*at > 0 ? *at - 1 : count + *at);
}

// A sort of its own: the comparison may be any function of the expression, may fail, and need not
// make sense.
class Sorter {
 public:
  Sorter(Runtime& runtime, const Value* precedes) : runtime_(runtime), precedes_(precedes) {}

  Answer run(Value::List list) {
    Value::List other(list.size());
    for (std::size_t width = 1; width < list.size(); width *= 2) {
      for (std::size_t low = 0; low < list.size(); low += 2 * width) {
        const std::size_t middle = std::min(low + width, list.size());
        const std::size_t high = std::min(low + 2 * width, list.size());
        CINNABAR_CHECK_OK(merge(list, other, low, middle, high));
      }
      std::swap(list, other);
    }
    return has_no_order_ ? Value{} : Value{std::move(list)};
  }

 private:
  Status merge(Value::List& from, Value::List& to, std::size_t low, std::size_t middle,
               std::size_t high) {
    std::size_t left = low;
    std::size_t right = middle;
    for (std::size_t i = low; i < high; ++i) {
      bool take_right = left == middle;
      if (left < middle && right < high) {
        CINNABAR_TRY(take_right, precedes(from[right], from[left]));
      }
      to[i] = std::move(from[take_right ? right++ : left++]);
    }
    return {};
  }

  Result<bool> precedes(const Value& a, const Value& b) {
    CINNABAR_CHECK_OK(runtime_.spend(1));
    if (precedes_ == nullptr) {
      const auto ordering = order(a, b);
      if (!ordering) has_no_order_ = true;
      return ordering && *ordering < 0;
    }
    CINNABAR_TRY(const Value result, runtime_.apply(*precedes_, {a, b}));
    const auto* truth = result.get<bool>();
    return truth != nullptr && *truth;
  }

  Runtime& runtime_;
  const Value* precedes_;
  bool has_no_order_ = false;
};

Status append_to(Value::List& out, const Value& value, Runtime& runtime) {
  const auto* text = value.get<std::string>();
  CINNABAR_CHECK_OK(runtime.spend(1));
  if (text != nullptr) CINNABAR_CHECK_OK(runtime.spend_bytes(text->size()));
  out.push_back(value);
  return {};
}

// Recursion as deep as the lists lie in one another, which is bounded.
Status flatten_into(Value::List& out, const Value& value, std::int32_t depth, Runtime& runtime) {
  const auto* list = value.list();
  if (list == nullptr) return append_to(out, value, runtime);
  if (depth > 2 * limits::kExpressionValueDepthMax) return evaluation_error("nested too deeply");
  CINNABAR_CHECK_OK(runtime.spend(1));
  for (const Value& element : *list) {
    CINNABAR_CHECK_OK(flatten_into(out, element, depth + 1, runtime));
  }
  return {};
}

}  // namespace

Answer list_contains(Arguments arguments, Runtime& runtime) {
  if (arguments[0].is_null()) return Value{};
  CINNABAR_TRY(const bool found, has(list_of(arguments[0]), arguments[1], runtime));
  return Value{found};
}

Answer count(Arguments arguments, Runtime&) {
  if (arguments.size() == 1 && arguments[0].is_null()) return Value{Decimal{}};
  return Value{static_cast<std::int64_t>(elements(arguments).size())};
}

Answer min(Arguments arguments, Runtime&) {
  return extreme(arguments, std::strong_ordering::less);
}
Answer max(Arguments arguments, Runtime&) {
  return extreme(arguments, std::strong_ordering::greater);
}
Answer all(Arguments arguments, Runtime&) {
  return junction(arguments, false);
}
Answer any(Arguments arguments, Runtime&) {
  return junction(arguments, true);
}

Answer sublist(Arguments arguments, Runtime&) {
  const Value::List list = list_of(arguments[0]);
  const auto start = place_of(arguments[1], list.size());
  if (!start) return Value{};
  std::size_t count = list.size() - *start;
  if (arguments.size() == 3 && !arguments[2].is_null()) {
    const auto wanted = int_of(arguments[2]);
    if (!wanted || *wanted < 0 || static_cast<std::size_t>(*wanted) > count) return Value{};
    count = static_cast<std::size_t>(*wanted);
  }
  const auto begin = list.begin() + static_cast<std::ptrdiff_t>(*start);
  return Value{Value::List(begin, begin + static_cast<std::ptrdiff_t>(count))};
}

Answer append(Arguments arguments, Runtime&) {
  Value::List out = arguments[0].is_null() ? Value::List{} : list_of(arguments[0]);
  for (const Value& item : arguments.subspan(1)) out.push_back(item);
  return Value{std::move(out)};
}

Answer concatenate(Arguments arguments, Runtime& runtime) {
  Value::List out;
  for (const Value& part : arguments) {
    if (part.is_null()) return Value{};
    const auto* list = part.list();
    if (list == nullptr) {
      CINNABAR_CHECK_OK(append_to(out, part, runtime));
      continue;
    }
    for (const Value& element : *list) CINNABAR_CHECK_OK(append_to(out, element, runtime));
  }
  return Value{std::move(out)};
}

Answer insert_before(Arguments arguments, Runtime&) {
  Value::List list = list_of(arguments[0]);
  const auto place = place_of(arguments[1], list.size());
  // One behind the last is the end.
  const bool at_end = int_of(arguments[1]) == static_cast<std::int64_t>(list.size()) + 1;
  if (arguments[0].is_null() || (!place && !at_end)) return Value{};
  const std::size_t at = place.value_or(list.size());
  list.insert(list.begin() + static_cast<std::ptrdiff_t>(at), arguments[2]);
  return Value{std::move(list)};
}

Answer remove(Arguments arguments, Runtime&) {
  Value::List list = list_of(arguments[0]);
  const auto place = place_of(arguments[1], list.size());
  if (!place) return Value{};
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(*place));
  return Value{std::move(list)};
}

// At a position, or wherever a function of the element and the new one is true.
Answer list_replace(Arguments arguments, Runtime& runtime) {
  Value::List list = list_of(arguments[0]);
  if (arguments[0].is_null()) return Value{};
  const Value& where = single(arguments[1]);
  if (where.function() == nullptr) {
    const auto place = place_of(where, list.size());
    if (!place) return Value{};
    list[*place] = arguments[2];
    return Value{std::move(list)};
  }
  for (Value& element : list) {
    CINNABAR_TRY(const Value result, runtime.apply(where, {element, arguments[2]}));
    const auto* truth = result.get<bool>();
    if (truth == nullptr) return Value{};
    if (*truth) element = arguments[2];
  }
  return Value{std::move(list)};
}

Answer reverse(Arguments arguments, Runtime&) {
  if (arguments[0].is_null()) return Value{};
  Value::List list = list_of(arguments[0]);
  std::ranges::reverse(list);
  return Value{std::move(list)};
}

Answer index_of(Arguments arguments, Runtime& runtime) {
  if (arguments[0].is_null()) return Value{};
  Value::List out;
  const Value::List list = list_of(arguments[0]);
  for (std::size_t i = 0; i < list.size(); ++i) {
    CINNABAR_TRY(const auto same, runtime.equal(list[i], arguments[1]));
    if (same.value_or(false)) out.emplace_back(static_cast<std::int64_t>(i + 1));
  }
  return Value{std::move(out)};
}

Answer union_of(Arguments arguments, Runtime& runtime) {
  Value::List out;
  for (const Value& part : arguments) {
    if (part.is_null()) return Value{};
    const Value::List list = list_of(part);
    for (const Value& element : list) {
      CINNABAR_TRY(const bool found, has(out, element, runtime));
      if (!found) CINNABAR_CHECK_OK(append_to(out, element, runtime));
    }
  }
  return Value{std::move(out)};
}

Answer distinct_values(Arguments arguments, Runtime& runtime) {
  if (arguments[0].is_null()) return Value{};
  return union_of(arguments, runtime);
}

Answer flatten(Arguments arguments, Runtime& runtime) {
  if (arguments[0].is_null()) return Value{};
  Value::List out;
  CINNABAR_CHECK_OK(flatten_into(out, arguments[0], 0, runtime));
  return Value{std::move(out)};
}

// Stable. Without a function: in rising order, null when there is none.
Answer sort(Arguments arguments, Runtime& runtime) {
  const Value* precedes = nullptr;
  // Both orders of the arguments are in use.
  std::size_t list_at = 0;
  if (arguments.size() == 2) {
    list_at = arguments[0].function() != nullptr ? 1 : 0;
    precedes = &single(arguments[1 - list_at]);
    if (precedes->function() == nullptr) return Value{};
  }
  if (arguments[list_at].is_null()) return Value{};
  return Sorter(runtime, precedes).run(list_of(arguments[list_at]));
}

}  // namespace cinnabar::expr::builtin
