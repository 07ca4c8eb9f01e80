// A decimal number with its exact digits, for money and quantities. Never passes through double.
//
// Canonical form: optional '-', digits without leading zeros, optional '.' and fraction without
// trailing zeros; "-0" is "0". At most 34 significant digits and an exponent that leaves at most
// 34 digits on either side of the point. Thread: a plain value.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cinnabar {

class Decimal {
 public:
  Decimal() = default;  // zero
  explicit Decimal(std::int64_t value);

  // Accepts JSON number syntax and a leading '+'; nullopt for anything else or out of range.
  static std::optional<Decimal> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::optional<std::int64_t> to_int() const;
  [[nodiscard]] bool is_zero() const { return text_ == "0"; }
  [[nodiscard]] bool is_negative() const { return text_.front() == '-'; }

  friend bool operator==(const Decimal&, const Decimal&) = default;
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);

 private:
  std::string text_ = "0";
};

}  // namespace cinnabar
