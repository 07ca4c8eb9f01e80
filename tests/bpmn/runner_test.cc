#include "runner.h"

#include "value_json.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cinnabar::corpus {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kDocument = R"(<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:test">
  <process id="p" isExecutable="true">
    <startEvent id="start"/>
    <scriptTask id="a" name="First" scriptFormat="lua"><script>x = (x or 0) + 1</script></scriptTask>
    <exclusiveGateway id="g"/>
    <scriptTask id="b" scriptFormat="lua"><script>y = {2, "t"}</script></scriptTask>
    <endEvent id="end"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="a"/>
    <sequenceFlow id="f2" sourceRef="a" targetRef="g"/>
    <sequenceFlow id="f3" sourceRef="g" targetRef="b">
      <conditionExpression>x > 5</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f4" sourceRef="g" targetRef="end">
      <conditionExpression>x > 3</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f5" sourceRef="b" targetRef="end"/>
  </process>
</definitions>)";

std::vector<std::string> run(const std::string& lines) {
  const auto cases = parse_cases("case: a\n" + lines);
  EXPECT_TRUE(cases.has_value());
  return cases ? run_case(kDocument, cases->front()) : std::vector<std::string>{"malformed"};
}

TEST(Runner, passes_what_happens) {
  EXPECT_THAT(run("vars: {\"x\": 5}\ntrace:\n  b\n  First\nstate: completed\nincidents: none\n"
                  "vars-after: {\"x\": 6, \"y\": [2.0, \"t\"], \"z\": null}\n"),
              IsEmpty());
  EXPECT_THAT(run("vars: {\"x\": 5}\nactivities: true\ntrace:\n  a\n  b\n"), IsEmpty());
  EXPECT_THAT(run("trace:\n  First\nstate: running\nincidents: no_flow_matches *\n"), IsEmpty());
}

TEST(Runner, names_what_differs) {
  EXPECT_THAT(run("vars: {\"x\": 5}\ntrace:\n  b\n"),
              ElementsAre("expected trace: b", "actual trace:   First, b"));
  EXPECT_THAT(run("vars: {\"x\": 4}\ntrace:\n"),
              ElementsAre("expected trace: nothing", "actual trace:   First"));
  EXPECT_THAT(run("vars: {\"x\": 4}\nstate: running\n"),
              ElementsAre("expected state: running", "actual state:   completed"));
  EXPECT_THAT(run("vars: {\"x\": 4}\nvars-after: {\"x\": \"5\", \"y\": null}\n"),
              ElementsAre("expected x: \"5\"", "actual x:   5"));
  EXPECT_THAT(run("vars: {\"x\": 4}\nincidents: no_flow_matches g\n"),
              ElementsAre("expected incidents: no_flow_matches g", "actual incidents:   nothing"));
  EXPECT_THAT(run("deploy: refused\n"),
              ElementsAre("expected deploy: refused", "actual deploy:   accepted"));
  EXPECT_THAT(run("process: q\ntrace:\n"), ElementsAre("there is no process q"));
}

TEST(Runner, a_refused_document_runs_no_case) {
  const auto cases = parse_cases("case: a\ntrace:\n");
  EXPECT_THAT(run_case("<x/>", cases->front()), ::testing::Not(IsEmpty()));
  const auto refused = parse_cases("case: a\ndeploy: refused\nrule: document_not_bpmn\n");
  EXPECT_THAT(run_case("<x/>", refused->front()), IsEmpty());
  const auto other = parse_cases("case: a\ndeploy: refused\nrule: id_repeated\n");
  EXPECT_THAT(run_case("<x/>", other->front()),
              ElementsAre("expected rule: id_repeated", "actual rules:  document_not_bpmn"));
}

TEST(ValueJson, comes_back_as_it_went_in) {
  const char* text = R"({"a":[1,true,null,"t"],"b":{"c":-0.5}})";
  EXPECT_EQ(text_of(value_of(*Json::parse(text))), text);
  EXPECT_EQ(text_of(value_of(*Json::parse(R"({"b":1.0,"a":1e2})"))), R"({"a":100,"b":1})");
}

}  // namespace
}  // namespace cinnabar::corpus
