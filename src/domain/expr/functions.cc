#include "domain/expr/functions.h"

#include "base/text.h"
#include "domain/expr/compare.h"
#include "domain/expr/decimal_math.h"
#include "domain/expr/pattern.h"
#include "vocab/reasons.h"

#include <array>

namespace cinnabar::expr {
namespace {

using TextTest = bool (*)(std::string_view text, std::string_view other);

// Null when one of the two is no text, as the standard asks for.
FieldValue test_texts(Arguments arguments, TextTest test) {
  const auto* text = arguments[0]->get<std::string>();
  const auto* other = arguments[1]->get<std::string>();
  if (text == nullptr || other == nullptr) return {};
  return FieldValue{test(*text, *other)};
}

Result<FieldValue> contains(Arguments arguments) {
  return test_texts(arguments, [](std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
  });
}
Result<FieldValue> starts_with(Arguments arguments) {
  return test_texts(arguments, [](std::string_view text, std::string_view part) {
    return text.starts_with(part);
  });
}
Result<FieldValue> ends_with(Arguments arguments) {
  return test_texts(
      arguments, [](std::string_view text, std::string_view part) { return text.ends_with(part); });
}
Result<FieldValue> matches(Arguments arguments) {
  const auto* pattern = arguments[1]->get<std::string>();
  if (pattern != nullptr && !is_pattern(*pattern)) {
    return evaluation_error("matches: the pattern is no regular expression");
  }
  return test_texts(arguments, matches_partly);
}

Result<FieldValue> upper_case(Arguments arguments) {
  const auto* text = arguments[0]->get<std::string>();
  if (text == nullptr) return FieldValue{};
  std::string out = *text;
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return FieldValue{std::move(out)};
}
Result<FieldValue> lower_case(Arguments arguments) {
  const auto* text = arguments[0]->get<std::string>();
  if (text == nullptr) return FieldValue{};
  return FieldValue{to_lower_ascii(*text)};
}
Result<FieldValue> string_length(Arguments arguments) {
  const auto* text = arguments[0]->get<std::string>();
  if (text == nullptr) return FieldValue{};
  return FieldValue{Decimal{static_cast<std::int64_t>(utf8_length(*text))}};
}
Result<FieldValue> string(Arguments arguments) {
  if (arguments[0]->is_null()) return FieldValue{};
  return FieldValue{to_plain_text(*arguments[0])};
}
Result<FieldValue> number(Arguments arguments) {
  if (arguments[0]->get<Decimal>() != nullptr) return *arguments[0];
  const auto* text = arguments[0]->get<std::string>();
  if (text == nullptr) return FieldValue{};
  auto parsed = Decimal::parse(trim(*text));
  return parsed ? FieldValue{std::move(*parsed)} : FieldValue{};
}

// One list, or the arguments themselves.
std::vector<const FieldValue*> elements(Arguments arguments) {
  std::vector<const FieldValue*> out;
  if (const auto* list = arguments[0]->get<FieldValue::List>();
      arguments.size() == 1 && list != nullptr) {
    for (const FieldValue& element : *list) out.push_back(&element);
    return out;
  }
  out.assign(arguments.begin(), arguments.end());
  return out;
}

Result<FieldValue> count(Arguments arguments) {
  if (const auto* table = arguments[0]->get<FieldValue::Table>()) {
    return FieldValue{Decimal{static_cast<std::int64_t>(table->size())}};
  }
  if (arguments[0]->is_null()) return FieldValue{Decimal{}};
  return FieldValue{Decimal{static_cast<std::int64_t>(elements(arguments).size())}};
}

// Empty cells do not count; anything else that is no number makes the result null.
Result<FieldValue> sum(Arguments arguments) {
  Decimal total;
  for (const FieldValue* value : elements(arguments)) {
    if (is_empty(*value)) continue;
    const auto* addend = value->get<Decimal>();
    if (addend == nullptr) return FieldValue{};
    auto next = add(total, *addend);
    if (!next) return evaluation_error("sum: the result is too large");
    total = std::move(*next);
  }
  return FieldValue{std::move(total)};
}

FieldValue extreme(Arguments arguments, std::strong_ordering wanted) {
  const FieldValue* best = nullptr;
  for (const FieldValue* value : elements(arguments)) {
    if (is_empty(*value)) continue;
    if (best == nullptr) {
      best = value;
      continue;
    }
    const auto ordering = order(*value, *best);
    if (!ordering) return {};
    if (*ordering == wanted) best = value;
  }
  return best == nullptr ? FieldValue{} : *best;
}
Result<FieldValue> min(Arguments arguments) {
  return extreme(arguments, std::strong_ordering::less);
}
Result<FieldValue> max(Arguments arguments) {
  return extreme(arguments, std::strong_ordering::greater);
}

Result<FieldValue> is_defined(Arguments arguments) {
  return FieldValue{!arguments[0]->is_null()};
}

Result<FieldValue> list_contains(Arguments arguments) {
  const auto* list = arguments[0]->get<FieldValue::List>();
  if (list == nullptr) {
    if (arguments[0]->is_null()) return FieldValue{};
    return FieldValue{equals(*arguments[0], *arguments[1]).value_or(false)};
  }
  for (const FieldValue& element : *list) {
    if (equals(element, *arguments[1]).value_or(false)) return FieldValue{true};
  }
  return FieldValue{false};
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
