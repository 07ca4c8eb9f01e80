// Powers, roots and logarithms, computed with 60 digits and rounded to 34.
#include "domain/expr/decimal_math.h"

#include <boost/multiprecision/cpp_dec_float.hpp>

#include <cstdlib>
#include <string>

namespace cinnabar::expr {
namespace {

using Wide = boost::multiprecision::number<boost::multiprecision::cpp_dec_float<60>,
                                           boost::multiprecision::et_off>;

// exp(79) has 35 digits before the point.
constexpr std::int64_t kExponentMax = 100;
constexpr std::int64_t kPowerMax = 1'000'000;

Wide widen(const Decimal& number) {
  return Wide(number.text());
}

std::optional<Decimal> narrow(const Wide& value) {
  if (!boost::multiprecision::isfinite(value)) return std::nullopt;
  if (value == 0) return Decimal{};
  // 44 digits are enough to decide how the 34th is rounded; the digits come as "-d.ddde+x".
  std::string text = value.str(44, std::ios_base::scientific);
  const std::size_t letter = text.find('e');
  const std::int64_t exponent = std::strtol(text.c_str() + letter + 1, nullptr, 10);
  if (exponent > 40) return std::nullopt;
  if (exponent < -34) return Decimal{};
  std::string digits;
  for (const char c : text.substr(0, letter)) {
    if (c >= '0' && c <= '9') digits += c;
  }
  const std::string last = digits.substr(34);
  digits.resize(34);
  auto cut = Decimal::parse((text.starts_with('-') ? "-" : "") + digits + "e" +
                            std::to_string(exponent - 33));
  if (!cut) return std::nullopt;
  const bool up = last > "5" + std::string(last.size() - 1, '0') ||
                  (last[0] == '5' && (digits.back() - '0') % 2 != 0);
  if (!up) return cut;
  const auto unit =
      Decimal::parse((text.starts_with('-') ? "-1e" : "1e") + std::to_string(exponent - 33));
  return unit ? add(*cut, *unit) : cut;
}

// Exact while it fits: every product is rounded to 60 digits.
Wide whole_power(Wide base, std::int64_t exponent) {
  Wide result = 1;
  for (std::int64_t left = std::abs(exponent); left > 0; left /= 2) {
    if (left % 2 != 0) result *= base;
    base *= base;
  }
  return exponent < 0 ? Wide(1) / result : result;
}

}  // namespace

std::optional<Decimal> power(const Decimal& base, const Decimal& exponent) {
  if (exponent.is_zero()) return Decimal{1};
  if (base.is_zero()) return exponent.is_negative() ? std::nullopt : std::optional(Decimal{});
  if (is_whole(exponent)) {
    const auto whole = exponent.to_int();
    if (!whole || std::abs(*whole) > kPowerMax) {
      return base == Decimal{1} ? std::optional(base) : std::nullopt;
    }
    return narrow(whole_power(widen(base), *whole));
  }
  if (base.is_negative()) return std::nullopt;
  const Wide product = widen(exponent) * boost::multiprecision::log(widen(base));
  if (product > kExponentMax) return std::nullopt;
  if (product < -kExponentMax) return Decimal{};
  return narrow(boost::multiprecision::exp(product));
}

std::optional<Decimal> square_root(const Decimal& number) {
  if (number.is_negative()) return std::nullopt;
  return narrow(boost::multiprecision::sqrt(widen(number)));
}

std::optional<Decimal> exponential(const Decimal& number) {
  const Wide value = widen(number);
  if (value > kExponentMax) return std::nullopt;
  if (value < -kExponentMax) return Decimal{};
  return narrow(boost::multiprecision::exp(value));
}

std::optional<Decimal> logarithm(const Decimal& number) {
  if (number.is_zero() || number.is_negative()) return std::nullopt;
  return narrow(boost::multiprecision::log(widen(number)));
}

}  // namespace cinnabar::expr
