// What follows when a task is decided against and the definition does not say.
#include "domain/process/testing/verb_world.h"

#include <gtest/gtest.h>

namespace cinnabar::process {
namespace {

using testing::ProcessBuilder;
using testing::VerbWorld;

std::vector<ParticipantRule> users(std::vector<std::string> names) {
  return {FixedUsers{std::move(names)}};
}

class Rejections : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(world_.findings, std::vector<std::string>{}); }

  // bob and cat decide A together; B comes next, or, when `asks`, only after an approval.
  void deploy(bool asks, CompletionRule rule) {
    ProcessBuilder builder;
    builder.start("s").task("A", users({"bob", "cat"}), rule).task("B", users({"dan"})).end("e");
    builder.path({"s", "A"});
    if (asks) {
      builder.node("x", NodeKind::exclusive_gateway).end("no");
      builder.path({"A", "x"}).flow("x", "no", "outcome = \"rejected\"").otherwise("x", "B");
    } else {
      builder.path({"A", "B"});
    }
    builder.path({"B", "e"});
    world_.deploy(builder.build());
    ASSERT_EQ(world_.start(), "");
  }
  std::string decide(UserId user, Outcome outcome, IfRejected if_rejected) {
    Complete command;
    command.activity = world_.activity("A");
    command.by = user;
    command.outcome = outcome;
    command.comment = "why";
    command.if_rejected = if_rejected;
    return world_.apply(command);
  }
  [[nodiscard]] InstanceState state() const { return world_.instance().state; }

  VerbWorld world_;
};

TEST_F(Rejections, follow_the_flows_when_nothing_is_said) {
  deploy(false, All{});
  ASSERT_EQ(decide(world_.bob, Outcome::rejected, IfRejected::follow), "");
  EXPECT_EQ(world_.stands_at(), "B");
}

TEST_F(Rejections, end_the_instance_when_nothing_asks_for_the_outcome) {
  deploy(false, All{});
  ASSERT_EQ(decide(world_.bob, Outcome::rejected, IfRejected::end_unless_asked), "");
  EXPECT_EQ(state(), InstanceState::terminated);
  ASSERT_NE(world_.event<WorkItemCompleted>(), nullptr);
  EXPECT_EQ(world_.event<WorkItemCompleted>()->outcome, Outcome::rejected);
  ASSERT_NE(world_.event<InstanceTerminated>(), nullptr);
  EXPECT_EQ(world_.event<InstanceTerminated>()->by, world_.bob);
  EXPECT_EQ(world_.event<InstanceTerminated>()->comment, "why");
  EXPECT_EQ(world_.event<FlowTaken>(), nullptr);
}

TEST_F(Rejections, leave_the_way_to_a_definition_that_asks) {
  deploy(true, All{});
  ASSERT_EQ(decide(world_.bob, Outcome::rejected, IfRejected::end_unless_asked), "");
  EXPECT_EQ(state(), InstanceState::completed);
}

// One of two is enough: bob's rejection does not settle it, cat's approval settles it as approved.
TEST_F(Rejections, are_votes_until_they_settle_the_task) {
  deploy(false, AtLeast{1, false});
  ASSERT_EQ(decide(world_.bob, Outcome::rejected, IfRejected::end_unless_asked), "");
  EXPECT_EQ(world_.stands_at(), "A");
  ASSERT_EQ(decide(world_.cat, Outcome::approved, IfRejected::end_unless_asked), "");
  EXPECT_EQ(world_.stands_at(), "B");
}

// Without a veto everybody is heard; the last vote settles what an earlier one decided.
TEST_F(Rejections, end_with_the_vote_that_settles_it_even_an_approval) {
  deploy(false, All{false});
  ASSERT_EQ(decide(world_.bob, Outcome::rejected, IfRejected::end_unless_asked), "");
  EXPECT_EQ(world_.stands_at(), "A");
  ASSERT_EQ(decide(world_.cat, Outcome::approved, IfRejected::end_unless_asked), "");
  EXPECT_EQ(state(), InstanceState::terminated);
}

TEST_F(Rejections, veto_whatever_the_votes_and_the_definition) {
  deploy(true, AtLeast{1, false});
  ASSERT_EQ(decide(world_.bob, Outcome::rejected, IfRejected::end), "");
  EXPECT_EQ(state(), InstanceState::terminated);
}

TEST_F(Rejections, an_approval_is_no_veto) {
  deploy(false, All{});
  ASSERT_EQ(decide(world_.bob, Outcome::approved, IfRejected::end), "");
  ASSERT_EQ(decide(world_.cat, Outcome::approved, IfRejected::end), "");
  EXPECT_EQ(world_.stands_at(), "B");
}

}  // namespace
}  // namespace cinnabar::process
