#include "domain/process/votes.h"

#include "domain/process/testing/verb_world.h"

#include <gtest/gtest.h>

namespace cinnabar::process {
namespace {

using testing::ProcessBuilder;
using testing::VerbWorld;

class Votes : public ::testing::Test {
 protected:
  // One task for bob and cat (dan where there are three), then the end.
  void deploy(CompletionRule rule, std::vector<std::string> names = {"bob", "cat"}) {
    ProcessBuilder builder;
    builder.start("s").task("A", {FixedUsers{std::move(names)}}, std::move(rule)).end("e");
    builder.path({"s", "A", "e"});
    world_.deploy(builder.build());
    ASSERT_EQ(world_.start(), "");
  }
  void TearDown() override { EXPECT_EQ(world_.findings, std::vector<std::string>{}); }
  [[nodiscard]] bool is_over() const { return world_.instance().state == InstanceState::completed; }
  [[nodiscard]] Outcome outcome() const {
    const auto* completed = world_.event<ActivityCompleted>();
    return completed == nullptr ? Outcome::none : completed->outcome;
  }

  VerbWorld world_;
};

TEST_F(Votes, any_before_holds_the_adder_and_both_have_to_consent) {
  deploy(Any{});
  ASSERT_EQ(world_.add(world_.bob, AddedAs::before, {world_.dan}), "");
  EXPECT_EQ(world_.asked("A"), "bob(waits) cat dan");
  ASSERT_EQ(world_.decide_as(world_.dan), "");
  EXPECT_EQ(world_.asked("A"), "bob cat");
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  EXPECT_TRUE(is_over());
  EXPECT_EQ(outcome(), Outcome::approved);
}

TEST_F(Votes, any_before_a_rejection_decides) {
  deploy(Any{});
  ASSERT_EQ(world_.add(world_.bob, AddedAs::before, {world_.dan}), "");
  ASSERT_EQ(world_.decide_as(world_.dan, Outcome::rejected), "");
  EXPECT_TRUE(is_over());
  EXPECT_EQ(outcome(), Outcome::rejected);
}

TEST_F(Votes, any_the_other_candidate_decides_alone) {
  deploy(Any{});
  ASSERT_EQ(world_.add(world_.bob, AddedAs::before, {world_.dan}), "");
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  EXPECT_TRUE(is_over());
}

TEST_F(Votes, any_after_waits_for_the_adder) {
  deploy(Any{});
  ASSERT_EQ(world_.add(world_.bob, AddedAs::after, {world_.dan, world_.eve}), "");
  EXPECT_EQ(world_.asked("A"), "bob cat dan(waits) eve(waits)");
  EXPECT_EQ(world_.decide_as(world_.dan), "work_item_not_its_turn");
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  EXPECT_EQ(world_.asked("A"), "cat dan eve");
  ASSERT_EQ(world_.decide_as(world_.dan), "");
  EXPECT_FALSE(is_over());
  ASSERT_EQ(world_.decide_as(world_.eve), "");
  EXPECT_TRUE(is_over());
}

TEST_F(Votes, any_parallel_is_a_further_candidate) {
  deploy(Any{});
  ASSERT_EQ(world_.add(world_.bob, AddedAs::parallel, {world_.dan}), "");
  EXPECT_EQ(world_.asked("A"), "bob cat dan");
  ASSERT_EQ(world_.decide_as(world_.dan), "");
  EXPECT_TRUE(is_over());
}

TEST_F(Votes, all_counts_everybody_added) {
  deploy(All{});
  ASSERT_EQ(world_.add(world_.bob, AddedAs::parallel, {world_.dan}), "");
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  EXPECT_EQ(world_.asked("A"), "dan");
  ASSERT_EQ(world_.decide_as(world_.dan), "");
  EXPECT_TRUE(is_over());
}

TEST_F(Votes, in_order_keeps_the_others_behind_the_added_ones) {
  deploy(InOrder{});
  EXPECT_EQ(world_.asked("A"), "bob cat(waits)");
  ASSERT_EQ(world_.add(world_.bob, AddedAs::after, {world_.dan}), "");
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  EXPECT_EQ(world_.asked("A"), "cat(waits) dan");
  ASSERT_EQ(world_.decide_as(world_.dan), "");
  EXPECT_EQ(world_.asked("A"), "cat");
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  EXPECT_TRUE(is_over());
}

TEST_F(Votes, at_least_counts_added_votes_among_more_people) {
  deploy(AtLeast{2});
  ASSERT_EQ(world_.add(world_.bob, AddedAs::parallel, {world_.dan}), "");
  ASSERT_EQ(world_.decide_as(world_.dan), "");
  ASSERT_EQ(world_.decide_as(world_.cat, Outcome::rejected), "");
  EXPECT_FALSE(is_over());
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  EXPECT_TRUE(is_over());
  EXPECT_EQ(outcome(), Outcome::approved);
}

TEST_F(Votes, percentage_is_of_everybody_added) {
  deploy(Percentage{50});
  ASSERT_EQ(world_.add(world_.bob, AddedAs::parallel, {world_.dan, world_.eve}), "");
  ASSERT_EQ(world_.decide_as(world_.dan), "");
  EXPECT_FALSE(is_over());
  ASSERT_EQ(world_.decide_as(world_.eve), "");
  EXPECT_TRUE(is_over());
}

TEST_F(Votes, weights_are_of_users_and_of_members) {
  WeightedShare rule{50, false, {}};
  rule.weights = {{"cat", std::nullopt, 5}, {"team", GroupKind::group, 2}};
  deploy(rule, {"bob", "cat", "dan"});
  const auto& items = world_.instance().activities.front().work_items;
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].weight, 2);
  EXPECT_EQ(items[1].weight, 5);
  EXPECT_EQ(items[2].weight, 1);
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  EXPECT_FALSE(is_over());
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  EXPECT_TRUE(is_over());
}

TEST_F(Votes, nested_additions_wait_for_each_other) {
  deploy(All{}, {"bob"});
  ASSERT_EQ(world_.add(world_.bob, AddedAs::before, {world_.cat}), "");
  ASSERT_EQ(world_.add(world_.cat, AddedAs::before, {world_.dan}), "");
  ASSERT_EQ(world_.add(world_.dan, AddedAs::after, {world_.eve}), "");
  EXPECT_EQ(world_.asked("A"), "bob(waits) cat(waits) dan eve(waits)");
  for (const UserId user : {world_.dan, world_.eve, world_.cat, world_.bob}) {
    EXPECT_FALSE(is_over());
    ASSERT_EQ(world_.decide_as(user), "");
  }
  EXPECT_TRUE(is_over());
}

TEST_F(Votes, removing_somebody_may_decide) {
  deploy(All{});
  ASSERT_EQ(world_.add(world_.bob, AddedAs::parallel, {world_.dan}), "");
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  EXPECT_EQ(world_.apply(RemoveParticipant{world_.item(world_.dan), world_.cat, false, {}}),
            "work_item_not_yours");
  ASSERT_EQ(world_.apply(RemoveParticipant{world_.item(world_.dan), world_.bob, false, "no"}), "");
  EXPECT_TRUE(is_over());
  EXPECT_EQ(outcome(), Outcome::approved);
}

TEST_F(Votes, a_removed_before_gives_the_turn_back) {
  deploy(Any{});
  ASSERT_EQ(world_.add(world_.bob, AddedAs::before, {world_.dan}), "");
  ASSERT_EQ(world_.apply(RemoveParticipant{world_.item(world_.dan), world_.bob, false, {}}), "");
  EXPECT_EQ(world_.asked("A"), "bob cat");
}

TEST_F(Votes, who_is_of_the_rules_is_removed_only_for_others_and_never_the_last) {
  deploy(All{});
  const WorkItemId cats = world_.item(world_.cat);
  EXPECT_EQ(world_.apply(RemoveParticipant{cats, world_.bob, false, {}}), "work_item_not_added");
  ASSERT_EQ(world_.apply(RemoveParticipant{cats, world_.adm, true, {}}), "");
  EXPECT_EQ(world_.apply(RemoveParticipant{world_.item(world_.bob), world_.adm, true, {}}),
            "participant_missing");
}

TEST_F(Votes, additions_are_refused_that_make_no_sense) {
  deploy(All{});
  const WorkItemId item = world_.item(world_.bob);
  const auto add = [&](AddParticipants command) { return world_.apply(command); };
  EXPECT_EQ(add({item, world_.bob, AddedAs::before, {}, {}, false}), "participant_missing");
  EXPECT_EQ(add({item, world_.bob, AddedAs::before, {world_.cat}, {}, false}),
            "participant_repeated");
  EXPECT_EQ(add({item, world_.bob, AddedAs::before, {world_.dan, world_.dan}, {}, false}),
            "participant_repeated");
  EXPECT_EQ(add({item, world_.bob, AddedAs::before, {UserId{99}}, {}, false}),
            "participant_unknown");
  EXPECT_EQ(add({item, world_.bob, AddedAs::none, {world_.dan}, {}, false}), "argument_malformed");
  EXPECT_EQ(add({item, world_.cat, AddedAs::after, {world_.dan}, {}, false}),
            "work_item_not_yours");
  EXPECT_EQ(add({WorkItemId{5}, world_.bob, AddedAs::after, {world_.dan}, {}, false}),
            "work_item_unknown");
}

TEST_F(Votes, one_vote_is_taken_back_and_made_again) {
  deploy(All{}, {"bob", "cat", "dan"});
  ASSERT_EQ(world_.decide_as(world_.bob, Outcome::approved), "");
  ASSERT_EQ(world_.apply(TakeBack{world_.bob, std::nullopt, {}}), "");
  EXPECT_EQ(world_.asked("A"), "cat dan bob");
  EXPECT_EQ(world_.apply(TakeBack{world_.bob, std::nullopt, {}}), "nothing_to_take_back");
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  ASSERT_EQ(world_.decide_as(world_.dan), "");
  EXPECT_FALSE(is_over());
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  EXPECT_TRUE(is_over());
}

TEST_F(Votes, in_order_a_vote_is_not_taken_back_once_the_next_has_decided) {
  deploy(InOrder{}, {"bob", "cat", "dan"});
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  ASSERT_EQ(world_.apply(TakeBack{world_.bob, std::nullopt, {}}), "");
  EXPECT_EQ(world_.asked("A"), "cat(waits) dan(waits) bob");
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  EXPECT_EQ(world_.apply(TakeBack{world_.bob, std::nullopt, {}}), "next_already_acted");
  ASSERT_EQ(world_.apply(TakeBack{world_.cat, std::nullopt, {}}), "");
  EXPECT_EQ(world_.asked("A"), "dan(waits) cat");
}

}  // namespace
}  // namespace cinnabar::process
