#include "domain/expr/expression.h"

#include "base/random.h"
#include "domain/expr/test_support.h"

#include <gtest/gtest.h>

#include <array>

namespace cinnabar::expr {
namespace {

using testing::eval;
using testing::Values;

TEST(Expression, literals_names_and_comparison) {
  EXPECT_EQ(eval("1.50"), "1.5");
  EXPECT_EQ(eval("\"a\\\"\\u00e9\\n\""), "a\"\xC3\xA9\n");
  EXPECT_EQ(eval("t = \"approved\""), "true");
  EXPECT_EQ(eval("t != \"approved\""), "false");
  EXPECT_EQ(eval("a >= 7 and a < 8"), "true");
  EXPECT_EQ(eval("$status = \"open\""), "true");
  EXPECT_EQ(eval("form.amount + 1"), "4");
  EXPECT_EQ(eval("`cost-center`"), "K1");
  EXPECT_EQ(eval("unknown"), "null");
  EXPECT_EQ(eval("unknown = null"), "true");
  EXPECT_EQ(eval("t = null"), "false");
  EXPECT_EQ(eval("\xE9\x87\x91\xE9\xA2\x9D = null"), "true");
}

TEST(Expression, text_that_looks_like_a_number_compares_as_one) {
  EXPECT_EQ(eval("n > 30"), "true");
  EXPECT_EQ(eval("30 < n"), "true");
  EXPECT_EQ(eval("n = 100.0"), "true");
  EXPECT_EQ(eval("n > \"30\""), "false");  // two texts compare as texts
  EXPECT_EQ(eval("t > 30"), "null");
  EXPECT_EQ(eval("yes = 1"), "null");
}

TEST(Expression, dates_people_and_lists) {
  EXPECT_EQ(eval("day < \"2024-03-01\""), "true");
  EXPECT_EQ(eval("\"2024-03-01\" < day"), "false");
  EXPECT_EQ(eval("me = who"), "true");
  EXPECT_EQ(eval("me = 5"), "true");
  EXPECT_EQ(eval("one = \"x\""), "true");
  EXPECT_EQ(eval("list = \"x\""), "null");
  EXPECT_EQ(eval("list = [\"x\", \"y\"]"), "true");
}

TEST(Expression, three_valued_logic) {
  EXPECT_EQ(eval("false and unknown"), "false");
  EXPECT_EQ(eval("unknown and false"), "false");
  EXPECT_EQ(eval("unknown and true"), "null");
  EXPECT_EQ(eval("true or unknown"), "true");
  EXPECT_EQ(eval("unknown or true"), "true");
  EXPECT_EQ(eval("unknown or false"), "null");
  EXPECT_EQ(eval("not(unknown)"), "null");
  EXPECT_EQ(eval("not(a = 8) and yes"), "true");
  EXPECT_EQ(eval("false and 1 / 0 = 1"), "false");
}

TEST(Expression, membership) {
  EXPECT_EQ(eval("a in [1..7]"), "true");
  EXPECT_EQ(eval("a in [1..7)"), "false");
  EXPECT_EQ(eval("a in (7..9]"), "false");
  EXPECT_EQ(eval("a in ]6..9["), "true");
  EXPECT_EQ(eval("a between 7 and 9 and yes"), "true");
  EXPECT_EQ(eval("t in (\"approved\", \"rejected\")"), "true");
  EXPECT_EQ(eval("t in [\"rejected\"]"), "false");
  EXPECT_EQ(eval("t in []"), "false");
  EXPECT_EQ(eval("\"y\" in list"), "true");
  EXPECT_EQ(eval("\"z\" in (list, \"q\")"), "false");
}

TEST(Expression, arithmetic_is_exact) {
  EXPECT_EQ(eval("0.1 + 0.2"), "0.3");
  EXPECT_EQ(eval("2 + 3 * 4 - -1"), "15");
  EXPECT_EQ(eval("(2 + 3) * 4"), "20");
  EXPECT_EQ(eval("1 - 10"), "-9");
  EXPECT_EQ(eval("-2.5 * 4"), "-10");
  EXPECT_EQ(eval("1 / 8"), "0.125");
  EXPECT_EQ(eval("10 / 4"), "2.5");
  EXPECT_EQ(eval("1 / 3"), "0.3333333333333333333333333333333333");
  EXPECT_EQ(eval("2 / 3"), "0.6666666666666666666666666666666667");
  EXPECT_EQ(eval("9999999999999999999999999999999999 + 1"), "failed: the result is out of range");
  EXPECT_EQ(eval("1 / 0"), "failed: division by zero");
  EXPECT_EQ(eval("\"a\" + \"b\" + t"), "abapproved");
  EXPECT_EQ(eval("\"a\" + 1"), "null");
}

TEST(Expression, conditional_and_functions) {
  EXPECT_EQ(eval("if a > 5 then \"big\" else \"small\""), "big");
  EXPECT_EQ(eval("if unknown then 1 else if a = 7 then 2 else 3"), "2");
  EXPECT_EQ(eval("contains(t, \"prov\")"), "true");
  EXPECT_EQ(eval("starts with(t, \"app\") and ends with(t, \"ed\")"), "true");
  EXPECT_EQ(eval("matches(t, \"^a.*d$\")"), "true");
  EXPECT_EQ(eval("upper case(t)"), "APPROVED");
  EXPECT_EQ(eval("lower case(\"ABC\")"), "abc");
  EXPECT_EQ(eval("string length(\"\xE9\x87\x91\xE9\xA2\x9D\")"), "2");
  EXPECT_EQ(eval("string(a) + \"!\""), "7!");
  EXPECT_EQ(eval("number(n) + 1"), "101");
  EXPECT_EQ(eval("number(t)"), "null");
  EXPECT_EQ(eval("count(list)"), "2");
  EXPECT_EQ(eval("count(table)"), "2");
  EXPECT_EQ(eval("sum(table.price)"), "12.5");
  EXPECT_EQ(eval("max(table.PRICE)"), "10");
  EXPECT_EQ(eval("min(3, 1, 2)"), "1");
  EXPECT_EQ(eval("is defined(a)"), "true");
  EXPECT_EQ(eval("is defined(unknown)"), "false");
  EXPECT_EQ(eval("list contains(list, \"x\")"), "true");
}

TEST(Expression, other_tools_spelling) {
  EXPECT_EQ(eval("${t == 'approved' && a gt 3}"), "true");
  EXPECT_EQ(eval("${!(a == 7) || yes}"), "true");
  EXPECT_EQ(eval("=a > 3"), "true");
}

TEST(Expression, syntax_errors_name_the_position) {
  EXPECT_EQ(eval("a +"), "syntax: expression, byte 4: expected a value, found the end");
  EXPECT_EQ(eval("a b"), "syntax: expression, byte 3: expected an operator or the end, found 'b'");
  EXPECT_EQ(eval("nope(1)"), "syntax: expression, byte 1: there is no function 'nope'");
  EXPECT_EQ(eval("contains(t)"),
            "syntax: expression, byte 1: wrong number of arguments for 'contains'");
  for (const auto* text :
       {"", "\"a", "1 = = 2", "(1", "[1, 2", "a in [1..2", "if a then 1", "a ? b",
        "matches(t, \"(\")", "and", "a = 1 = 1", "${", "`", "``", "\"\\u12\""}) {
    EXPECT_TRUE(eval(text).starts_with("syntax: ")) << text << " gives " << eval(text);
  }
}

TEST(Expression, size_depth_and_memory_are_bounded) {
  EXPECT_TRUE(eval(std::string(70'000, ' ') + "1").starts_with("syntax: "));
  EXPECT_TRUE(eval(std::string(1000, '(') + "1" + std::string(1000, ')')).starts_with("syntax: "));
  EXPECT_TRUE(eval(std::string(1000, '-') + "1").starts_with("syntax: "));
  EXPECT_EQ(eval(std::string(20, '(') + "1" + std::string(20, ')')), "1");
  std::string chain = "1";
  for (int i = 0; i < 1000; ++i) chain += "+1";
  EXPECT_EQ(eval(chain), "1001");
  EXPECT_EQ(eval("long + long"), "failed: the text is too long");
  std::string copies = "[long";
  for (int i = 0; i < 100; ++i) copies += ",long";
  EXPECT_EQ(eval(copies + "]"), "failed: too much text");
}

TEST(Expression, condition_is_a_boolean) {
  const auto condition = [](std::string_view text) {
    const auto value = Expression::parse(text)->eval_condition(Values{});
    return value ? (*value ? "true" : "false") : std::string("failed");
  };
  EXPECT_EQ(condition("a = 7"), "true");
  EXPECT_EQ(condition("unknown"), "false");
  EXPECT_EQ(condition("t > 3"), "false");
  EXPECT_EQ(condition("t"), "failed");
}

TEST(Expression, names_are_listed_once) {
  const auto expression = Expression::parse("a + b > `a b` or a = $status");
  ASSERT_TRUE(expression);
  EXPECT_EQ(expression->names(), (std::vector<std::string>{"a", "b", "a b", "$status"}));
}

// Any sequence of parts parses or is refused, and evaluates or fails, without a crash.
TEST(Expression, random_texts_never_crash) {
  constexpr std::array<std::string_view, 34> kParts = {
      "a",      "t",      "list",   "table", "(",           ")",    "[",    "]",         ",",
      "..",     "1",      "2.5",    "\"x\"", "+",           "-",    "*",    "/",         "=",
      "!=",     "<",      ">=",     " and ", " or ",        "not(", " in ", " between ", "if ",
      " then ", " else ", "count(", "sum(",  "is defined(", "null", "true"};
  SeededRandom random(1);
  int evaluated = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::uint64_t i = random.below(9); i-- > 0;) text += kParts[random.below(kParts.size())];
    const auto expression = Expression::parse(text);
    if (expression && expression->eval(Values{})) ++evaluated;
  }
  EXPECT_GT(evaluated, 500);
}

}  // namespace
}  // namespace cinnabar::expr
