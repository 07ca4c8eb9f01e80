#include "vocab/decimal.h"

#include "base/text.h"

namespace cinnabar {
namespace {

constexpr std::size_t kDigitsMax = 34;

struct Magnitude {
  std::string_view integer;
  std::string_view fraction;
};

Magnitude magnitude(std::string_view text) {
  if (text.front() == '-') text.remove_prefix(1);
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return {text, {}};
  return {text.substr(0, point), text.substr(point + 1)};
}

std::strong_ordering compare_magnitude(std::string_view a, std::string_view b) {
  const Magnitude left = magnitude(a);
  const Magnitude right = magnitude(b);
  if (left.integer.size() != right.integer.size()) {
    return left.integer.size() <=> right.integer.size();
  }
  if (const int order = left.integer.compare(right.integer); order != 0) return order <=> 0;
  // Fractions carry no trailing zeros, so text order is numeric order.
  return left.fraction.compare(right.fraction) <=> 0;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

struct Written {
  bool negative = false;
  std::string digits;      // integer and fraction digits together
  std::int64_t point = 0;  // position of the point in `digits`, before leading zeros are cut
};

std::optional<Written> read(std::string_view text) {
  Written out;
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) out.negative = text[at++] == '-';
  while (at < text.size() && is_digit(text[at])) out.digits += text[at++];
  if (out.digits.empty()) return std::nullopt;
  out.point = static_cast<std::int64_t>(out.digits.size());
  if (at < text.size() && text[at] == '.') {
    ++at;
    const std::size_t before = out.digits.size();
    while (at < text.size() && is_digit(text[at])) out.digits += text[at++];
    if (out.digits.size() == before) return std::nullopt;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::string_view exponent = text.substr(at + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    const auto value = parse_int(exponent);
    if (!value || *value > 1000 || *value < -1000) return std::nullopt;
    out.point += *value;
    at = text.size();
  }
  if (at != text.size() || out.digits.size() > 512) return std::nullopt;
  return out;
}

}  // namespace

Decimal::Decimal(std::int64_t value) : text_(std::to_string(value)) {}

std::optional<Decimal> Decimal::parse(std::string_view text) {
  auto written = read(text);
  if (!written) return std::nullopt;
  std::string& digits = written->digits;
  const std::size_t zeros = digits.find_first_not_of('0');
  if (zeros == std::string::npos) return Decimal{};
  digits.erase(0, zeros);
  std::int64_t point = written->point - static_cast<std::int64_t>(zeros);
  digits.erase(digits.find_last_not_of('0') + 1);
  const auto limit = static_cast<std::int64_t>(kDigitsMax);
  if (digits.size() > kDigitsMax || point > limit || point < -limit) return std::nullopt;

  std::string out;
  if (written->negative) out += '-';
  const auto size = static_cast<std::int64_t>(digits.size());
  if (point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-point), '0');
    out += digits;
  } else if (point >= size) {
    out += digits;
    out.append(static_cast<std::size_t>(point - size), '0');
  } else {
    out += digits.substr(0, static_cast<std::size_t>(point));
    out += '.';
    out += digits.substr(static_cast<std::size_t>(point));
  }
  Decimal decimal;
  decimal.text_ = std::move(out);
  return decimal;
}

std::optional<std::int64_t> Decimal::to_int() const {
  return parse_int(text_);
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  if (a.is_negative() != b.is_negative()) {
    return a.is_negative() ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  const auto order = compare_magnitude(a.text_, b.text_);
  return a.is_negative() ? 0 <=> order : order;
}

}  // namespace cinnabar
