#include "vocab/decimal.h"

#include <gtest/gtest.h>

namespace cinnabar {
namespace {

std::string canonical(std::string_view text) {
  const auto decimal = Decimal::parse(text);
  return decimal ? decimal->text() : "none";
}

TEST(Decimal, canonical_form) {
  EXPECT_EQ(canonical("19.990"), "19.99");
  EXPECT_EQ(canonical("-0.0"), "0");
  EXPECT_EQ(canonical("1.5E3"), "1500");
  EXPECT_EQ(canonical("15e-4"), "0.0015");
  EXPECT_EQ(canonical("007"), "7");
  EXPECT_EQ(canonical("12345678901234567890.123456"), "12345678901234567890.123456");
}

TEST(Decimal, rubbish_and_out_of_range_are_refused) {
  for (const auto* text :
       {"", "-", ".", "1.", "1e", "1e99999", "abc", "1 ", "0x1", "1e35", "--1"}) {
    EXPECT_EQ(canonical(text), "none") << text;
  }
}

TEST(Decimal, order_is_numeric) {
  const auto at = [](std::string_view text) { return *Decimal::parse(text); };
  EXPECT_GT(at("100"), at("30"));
  EXPECT_LT(at("-100"), at("-30"));
  EXPECT_LT(at("-1"), at("0"));
  EXPECT_LT(at("0.09"), at("0.1"));
  EXPECT_GT(at("1.01"), at("1"));
  EXPECT_EQ(at("1.10"), at("1.1"));
}

}  // namespace
}  // namespace cinnabar
