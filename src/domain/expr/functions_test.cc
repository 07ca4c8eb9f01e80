// Every built-in function, by section of the standard.
#include "domain/expr/functions.h"

#include "domain/expr/test_support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace cinnabar::expr {
namespace {

using testing::eval;

using Cases = std::vector<std::pair<std::string, std::string>>;

const Cases& conversion() {
  static const Cases cases = {
      {"string(1.50)", "1.5"},
      {"string(null)", "null"},
      {"string([1, \"a\"])", "[1, \"a\"]"},
      {"string({a: @\"P1D\"})", "{a: P1D}"},
      {"string([1..2))", "[1..2)"},
      {"string(me)", "5"},
      {"number(\"1,234.5\", \",\", \".\")", "1234.5"},
      {"number(\"1.234,5\", \".\", \",\")", "1234.5"},
      {"number(\"1 234\", \" \", null)", "1234"},
      {"number(\"1.5\", null, \",\")", "null"},
      {"number(\"x\")", "null"},
      {"number(\"1\", \",\", \",\")", "null"},
      {"number(\" 7 \")", "7"},
      {"date(\"2024-02-30\")", "null"},
      {"date(\"2024-02-29\")", "2024-02-29"},
      {"date(at)", "2023-11-14"},
      {"date(2024, 13, 1)", "null"},
      {"date(\"-0044-03-15\").year", "-44"},
      {"time(\"10:00:00\")", "10:00:00"},
      {"time(at)", "22:13:20Z"},
      {"time(10, 20, 30.25)", "10:20:30.25"},
      {"time(10, 20, 30, @\"PT2H\")", "10:20:30+02:00"},
      {"time(25, 0, 0)", "null"},
      {"time(day)", "00:00:00Z"},
      {"date and time(\"2024-02-29T10:00:00\")", "2024-02-29T10:00:00"},
      {"date and time(\"2024-02-29\")", "2024-02-29T00:00:00"},
      {"date and time(day, @\"10:00:00\")", "2024-02-29T10:00:00"},
      {"date and time(at, \"Asia/Taipei\")", "2023-11-15T06:13:20@Asia/Taipei"},
      {"date and time(2024, 2, 29, 1, 2, 3)", "2024-02-29T01:02:03"},
      {"date and time(2024, 2, 29, 1, 2, 3, @\"PT8H\")", "2024-02-29T01:02:03+08:00"},
      {"date and time(\"nonsense\")", "null"},
      {"duration(\"P1DT2H\")", "P1DT2H"},
      {"duration(\"P14M\")", "P1Y2M"},
      {"duration(\"P1Y1D\")", "null"},
      {"duration(\"P2W\")", "P14D"},
      {"years and months duration(@\"2023-12-31\", @\"2025-02-28\")", "P1Y1M"},
      {"years and months duration(@\"2025-02-28\", @\"2023-12-31\")", "-P1Y1M"},
      {"range(\"[1..5)\")", "[1..5)"},
      {"range(\"(>= -3)\")", ">=-3"},
      {"range(\"[@\\\"2024-01-01\\\"..@\\\"2024-02-01\\\"]\")", "[2024-01-01..2024-02-01]"},
      {"range(\"[1..a]\")", "null"},
      {"range(\"nonsense(\")", "null"},
      {"not(true)", "false"},
      {"not(negand: false)", "true"},
      {"not(1)", "null"},
      {"is(1, 1.0)", "true"},
      {"is(1, \"1\")", "false"},
      {"is(null, null)", "true"},
      {"is(@\"10:00:00Z\", @\"11:00:00+01:00\")", "false"},
      {"is(@\"10:00:00Z\", @\"10:00:00+00:00\")", "true"},
      {"is defined(unknown)", "false"},
      {"get or else(unknown, 3)", "3"},
      {"get or else(a, 3)", "7"},
  };
  return cases;
}

const Cases& text() {
  static const Cases cases = {
      {"substring(\"\u91D1\u984D\u8868\", 2)", "\u984D\u8868"},
      {"substring(\"foobar\", 3, 3)", "oba"},
      {"substring(\"foobar\", -2, 1)", "a"},
      {"substring(\"foobar\", 10)", ""},
      {"substring(\"foobar\", 0)", "null"},
      {"substring(\"foobar\", 1, 0)", "null"},
      {"substring([\"foobar\"], 4)", "bar"},
      {"string length(\"\\U01F600x\")", "2"},
      {"upper case(\"stra\u00DFe \u00E9\")", "STRASSE \u00C9"},
      {"lower case(\"\u00C9A\")", "\u00E9a"},
      {"trim(\"  a b \")", "a b"},
      {"substring before(\"foobar\", \"bar\")", "foo"},
      {"substring before(\"foobar\", \"x\")", ""},
      {"substring after(\"foobar\", \"ob\")", "ar"},
      {"substring after(\"foobar\", \"\")", "foobar"},
      {"contains(\"foobar\", \"ob\")", "true"},
      {"contains(\"foobar\", null)", "null"},
      {"starts with(\"foobar\", \"fo\")", "true"},
      {"ends with(\"foobar\", \"r\")", "true"},
      {"matches(\"foobar\", \"^FO\", \"i\")", "true"},
      {"matches(\"a\\nb\", \"a.b\", \"s\")", "true"},
      {"matches(\"a\\nb\", \"^b$\", \"m\")", "true"},
      {"matches(\"ab\", \"a b\", \"x\")", "true"},
      {"matches(\"ab\", \"a\", \"q\")", "failed: matches: there are other flags than i s m x"},
      {"replace(\"banana\", \"a\", \"o\")", "bonono"},
      {"replace(\"abcd\", \"(ab)|(a)\", \"[1=$1][2=$2]\")", "[1=ab][2=]cd"},
      {"replace(\"abc\", \"b\", \"\\\\$1\")", "a$1c"},
      {"replace(\"ABC\", \"b\", \"x\", \"i\")", "AxC"},
      {"replace(\"abc\", \"x*\", \"-\")", "null"},
      {"split(\"John Doe\", \"\\\\s\")", "[\"John\", \"Doe\"]"},
      {"split(\"a;b;;c;\", \";\")", "[\"a\", \"b\", \"\", \"c\", \"\"]"},
      {"string join([\"a\", \"b\", null, \"c\"])", "abc"},
      {"string join([\"a\", \"b\"], \"-\")", "a-b"},
      {"string join([\"a\", \"b\"], \"-\", \"<\", \">\")", "<a-b>"},
      {"string join([1], \"-\")", "null"},
      {"string join([], \"-\")", ""},
  };
  return cases;
}

const Cases& numbers() {
  static const Cases cases = {
      {"decimal(1 / 3, 2)", "0.33"},
      {"decimal(2.5, 0)", "2"},
      {"decimal(1.115, 2)", "1.12"},
      {"decimal(1234, -2)", "1200"},
      {"floor(1.5)", "1"},
      {"floor(-1.5)", "-2"},
      {"floor(-1.56, 1)", "-1.6"},
      {"ceiling(1.2)", "2"},
      {"ceiling(-1.56, 1)", "-1.5"},
      {"round up(5.5, 0)", "6"},
      {"round up(-5.1, 0)", "-6"},
      {"round up(1.121, 2)", "1.13"},
      {"round down(-5.9, 0)", "-5"},
      {"round half up(5.5, 0)", "6"},
      {"round half up(-2.5, 0)", "-3"},
      {"round half down(5.5, 0)", "5"},
      {"round half down(5.51, 0)", "6"},
      {"round up(0.001, 0)", "1"},
      {"round half up(0.04, 1)", "0"},
      {"abs(-10)", "10"},
      {"abs(@\"-P1D\")", "P1D"},
      {"abs(\"x\")", "null"},
      {"modulo(12, 5)", "2"},
      {"modulo(-12, 5)", "3"},
      {"modulo(12, -5)", "-3"},
      {"modulo(10.1, 4.5)", "1.1"},
      {"modulo(1, 0)", "failed: division by zero"},
      {"sqrt(16)", "4"},
      {"sqrt(2)", "1.414213562373095048801688724209698"},
      {"sqrt(-1)", "null"},
      {"log(10)", "2.302585092994045684017991454684364"},
      {"log(0)", "null"},
      {"exp(5)", "148.4131591025766034211155800405523"},
      {"exp(1000)", "failed: the result is out of range"},
      {"odd(5)", "true"},
      {"odd(-2)", "false"},
      {"even(2.5)", "null"},
      {"even(0)", "true"},
      {"sum([1, 2, null])", "3"},
      {"sum(1, 2.5)", "3.5"},
      {"sum([])", "0"},
      {"sum([1, \"x\"])", "null"},
      {"sum([@\"PT1H\", @\"PT30M\"])", "PT1H30M"},
      {"product([2, 3, 4])", "24"},
      {"product([])", "null"},
      {"mean([1, 2, 3, 4])", "2.5"},
      {"mean(1, 2)", "1.5"},
      {"mean([])", "null"},
      {"median(8, 2, 5, 3, 4)", "4"},
      {"median([6, 1, 2, 3])", "2.5"},
      {"median([])", "null"},
      {"stddev(2, 4, 7, 5)", "2.081665999466132735282297706979931"},
      {"stddev([47])", "null"},
      {"mode(6, 3, 9, 6, 6)", "[6]"},
      {"mode([6, 1, 9, 6, 1])", "[1, 6]"},
      {"mode([])", "[]"},
  };
  return cases;
}

const Cases& lists() {
  static const Cases cases = {
      {"list contains([1, 2, null], null)", "true"},
      {"list contains([{a: 1}], {a: 1})", "true"},
      {"count([1, [2, 3]])", "2"},
      {"count(null)", "0"},
      {"min([\"b\", \"a\"])", "a"},
      {"min(@\"2024-01-02\", @\"2024-01-01\")", "2024-01-01"},
      {"max([])", "null"},
      {"max([1, \"x\"])", "null"},
      {"all([true, true])", "true"},
      {"all([])", "true"},
      {"all([true, null])", "null"},
      {"all(false, null)", "false"},
      {"and([true, false])", "false"},
      {"any([false, true])", "true"},
      {"any([false, null])", "null"},
      {"or([])", "false"},
      {"sublist([4, 5, 6], 1, 2)", "[4, 5]"},
      {"sublist([4, 5, 6], -2)", "[5, 6]"},
      {"sublist([4, 5, 6], 3, 2)", "null"},
      {"sublist([4, 5, 6], 0)", "null"},
      {"append([1], 2, 3)", "[1, 2, 3]"},
      {"append(null, 2)", "[2]"},
      {"concatenate([1, 2], [3])", "[1, 2, 3]"},
      {"concatenate([1], null)", "null"},
      {"insert before([1, 3], 1, 2)", "[2, 1, 3]"},
      {"insert before([1, 3], -1, 2)", "[1, 2, 3]"},
      {"insert before([1, 3], 4, 2)", "null"},
      {"remove([1, 2, 3], 2)", "[1, 3]"},
      {"remove([1, 2, 3], -1)", "[1, 2]"},
      {"remove([1], 5)", "null"},
      {"list replace([2, 4, 7], 3, 6)", "[2, 4, 6]"},
      {"list replace([2, 4, 7, 8], function(item, new) item < new, 5)", "[5, 5, 7, 8]"},
      {"reverse([1, 2, 3])", "[3, 2, 1]"},
      {"index of([1, 2, 3, 2], 2)", "[2, 4]"},
      {"index of([1, null], null)", "[2]"},
      {"union([1, 2], [2, 3])", "[1, 2, 3]"},
      {"distinct values([1, 2, 3, 2, 1])", "[1, 2, 3]"},
      {"flatten([[1, 2], [[3]], 4])", "[1, 2, 3, 4]"},
      {"sort([3, 1, 2])", "[1, 2, 3]"},
      {"sort([3, 1, 2], function(x, y) x > y)", "[3, 2, 1]"},
      {"sort(precedes: function(x, y) x.a < y.a, list: [{a: 2}, {a: 1}])", "[{a: 1}, {a: 2}]"},
      {"sort([1, \"x\"])", "null"},
      {"sort([1, 2], 3)", "null"},
  };
  return cases;
}

const Cases& contexts_and_times() {
  static const Cases cases = {
      {"get value({a: 1}, \"a\")", "1"},
      {"get value({a: {b: 2}}, [\"a\", \"b\"])", "2"},
      {"get value({a: 1}, \"x\")", "null"},
      {"get entries({a: 1, b: 2})", "[{key: \"a\", value: 1}, {key: \"b\", value: 2}]"},
      {"get entries({a: 1})[key = \"a\"].value", "[1]"},
      {"context([{key: \"a\", value: 1}, {key: \"b\", value: 2}])", "{a: 1, b: 2}"},
      {"context([{key: \"a\", value: 1}, {key: \"a\", value: 2}])", "null"},
      {"context([{key: \"a\"}])", "null"},
      {"context put({a: 1}, \"b\", 2)", "{a: 1, b: 2}"},
      {"context put({a: 1}, \"a\", 2)", "{a: 2}"},
      {"context put({a: {b: 1}}, [\"a\", \"b\"], 2)", "{a: {b: 2}}"},
      {"context put({a: 1}, [\"a\", \"b\"], 2)", "null"},
      {"context put({a: 1}, [], 2)", "null"},
      {"context merge([{a: 1, b: 1}, {b: 2}])", "{a: 1, b: 2}"},
      {"context merge({a: 1}, {b: 2})", "{a: 1, b: 2}"},
      {"now()", "2023-11-14T22:13:20Z"},
      {"today()", "2023-11-14"},
      {"day of year(day)", "60"},
      {"day of week(@\"2019-09-17\")", "Tuesday"},
      {"month of year(@\"2019-09-17\")", "September"},
      {"week of year(@\"2005-01-01\")", "53"},
      {"week of year(at)", "46"},
      {"last day of month(@\"2023-02-10\")", "2023-02-28"},
      {"day of year(\"2024-01-01\")", "null"},
  };
  return cases;
}

const Cases& ranges() {
  static const Cases cases = {
      {"before(1, 10)", "true"},
      {"before(1, [1..10])", "false"},
      {"before(1, (1..10])", "true"},
      {"before([1..10), 10)", "true"},
      {"before([1..10], [10..20])", "false"},
      {"before([1..10), [10..20])", "true"},
      {"after(12, [1..10])", "true"},
      {"after([11..20], [1..10])", "true"},
      {"after([10..20], [1..10])", "false"},
      {"meets([1..5], [5..10])", "true"},
      {"meets([1..5), [5..10])", "false"},
      {"met by([5..10], [1..5])", "true"},
      {"overlaps([1..5], [3..8])", "true"},
      {"overlaps([1..5), [5..8])", "false"},
      {"overlaps before([1..5], [3..8])", "true"},
      {"overlaps before([3..8], [1..5])", "false"},
      {"overlaps before([1..5], (1..5])", "true"},
      {"overlaps after([3..8], [1..5])", "true"},
      {"overlaps after([1..5], [1..5])", "false"},
      {"finishes(10, [1..10])", "true"},
      {"finishes([5..10], [1..10])", "true"},
      {"finishes([5..10), [1..10])", "false"},
      {"finished by([1..10], 10)", "true"},
      {"finished by([1..10], [5..10])", "true"},
      {"includes([1..10], 5)", "true"},
      {"includes([1..10), 10)", "false"},
      {"includes([1..10], [2..3])", "true"},
      {"includes((>= 3), 5)", "true"},
      {"during(5, [1..10])", "true"},
      {"during([4..6], [1..10))", "true"},
      {"starts(1, [1..10])", "true"},
      {"starts([1..5], [1..10])", "true"},
      {"starts(1, (1..10])", "false"},
      {"started by([1..10], 1)", "true"},
      {"started by([1..10], [1..5])", "true"},
      {"coincides(5, 5)", "true"},
      {"coincides([1..5], [1..5])", "true"},
      {"coincides([1..5], [1..5))", "false"},
      {"before(1, \"a\")", "null"},
      {"before(null, 1)", "null"},
      {"before(point1: 1, point2: 2)", "true"},
  };
  return cases;
}

void check(const Cases& cases) {
  for (const auto& [expression, expected] : cases)
    EXPECT_EQ(eval(expression), expected) << expression;
}

TEST(Builtins, conversion) {
  check(conversion());
}
TEST(Builtins, text) {
  check(text());
}
TEST(Builtins, numbers) {
  check(numbers());
}
TEST(Builtins, lists) {
  check(lists());
}
TEST(Builtins, contexts_and_times) {
  check(contexts_and_times());
}
TEST(Builtins, ranges) {
  check(ranges());
}

TEST(Builtins, all_of_them_are_tested) {
  std::string all;
  for (const Cases* cases :
       {&conversion(), &text(), &numbers(), &lists(), &contexts_and_times(), &ranges()}) {
    for (const auto& [expression, expected] : *cases) all += expression + ' ';
  }
  for (const Builtin& builtin : builtins()) {
    EXPECT_NE(all.find(std::string(builtin.name) + "("), std::string::npos) << builtin.name;
  }
}

// Nulls, and values of every other kind, give null or an error, never a crash.
TEST(Builtins, take_any_value) {
  const std::vector<std::string> values = {
      "null", "1",  "\"x\"",    "[]",     "[1, null]",     "{a: 1}", "day",
      "at",   "me", "@\"P1D\"", "[1..2]", "function(x) x", "true",   "-99999999999999999999"};
  std::size_t calls = 0;
  for (const Builtin& builtin : builtins()) {
    for (std::size_t count = builtin.arguments_min;
         count <= std::min<std::size_t>(builtin.arguments_max, 4); ++count) {
      for (std::size_t round = 0; round < values.size() * values.size(); ++round) {
        std::string call = std::string(builtin.name) + "(";
        for (std::size_t i = 0; i < count; ++i) {
          if (i > 0) call += ", ";
          call += values[(i == 0 ? round : round / values.size() + i - 1) % values.size()];
        }
        EXPECT_FALSE(eval(call + ")").starts_with("syntax: ")) << call;
        ++calls;
      }
    }
  }
  EXPECT_GT(calls, 10'000U);
}

}  // namespace
}  // namespace cinnabar::expr
