// Exact arithmetic on decimals, kept to 34 significant digits (rounded half to even). Pure; thread:
// any. nullopt: the result is out of range, or a division by zero.
#pragma once

#include "vocab/decimal.h"

#include <optional>

namespace cinnabar::expr {

std::optional<Decimal> add(const Decimal& a, const Decimal& b);
std::optional<Decimal> subtract(const Decimal& a, const Decimal& b);
std::optional<Decimal> multiply(const Decimal& a, const Decimal& b);
std::optional<Decimal> divide(const Decimal& a, const Decimal& b);

}  // namespace cinnabar::expr
