// Exact arithmetic on decimals, kept to 34 significant digits (rounded half to even). Pure; thread:
// any. nullopt: the result is out of range, a division by zero, or not defined.
#pragma once

#include "vocab/decimal.h"

#include <cstdint>
#include <optional>

namespace cinnabar::expr {

enum class Rounding : std::uint8_t {
  half_even,
  half_up,    // halves away from zero
  half_down,  // halves towards zero
  up,         // away from zero
  down,       // towards zero
  floor,
  ceiling,
};

std::optional<Decimal> add(const Decimal& a, const Decimal& b);
std::optional<Decimal> subtract(const Decimal& a, const Decimal& b);
std::optional<Decimal> multiply(const Decimal& a, const Decimal& b);
std::optional<Decimal> divide(const Decimal& a, const Decimal& b);
// a - b * floor(a / b): the sign of b.
std::optional<Decimal> modulo(const Decimal& a, const Decimal& b);
// a - b * truncate(a / b): the sign of a.
std::optional<Decimal> remainder(const Decimal& a, const Decimal& b);
// `scale` digits behind the point; negative scales round before it.
std::optional<Decimal> round(const Decimal& number, std::int64_t scale, Rounding rounding);
bool is_whole(const Decimal& number);

// Correct to 34 digits but for the last one where the exponent is no whole number.
std::optional<Decimal> power(const Decimal& base, const Decimal& exponent);
std::optional<Decimal> square_root(const Decimal& number);
std::optional<Decimal> exponential(const Decimal& number);
// The natural logarithm.
std::optional<Decimal> logarithm(const Decimal& number);

}  // namespace cinnabar::expr
