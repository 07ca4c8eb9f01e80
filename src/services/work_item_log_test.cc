#include "services/work_item_log.h"

#include "services/testing/world.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cinnabar::services {
namespace {

using testing::values;
using testing::World;

// Two people who must agree one after the other, then one.
constexpr const char* kTwoTasks = R"(
  <startEvent id="start" name="Begin"/><sequenceFlow id="f1" sourceRef="start" targetRef="a"/>
  <userTask id="a" name="A"><extensionElements><c:participants users="bob,carol"/>
  <c:completion rule="inOrder"/></extensionElements></userTask>
  <sequenceFlow id="f2" sourceRef="a" targetRef="b"/>
  <userTask id="b" name="B"><extensionElements><c:participants users="dave"/></extensionElements></userTask>
  <sequenceFlow id="f3" sourceRef="b" targetRef="end"/><endEvent id="end"/>)";

class WorkItemLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = world.start("alice", world.deploy(kTwoTasks), values({{"TITLE", "t"}}));
    ASSERT_TRUE(started) << to_string(started.error());
    instance = started->instance;
  }
  std::vector<WorkItemStage> log() {
    auto snapshot = world.store.read();
    const auto state = world.instances.load(**snapshot, instance);
    const auto history = world.instances.history(**snapshot, instance);
    EXPECT_TRUE(state && history);
    const auto definition = world.catalog.current()->definition(state->definition);
    return work_item_log(*definition->graph, *history);
  }
  UserId user(std::string_view name) { return *world.people.current()->find_user(name); }
  void apply(std::string_view by, process::Command command) {
    const auto done = world.write<Applied>([&](ports::WriteTransaction& transaction) {
      return world.engine.apply(transaction, world.as(by), instance, command, "test");
    });
    EXPECT_TRUE(done) << to_string(done.error());
  }
  void decide(std::string_view by, Outcome outcome,
              process::IfRejected if_rejected = process::IfRejected::follow) {
    const WorkItemStage open = log().back();
    CompleteRequest request;
    request.activity = open.activity;
    request.outcome = outcome;
    request.if_rejected = if_rejected;
    const auto done = world.write<Completed>([&](ports::WriteTransaction& transaction) {
      return world.instances.complete(transaction, world.as(by), request);
    });
    EXPECT_TRUE(done) << to_string(done.error());
  }

  World world;
  ProcessInstanceId instance;
};

TEST_F(WorkItemLogTest, the_start_is_a_stage_and_whose_turn_has_not_come_has_none) {
  const auto stages = log();
  ASSERT_EQ(stages.size(), 2U);
  EXPECT_FALSE(stages[0].item.is_assigned());
  EXPECT_EQ(stages[0].node_name, "Begin");
  EXPECT_EQ(stages[0].assignee, user("alice"));
  EXPECT_EQ(stages[0].end, StageEnd::decided);
  EXPECT_EQ(stages[1].assignee, user("bob"));
  EXPECT_EQ(stages[1].origin, StageOrigin::reached);
  EXPECT_EQ(stages[1].created_by, user("alice"));
  EXPECT_EQ(stages[1].end, StageEnd::open);
}

TEST_F(WorkItemLogTest, a_stage_begins_when_its_turn_comes) {
  world.advance(minutes(5));
  decide("bob", Outcome::approved);
  const auto stages = log();
  ASSERT_EQ(stages.size(), 3U);
  EXPECT_EQ(stages[1].outcome, Outcome::approved);
  EXPECT_EQ(stages[1].ended_by, user("bob"));
  EXPECT_EQ(stages[2].assignee, user("carol"));
  EXPECT_EQ(stages[2].created_at, stages[1].ended_at);
}

TEST_F(WorkItemLogTest, what_changes_hands_has_a_stage_for_each) {
  const WorkItemId item = log().back().item;
  process::Transfer transfer;
  transfer.item = item;
  transfer.to = user("dave");
  transfer.comment = "yours";
  apply("bob", transfer);
  const auto stages = log();
  ASSERT_EQ(stages.size(), 3U);
  EXPECT_EQ(stages[1].item, item);
  EXPECT_FALSE(stages[1].is_last);
  EXPECT_EQ(stages[1].end, StageEnd::handed_over);
  EXPECT_EQ(stages[1].comment, "yours");
  EXPECT_EQ(stages[2].item, item);
  EXPECT_EQ(stages[2].stage, 1);
  EXPECT_TRUE(stages[2].is_last);
  EXPECT_EQ(stages[2].origin, StageOrigin::handed_over);
  EXPECT_EQ(stages[2].assignee, user("dave"));
}

TEST_F(WorkItemLogTest, a_return_ends_a_stage_and_begins_another) {
  decide("bob", Outcome::approved);
  decide("carol", Outcome::approved);
  process::Return back;
  back.item = log().back().item;
  back.to = "a";
  apply("dave", back);
  const auto stages = log();
  ASSERT_EQ(stages.size(), 5U);
  EXPECT_EQ(stages[3].end, StageEnd::returned);
  EXPECT_EQ(stages[4].node_id, "a");
  EXPECT_EQ(stages[4].origin, StageOrigin::returned);
}

TEST_F(WorkItemLogTest, a_rejection_closes_what_is_open_and_a_reactivation_overtakes_what_was) {
  process::AddParticipants add;
  add.item = log().back().item;
  add.position = AddedAs::parallel;
  add.users = {user("dave")};
  apply("bob", add);
  decide("bob", Outcome::rejected, process::IfRejected::end);
  auto stages = log();
  ASSERT_EQ(stages.size(), 3U);
  EXPECT_EQ(stages[1].outcome, Outcome::rejected);
  EXPECT_EQ(stages[2].origin, StageOrigin::added_parallel);
  EXPECT_EQ(stages[2].end, StageEnd::closed);
  EXPECT_EQ(stages[2].ended_by, user("bob"));

  apply("admin", process::Reactivate{{}, "b", {}});
  stages = log();
  ASSERT_EQ(stages.size(), 4U);
  EXPECT_FALSE(stages[1].is_overtaken);  // b was never reached before
  EXPECT_EQ(stages[3].origin, StageOrigin::reactivated);
  apply("admin", process::Terminate{{}, "enough"});
  apply("admin", process::Reactivate{{}, "a", {}});
  stages = log();
  EXPECT_TRUE(stages[1].is_overtaken);
  EXPECT_EQ(stages[3].end, StageEnd::closed);
  EXPECT_EQ(stages[3].comment, "enough");
  EXPECT_TRUE(stages[3].is_overtaken);
  EXPECT_FALSE(stages.back().is_overtaken);
  EXPECT_EQ(stages.back().assignee, user("bob"));
}

}  // namespace
}  // namespace cinnabar::services
