// What holds for every decimal number: one text for one value, and the order of the numbers.
#include "vocab/decimal.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace cinnabar {
namespace {

std::string digits(std::int64_t number) {
  return std::to_string(number);
}

// `number` with `places` digits behind the point, zeros and all.
std::string scaled(std::int64_t number, std::size_t places) {
  std::string text = digits(number);
  const bool is_negative = text.front() == '-';
  if (is_negative) text.erase(0, 1);
  if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
  if (places > 0) text.insert(text.size() - places, ".");
  return (is_negative ? "-" : "") + text;
}

RC_GTEST_PROP(DecimalProperty, integers_keep_value_and_order, (std::int64_t a, std::int64_t b)) {
  RC_ASSERT(Decimal{a}.to_int() == a);
  RC_ASSERT(Decimal{a}.text() == digits(a));
  RC_ASSERT((Decimal{a} < Decimal{b}) == (a < b));
  RC_ASSERT((Decimal{a} == Decimal{b}) == (a == b));
}

RC_GTEST_PROP(DecimalProperty, the_text_of_a_number_reads_as_the_number, (std::int64_t number)) {
  const auto places = *rc::gen::inRange<std::size_t>(0, 15);
  const auto value = Decimal::parse(scaled(number, places));
  RC_ASSERT(value.has_value());
  RC_ASSERT(Decimal::parse(value->text()) == value);
  RC_ASSERT(value->is_negative() == (number < 0));
  RC_ASSERT(value->is_zero() == (number == 0));
}

RC_GTEST_PROP(DecimalProperty, zeros_that_mean_nothing_change_nothing, (std::int64_t number)) {
  const auto places = *rc::gen::inRange<std::size_t>(1, 10);
  const std::string text = scaled(number, places);
  RC_ASSERT(Decimal::parse(text) == Decimal::parse(text + "000"));
  RC_ASSERT(Decimal::parse(text) == Decimal::parse(text + "e0"));
  RC_ASSERT(Decimal::parse(digits(number)) ==
            Decimal::parse(scaled(number, places) + "e" + std::to_string(places)));
}

RC_GTEST_PROP(DecimalProperty, fractions_are_ordered_like_their_digits,
              (std::int32_t a, std::int32_t b)) {
  const auto places = *rc::gen::inRange<std::size_t>(0, 12);
  const auto one = Decimal::parse(scaled(a, places));
  const auto two = Decimal::parse(scaled(b, places));
  RC_ASSERT(one.has_value() && two.has_value());
  RC_ASSERT((*one <=> *two) == (std::int64_t{a} <=> std::int64_t{b}));
}

RC_GTEST_PROP(DecimalProperty, digits_behind_decide_only_between_equal_heads,
              (std::int32_t head, std::uint16_t tail)) {
  const auto whole = Decimal::parse(digits(head));
  const auto more = Decimal::parse(digits(head) + "." + std::to_string(tail) + "1");
  RC_ASSERT(whole.has_value() && more.has_value());
  // Digits behind the point lead away from zero; "-0.1" is written with a head of its own.
  if (head < 0) {
    RC_ASSERT(*more < *whole);
  } else {
    RC_ASSERT(*whole < *more);
    RC_ASSERT(*more < *Decimal::parse(digits(std::int64_t{head} + 1)));
  }
}

}  // namespace
}  // namespace cinnabar
