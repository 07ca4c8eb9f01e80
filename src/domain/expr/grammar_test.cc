// Every form of the grammar, by section of the standard.
#include "domain/expr/test_support.h"

#include <gtest/gtest.h>

#include <array>

namespace cinnabar::expr {
namespace {

using testing::eval;
using testing::show;

TEST(Grammar, names_and_paths) {
  EXPECT_EQ(eval("data.order.b"), "2");
  EXPECT_EQ(eval("data.Monthly Income * 2"), "8");
  EXPECT_EQ(eval("data.nothing"), "null");
  EXPECT_EQ(eval("{a: {b c: 1}}.a.b c"), "1");
  EXPECT_EQ(eval("{first name: \"x\", r: first name + \"y\"}.r"), "xy");
  EXPECT_EQ(eval("{a-b: 1, r: a-b + 1}.r"), "2");
  EXPECT_EQ(eval("{\"with space\": 4, r: with space}.r"), "4");
  EXPECT_EQ(eval("[{b: 1}, {b: 2}].b"), "[1, 2]");
  EXPECT_EQ(eval("[{b: 1}, {c: 2}].b"), "[1, null]");
  EXPECT_EQ(eval("1 /* one */ + // two\n 2"), "3");
  const std::array<std::string, 1> known = {"Applicant Data"};
  EXPECT_EQ(show(Expression::parse("Applicant Data + 1", known)), "10");
  EXPECT_EQ(show(Expression::parse("Applicant  Data.x", known)), "null");
  EXPECT_EQ(eval("`Applicant Data` + 1"), "10");
}

TEST(Grammar, literals) {
  EXPECT_EQ(eval(".5 + 1"), "1.5");
  EXPECT_EQ(eval("1.5e2"), "150");
  EXPECT_EQ(eval("\"\\uD83D\\uDE00\" = \"\\U01F600\""), "true");
  EXPECT_EQ(eval("@\"2024-02-29\""), "2024-02-29");
  EXPECT_EQ(eval("@\"10:00:00+02:00\""), "10:00:00+02:00");
  EXPECT_EQ(eval("@\"2024-02-29T10:00:00@Europe/Berlin\""), "2024-02-29T10:00:00@Europe/Berlin");
  EXPECT_EQ(eval("@\"P1Y2M\""), "P1Y2M");
  EXPECT_EQ(eval("@\"-PT90M\""), "-PT1H30M");
  EXPECT_TRUE(eval("@\"soon\"").starts_with("syntax: "));
  EXPECT_EQ(eval("{a: 1, \"b c\": [true, null]}"), "{a: 1, b c: [true, null]}");
  EXPECT_EQ(eval("{}"), "{}");
  EXPECT_TRUE(eval("{a: 1, a: 2}").starts_with("syntax: "));
}

TEST(Grammar, arithmetic) {
  EXPECT_EQ(eval("2 ** 3 ** 2"), "64");
  EXPECT_EQ(eval("-2 ** 2"), "4");
  EXPECT_EQ(eval("2 ** -1"), "0.5");
  EXPECT_EQ(eval("2 ** 0.5"), "1.414213562373095048801688724209698");
  EXPECT_EQ(eval("10 ** 40"), "failed: the result is out of range");
  EXPECT_EQ(eval("0 ** -1"), "failed: division by zero");
  EXPECT_EQ(eval("(-8) ** 0.5"), "null");
  EXPECT_EQ(eval("- a"), "-7");
  EXPECT_EQ(eval("1 - 2 - 3"), "-4");
  EXPECT_EQ(eval("8 / 2 / 2"), "2");
  EXPECT_EQ(eval("\"a\" - \"b\""), "null");
  EXPECT_EQ(eval("unknown + 1"), "null");
}

TEST(Grammar, if_is_a_chain) {
  EXPECT_EQ(eval("if null then 1 else 2"), "2");
  EXPECT_EQ(eval("(if yes then 1 else 2) + 1"), "2");
  std::string chain;
  for (int i = 0; i < 500; ++i) chain += "if a = 100 then 1 else ";
  EXPECT_EQ(eval(chain + "9"), "9");
}

TEST(Grammar, for_loops) {
  EXPECT_EQ(eval("for x in [1, 2, 3] return x * x"), "[1, 4, 9]");
  EXPECT_EQ(eval("for x in 1..3 return x"), "[1, 2, 3]");
  EXPECT_EQ(eval("for x in 3..1 return x"), "[3, 2, 1]");
  EXPECT_EQ(eval("for x in [1..3] return x"), "[1, 2, 3]");
  EXPECT_EQ(eval("for x in 1..2, y in [10, 20] return x + y"), "[11, 21, 12, 22]");
  EXPECT_EQ(eval("for x in 1..2, y in 1..x return y"), "[1, 1, 2]");
  EXPECT_EQ(eval("for i in 0..4 return if i = 0 then 1 else i * partial[-1]"), "[1, 1, 2, 6, 24]");
  EXPECT_EQ(eval("for d in @\"2024-02-28\"..@\"2024-03-01\" return d.day"), "[28, 29, 1]");
  EXPECT_EQ(eval("for row in table return row.price + 1"), "[11, 3.5]");
  EXPECT_EQ(eval("for line item in table return line item.price"), "[10, 2.5]");
  EXPECT_EQ(eval("for x in 5 return x"), "[5]");
  EXPECT_EQ(eval("for x in null return x"), "null");
  EXPECT_EQ(eval("for x in [] return x"), "[]");
}

TEST(Grammar, some_and_every) {
  EXPECT_EQ(eval("some x in [1, 2] satisfies x > 1"), "true");
  EXPECT_EQ(eval("some x in [1, 2] satisfies x > 2"), "false");
  EXPECT_EQ(eval("some x in [1, null] satisfies x > 2"), "null");
  EXPECT_EQ(eval("every x in [1, 2] satisfies x > 0"), "true");
  EXPECT_EQ(eval("every x in [1, 2], y in [0, 1] satisfies x > y"), "false");
  EXPECT_EQ(eval("every x in [] satisfies false"), "true");
  EXPECT_EQ(eval("some x in [] satisfies true"), "false");
  EXPECT_EQ(eval("every x in [1, null] satisfies x > 0"), "null");
}

TEST(Grammar, filters_and_indexes) {
  EXPECT_EQ(eval("[1, 2, 3, 4][item > 2]"), "[3, 4]");
  EXPECT_EQ(eval("[{x: 1, y: 2}, {x: 2, y: 3}][x = 2].y"), "[3]");
  EXPECT_EQ(eval("[{dept num: 1}, {dept num: 2}][dept num > 1]"), "[{dept num: 2}]");
  EXPECT_EQ(eval("table[price > form.amount].price"), "[10]");
  EXPECT_EQ(eval("table[item name = \"pen\"].price"), "[10]");
  EXPECT_EQ(eval("[{x: {y: 1}}, {x: {y: 2}}][x.y = 2].x.y"), "[2]");
  EXPECT_EQ(eval("[1, 2, 3][1]"), "1");
  EXPECT_EQ(eval("[1, 2, 3][-1]"), "3");
  EXPECT_EQ(eval("[1, 2, 3][0]"), "null");
  EXPECT_EQ(eval("[1, 2, 3][4]"), "null");
  EXPECT_EQ(eval("[1, 2, 3][count([1, 2])]"), "2");
  EXPECT_EQ(eval("[[1], [2, 3]][2][1]"), "2");
  EXPECT_EQ(eval("5[1]"), "5");
  EXPECT_EQ(eval("5[item > 4]"), "[5]");
  EXPECT_EQ(eval("unknown[1]"), "null");
  EXPECT_EQ(eval("[][item > 1]"), "[]");
  EXPECT_EQ(eval("[1, \"a\", 3][item > 2]"), "[3]");
  EXPECT_EQ(eval("for y in [2] return [{x: 1}, {x: 2}][x = y]"), "[[{x: 2}]]");
}

TEST(Grammar, ranges_and_tests) {
  EXPECT_EQ(eval("[1..5]"), "[1..5]");
  EXPECT_EQ(eval("]1..5["), "(1..5)");
  EXPECT_EQ(eval("(1..5]"), "(1..5]");
  EXPECT_EQ(eval("{r: [1..5), in: 5 in r}.in"), "false");
  EXPECT_EQ(eval("[1..5].start included"), "true");
  EXPECT_EQ(eval("[1..5).end included"), "false");
  EXPECT_EQ(eval("[1..5).end"), "5");
  EXPECT_EQ(eval("5 in (> 3)"), "true");
  EXPECT_EQ(eval("5 in > 5"), "false");
  EXPECT_EQ(eval("5 in (<= 3, 5)"), "true");
  EXPECT_EQ(eval("5 in (!= 5)"), "false");
  EXPECT_EQ(eval("5 in ([1..2], [4..6])"), "true");
  EXPECT_EQ(eval("5 in [[1..2], [4..6]]"), "true");
  EXPECT_EQ(eval("(> 3)"), ">3");
  EXPECT_EQ(eval("(> 3).end"), "null");
  EXPECT_EQ(eval("\"x\" in [1..2]"), "null");
  EXPECT_EQ(eval("1 between null and 2"), "null");
  EXPECT_EQ(eval("a in ]6..9[ and a in [1..2]"), "false");
  EXPECT_EQ(eval("@\"2024-01-05\" in [@\"2024-01-01\"..@\"2024-02-01\"]"), "true");
  EXPECT_EQ(eval("[1..5] = [1..5]"), "true");
  EXPECT_EQ(eval("1 in (1 in (1 in (1 in (1 in (1..2)))))"), "false");
}

std::string test(std::string_view text) {
  return show(Expression::parse_tests(text));
}

TEST(Grammar, entries_of_decision_tables) {
  EXPECT_EQ(test("-"), "true");
  EXPECT_EQ(test("5"), "true");
  EXPECT_EQ(test("1, 5"), "true");
  EXPECT_EQ(test("< 5"), "false");
  EXPECT_EQ(test(">= 5"), "true");
  EXPECT_EQ(test("[1..5)"), "false");
  EXPECT_EQ(test("not(1, 2)"), "true");
  EXPECT_EQ(test("not(5)"), "false");
  EXPECT_EQ(test("? > 4 and ? < 6"), "true");
  EXPECT_EQ(test("odd(?)"), "true");
  EXPECT_EQ(test("[1, 5]"), "true");
  EXPECT_EQ(test("\"x\", null"), "false");
  EXPECT_TRUE(test("5 5").starts_with("syntax: "));
}

TEST(Grammar, functions_of_the_expression) {
  EXPECT_EQ(eval("{f: function(x) x + 1, r: f(2)}.r"), "3");
  EXPECT_EQ(eval("{f: function(x, y: number) x - y, r: f(y: 1, x: 5)}.r"), "4");
  EXPECT_EQ(eval("{k: 10, f: function(x) x + k, r: f(2)}"), "{k: 10, r: 12}");
  EXPECT_EQ(eval("{f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(5)}.r"), "120");
  EXPECT_EQ(eval("{m: {f: function(x) x * 2}, r: m.f(4)}.r"), "8");
  EXPECT_EQ(eval("(function(x) x)(3)"), "3");
  EXPECT_EQ(eval("{f: function(x) x, r: f(1, 2)}.r"), "null");
  EXPECT_EQ(eval("function() 1"), "null");
  EXPECT_EQ(eval("{f: function(n) f(n + 1), r: f(1)}.r"), "failed: nested too deeply");
}

TEST(Grammar, named_arguments) {
  EXPECT_EQ(eval("substring(string: \"abcd\", start position: 2, length: 2)"), "bc");
  EXPECT_EQ(eval("substring(start position: 3, string: \"abcd\")"), "cd");
  EXPECT_EQ(eval("date(year: 2024, month: 2, day: 1)"), "2024-02-01");
  EXPECT_TRUE(eval("substring(text: \"abcd\", start position: 2)").starts_with("syntax: "));
  EXPECT_TRUE(eval("substring(string: \"abcd\", 2)").starts_with("syntax: "));
  EXPECT_TRUE(eval("substring(string: \"a\", string: \"b\")").starts_with("syntax: "));
}

TEST(Grammar, instance_of) {
  EXPECT_EQ(eval("1 instance of number"), "true");
  EXPECT_EQ(eval("\"1\" instance of number"), "false");
  EXPECT_EQ(eval("null instance of Any"), "false");
  EXPECT_EQ(eval("null instance of Null"), "true");
  EXPECT_EQ(eval("yes instance of boolean and t instance of string"), "true");
  EXPECT_EQ(eval("at instance of date and time"), "true");
  EXPECT_EQ(eval("day instance of date"), "true");
  EXPECT_EQ(eval("@\"10:00:00\" instance of time"), "true");
  EXPECT_EQ(eval("@\"P1D\" instance of days and time duration"), "true");
  EXPECT_EQ(eval("@\"P1D\" instance of years and months duration"), "false");
  EXPECT_EQ(eval("[1, 2] instance of list<number>"), "true");
  EXPECT_EQ(eval("[1, \"x\"] instance of list<number>"), "false");
  EXPECT_EQ(eval("[[1]] instance of list<list<number>>"), "true");
  EXPECT_EQ(eval("{a: 1} instance of context<a: number>"), "true");
  EXPECT_EQ(eval("{a: 1} instance of context<b: number>"), "false");
  EXPECT_EQ(eval("[1..2] instance of range<number>"), "true");
  EXPECT_EQ(eval("(function(x) x) instance of function<number> -> number"), "true");
  EXPECT_TRUE(eval("1 instance of tHouse").starts_with("syntax: "));
}

TEST(Grammar, dates_and_durations) {
  EXPECT_EQ(eval("@\"2024-01-31\" + @\"P1M\""), "2024-02-29");
  EXPECT_EQ(eval("@\"2024-03-31\" - @\"P1M\""), "2024-02-29");
  EXPECT_EQ(eval("@\"2024-01-01\" + @\"PT36H\""), "2024-01-02");
  EXPECT_EQ(eval("@\"2024-01-01\" - @\"PT1H\""), "2023-12-31");
  EXPECT_EQ(eval("@\"P1D\" + @\"2024-01-01\""), "2024-01-02");
  EXPECT_EQ(eval("@\"2024-03-01\" - @\"2024-02-01\""), "P29D");
  EXPECT_EQ(eval("@\"2024-01-01T23:00:00Z\" + @\"PT2H\""), "2024-01-02T01:00:00Z");
  EXPECT_EQ(eval("@\"23:00:00\" + @\"PT2H\""), "01:00:00");
  EXPECT_EQ(eval("@\"01:00:00\" - @\"PT2H\""), "23:00:00");
  EXPECT_EQ(eval("@\"10:00:00\" - @\"09:30:00\""), "PT30M");
  EXPECT_EQ(eval("@\"P1Y\" + @\"P2M\""), "P1Y2M");
  EXPECT_EQ(eval("@\"P1Y\" + @\"P2D\""), "null");
  EXPECT_EQ(eval("@\"P1D\" * 1.5"), "P1DT12H");
  EXPECT_EQ(eval("2 * @\"P1M\""), "P2M");
  EXPECT_EQ(eval("@\"P1D\" / @\"PT6H\""), "4");
  EXPECT_EQ(eval("@\"P1Y\" / 5"), "P2M");
  EXPECT_EQ(eval("-@\"P1D\""), "-P1D");
  EXPECT_EQ(eval("@\"2024-01-01T12:00:00+01:00\" = @\"2024-01-01T11:00:00Z\""), "true");
  EXPECT_EQ(eval("@\"2024-01-01\" < @\"2024-01-02\""), "true");
  EXPECT_EQ(eval("@\"PT90M\" > @\"PT1H\""), "true");
  EXPECT_EQ(eval("@\"2024-01-01\" = @\"P1D\""), "null");
  EXPECT_EQ(eval("at - @\"2023-11-14T00:00:00Z\""), "PT22H13M20S");
}

TEST(Grammar, parts_of_dates) {
  EXPECT_EQ(eval("[day.year, day.month, day.day, day.weekday]"), "[2024, 2, 29, 4]");
  EXPECT_EQ(eval("at.hour * 10000 + at.minute * 100 + at.second"), "221320");
  EXPECT_EQ(eval("@\"10:20:30.5-01:30\".second"), "30.5");
  EXPECT_EQ(eval("@\"10:20:30-01:30\".time offset"), "-PT1H30M");
  EXPECT_EQ(eval("@\"10:20:30\".time offset"), "null");
  EXPECT_EQ(eval("@\"2024-07-01T10:00:00@Europe/Berlin\".timezone"), "Europe/Berlin");
  EXPECT_EQ(eval("@\"2024-07-01T10:00:00@Europe/Berlin\".time offset"), "PT2H");
  EXPECT_EQ(eval("@\"P1Y2M\".years * 100 + @\"P1Y2M\".months"), "102");
  EXPECT_EQ(eval("[@\"P1DT2H3M4S\".days, @\"P1DT2H3M4S\".hours, @\"P1DT2H3M4S\".minutes, "
                 "@\"P1DT2H3M4S\".seconds]"),
            "[1, 2, 3, 4]");
  EXPECT_EQ(eval("[@\"2024-01-05\", @\"2023-01-07\"].year"), "[2024, 2023]");
}

TEST(Grammar, contexts_and_lists_compare_by_content) {
  EXPECT_EQ(eval("{a: 1, b: 2} = {b: 2, a: 1}"), "true");
  EXPECT_EQ(eval("{a: 1} = {a: 2}"), "false");
  EXPECT_EQ(eval("[1, [2]] = [1, [2]]"), "true");
  EXPECT_EQ(eval("[1] = [1, 2]"), "false");
  EXPECT_EQ(eval("{a: 1} = 1"), "null");
}

TEST(ForeignGrammar, operators) {
  EXPECT_EQ(eval("${a == 7 && t != 'x'}"), "true");
  EXPECT_EQ(eval("#{a ne 7 or n ge 100}"), "true");
  EXPECT_EQ(eval("${a > 5 ? 'big' : a > 3 ? 'middle' : 'small'}"), "big");
  EXPECT_EQ(eval("${not yes}"), "false");
  EXPECT_EQ(eval("${!unknown}"), "true");
  EXPECT_EQ(eval("${empty unknown && empty '' && !empty list}"), "true");
  EXPECT_EQ(eval("${a % 4 + a mod 4 + 8 div 2}"), "10");
  EXPECT_EQ(eval("${-7 % 4}"), "-3");
  EXPECT_EQ(eval("${list[0]}"), "x");
  EXPECT_EQ(eval("${list[2]}"), "null");
  EXPECT_EQ(eval("${data['Monthly Income'] + data.order['b']}"), "6");
  EXPECT_EQ(eval("${a lt 8 and a gt 6 and a le 7 and a eq 7}"), "true");
  EXPECT_EQ(eval("${'it\\'s'}"), "it's");
  EXPECT_EQ(eval("${contains(t, 'prov')}"), "true");
}

TEST(ForeignGrammar, methods_are_refused) {
  EXPECT_EQ(eval("${execution.getVariable('x')}"),
            "syntax: expression, byte 13: calling methods of objects is not supported: "
            "'getVariable'; use a function of the language or a variable");
  EXPECT_TRUE(eval("${list[0].size()}").find("not supported") != std::string::npos);
  EXPECT_TRUE(eval("${bean(1)}").starts_with("syntax: "));
}

TEST(Grammar, calls_are_checked_before_they_run) {
  EXPECT_EQ(eval("1 + substring(\"a\")"),
            "syntax: expression, byte 5: wrong number of arguments for 'substring'");
  EXPECT_EQ(eval("data.total(1)"), "syntax: expression, byte 6: there is no function 'data.total'");
  EXPECT_EQ(eval("if a then nope(1) else 2"),
            "syntax: expression, byte 11: there is no function 'nope'");
  for (const auto* text :
       {"for x in [1]", "for x return 1", "some x in [1] return x", "{a 1}", "{a: 1", "[1..",
        "[1..2", "function(x", "a instance of", "a[1", "a.", "1 ** ", "/* a", "5 in ()",
        "matches(t, \"(\")", "\"\\uD800\"", "{1: 2}", "a = 1 = 1", "replace(t, \"[\", \"\")"}) {
    EXPECT_TRUE(eval(text).starts_with("syntax: ")) << text << " gives " << eval(text);
  }
}

}  // namespace
}  // namespace cinnabar::expr
