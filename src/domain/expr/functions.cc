#include "domain/expr/functions.h"

#include "base/text.h"
#include "domain/expr/compare.h"
#include "domain/expr/decimal_math.h"
#include "domain/expr/pattern.h"
#include "domain/expr/text.h"
#include "vocab/reasons.h"

#include <array>

namespace cinnabar::expr {
namespace {

using TextTest = bool (*)(std::string_view text, std::string_view other);

// Null when one of the two is no text, as the standard asks for.
Value test_texts(Arguments arguments, TextTest test) {
  const auto* text = arguments[0]->get<std::string>();
  const auto* other = arguments[1]->get<std::string>();
  if (text == nullptr || other == nullptr) return {};
  return Value{test(*text, *other)};
}

Result<Value> contains(Arguments arguments) {
  return test_texts(arguments, [](std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
  });
}
Result<Value> starts_with(Arguments arguments) {
  return test_texts(arguments, [](std::string_view text, std::string_view part) {
    return text.starts_with(part);
  });
}
Result<Value> ends_with(Arguments arguments) {
  return test_texts(
      arguments, [](std::string_view text, std::string_view part) { return text.ends_with(part); });
}
Result<Value> matches(Arguments arguments) {
  const auto* pattern = arguments[1]->get<std::string>();
  if (pattern != nullptr && !is_pattern(*pattern)) {
    return evaluation_error("matches: the pattern is no regular expression");
  }
  return test_texts(arguments, matches_partly);
}

Result<Value> upper_case(Arguments arguments) {
  const auto* text = arguments[0]->get<std::string>();
  if (text == nullptr) return Value{};
  std::string out = *text;
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return Value{std::move(out)};
}
Result<Value> lower_case(Arguments arguments) {
  const auto* text = arguments[0]->get<std::string>();
  if (text == nullptr) return Value{};
  return Value{to_lower_ascii(*text)};
}
Result<Value> string_length(Arguments arguments) {
  const auto* text = arguments[0]->get<std::string>();
  if (text == nullptr) return Value{};
  return Value{Decimal{static_cast<std::int64_t>(utf8_length(*text))}};
}
Result<Value> string(Arguments arguments) {
  if (arguments[0]->is_null()) return Value{};
  return Value{to_text(*arguments[0])};
}
Result<Value> number(Arguments arguments) {
  if (arguments[0]->get<Decimal>() != nullptr) return *arguments[0];
  const auto* text = arguments[0]->get<std::string>();
  if (text == nullptr) return Value{};
  auto parsed = Decimal::parse(trim(*text));
  return parsed ? Value{std::move(*parsed)} : Value{};
}

bool is_empty(const Value& value) {
  const auto* text = value.get<std::string>();
  const auto* list = value.list();
  return value.is_null() || (text != nullptr && text->empty()) ||
         (list != nullptr && list->empty());
}

// One list, or the arguments themselves.
std::vector<const Value*> elements(Arguments arguments) {
  std::vector<const Value*> out;
  if (const auto* list = arguments[0]->list(); arguments.size() == 1 && list != nullptr) {
    for (const Value& element : *list) out.push_back(&element);
    return out;
  }
  out.assign(arguments.begin(), arguments.end());
  return out;
}

Result<Value> count(Arguments arguments) {
  if (arguments[0]->is_null()) return Value{Decimal{}};
  return Value{Decimal{static_cast<std::int64_t>(elements(arguments).size())}};
}

// Empty cells do not count; anything else that is no number makes the result null.
Result<Value> sum(Arguments arguments) {
  Decimal total;
  for (const Value* value : elements(arguments)) {
    if (is_empty(*value)) continue;
    const auto* addend = value->get<Decimal>();
    if (addend == nullptr) return Value{};
    auto next = add(total, *addend);
    if (!next) return evaluation_error("sum: the result is too large");
    total = std::move(*next);
  }
  return Value{std::move(total)};
}

Value extreme(Arguments arguments, std::strong_ordering wanted) {
  const Value* best = nullptr;
  for (const Value* value : elements(arguments)) {
    if (is_empty(*value)) continue;
    if (best == nullptr) {
      best = value;
      continue;
    }
    const auto ordering = order(*value, *best);
    if (!ordering) return {};
    if (*ordering == wanted) best = value;
  }
  return best == nullptr ? Value{} : *best;
}
Result<Value> min(Arguments arguments) {
  return extreme(arguments, std::strong_ordering::less);
}
Result<Value> max(Arguments arguments) {
  return extreme(arguments, std::strong_ordering::greater);
}

Result<Value> is_defined(Arguments arguments) {
  return Value{!arguments[0]->is_null()};
}

Result<Value> list_contains(Arguments arguments) {
  const auto* list = arguments[0]->list();
  if (list == nullptr) {
    if (arguments[0]->is_null()) return Value{};
    return Value{equals(*arguments[0], *arguments[1]).value_or(false)};
  }
  for (const Value& element : *list) {
    if (equals(element, *arguments[1]).value_or(false)) return Value{true};
  }
  return Value{false};
}

constexpr std::array kFunctions = {
    Function{"contains", 2, 2, contains},
    Function{"starts with", 2, 2, starts_with},
    Function{"ends with", 2, 2, ends_with},
    Function{"matches", 2, 2, matches},
    Function{"upper case", 1, 1, upper_case},
    Function{"lower case", 1, 1, lower_case},
    Function{"string length", 1, 1, string_length},
    Function{"string", 1, 1, string},
    Function{"number", 1, 1, number},
    Function{"count", 1, kArgumentsMax, count},
    Function{"sum", 1, kArgumentsMax, sum},
    Function{"min", 1, kArgumentsMax, min},
    Function{"max", 1, kArgumentsMax, max},
    Function{"is defined", 1, 1, is_defined},
    Function{"list contains", 2, 2, list_contains},
};

}  // namespace

std::span<const Function> functions() {
  return kFunctions;
}

std::optional<std::uint32_t> find_function(std::string_view name) {
  for (std::uint32_t i = 0; i < kFunctions.size(); ++i) {
    if (kFunctions[i].name == name) return i;
  }
  return std::nullopt;
}

Error evaluation_error(std::string_view message) {
  return make_error(Code::failed_precondition, reasons::kExpressionFailed, std::string(message));
}

}  // namespace cinnabar::expr
