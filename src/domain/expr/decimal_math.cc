#include "domain/expr/decimal_math.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cinnabar::expr {
namespace {

constexpr std::size_t kDigitsMax = 34;

// (-1)^negative * digits * 10^exponent; digits are most significant first, at most about 140.
struct Number {
  bool negative = false;
  std::vector<std::int32_t> digits;
  std::int32_t exponent = 0;
};

Number unpack(const Decimal& decimal) {
  Number out;
  bool after_point = false;
  for (const char c : decimal.text()) {
    if (c == '-') {
      out.negative = true;
    } else if (c == '.') {
      after_point = true;
    } else {
      out.digits.push_back(c - '0');
      if (after_point) --out.exponent;
    }
  }
  return out;
}

void strip_leading_zeros(std::vector<std::int32_t>& digits) {
  const auto first = std::ranges::find_if(digits, [](std::int32_t digit) { return digit != 0; });
  digits.erase(digits.begin(), first);
}

void add_one(std::vector<std::int32_t>& digits) {
  for (std::size_t i = digits.size(); i-- > 0;) {
    if (++digits[i] < 10) return;
    digits[i] = 0;
  }
  digits.insert(digits.begin(), 1);
}

// Cuts to 34 digits, half to even. `rest` says that digits below the last one were dropped already.
void round_digits(Number& number, bool rest) {
  auto& digits = number.digits;
  if (digits.size() <= kDigitsMax) return;
  const auto cut = digits.begin() + static_cast<std::ptrdiff_t>(kDigitsMax);
  const std::int32_t first = *cut;
  const bool below =
      rest || std::any_of(cut + 1, digits.end(), [](std::int32_t digit) { return digit != 0; });
  number.exponent += static_cast<std::int32_t>(digits.size() - kDigitsMax);
  digits.erase(cut, digits.end());
  if (first < 5 || (first == 5 && !below && digits.back() % 2 == 0)) return;
  add_one(digits);
}

std::optional<Decimal> pack(Number number, bool rest = false) {
  strip_leading_zeros(number.digits);
  if (number.digits.empty()) return Decimal{};
  round_digits(number, rest);
  std::string text = number.negative ? "-" : "";
  for (const std::int32_t digit : number.digits) text += static_cast<char>('0' + digit);
  text += "e" + std::to_string(number.exponent);
  return Decimal::parse(text);
}

void align(Number& a, Number& b) {
  const std::int32_t exponent = std::min(a.exponent, b.exponent);
  for (Number* number : {&a, &b}) {
    const auto zeros = static_cast<std::size_t>(number->exponent - exponent);
    number->digits.insert(number->digits.end(), zeros, 0);
    number->exponent = exponent;
  }
  const std::size_t width = std::max(a.digits.size(), b.digits.size());
  for (Number* number : {&a, &b}) {
    number->digits.insert(number->digits.begin(), width - number->digits.size(), 0);
  }
}

// Both of one width; `a` is not smaller than `b` when subtracting.
std::vector<std::int32_t> combine(const std::vector<std::int32_t>& a,
                                  const std::vector<std::int32_t>& b, std::int32_t sign) {
  std::vector<std::int32_t> out(a.size() + 1, 0);
  std::int32_t carry = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    std::int32_t digit = a[i] + sign * b[i] + carry;
    carry = digit > 9 ? 1 : (digit < 0 ? -1 : 0);
    digit -= carry * 10;
    out[i + 1] = digit;
  }
  out[0] = carry;
  return out;
}

std::optional<Decimal> sum(Number a, Number b) {
  align(a, b);
  Number out;
  out.exponent = a.exponent;
  if (a.negative == b.negative) {
    out.negative = a.negative;
    out.digits = combine(a.digits, b.digits, 1);
  } else {
    if (a.digits < b.digits) std::swap(a, b);
    out.negative = a.negative;
    out.digits = combine(a.digits, b.digits, -1);
  }
  return pack(std::move(out));
}

// Most numbers are small and whole: they need no digits.
std::optional<std::int64_t> small_int(const Decimal& number) {
  return number.text().size() <= 18 ? number.to_int() : std::nullopt;
}

std::optional<std::int64_t> quick_sum(const Decimal& a, const Decimal& b, bool minus) {
  const auto x = small_int(a);
  const auto y = x ? small_int(b) : std::nullopt;
  if (!y) return std::nullopt;
  return minus ? *x - *y : *x + *y;
}

bool rounds_away(Rounding rounding, bool negative, bool odd, std::int32_t first, bool below) {
  if (first == 0 && !below) return false;
  const bool above_half = first > 5 || (first == 5 && below);
  const bool half = first == 5 && !below;
  switch (rounding) {
    case Rounding::half_even:
      return above_half || (half && odd);
    case Rounding::half_up:
      return above_half || half;
    case Rounding::half_down:
      return above_half;
    case Rounding::up:
      return true;
    case Rounding::down:
      return false;
    case Rounding::floor:
      return negative;
    case Rounding::ceiling:
      return !negative;
  }
  return false;
}

}  // namespace

std::optional<Decimal> add(const Decimal& a, const Decimal& b) {
  if (const auto quick = quick_sum(a, b, false)) return Decimal{*quick};
  return sum(unpack(a), unpack(b));
}

std::optional<Decimal> subtract(const Decimal& a, const Decimal& b) {
  if (const auto quick = quick_sum(a, b, true)) return Decimal{*quick};
  Number right = unpack(b);
  right.negative = !right.negative;
  return sum(unpack(a), std::move(right));
}

std::optional<Decimal> multiply(const Decimal& a, const Decimal& b) {
  const auto x = small_int(a);
  const auto y = small_int(b);
  std::int64_t product = 0;
  if (x && y && !__builtin_mul_overflow(*x, *y, &product)) return Decimal{product};
  const Number left = unpack(a);
  const Number right = unpack(b);
  Number out;
  out.negative = left.negative != right.negative;
  out.exponent = left.exponent + right.exponent;
  out.digits.assign(left.digits.size() + right.digits.size(), 0);
  for (std::size_t i = left.digits.size(); i-- > 0;) {
    std::int32_t carry = 0;
    for (std::size_t j = right.digits.size(); j-- > 0;) {
      const std::int32_t value = out.digits[i + j + 1] + left.digits[i] * right.digits[j] + carry;
      out.digits[i + j + 1] = value % 10;
      carry = value / 10;
    }
    out.digits[i] = carry;
  }
  return pack(std::move(out));
}

std::optional<Decimal> divide(const Decimal& a, const Decimal& b) {
  if (b.is_zero()) return std::nullopt;
  Number dividend = unpack(a);
  Number divisor = unpack(b);
  strip_leading_zeros(dividend.digits);
  strip_leading_zeros(divisor.digits);
  Number out;
  out.negative = dividend.negative != divisor.negative;
  // Enough zeros that the quotient has more than 34 digits.
  const std::size_t zeros = kDigitsMax + 2 + divisor.digits.size();
  dividend.digits.insert(dividend.digits.end(), zeros, 0);
  out.exponent = dividend.exponent - divisor.exponent - static_cast<std::int32_t>(zeros);

  std::vector<std::int32_t> rest;
  const auto is_smaller = [&] {
    return rest.size() != divisor.digits.size() ? rest.size() < divisor.digits.size()
                                                : rest < divisor.digits;
  };
  for (const std::int32_t digit : dividend.digits) {
    rest.push_back(digit);
    strip_leading_zeros(rest);
    std::int32_t quotient = 0;
    while (!is_smaller()) {
      std::vector<std::int32_t> padded(rest.size() - divisor.digits.size(), 0);
      padded.insert(padded.end(), divisor.digits.begin(), divisor.digits.end());
      rest = combine(rest, padded, -1);
      strip_leading_zeros(rest);
      ++quotient;
    }
    out.digits.push_back(quotient);
  }
  return pack(std::move(out), !rest.empty());
}

bool is_whole(const Decimal& number) {
  return number.text().find('.') == std::string::npos;
}

std::optional<Decimal> round(const Decimal& number, std::int64_t scale, Rounding rounding) {
  Number value = unpack(number);
  const std::int64_t cut = -scale - value.exponent;  // digits to drop
  if (cut <= 0) return number;
  strip_leading_zeros(value.digits);
  if (value.digits.empty()) return Decimal{};
  const auto count = static_cast<std::int64_t>(value.digits.size());
  if (cut > count) {
    // All digits lie below the last one that stays: nothing is left, or one unit of it.
    if (!rounds_away(rounding, value.negative, false, 0, true)) return Decimal{};
    if (-scale > 40) return std::nullopt;
    value.digits.assign(1, 1);
  } else {
    const auto place = value.digits.begin() + static_cast<std::ptrdiff_t>(count - cut);
    const std::int32_t first = *place;
    const bool below =
        std::any_of(place + 1, value.digits.end(), [](std::int32_t digit) { return digit != 0; });
    const bool odd = place != value.digits.begin() && *(place - 1) % 2 != 0;
    value.digits.erase(place, value.digits.end());
    if (rounds_away(rounding, value.negative, odd, first, below)) add_one(value.digits);
  }
  value.exponent = static_cast<std::int32_t>(-scale);
  return pack(std::move(value));
}

std::optional<Decimal> modulo(const Decimal& a, const Decimal& b) {
  auto rest = remainder(a, b);
  if (!rest || rest->is_zero() || rest->is_negative() == b.is_negative()) return rest;
  return add(*rest, b);
}

// Exact: long division that keeps the rest, at most about 110 digits long.
std::optional<Decimal> remainder(const Decimal& a, const Decimal& b) {
  if (b.is_zero()) return std::nullopt;
  Number dividend = unpack(a);
  Number divisor = unpack(b);
  const bool negative = dividend.negative;
  align(dividend, divisor);
  const std::int32_t exponent = dividend.exponent;
  strip_leading_zeros(divisor.digits);
  std::vector<std::int32_t> rest;
  for (const std::int32_t digit : dividend.digits) {
    rest.push_back(digit);
    strip_leading_zeros(rest);
    while (rest.size() > divisor.digits.size() ||
           (rest.size() == divisor.digits.size() && rest >= divisor.digits)) {
      std::vector<std::int32_t> padded(rest.size() - divisor.digits.size(), 0);
      padded.insert(padded.end(), divisor.digits.begin(), divisor.digits.end());
      rest = combine(rest, padded, -1);
      strip_leading_zeros(rest);
    }
  }
  Number out;
  out.negative = negative;
  out.digits = std::move(rest);
  out.exponent = exponent;
  return pack(std::move(out));
}

}  // namespace cinnabar::expr
