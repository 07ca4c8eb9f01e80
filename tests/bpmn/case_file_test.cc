#include "case_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cinnabar::corpus {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<Case> parsed(std::string_view text) {
  auto cases = parse_cases(text);
  EXPECT_TRUE(cases.has_value()) << (cases ? "" : cases.error().detail);
  return cases ? *cases : std::vector<Case>{};
}

std::string refusal(std::string_view text) {
  const auto cases = parse_cases(text);
  return cases ? "none" : cases.error().detail;
}

TEST(CaseFile, reads_every_line) {
  const auto cases = parsed(R"(# What it is about.
case: one
process: main
vars: {"x": 1, "text": "a # b"}   # at the start
messages:
  at PT2S go on {"correlationKey": "o1"}
  at PT1S go
signals:
  at PT3S stop {"y": [1, 2]}
complete: at PT4S ask {"answer": "yes"}
jobs: at PT5S pack {}
job-errors: at PT6S pack broken
advance: PT10S

trace:
  B
  Task #1
  A # twice
  A
state: running
incidents: no_flow_matches g
incidents:
  error_unhandled pack it
vars-after: {"x": 2}
)");
  ASSERT_EQ(cases.size(), 1U);
  const Case& one = cases[0];
  EXPECT_EQ(one.id, "one");
  EXPECT_EQ(one.line, 2);
  EXPECT_EQ(one.process, "main");
  EXPECT_EQ(print(one.vars), R"({"x":1,"text":"a # b"})");
  EXPECT_EQ(one.advance, seconds(10));
  ASSERT_EQ(one.arrivals.size(), 6U);
  EXPECT_EQ(one.arrivals[0], (Arrival{ArrivalKind::message, seconds(1), "go", Json::object(), ""}));
  EXPECT_EQ(one.arrivals[1].name, "go on");
  EXPECT_EQ(print(one.arrivals[1].payload), R"({"correlationKey":"o1"})");
  EXPECT_EQ(one.arrivals[2].kind, ArrivalKind::signal);
  EXPECT_EQ(one.arrivals[3].kind, ArrivalKind::user_task);
  EXPECT_EQ(one.arrivals[4].kind, ArrivalKind::job);
  EXPECT_EQ(one.arrivals[5],
            (Arrival{ArrivalKind::job_error, seconds(6), "pack", Json::object(), "broken"}));
  EXPECT_THAT(*one.trace, ElementsAre("A", "A", "B", "Task #1"));
  EXPECT_EQ(one.state, "running");
  EXPECT_THAT(*one.incidents, ElementsAre("error_unhandled pack it", "no_flow_matches g"));
  EXPECT_EQ(print(*one.vars_after), R"({"x":2})");
  EXPECT_FALSE(one.is_refused);
}

TEST(CaseFile, arrivals_may_stand_on_one_line_each) {
  const auto cases = parsed(
      "case: a\nmessages: at PT1S go {\"x\": 1}\nmessages: at PT2S go\nsignals: at PT0S s\n"
      "trace:\n");
  ASSERT_EQ(cases[0].arrivals.size(), 3U);
  EXPECT_EQ(cases[0].arrivals[0].kind, ArrivalKind::signal);
  EXPECT_EQ(cases[0].arrivals[1].at, seconds(1));
}

TEST(CaseFile, several_cases_know_nothing_of_each_other) {
  const auto cases =
      parsed("case: a\nvars: {\"x\": 1}\ntrace:\n  A\n\ncase: b\nactivities: true\ntrace:\n  t\n");
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_FALSE(cases[0].counts_activities);
  EXPECT_TRUE(cases[1].counts_activities);
  EXPECT_EQ(print(cases[1].vars), "{}");
}

TEST(CaseFile, an_empty_trace_is_an_expectation) {
  const auto cases = parsed("case: a\ntrace:\ncase: b\nstate: completed\n");
  ASSERT_TRUE(cases[0].trace.has_value());
  EXPECT_TRUE(cases[0].trace->empty());
  EXPECT_FALSE(cases[1].trace.has_value());
}

TEST(CaseFile, no_incidents_is_an_expectation) {
  const auto cases = parsed("case: a\nincidents: none\n");
  ASSERT_TRUE(cases[0].incidents.has_value());
  EXPECT_TRUE(cases[0].incidents->empty());
}

TEST(CaseFile, a_refusal_may_name_its_rule) {
  const auto cases = parsed("case: a\ndeploy: refused\nrule: id_repeated\n");
  EXPECT_TRUE(cases[0].is_refused);
  EXPECT_EQ(cases[0].rule, "id_repeated");
}

TEST(CaseFile, carriage_returns_are_ignored) {
  const auto cases = parsed("case: a\r\ntrace:\r\n  A\r\nstate: completed\r\n");
  EXPECT_EQ(cases[0].id, "a");
  EXPECT_THAT(*cases[0].trace, ElementsAre("A"));
}

TEST(CaseFile, mistakes_are_named_with_their_line) {
  EXPECT_THAT(refusal(""), HasSubstr("at least one"));
  EXPECT_THAT(refusal("trace:\n  A\n"), HasSubstr("line 1: a file begins with"));
  EXPECT_THAT(refusal("case: a\ntraces:\n"), HasSubstr("line 2: no such line"));
  EXPECT_THAT(refusal("case: a\n  A\n"), HasSubstr("line 2: a line that is moved in"));
  EXPECT_THAT(refusal("case: a\n"), HasSubstr("expects nothing"));
  EXPECT_THAT(refusal("case: a\ntrace:\ncase: a\ntrace:\n"), HasSubstr("is there already"));
  EXPECT_THAT(refusal("case: a\nvars: [1]\ntrace:\n"), HasSubstr("a JSON object"));
  EXPECT_THAT(refusal("case: a\nadvance: 5\ntrace:\n"), HasSubstr("a duration"));
  EXPECT_THAT(refusal("case: a\nmessages: PT1S go\ntrace:\n"), HasSubstr("'at DURATION"));
  EXPECT_THAT(refusal("case: a\nmessages: at PT1S\ntrace:\n"), HasSubstr("a name"));
  EXPECT_THAT(refusal("case: a\njob-errors: at PT1S pack\n"), HasSubstr("TYPE CODE"));
  EXPECT_THAT(refusal("case: a\nstate: done\n"), HasSubstr("completed, running"));
  EXPECT_THAT(refusal("case: a\nincidents: stuck\n"), HasSubstr("a kind and a node"));
  EXPECT_THAT(refusal("case: a\ndeploy: refused\ntrace:\n"), HasSubstr("has no trace"));
  EXPECT_THAT(refusal("case: a\nrule: x\ntrace:\n"), HasSubstr("goes with"));
  EXPECT_THAT(refusal("case: a\ndeploy: accepted\n"), HasSubstr("only one"));
  EXPECT_THAT(refusal("case:\n"), HasSubstr("needs a value"));
}

TEST(CaseFile, durations) {
  EXPECT_EQ(parse_duration("PT1S"), seconds(1));
  EXPECT_EQ(parse_duration("PT0.5S"), milliseconds(500));
  EXPECT_EQ(parse_duration("PT4.999S"), milliseconds(4999));
  EXPECT_EQ(parse_duration("P1DT2H3M4S"), seconds(93784));
  EXPECT_EQ(parse_duration("P2W"), hours(336));
  EXPECT_EQ(parse_duration("PT0S"), seconds(0));
  for (const char* text : {"", "P", "PT", "1S", "PT1", "PT-1S", "P1Y", "P1M", "PT1S1H", "PT1D",
                           "PT1H1H", "P1DT", "PT1.5H", "PT.5S", "PT1.1234567S", "PT1S "}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace cinnabar::corpus
