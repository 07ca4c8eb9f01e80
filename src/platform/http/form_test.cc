#include "platform/http/form.h"

#include <gtest/gtest.h>

#include <array>

namespace cinnabar::http {
namespace {

constexpr std::array<std::string_view, 4> kSupported = {"en", "zh-CN", "zh-TW", "ja"};

std::string pick(std::string_view header) {
  return pick_language(header, kSupported, "en");
}

TEST(Form, fields_keep_their_order_and_repeats) {
  const auto fields = parse_form("a=1&b=x+y%21&a=&c&&=v");
  ASSERT_TRUE(fields);
  const FormFields expected = {{"a", "1"}, {"b", "x y!"}, {"a", ""}, {"c", ""}, {"", "v"}};
  EXPECT_EQ(*fields, expected);
  EXPECT_TRUE(parse_form("")->empty());
}

TEST(Form, value_may_contain_equals_signs) {
  EXPECT_EQ((*parse_form("a=b=c"))[0].second, "b=c");
}

TEST(Form, broken_escapes_and_bytes_are_refused) {
  for (const char* text : {"a=%", "a=%4", "%zz=1", "a=%ff"}) {
    const auto fields = parse_form(text);
    ASSERT_FALSE(fields) << text;
    EXPECT_EQ(fields.error().reason, kFormMalformed);
  }
}

TEST(Form, number_of_fields_is_bounded) {
  std::string text;
  for (std::size_t i = 0; i < kFormFieldsMax; ++i) text += "a=1&";
  ASSERT_TRUE(parse_form(text));
  EXPECT_EQ(parse_form(text)->size(), kFormFieldsMax);
  text += "b";
  EXPECT_EQ(parse_form(text).error().reason, kFormTooLarge);
}

TEST(PickLanguage, weight_then_order_decides) {
  EXPECT_EQ(pick("ja;q=0.5, zh-CN;q=0.9, en;q=0.1"), "zh-CN");
  EXPECT_EQ(pick("fr, ja, en"), "ja");
  EXPECT_EQ(pick("fr"), "en");
  EXPECT_EQ(pick(""), "en");
  EXPECT_EQ(pick("ja;q=0"), "en");
  EXPECT_EQ(pick("ja;q=nonsense, zh-TW;q=0.001"), "zh-TW");
}

TEST(PickLanguage, chinese_regions_follow_their_script) {
  EXPECT_EQ(pick("zh-HK"), "zh-TW");
  EXPECT_EQ(pick("zh-Hant-MO"), "zh-TW");
  EXPECT_EQ(pick("zh-SG"), "zh-CN");
  EXPECT_EQ(pick("zh"), "zh-CN");
  EXPECT_EQ(pick("ZH_tw"), "zh-TW");
}

TEST(PickLanguage, region_falls_back_to_language) {
  EXPECT_EQ(pick("en-GB, ja;q=0.9"), "en");
  constexpr std::array<std::string_view, 1> kHans = {"zh-CN"};
  EXPECT_EQ(pick_language("zh-TW", kHans, "en"), "zh-CN");
}

TEST(BasicAuth, password_starts_after_the_first_colon) {
  const auto credentials = parse_basic_auth("basic YW5uOnA6dzpk");
  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->user, "ann");
  EXPECT_EQ(credentials->password.reveal(), "p:w:d");
}

TEST(BasicAuth, everything_else_is_refused) {
  for (const char* text : {"", "Basic", "Bearer YTpi", "Basic !!!!", "Basic YWJj"}) {
    const auto credentials = parse_basic_auth(text);
    ASSERT_FALSE(credentials) << text;
    EXPECT_EQ(credentials.error().code, Code::unauthenticated);
  }
}

}  // namespace
}  // namespace cinnabar::http
