#include "domain/script/lua.h"

#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::script {
namespace {

using expr::Value;
using expr::Variables;

Value text(std::string value) {
  return Value{std::move(value)};
}
Value number(std::string_view digits) {
  return Value{Decimal::parse(digits).value()};
}

Result<Outcome> run(std::string_view source, const Variables& visible = {},
                    const Budget& budget = {}) {
  auto script = Script::compile(source);
  if (!script) return std::move(script).error();
  return script->run(visible, budget);
}

Value result_of(std::string_view source, const Variables& visible = {}) {
  auto outcome = run(source, visible);
  EXPECT_TRUE(outcome) << source << ": " << (outcome ? "" : to_string(outcome.error()));
  return outcome ? outcome->result : text("failed");
}

Error error_of(std::string_view source, const Variables& visible = {}, const Budget& budget = {}) {
  auto outcome = run(source, visible, budget);
  EXPECT_FALSE(outcome) << source;
  return outcome ? Error{} : outcome.error();
}

TEST(Script, assigned_globals_are_the_changes) {
  const auto outcome = run("b = a * 2; local c = 3; function helper() end; return b + c",
                           {{"a", number("5")}, {"same", text("x")}});
  ASSERT_TRUE(outcome) << to_string(outcome.error());
  EXPECT_EQ(outcome->changed, (Variables{{"b", number("10")}}));
  EXPECT_EQ(outcome->result, number("13"));
}

TEST(Script, setting_to_nil_changes_to_null_and_changed_members_count) {
  const Value::Context order{{"sum", number("1.5")}, {"tags", Value{Value::List{text("a")}}}};
  const auto outcome = run("gone = nil; order.sum = order.sum + 1; order.added = true",
                           {{"gone", text("x")}, {"order", Value{order}}});
  ASSERT_TRUE(outcome) << to_string(outcome.error());
  EXPECT_EQ(outcome->changed,
            (Variables{{"gone", Value{}},
                       {"order", Value{Value::Context{{"sum", number("2.5")},
                                                      {"tags", Value{Value::List{text("a")}}},
                                                      {"added", Value{true}}}}}}));
}

TEST(Script, what_is_left_alone_keeps_kind_and_digits) {
  const Value::Context row{
      {"day", Value{expr::Date{2026, 11, 23}}},
      {"exact", number("0.1234567890123456789012345678901234")},
      {"nothing", Value{}},
      {"list", Value{Value::List{Value{}, Value{seconds(90)}, Value{}}}},
      {"who", Value{UserRef{UserId{12}}}},
      {"empty", Value{Value::Context{}}},
  };
  const auto outcome =
      run("row.n = 1; copy = row.day; chosen = row.who; return row.list[2]", {{"row", Value{row}}});
  ASSERT_TRUE(outcome) << to_string(outcome.error());
  Value::Context expected = row;
  expected.emplace_back("n", number("1"));
  EXPECT_EQ(outcome->changed, (Variables{{"row", Value{expected}},
                                         {"copy", text("2026-11-23")},
                                         {"chosen", Value{UserRef{UserId{12}}}}}));
  EXPECT_EQ(outcome->result, text("PT1M30S"));
}

TEST(Script, references_compare_by_content) {
  EXPECT_EQ(result_of("return a == b and a ~= c and type(a) == 'userdata' and tostring(a)",
                      {{"a", Value{UserRef{UserId{1}}}},
                       {"b", Value{UserRef{UserId{1}}}},
                       {"c", Value{UserRef{UserId{2}}}}}),
            text("user:1"));
  EXPECT_EQ(error_of("return a.name", {{"a", Value{UserRef{UserId{1}}}}}).reason,
            reasons::kScriptFailed);
}

TEST(Script, numbers_are_integers_or_the_shortest_decimal) {
  EXPECT_EQ(result_of("return 9223372036854775807"), number("9223372036854775807"));
  EXPECT_EQ(result_of("return 0.1 + 0.2"), number("0.30000000000000004"));
  EXPECT_EQ(result_of("return 6 / 2"), number("3"));
  EXPECT_EQ(result_of("return math.type(n)", {{"n", number("3")}}), text("integer"));
  EXPECT_EQ(result_of("return math.type(n)", {{"n", number("9223372036854775808")}}),
            text("float"));
  EXPECT_EQ(result_of("return math.pow(2, 10) + math.pow(2, -1)"), number("1024.5"));
  EXPECT_EQ(error_of("return 0/0").reason, reasons::kScriptFailed);
  EXPECT_EQ(error_of("return 1e300").reason, reasons::kScriptFailed);
}

TEST(Script, values_that_cannot_be_kept_fail_with_their_name) {
  EXPECT_EQ(error_of("t = {f = function() end}").detail,
            "global t: a value is a function, which cannot be kept");
  EXPECT_EQ(error_of("t = {}; t.t = t").subject, "t");
  EXPECT_EQ(error_of("t = {1, 2, x = 3}").subject, "t");
  EXPECT_EQ(error_of("t = {[1] = 1, [3] = 3}").subject, "t");
  EXPECT_EQ(error_of("t = '\\xff'").subject, "t");
  EXPECT_EQ(error_of("a = type", {{"a", number("1")}}).subject, "a");
  EXPECT_EQ(error_of("local t = {} for i = 1, 30 do t = {t, t} end return t").reason,
            reasons::kScriptFailed);
}

TEST(Script, a_list_keeps_its_nulls) {
  const Value list{Value::List{number("1"), Value{}, number("3")}};
  EXPECT_EQ(result_of("local n = 0 for _, v in ipairs(l) do if v == null then n = n + 1 end end "
                      "return #l * 10 + n",
                      {{"l", list}}),
            number("31"));
  EXPECT_EQ(result_of("return {1, null, 3}"), list);
}

TEST(Script, errors_name_the_line) {
  EXPECT_EQ(error_of("x = 1\ny = = 2").code, Code::invalid_argument);
  EXPECT_TRUE(error_of("x = 1\ny = = 2").detail.starts_with("line 2: "));
  EXPECT_EQ(error_of("\n\nlocal a = nil; a.b = 1").code, Code::failed_precondition);
  EXPECT_TRUE(error_of("\n\nlocal a = nil; a.b = 1").detail.starts_with("line 3: "));
  EXPECT_EQ(error_of("error('no stock')").detail, "line 1: no stock");
  EXPECT_EQ(error_of("error({})").detail, "the script raised a value that is no text");
}

TEST(Script, pcall_catches_what_the_script_raises) {
  EXPECT_EQ(result_of("local ok, why = pcall(error, 'x', 0) return tostring(ok) .. why"),
            text("falsex"));
}

TEST(Script, pairs_and_next_walk_in_order) {
  EXPECT_EQ(result_of("local t = {b = 1, [2] = 1, a = 1, [true] = 1, [1.5] = 1, [1] = 1, [-1] = 1} "
                      "local keys = {} for k in pairs(t) do keys[#keys + 1] = tostring(k) end "
                      "local k = next(t) while k ~= nil do keys[#keys + 1] = tostring(k) "
                      "k = next(t, k) end "
                      "return table.concat(keys, ' ')"),
            text("-1 1 1.5 2 a b true -1 1 1.5 2 a b true"));
  EXPECT_EQ(error_of("for k in pairs({[{}] = 1}) do end").reason, reasons::kScriptFailed);
}

TEST(Script, sort_is_stable) {
  EXPECT_EQ(result_of("local t = {} for i = 1, 300 do t[i] = {k = i % 3, i = i} end "
                      "table.sort(t, function(a, b) return a.k < b.k end) "
                      "for i = 2, #t do if t[i].k == t[i-1].k and t[i].i < t[i-1].i then "
                      "return false end end return t[1].k == 0 and t[300].k == 2"),
            Value{true});
  EXPECT_EQ(result_of("local t = {3, 1, 2.5, 10} table.sort(t) return t"),
            (Value{Value::List{number("1"), number("2.5"), number("3"), number("10")}}));
  EXPECT_EQ(result_of("local t = {3, 1, 2} table.sort(t, function() return true end) return #t"),
            number("3"));
}

TEST(Script, the_library_works_on_texts) {
  EXPECT_EQ(result_of("return ('abc'):upper() .. ('x'):rep(3, '-') .. ('abc'):sub(-2) .. "
                      "#'abc' .. ('ab'):reverse() .. string.char(65, 66) .. ('a'):byte()"),
            text("ABCx-x-xbc3baAB97"));
  EXPECT_EQ(result_of("return string.format('%5.2f|%-4d|%03d|%s|%q|%x|%%|%c', 3.14159, 7, 7, true, "
                      "'a\"b', 255, 65)"),
            text(" 3.14|7   |007|true|\"a\\\"b\"|ff|%|A"));
  EXPECT_EQ(
      result_of("local t = {1, 2} table.insert(t, 1, 0) table.insert(t, 3) table.remove(t, 2) "
                "return table.concat(t, ',') .. table.remove(t) .. select_missing",
                {{"select_missing", text("!")}}),
      text("0,2,33!"));
  EXPECT_EQ(result_of("return table.concat({table.unpack({1, 2, 3}, 2)}, '+')"), text("2+3"));
  EXPECT_EQ(result_of("return tostring({}) .. tostring(print) .. tostring(type)"),
            text("tablenilfunction"));
}

TEST(Script, patterns_find_and_replace) {
  for (const auto& [expression, expected] : std::vector<std::pair<std::string, std::string>>{
           {"('hello world'):find('o w')", "5 7"},
           {"('hello'):find('l+')", "3 4"},
           {"('a.b'):find('.', 1, true)", "2 2"},
           {"('a.b'):find('.', 2)", "2 2"},
           {"('abc'):find('b', -1)", "nil"},
           {"('abc'):find('', 10)", "nil"},
           {"('abc'):find('', 4)", "4 3"},
           {"('key = value'):match('^(%w+)%s*=%s*(%w+)$')", "key value"},
           {"('2026-11-23'):match('(%d+)-(%d+)-(%d+)')", "2026 11 23"},
           {"('f(a(b)c)d'):match('%b()')", "(a(b)c)"},
           {"('THE (quick) fox'):find('%f[%a]%a+%f[%A]', 2)", "6 10"},
           {"('hello'):match('()ll()')", "3 5"},
           {"('\"it\\'s\"'):match('([\"\\'])(.-)%1')", "\" it's"},
           {"('abc123'):gsub('%d', '<%0>')", "abc<1><2><3> 3"},
           {"('hello world'):gsub('o', '0', 1)", "hell0 world 1"},
           {"('abc'):gsub('', '-')", "-a-b-c- 4"},
           {"('abc'):gsub('%w', '%%%0')", "%a%b%c 3"},
           {"('hello world'):gsub('(%w+) (%w+)', '%2 %1')", "world hello 1"},
           {"('$name is $age'):gsub('%$(%w+)', {name = 'Lua', age = 5})", "Lua is 5 2"},
           {"('abc'):gsub('%w', function(c) if c == 'b' then return 'X' end end)", "aXc 3"},
           {"('abc'):gsub('^a', 'x')", "xbc 1"},
           {"('aaa'):gsub('^a', 'x')", "xaa 1"},
           {"('x]y'):match('[]]')", "]"},
           {"('a-c'):match('[a-]+')", "a-"},
           {"('x^'):match('[%^]')", "^"},
           {"('abc'):match('[^a-b]')", "c"},
           {"('aXb'):match('a?X?b?$')", "aXb"},
           {"('aaab'):match('a-b')", "aaab"},
           {"('aaa'):match('^(a-)$')", "aaa"},
           {"('abab'):match('(ab)%1')", "ab"},
           {"('  trim '):match('^%s*(.-)%s*$')", "trim"},
           {"('tel: 555'):gsub('%D+', '')", "555 1"}}) {
    EXPECT_EQ(result_of("local a, b, c = " + expression +
                        " local s = tostring(a) if b then s = s .. ' ' .. b end "
                        "if c then s = s .. ' ' .. c end return s"),
              text(expected))
        << expression;
  }
  EXPECT_EQ(
      result_of("local s = {} for k, v in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do "
                "s[#s + 1] = k .. v end for w in ('xyz'):gmatch('y*') do s[#s + 1] = '[' .. w "
                ".. ']' end return table.concat(s, ' ')"),
      text("a1 b2 [] [y] []"));
  for (const char* pattern : {"%", "[a", "(a", "a)", "%b(", "%f", "%1", "[%", "(()"}) {
    EXPECT_EQ(error_of("return ('aaaa'):match(p)", {{"p", text(pattern)}}).reason,
              reasons::kScriptFailed)
        << pattern;
  }
}

TEST(Script, utf8_counts_characters) {
  EXPECT_EQ(result_of("local s = '' for at, code in utf8.codes('aé漢𝄞') do s = s .. at .. ':' .. "
                      "code .. ' ' end return s .. utf8.len('aé漢𝄞') .. utf8.char(97, 233, 28450, "
                      "119070) .. utf8.sub('aé漢𝄞', 2, -2) .. utf8.codepoint('é')"),
            text("1:97 2:233 4:28450 7:119070 4aé漢𝄞é漢233"));
  EXPECT_EQ(error_of("return utf8.len('\xff')").reason, reasons::kScriptFailed);
}

TEST(Script, for_loops_take_any_expression_but_no_texts) {
  EXPECT_EQ(result_of("local n = 0 for i = 1, (function() for j = 1, 2 do n = n + j end return 3 "
                      "end)() -- to\n, #{1} do n = n + i end return n"),
            number("9"));
  EXPECT_EQ(result_of("local n = 0 for i = 3, 1, -1 do n = n * 10 + i end return n"),
            number("321"));
  EXPECT_EQ(result_of("local n = 0 for i = 1, 2 do if i == 1 then goto next end n = n + i "
                      "::next:: end return n"),
            number("2"));
  EXPECT_EQ(error_of("for i = 1, '3' do end").reason, reasons::kScriptFailed);
  EXPECT_EQ(error_of("return '1' + 1").reason, reasons::kScriptFailed);
}

TEST(Script, what_is_left_out_is_refused_or_absent) {
  for (const char* source : {"local function f(...) end", "return 2 ^ 3", "return '\\0'",
                             "return \"a\\x00\"", "return '\\u{000}'", "\x1bLua", "return 1 +"}) {
    EXPECT_EQ(error_of(source).reason, reasons::kScriptInvalid) << source;
  }
  EXPECT_EQ(result_of("return '... ^ \\\\0' .. [[...^\\0]] --[[ ... ^ ]]"),
            text("... ^ \\0...^\\0"));
  EXPECT_EQ(
      result_of("local names = {} for name in pairs({io = io, os = os, load = load, "
                "debug = debug, require = require, package = package, dofile = dofile, "
                "setmetatable = setmetatable, getmetatable = getmetatable, "
                "coroutine = coroutine, collectgarbage = collectgarbage, _G = _G, "
                "print = print, random = math.random, dump = string.dump, sin = math.sin, "
                "xpcall = xpcall, select = select, rawset = rawset, loadstring = loadstring}) "
                "do names[#names + 1] = name end return #names"),
      number("0"));
  EXPECT_EQ(Script::compile(std::string(limits::kScriptBytesMax + 1, ' ')).error().reason,
            reasons::kScriptInvalid);
}

class Hostile : public testing::TestWithParam<const char*> {};

TEST_P(Hostile, ends_with_the_budget) {
  const std::string_view source = GetParam();
  Variables visible;
  for (const auto& [name, letter] : {std::pair{"digits", '7'}, {"letters", 'a'}, {"also", 'a'}}) {
    if (source.find(name) == std::string_view::npos) continue;
    visible.emplace(name, text(std::string(200'000, letter)));
  }
  const Error error = error_of(source, visible);
  EXPECT_EQ(error.reason, reasons::kScriptBudget) << to_string(error);
}

INSTANTIATE_TEST_SUITE_P(
    Script, Hostile,
    testing::Values(
        "while true do end", "::a:: goto a", "repeat until false",
        "while true do pcall(function() while true do end end) end",
        "local function f() pcall(f) while true do end end f()",
        "local s = 'x' while true do s = s .. s end",
        "while true do local s = ('x'):rep(500000) end",
        "local s = {} while true do s[#s + 1] = ('x'):rep(1000) end",
        "local t = {} for i = 1, 1e9 do t[i] = i end", "local t = {} while true do t = {t} end",
        "while true do pcall(string.rep, 'x', 1e9) end",
        "while true do local a = letters == also end", "while true do local a = letters < also end",
        "local t = {[letters] = 1} while true do local a = t[also] end",
        "local t = {} while true do t[letters .. 'x'] = nil end",
        "while true do local a = ('x'):rep(900) == ('x'):rep(900) end",
        "while true do pcall(function() for i = 1, digits do end end) end",
        "while true do tonumber(digits) end", "while true do math.floor(digits) end",
        "while true do pcall(math.sqrt, letters) end",
        "local t = {} for i = 1, 1e5 do t[i] = i end while true do table.insert(t, 1, 0) "
        "table.remove(t, 1) end",
        "local t = {} for i = 1, 1e5 do t[i] = i end while true do next(t) end",
        "local t = {} for i = 1, 1e5 do t[i] = i end while true do pairs(t) end",
        "local t = {} for i = 1, 1e5 do t[i] = i end while true do table.sort(t) end",
        "local t = {} for i = 1, 1e4 do t[i] = i end table.sort(t, function() while true do end "
        "end)",
        "local t = {} for i = 1, 2e4 do t[i] = {} end while true do local u = {} end",
        "local t = {} for i = 1, 1.5e5 do t[i] = {} end while true do local u = {} end",
        "local k = {} for i = 1, 1e4 do k['k' .. i] = 1 end "
        "while true do k.a = 1 k.a = nil k.b = 1 k.b = nil k.c = 1 k.c = nil end",
        "while true do local s = string.format('%99.99f', 1e308) end",
        "while true do local s = letters:upper() end",
        "while true do local s = table.concat({letters, also}) end",
        "while true do pcall(error, letters) end", "local function f() return f() end f()",
        "return ('a'):rep(3000):find(('a*'):rep(20) .. 'b')",
        "return ('a'):rep(100000):find('.-.-.-.-b')",
        "return ('a'):rep(30):match(('a?'):rep(100) .. 'b')",
        "while true do local a = letters:find(also .. 'b', 1, true) end",
        "return letters:gsub('a*b', '')", "return ('('):rep(100000):gsub('%b()', '')",
        "while true do local a = letters:gsub('a', 'bb') end",
        "while true do pcall(string.match, letters, '[' .. letters) end",
        "while true do for a in letters:gmatch('a*b') do end end",
        "while true do local a = utf8.len(letters) end",
        "local t = {} while true do local s = string.format('%s%s', letters, also) end",
        "local s = '' while true do s = s .. 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' "
        "if #s > 900000 then s = '' end end"));

TEST(Script, deep_recursion_fails) {
  const Error error = error_of("local function f() return 1 + f() end return f()");
  EXPECT_TRUE(error.reason == reasons::kScriptFailed || error.reason == reasons::kScriptBudget);
  EXPECT_EQ(error_of("local function f(n) return pcall(f, n + 1) and n end local t = {} "
                     "for i = 1, 1e9 do f(1) end")
                .reason,
            reasons::kScriptBudget);
}

TEST(Script, budgets_of_any_size_end) {
  for (const std::int64_t instructions : {0, 1, 10, 100, 1'000, 10'000}) {
    const Error error = error_of("while true do end", {}, {.instructions = instructions});
    EXPECT_EQ(error.reason, reasons::kScriptBudget) << instructions;
  }
  for (std::size_t bytes = 0; bytes < 60'000; bytes += 97) {
    const auto outcome =
        run("local t = {} for i = 1, 100 do t[i] = 'x' .. i end return #t",
            {{"a", Value{Value::List{text("b"), number("1.5")}}}}, {.memory_bytes = bytes});
    if (!outcome) {
      EXPECT_EQ(outcome.error().reason, reasons::kScriptBudget) << bytes;
    }
  }
}

TEST(Script, the_same_run_gives_the_same_outcome) {
  const auto script = Script::compile(
      "local t = {} for i = 1, 1000 do t['k' .. (i * 7919 % 1000)] = i end local s = {} "
      "for k, v in pairs(t) do s[#s + 1] = k .. v end out = table.concat(s) return {t, "
      "tostring(t)}");
  ASSERT_TRUE(script);
  const auto first = script->run({});
  ASSERT_TRUE(first) << to_string(first.error());
  for (int i = 0; i < 5; ++i) {
    const auto again = script->run({});
    ASSERT_TRUE(again);
    EXPECT_EQ(again->changed, first->changed);
    EXPECT_EQ(again->result, first->result);
  }
}

}  // namespace
}  // namespace cinnabar::script
