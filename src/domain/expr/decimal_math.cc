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
  for (std::size_t i = digits.size(); i-- > 0;) {
    if (++digits[i] < 10) return;
    digits[i] = 0;
  }
  digits.insert(digits.begin(), 1);
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

}  // namespace

std::optional<Decimal> add(const Decimal& a, const Decimal& b) {
  return sum(unpack(a), unpack(b));
}

std::optional<Decimal> subtract(const Decimal& a, const Decimal& b) {
  Number right = unpack(b);
  right.negative = !right.negative;
  return sum(unpack(a), std::move(right));
}

std::optional<Decimal> multiply(const Decimal& a, const Decimal& b) {
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

}  // namespace cinnabar::expr
