// Whatever an expression does, it ends: in bounded time, memory and stack.
#include "domain/expr/test_support.h"

#include <gtest/gtest.h>

#include <chrono>

namespace cinnabar::expr {
namespace {

using testing::eval;

std::string repeat(std::string_view part, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += part;
  return out;
}

TEST(ExpressionLimits, steps) {
  EXPECT_EQ(eval("for x in 1..1000000000 return x"), "failed: too many steps");
  EXPECT_EQ(eval("count(for x in 1..1000, y in 1..1000 return 1)"), "failed: too many steps");
  EXPECT_EQ(eval("some x in 1..1000000000 satisfies x < 0"), "failed: too many steps");
  EXPECT_EQ(eval("[1][some x in 1..1000000000 satisfies false]"), "failed: too many steps");
  EXPECT_EQ(eval("{f: function(n) [f(n), f(n)], r: f(1)}.r"), "failed: nested too deeply");
  EXPECT_EQ(eval("sort(for x in 1..5000 return -x, function(a, b) count(for i in 1..10 return i) "
                 "> a)"),
            "failed: too many steps");
  EXPECT_EQ(eval("1" + repeat(" + 1", 10'000)), "10001");
  EXPECT_EQ(eval("0" + repeat("-x", 20'000)), "null");
  EXPECT_EQ(eval("true" + repeat(" and true", 5'000)), "true");
}

TEST(ExpressionLimits, depth) {
  for (const auto* part : {"(", "[", "-(", "{a: ", "not(", "if ", "for x in ", "a[", "function() ",
                           "1 in (", "1 + (", "f(", "abs("}) {
    EXPECT_TRUE(eval(repeat(part, 5'000)).starts_with("syntax: ")) << part;
  }
  EXPECT_TRUE(eval("1 instance of " + repeat("list<", 5'000)).starts_with("syntax: "));
  EXPECT_EQ(eval("count(for i in 1..1000 return [partial[-1]])"), "failed: nested too deeply");
  EXPECT_EQ(eval("count(for i in 1..1000 return {p: partial})"), "failed: too many steps");
  EXPECT_EQ(eval("a" + repeat("[1]", 10'000)), "failed: nested too deeply");
  EXPECT_EQ(eval("a" + repeat("[1]", 500)), "7");
  EXPECT_EQ(eval("data" + repeat(".x", 10'000)), "null");
}

TEST(ExpressionLimits, texts) {
  EXPECT_EQ(eval("for i in 1..40 return if i = 1 then \"xxxxxxxx\" else partial[-1] + "
                 "partial[-1]"),
            "failed: the text is too long");
  EXPECT_EQ(eval("for i in 1..1000 return long"), "failed: too much text");
  EXPECT_EQ(eval("replace(long, \"x\", \"yyyyyyyy\")").substr(0, 7), "failed:");
  EXPECT_EQ(eval("string join([long, long])"), "failed: the text is too long");
  EXPECT_EQ(eval("string([long, long])"), "failed: the text is too long");
}

// A value that refers to one part many times is small in memory but not when it is walked.
TEST(ExpressionLimits, shared_parts) {
  std::string text = "{a0: [1, 1]";
  for (int i = 1; i < 40; ++i) {
    const std::string last = "a" + std::to_string(i - 1);
    text += ", a" + std::to_string(i) + ": [" + last + ", " + last + "]";
  }
  EXPECT_EQ(eval(text + "}.a39"), "failed: the result is too large");
  EXPECT_EQ(eval("string(" + text + "}.a39)"), "failed: the text is too long");
  EXPECT_EQ(eval("count(flatten(" + text + "}.a39))"), "failed: too many steps");
  EXPECT_EQ(eval(text + "}.a39 = " + text + "}.a39"), "failed: too many steps");
}

TEST(ExpressionLimits, patterns) {
  EXPECT_EQ(eval("matches(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\", \"(a+)+$\")"), "false");
  EXPECT_TRUE(eval("matches(long, \"((a{100}){100}){100}\")").starts_with("syntax: "));
  EXPECT_EQ(eval("count(split(long, \"x\"))"), "failed: too many steps");
}

TEST(ExpressionLimits, the_worst_is_over_soon) {
  const auto start = std::chrono::steady_clock::now();
  for (const auto* text :
       {"for x in 1..100000 return 1 / 3 / 7", "for x in 1..100000 return exp(1.5)",
        "for x in 1..1000 return distinct values(1..1000)",
        "distinct values(for x in 1..20000 return x)",
        "for x in 1..100000 return 0.123456789012345678901234567890123 * 1.1",
        "for x in 1..100000 return replace(long, \"x+y|x\", \"z\")"}) {
    EXPECT_NE(eval(text), "");
  }
  // Generous: a debug build with checks on a busy machine.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

}  // namespace
}  // namespace cinnabar::expr
