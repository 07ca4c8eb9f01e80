#include "domain/expr/builtins.h"
#include "domain/expr/compare.h"
#include "domain/expr/decimal_math.h"

#include <algorithm>
#include <utility>

namespace cinnabar::expr::builtin {
namespace {

constexpr std::int64_t kScaleMin = -6'111;
constexpr std::int64_t kScaleMax = 6'176;
constexpr std::size_t kHeavySteps = 100;

Answer from_number(std::optional<Decimal> number) {
  if (!number) return evaluation_error("the result is out of range");
  return Value{std::move(*number)};
}

Answer rounded(Arguments arguments, Rounding rounding) {
  const auto* number = number_of(arguments[0]);
  std::int64_t scale = 0;
  if (arguments.size() > 1) {
    const auto wanted = int_of(arguments[1]);
    if (!wanted || *wanted < kScaleMin || *wanted > kScaleMax) return Value{};
    scale = *wanted;
  }
  if (number == nullptr) return Value{};
  return from_number(round(*number, scale, rounding));
}

// The numbers of a list or of the arguments without the empty ones; nullopt when one is no number.
std::optional<std::vector<Decimal>> numbers(Arguments arguments) {
  std::vector<Decimal> out;
  for (const Value& value : elements(arguments)) {
    if (is_blank(value)) continue;
    const auto* number = value.get<Decimal>();
    if (number == nullptr) return std::nullopt;
    out.push_back(*number);
  }
  return out;
}

std::optional<Decimal> total_of(const std::vector<Decimal>& numbers) {
  Decimal total;
  for (const Decimal& number : numbers) {
    auto next = add(total, number);
    if (!next) return std::nullopt;
    total = std::move(*next);
  }
  return total;
}

std::optional<Decimal> mean_of(const std::vector<Decimal>& numbers) {
  const auto total = total_of(numbers);
  if (!total) return std::nullopt;
  return divide(*total, Decimal{static_cast<std::int64_t>(numbers.size())});
}

Answer parity(const Value& value, bool odd) {
  const auto* number = number_of(value);
  if (number == nullptr || !is_whole(*number)) return Value{};
  return Value{((number->text().back() - '0') % 2 != 0) == odd};
}

}  // namespace

Answer decimal(Arguments arguments, Runtime&) {
  return rounded(arguments, Rounding::half_even);
}
Answer floor(Arguments arguments, Runtime&) {
  return rounded(arguments, Rounding::floor);
}
Answer ceiling(Arguments arguments, Runtime&) {
  return rounded(arguments, Rounding::ceiling);
}
Answer round_up(Arguments arguments, Runtime&) {
  return rounded(arguments, Rounding::up);
}
Answer round_down(Arguments arguments, Runtime&) {
  return rounded(arguments, Rounding::down);
}
Answer round_half_up(Arguments arguments, Runtime&) {
  return rounded(arguments, Rounding::half_up);
}
Answer round_half_down(Arguments arguments, Runtime&) {
  return rounded(arguments, Rounding::half_down);
}

// Of durations as well.
Answer abs(Arguments arguments, Runtime&) {
  const Value& value = single(arguments[0]);
  if (const auto* number = value.get<Decimal>()) {
    return from_number(number->is_negative() ? subtract(Decimal{}, *number) : *number);
  }
  if (const auto* months = value.get<MonthsDuration>()) {
    return Value{MonthsDuration{months->months < 0 ? -months->months : months->months}};
  }
  if (const auto* duration = value.get<Duration>()) {
    const std::int64_t micros = duration->micros();
    return Value{Duration{micros < 0 ? -micros : micros}};
  }
  return Value{};
}

Answer modulo(Arguments arguments, Runtime& runtime) {
  const auto* dividend = number_of(arguments[0]);
  const auto* divisor = number_of(arguments[1]);
  if (dividend == nullptr || divisor == nullptr) return Value{};
  if (divisor->is_zero()) return evaluation_error("division by zero");
  CINNABAR_CHECK_OK(runtime.spend(10));
  return from_number(expr::modulo(*dividend, *divisor));
}

Answer sqrt(Arguments arguments, Runtime& runtime) {
  const auto* number = number_of(arguments[0]);
  if (number == nullptr || number->is_negative()) return Value{};
  CINNABAR_CHECK_OK(runtime.spend(kHeavySteps));
  return from_number(square_root(*number));
}
Answer log(Arguments arguments, Runtime& runtime) {
  const auto* number = number_of(arguments[0]);
  if (number == nullptr || number->is_negative() || number->is_zero()) return Value{};
  CINNABAR_CHECK_OK(runtime.spend(kHeavySteps));
  return from_number(logarithm(*number));
}
Answer exp(Arguments arguments, Runtime& runtime) {
  const auto* number = number_of(arguments[0]);
  if (number == nullptr) return Value{};
  CINNABAR_CHECK_OK(runtime.spend(kHeavySteps));
  return from_number(exponential(*number));
}

Answer odd(Arguments arguments, Runtime&) {
  return parity(arguments[0], true);
}
Answer even(Arguments arguments, Runtime&) {
  return parity(arguments[0], false);
}

// Empty cells do not count; anything else that is no number makes the result null, but durations
// of one kind add up as well.
Answer sum(Arguments arguments, Runtime&) {
  const Arguments all = elements(arguments);
  const auto first = std::ranges::find_if(all, [](const Value& value) { return !is_blank(value); });
  if (first != all.end() && first->get<Duration>() != nullptr) {
    std::int64_t total = 0;
    for (const Value& value : all) {
      if (is_blank(value)) continue;
      const auto* duration = value.get<Duration>();
      if (duration == nullptr) return Value{};
      if (__builtin_add_overflow(total, duration->micros(), &total)) return Value{};
    }
    return Value{Duration{total}};
  }
  const auto values = numbers(arguments);
  return values ? from_number(total_of(*values)) : Value{};
}

Answer product(Arguments arguments, Runtime& runtime) {
  const auto values = numbers(arguments);
  if (!values || values->empty()) return Value{};
  CINNABAR_CHECK_OK(runtime.spend(values->size()));
  Decimal total{1};
  for (const Decimal& number : *values) {
    auto next = multiply(total, number);
    if (!next) return from_number(std::nullopt);
    total = std::move(*next);
  }
  return Value{std::move(total)};
}

Answer mean(Arguments arguments, Runtime&) {
  const auto values = numbers(arguments);
  if (!values || values->empty()) return Value{};
  return from_number(mean_of(*values));
}

Answer median(Arguments arguments, Runtime& runtime) {
  auto values = numbers(arguments);
  if (!values || values->empty()) return Value{};
  CINNABAR_CHECK_OK(runtime.spend(4 * values->size()));
  std::ranges::sort(*values);
  const std::size_t half = values->size() / 2;
  if (values->size() % 2 != 0) return Value{(*values)[half]};
  return from_number(mean_of({(*values)[half - 1], (*values)[half]}));
}

// Of a sample: the sum of squares is divided by one less than there are.
Answer stddev(Arguments arguments, Runtime& runtime) {
  const auto values = numbers(arguments);
  if (!values || values->size() < 2) return Value{};
  CINNABAR_CHECK_OK(runtime.spend(kHeavySteps + 4 * values->size()));
  const auto middle = mean_of(*values);
  Decimal squares;
  for (const Decimal& number : *values) {
    const auto off = middle ? subtract(number, *middle) : std::nullopt;
    const auto square = off ? multiply(*off, *off) : std::nullopt;
    auto next = square ? add(squares, *square) : std::nullopt;
    if (!next) return from_number(std::nullopt);
    squares = std::move(*next);
  }
  const auto variance = divide(squares, Decimal{static_cast<std::int64_t>(values->size()) - 1});
  return from_number(variance ? square_root(*variance) : std::nullopt);
}

// The most frequent numbers, in rising order.
Answer mode(Arguments arguments, Runtime& runtime) {
  auto values = numbers(arguments);
  if (!values) return Value{};
  CINNABAR_CHECK_OK(runtime.spend(4 * values->size()));
  std::ranges::sort(*values);
  std::size_t best = 0;
  Value::List out;
  for (std::size_t i = 0; i < values->size();) {
    std::size_t end = i;
    while (end < values->size() && (*values)[end] == (*values)[i]) ++end;
    if (end - i > best) out.clear();
    if (end - i >= best) {
      best = end - i;
      out.emplace_back((*values)[i]);
    }
    i = end;
  }
  return Value{std::move(out)};
}

}  // namespace cinnabar::expr::builtin
