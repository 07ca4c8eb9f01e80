#include "base/json.h"

#include <gtest/gtest.h>

namespace cinnabar {
namespace {

std::string round_trip(std::string_view text) {
  auto parsed = Json::parse(text);
  return parsed ? print(*parsed) : "error: " + to_string(parsed.error());
}

TEST(Json, numbers_keep_their_digits) {
  EXPECT_EQ(round_trip("[19.99,1E3,-0,12345678901234567890.10,1e400]"),
            "[19.99,1E3,-0,12345678901234567890.10,1e400]");
}

TEST(Json, objects_keep_order_and_find_answers_the_last_of_equal_keys) {
  auto parsed = Json::parse(R"({"b":1,"a":2,"b":3})");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(print(*parsed), R"({"b":1,"a":2,"b":3})");
  EXPECT_EQ(parsed->find("b")->as_int(), 3);
  EXPECT_EQ(parsed->find("c"), nullptr);
}

TEST(Json, scalars_and_byte_order_mark_are_documents) {
  EXPECT_EQ(round_trip("true"), "true");
  EXPECT_EQ(round_trip("\xEF\xBB\xBF {\"a\":null}"), R"({"a":null})");
  EXPECT_EQ(round_trip("\"a\\u00e9\\ud83d\\ude00\""), "\"aé😀\"");
}

TEST(Json, malformed_text_is_refused) {
  for (const std::string_view text :
       {"",          " ",   "{",      "[1,]",    "{\"a\":1,}", "01",
        "1.",        "nul", "tru",    "truex",   "1 2",        "],[",
        "{\"a\" 1}", "'a'", "\"\n\"", "\"\\x\"", "[1 2]",      "{\"a\":1 \"b\":2}",
        "-",         "+1",  ".5",     "1e",      "NaN",        "[1]]",
        "\"a\xff\""}) {
    EXPECT_FALSE(Json::parse(text)) << text;
  }
}

TEST(Json, depth_is_bounded) {
  EXPECT_TRUE(Json::parse(std::string(60, '[') + std::string(60, ']')));
  const auto deep = Json::parse(std::string(100, '[') + std::string(100, ']'));
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().reason, kJsonTooDeep);
  EXPECT_FALSE(Json::parse(std::string(2000, '[') + std::string(2000, ']')));
}

TEST(Json, ascii_style_escapes_with_surrogate_pairs) {
  EXPECT_EQ(print(Json{"單😀\"\\\n"}, {.ascii = true, .spaced = false}),
            R"("\u55ae\ud83d\ude00\"\\\n")");
  EXPECT_EQ(print(*Json::parse(R"({"a":[1,2]})"), {.ascii = true, .spaced = true}),
            R"({"a": [1, 2]})");
}

}  // namespace
}  // namespace cinnabar
