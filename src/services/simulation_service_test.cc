#include "services/simulation_service.h"

#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::kTwoTasks;
using testing::values;
using testing::World;

std::vector<std::string> nodes_of(const Preview& preview) {
  std::vector<std::string> nodes;
  for (const PreviewStep& step : preview.steps) nodes.push_back(step.node_id);
  return nodes;
}

const PreviewStep& step_at(const Preview& preview, std::string_view node) {
  for (const PreviewStep& step : preview.steps) {
    if (step.node_id == node) return step;
  }
  ADD_FAILURE() << "no step at " << node;
  return preview.steps.front();
}

class SimulationServiceTest : public ::testing::Test {
 protected:
  Result<Preview> simulate(const std::string& body, DryRun run = {},
                           std::string_view user = "alice") {
    const ProcessId process = world.deploy(body);
    return world.simulation.simulate(world.as(user), process, std::move(run));
  }

  World world;
};

TEST_F(SimulationServiceTest, a_dry_run_tells_nodes_people_and_reasons_and_writes_nothing) {
  const auto preview = simulate(kTwoTasks);
  ASSERT_TRUE(preview) << to_string(preview.error());
  EXPECT_THAT(nodes_of(*preview), ::testing::ElementsAre("start", "a", "b", "end"));
  EXPECT_TRUE(preview->is_complete);
  EXPECT_EQ(preview->state, InstanceState::completed);
  const PreviewStep& step = step_at(*preview, "a");
  EXPECT_EQ(step.assumed, "approved");
  ASSERT_EQ(step.people.size(), 1U);
  EXPECT_TRUE(step.people[0].group.is_assigned());
  EXPECT_NE(step.people[0].reason, "");
  EXPECT_TRUE(world.inbox("alice").empty());
}

TEST_F(SimulationServiceTest, decisions_are_taken_in_their_order_and_decide_the_way) {
  const std::string body = R"(
    <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="a"/>
    <userTask id="a"><extensionElements><c:participants groups="it"/></extensionElements></userTask>
    <sequenceFlow id="f2" sourceRef="a" targetRef="x"/>
    <exclusiveGateway id="x" default="f4"/>
    <sequenceFlow id="f3" sourceRef="x" targetRef="a"><conditionExpression>outcome = "rejected"</conditionExpression></sequenceFlow>
    <sequenceFlow id="f4" sourceRef="x" targetRef="end"/><endEvent id="end"/>)";
  DryRun run;
  run.decisions.push_back({"a", Outcome::rejected, {}, {}, {}});
  const auto preview = simulate(body, std::move(run));
  ASSERT_TRUE(preview) << to_string(preview.error());
  EXPECT_THAT(nodes_of(*preview), ::testing::ElementsAre("start", "a", "x", "a", "x", "end"));
}

TEST_F(SimulationServiceTest, a_circle_ends_somewhere) {
  const auto preview = simulate(R"(
    <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="a"/>
    <userTask id="a"><extensionElements><c:participants groups="it"/></extensionElements></userTask>
    <sequenceFlow id="f2" sourceRef="a" targetRef="a"/>)");
  ASSERT_TRUE(preview) << to_string(preview.error());
  EXPECT_FALSE(preview->is_complete);
  EXPECT_GE(preview->steps.size(), static_cast<std::size_t>(kDryRunDecisionsMax));
}

TEST_F(SimulationServiceTest, jobs_calls_and_the_clock_come_and_boundary_events_do_not) {
  const Instant begin = world.clock.now();
  const auto preview = simulate(R"(
    <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="job"/>
    <serviceTask id="job" c:jobType="mailing"/>
    <boundaryEvent id="late" attachedToRef="job"><timerEventDefinition><timeDuration>PT1S</timeDuration></timerEventDefinition></boundaryEvent>
    <sequenceFlow id="f9" sourceRef="late" targetRef="lost"/><endEvent id="lost"/>
    <sequenceFlow id="f2" sourceRef="job" targetRef="call"/>
    <callActivity id="call" calledElement="elsewhere"/>
    <sequenceFlow id="f3" sourceRef="call" targetRef="day"/>
    <intermediateCatchEvent id="day"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></intermediateCatchEvent>
    <sequenceFlow id="f4" sourceRef="day" targetRef="end"/><endEvent id="end"/>)");
  ASSERT_TRUE(preview) << to_string(preview.error());
  EXPECT_TRUE(preview->is_complete);
  EXPECT_EQ(step_at(*preview, "job").assumed, "completed");
  EXPECT_EQ(step_at(*preview, "call").assumed, "completed");
  EXPECT_EQ(step_at(*preview, "day").assumed, "fired");
  EXPECT_EQ(step_at(*preview, "end").at, begin + hours(24));
  EXPECT_THAT(nodes_of(*preview), ::testing::Not(::testing::Contains("lost")));
}

TEST_F(SimulationServiceTest, what_would_be_stuck_is_told) {
  const auto preview = simulate(R"(
    <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="a"/>
    <userTask id="a"><extensionElements><c:participants users="nobody"/></extensionElements></userTask>
    <sequenceFlow id="f2" sourceRef="a" targetRef="end"/><endEvent id="end"/>)");
  ASSERT_TRUE(preview) << to_string(preview.error());
  EXPECT_FALSE(preview->is_complete);
  ASSERT_EQ(preview->incidents.size(), 1U);
  EXPECT_EQ(preview->incidents[0].kind, IncidentKind::no_participant);
  EXPECT_EQ(preview->incidents[0].node_id, "a");
}

TEST_F(SimulationServiceTest, it_needs_the_right_to_start_and_for_others_to_manage) {
  EXPECT_FALSE(simulate(kTwoTasks, {}, "carol"));
  DryRun run;
  run.initiator = *world.people.current()->find_user("bob");
  EXPECT_FALSE(simulate(kTwoTasks, run, "alice"));
  EXPECT_TRUE(simulate(kTwoTasks, run, "admin"));
}

TEST_F(SimulationServiceTest, the_route_of_a_running_instance_goes_on_from_where_it_stands) {
  const ProcessId process = world.deploy(kTwoTasks);
  ASSERT_TRUE(world.start("alice", process, values({{"TITLE", "t"}})));
  const auto open = world.open(process, 1);
  ASSERT_EQ(open.size(), 1U);
  ASSERT_TRUE(world.complete("alice", open[0].activity, values({{"TITLE", "t"}})));
  auto snapshot = world.store.read();
  const auto route = world.simulation.route(**snapshot, world.as("bob"), process, 1);
  ASSERT_TRUE(route) << to_string(route.error());
  EXPECT_THAT(nodes_of(*route), ::testing::ElementsAre("b", "end"));
  EXPECT_EQ(route->steps[0].people.size(), 1U);
  EXPECT_TRUE(route->is_complete);
  const auto hidden = world.simulation.route(**snapshot, world.as("carol"), process, 1);
  ASSERT_FALSE(hidden);
  EXPECT_EQ(hidden.error().reason, reasons::kInstanceUnknown);
}

TEST(LintDefinition, tells_rule_node_and_line) {
  const auto findings = lint_definition(
      "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" targetNamespace=\"t\">\n"
      "<process id=\"p\" isExecutable=\"true\">\n"
      "<startEvent id=\"s\"/>\n"
      "<sequenceFlow id=\"f\" sourceRef=\"s\" targetRef=\"nowhere\"/>\n"
      "</process></definitions>",
      nullptr);
  const auto it = std::ranges::find(findings, "flow_target_missing", &process::Finding::rule);
  ASSERT_NE(it, findings.end());
  EXPECT_EQ(it->element, "f");
  EXPECT_EQ(it->line, 4);
  EXPECT_TRUE(it->is_error);
}

}  // namespace
}  // namespace cinnabar::services
