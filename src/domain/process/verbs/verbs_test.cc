// Each verb by itself: effect, refusals, and the events that tell it.
#include "domain/process/testing/verb_world.h"
#include "domain/process/verbs/migrate.h"

#include <gtest/gtest.h>

namespace cinnabar::process {
namespace {

using testing::feel;
using testing::ProcessBuilder;
using testing::VerbWorld;

std::vector<ParticipantRule> users(std::vector<std::string> names) {
  return {FixedUsers{std::move(names)}};
}

class Verbs : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(world_.findings, std::vector<std::string>{}); }

  // ann fills in, bob checks, cat approves.
  void deploy_three() {
    ProcessBuilder builder;
    builder.start("s").task("A", {InitiatorRule{}}).task("B", users({"bob"}));
    builder.task("C", users({"cat"})).end("e").path({"s", "A", "B", "C", "e"});
    world_.deploy(builder.build());
    ASSERT_EQ(world_.start(), "");
  }
  void deploy_pool() {
    ProcessBuilder builder;
    builder.start("s").task("A", {Groups{GroupKind::group, {"team"}}}).end("e");
    builder.path({"s", "A", "e"});
    world_.deploy(builder.build());
    ASSERT_EQ(world_.start(), "");
  }
  [[nodiscard]] WorkItemId only_item() const {
    return world_.instance().activities.front().work_items.back().id;
  }

  VerbWorld world_;
};

// ---- hand over ----

TEST_F(Verbs, claim_and_unclaim) {
  deploy_pool();
  const WorkItemId item = only_item();
  EXPECT_EQ(world_.asked("A"), "-team");
  EXPECT_EQ(world_.apply(Claim{item, world_.dan}), "work_item_not_in_group");
  EXPECT_EQ(world_.apply(Unclaim{item, world_.bob}), "work_item_not_claimed");
  ASSERT_EQ(world_.apply(Claim{item, world_.bob}), "");
  EXPECT_EQ(world_.asked("A"), "bob");
  EXPECT_EQ(world_.apply(Claim{item, world_.cat}), "work_item_already_claimed");
  EXPECT_EQ(world_.apply(Unclaim{item, world_.cat}), "work_item_not_yours");
  ASSERT_EQ(world_.apply(Unclaim{item, world_.bob}), "");
  EXPECT_EQ(world_.asked("A"), "-team");
  ASSERT_EQ(world_.apply(Claim{item, world_.cat}), "");
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  EXPECT_EQ(world_.apply(Claim{item, world_.cat}), "instance_not_running");
}

TEST_F(Verbs, what_was_offered_to_one_person_is_not_unclaimed) {
  deploy_three();
  EXPECT_EQ(world_.apply(Unclaim{only_item(), world_.ann}), "work_item_not_claimed");
}

TEST_F(Verbs, transfer) {
  deploy_three();
  const WorkItemId item = only_item();
  EXPECT_EQ(world_.apply(Transfer{item, world_.bob, world_.cat, false, {}, Handover::transfer}),
            "work_item_not_yours");
  EXPECT_EQ(world_.apply(Transfer{item, world_.ann, UserId{99}, false, {}, Handover::transfer}),
            "participant_unknown");
  EXPECT_EQ(world_.apply(Transfer{item, world_.ann, world_.ann, false, {}, Handover::transfer}),
            "participant_repeated");
  EXPECT_EQ(world_.apply(Transfer{item, world_.ann, world_.bob, false, {}, Handover::claim}),
            "argument_malformed");
  ASSERT_EQ(world_.apply(Transfer{item, world_.ann, world_.dan, false, "you", Handover::transfer}),
            "");
  EXPECT_EQ(world_.asked("A"), "dan");
  ASSERT_NE(world_.event<WorkItemReassigned>(), nullptr);
  EXPECT_EQ(world_.event<WorkItemReassigned>()->comment, "you");
  ASSERT_EQ(world_.apply(Transfer{item, world_.adm, world_.eve, true, {}, Handover::departure}),
            "");
  ASSERT_EQ(world_.decide_as(world_.eve), "");
  EXPECT_EQ(world_.stands_at(), "B");
  EXPECT_EQ(world_.apply(Transfer{item, world_.eve, world_.dan, false, {}, Handover::transfer}),
            "work_item_already_completed");
}

TEST_F(Verbs, absence_keeps_the_owner_who_can_have_it_back) {
  deploy_three();
  const WorkItemId item = only_item();
  ASSERT_EQ(world_.apply(Transfer{item, world_.adm, world_.dan, true, {}, Handover::absence}), "");
  EXPECT_EQ(world_.instance().find_item(item)->owner, world_.ann);
  ASSERT_EQ(world_.apply(Resolve{item, world_.dan, {}}), "");
  EXPECT_EQ(world_.asked("A"), "ann");
}

TEST_F(Verbs, delegate_and_resolve) {
  deploy_three();
  const WorkItemId item = only_item();
  EXPECT_EQ(world_.apply(Resolve{item, world_.ann, {}}), "work_item_not_delegated");
  ASSERT_EQ(world_.apply(Delegate{item, world_.ann, world_.dan, false, {}}), "");
  EXPECT_EQ(world_.asked("A"), "dan");
  EXPECT_EQ(world_.instance().find_item(item)->owner, world_.ann);
  EXPECT_EQ(world_.apply(Delegate{item, world_.dan, world_.eve, false, {}}), "work_item_delegated");
  EXPECT_EQ(world_.apply(Transfer{item, world_.dan, world_.eve, false, {}, Handover::transfer}),
            "work_item_delegated");
  EXPECT_EQ(world_.apply(Resolve{item, world_.ann, {}}), "work_item_not_yours");
  ASSERT_EQ(world_.apply(Resolve{item, world_.dan, "done"}), "");
  EXPECT_EQ(world_.asked("A"), "ann");
  EXPECT_FALSE(world_.instance().find_item(item)->owner.is_assigned());
  // The delegate may as well decide.
  ASSERT_EQ(world_.apply(Delegate{item, world_.ann, world_.dan, false, {}}), "");
  ASSERT_EQ(world_.decide_as(world_.dan), "");
  EXPECT_EQ(world_.stands_at(), "B");
}

TEST_F(Verbs, a_member_delegates_what_is_in_the_pool_and_answers_for_it) {
  deploy_pool();
  EXPECT_EQ(world_.apply(Delegate{only_item(), world_.adm, world_.dan, true, {}}),
            "work_item_not_claimed");
  ASSERT_EQ(world_.apply(Delegate{only_item(), world_.bob, world_.dan, false, {}}), "");
  EXPECT_EQ(world_.instance().find_item(only_item())->owner, world_.bob);
  EXPECT_EQ(world_.apply(Unclaim{only_item(), world_.dan}), "work_item_delegated");
}

// ---- return ----

TEST_F(Verbs, return_to_the_one_before_and_forward_again) {
  deploy_three();
  world_.decide_as(world_.ann);
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  ASSERT_EQ(world_.send_back(world_.cat, ""), "");
  EXPECT_EQ(world_.stands_at(), "B");
  ASSERT_NE(world_.event<Redirected>(), nullptr);
  EXPECT_EQ(world_.event<Redirected>()->node_id, "B");
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  EXPECT_EQ(world_.stands_at(), "C");
}

TEST_F(Verbs, return_to_the_initiator_and_straight_back) {
  deploy_three();
  world_.decide_as(world_.ann);
  world_.decide_as(world_.bob);
  ASSERT_EQ(world_.send_back(world_.cat, "$initiator", true), "");
  EXPECT_EQ(world_.stands_at(), "A");
  ASSERT_EQ(world_.decide_as(world_.ann), "");
  EXPECT_EQ(world_.stands_at(), "C");
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  EXPECT_EQ(world_.instance().state, InstanceState::completed);
}

TEST_F(Verbs, return_refuses_what_does_not_come_before) {
  deploy_three();
  EXPECT_EQ(world_.send_back(world_.ann, ""), "target_not_decided");
  EXPECT_EQ(world_.send_back(world_.ann, "C"), "target_not_decided");
  EXPECT_EQ(world_.send_back(world_.ann, "nowhere"), "target_unknown");
  EXPECT_EQ(world_.send_back(world_.ann, "e"), "target_not_possible");
  world_.decide_as(world_.ann);
  world_.decide_as(world_.bob);
  world_.send_back(world_.cat, "A");
  // B was decided, but does not come before A.
  EXPECT_EQ(world_.send_back(world_.ann, "B"), "target_not_before");
}

// s -> A -> P -> (B1 -> B2 | C1 -> C2) -> J -> D -> e
std::shared_ptr<const ProcessDefinition> parallel_process() {
  ProcessBuilder builder;
  builder.start("s").task("A", {InitiatorRule{}}).node("P", NodeKind::parallel_gateway);
  builder.task("B1", users({"bob"})).task("B2", users({"bob"}));
  builder.task("C1", users({"cat"})).task("C2", users({"cat"}));
  builder.node("J", NodeKind::parallel_gateway).task("D", users({"dan"})).end("e");
  builder.path({"s", "A", "P", "B1", "B2", "J", "D", "e"}).path({"P", "C1", "C2", "J"});
  return builder.build();
}

TEST_F(Verbs, return_inside_of_a_branch_leaves_the_other_alone) {
  world_.deploy(parallel_process());
  world_.start();
  world_.decide_as(world_.ann);
  world_.decide_as(world_.bob);
  EXPECT_EQ(world_.stands_at(), "C1 B2");
  ASSERT_EQ(world_.send_back(world_.bob, "B1"), "");
  EXPECT_EQ(world_.stands_at(), "C1 B1");
}

TEST_F(Verbs, return_before_the_split_undoes_all_branches) {
  world_.deploy(parallel_process());
  world_.start();
  world_.decide_as(world_.ann);
  world_.decide_as(world_.bob);
  world_.decide_as(world_.bob);  // arrived at the join
  ASSERT_EQ(world_.send_back(world_.cat, "A"), "");
  EXPECT_EQ(world_.stands_at(), "A");
  EXPECT_TRUE(world_.instance().arrivals.empty());
}

TEST_F(Verbs, return_into_a_branch_from_behind_the_join_counts_the_other_as_done) {
  world_.deploy(parallel_process());
  world_.start();
  for (const UserId user : {world_.ann, world_.bob, world_.bob, world_.cat, world_.cat}) {
    ASSERT_EQ(world_.decide_as(user), "");
  }
  EXPECT_EQ(world_.stands_at(), "D");
  ASSERT_EQ(world_.send_back(world_.dan, "C1"), "");
  EXPECT_EQ(world_.stands_at(), "C1");
  EXPECT_EQ(world_.instance().arrivals.size(), 1U);
  world_.decide_as(world_.cat);
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  EXPECT_EQ(world_.stands_at(), "D");
}

TEST_F(Verbs, straight_back_restores_all_branches) {
  world_.deploy(parallel_process());
  world_.start();
  for (const UserId user : {world_.ann, world_.bob, world_.bob, world_.cat}) world_.decide_as(user);
  EXPECT_EQ(world_.stands_at(), "C2");
  ASSERT_EQ(world_.send_back(world_.cat, "A", true), "");
  ASSERT_EQ(world_.decide_as(world_.ann), "");
  EXPECT_EQ(world_.stands_at(), "C2");
  EXPECT_EQ(world_.instance().arrivals.size(), 1U);
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  EXPECT_EQ(world_.stands_at(), "D");
}

TEST_F(Verbs, return_asks_those_who_were_chosen_then) {
  ProcessBuilder builder;
  builder.start("s").task("A", {ChosenRule{}}).task("B", {ChosenRule{}}).end("e");
  builder.path({"s", "A", "B", "e"});
  world_.deploy(builder.build());
  world_.start({world_.bob});
  Complete command;
  command.activity = world_.activity("A");
  command.by = world_.bob;
  command.chosen = {world_.cat};
  ASSERT_EQ(world_.apply(command), "");
  EXPECT_EQ(world_.asked("B"), "cat");
  ASSERT_EQ(world_.send_back(world_.cat, ""), "");
  EXPECT_EQ(world_.asked("A"), "bob");
}

// s -> A -> S[ s1 -> B -> C -> e1 ] -> D -> e
std::shared_ptr<const ProcessDefinition> nested_process(Loop loop = {}) {
  ProcessBuilder builder;
  builder.start("s").task("A", {InitiatorRule{}}).sub("S", std::move(loop));
  builder.task("D", users({"dan"})).end("e").path({"s", "A", "S", "D", "e"});
  builder.in("S").start("s1").task("B", users({"bob"})).task("C", users({"cat"})).end("e1");
  builder.path({"s1", "B", "C", "e1"});
  return builder.build();
}

TEST_F(Verbs, return_out_of_and_into_a_sub_process) {
  world_.deploy(nested_process());
  world_.start();
  world_.decide_as(world_.ann);
  world_.decide_as(world_.bob);
  EXPECT_EQ(world_.stands_at(), "S C");
  ASSERT_EQ(world_.send_back(world_.cat, "A", true), "");
  EXPECT_EQ(world_.stands_at(), "A");
  ASSERT_EQ(world_.decide_as(world_.ann), "");
  EXPECT_EQ(world_.stands_at(), "S C");
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  EXPECT_EQ(world_.stands_at(), "D");
  // Into the one that has ended.
  ASSERT_EQ(world_.send_back(world_.dan, "B", true), "");
  EXPECT_EQ(world_.stands_at(), "S B");
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  EXPECT_EQ(world_.stands_at(), "D");
}

TEST_F(Verbs, return_within_one_iteration_leaves_the_others_alone) {
  MultiInstance loop;
  loop.cardinality = feel("2");
  world_.deploy(nested_process(loop));
  world_.start();
  world_.decide_as(world_.ann);
  world_.decide_as(world_.bob);
  world_.decide_as(world_.bob);
  EXPECT_EQ(world_.stands_at(), "S C C");
  ASSERT_EQ(world_.send_back(world_.cat, "B"), "");
  EXPECT_EQ(world_.stands_at(), "S C B");
  world_.decide_as(world_.cat);
  world_.decide_as(world_.bob);
  world_.decide_as(world_.cat);
  EXPECT_EQ(world_.stands_at(), "D");
  EXPECT_EQ(world_.send_back(world_.dan, "B"), "target_not_possible");
}

TEST_F(Verbs, return_from_one_run_of_a_task_undoes_the_whole_loop) {
  ProcessBuilder builder;
  MultiInstance loop;
  loop.cardinality = feel("3");
  builder.start("s").task("A", {InitiatorRule{}}).task("B", users({"bob"})).end("e");
  builder.at("B").loop = loop;
  builder.path({"s", "A", "B", "e"});
  world_.deploy(builder.build());
  world_.start();
  world_.decide_as(world_.ann);
  world_.decide_as(world_.bob);
  ASSERT_EQ(world_.send_back(world_.bob, "A", true), "");
  EXPECT_EQ(world_.stands_at(), "A");
  world_.decide_as(world_.ann);
  EXPECT_EQ(world_.stands_at(), "B");
  for (int i = 0; i < 3; ++i) ASSERT_EQ(world_.decide_as(world_.bob), "");
  EXPECT_EQ(world_.instance().state, InstanceState::completed);
}

// ---- withdraw, take back ----

TEST_F(Verbs, withdraw_goes_back_to_the_initiators_task) {
  deploy_three();
  world_.decide_as(world_.ann);
  EXPECT_EQ(world_.apply(Withdraw{world_.bob, false, {}}), "not_initiator");
  ASSERT_EQ(world_.apply(Withdraw{world_.ann, false, "wrong form"}), "");
  EXPECT_EQ(world_.stands_at(), "A");
  world_.decide_as(world_.ann);
  world_.decide_as(world_.bob);
  EXPECT_EQ(world_.apply(Withdraw{world_.ann, false, {}}), "already_decided");
  ASSERT_EQ(world_.apply(Withdraw{world_.adm, true, {}}), "");
  EXPECT_EQ(world_.stands_at(), "A");
  // Standing there already, there is nothing left but to end.
  ASSERT_EQ(world_.apply(Withdraw{world_.ann, true, {}}), "");
  EXPECT_EQ(world_.instance().state, InstanceState::terminated);
  ASSERT_NE(world_.event<InstanceTerminated>(), nullptr);
  EXPECT_TRUE(world_.event<InstanceTerminated>()->withdrawn);
}

TEST_F(Verbs, withdraw_ends_what_does_not_begin_with_the_initiator) {
  deploy_pool();
  ASSERT_EQ(world_.apply(Withdraw{world_.ann, false, {}}), "");
  EXPECT_EQ(world_.instance().state, InstanceState::terminated);
}

TEST_F(Verbs, take_back_while_the_next_has_not_acted) {
  deploy_three();
  world_.decide_as(world_.ann);
  EXPECT_EQ(world_.apply(TakeBack{world_.bob, std::nullopt, {}}), "nothing_to_take_back");
  ASSERT_EQ(world_.apply(TakeBack{world_.ann, std::nullopt, {}}), "");
  EXPECT_EQ(world_.stands_at(), "A");
  EXPECT_EQ(world_.apply(TakeBack{world_.ann, std::nullopt, {}}), "nothing_to_take_back");
  world_.decide_as(world_.ann);
  world_.decide_as(world_.bob);
  EXPECT_EQ(world_.apply(TakeBack{world_.ann, std::nullopt, {}}), "next_already_acted");
  ASSERT_EQ(world_.apply(TakeBack{world_.bob, std::nullopt, {}}), "");
  EXPECT_EQ(world_.stands_at(), "B");
}

TEST_F(Verbs, take_back_across_the_border_of_a_sub_process) {
  world_.deploy(nested_process());
  world_.start();
  world_.decide_as(world_.ann);
  EXPECT_EQ(world_.stands_at(), "S B");
  // The flow has gone into it.
  ASSERT_EQ(world_.apply(TakeBack{world_.ann, std::nullopt, {}}), "");
  EXPECT_EQ(world_.stands_at(), "A");
  world_.decide_as(world_.ann);
  world_.decide_as(world_.bob);
  EXPECT_EQ(world_.apply(TakeBack{world_.ann, std::nullopt, {}}), "next_already_acted");
  world_.decide_as(world_.cat);
  EXPECT_EQ(world_.stands_at(), "D");
  // The flow has left it.
  EXPECT_EQ(world_.apply(TakeBack{world_.bob, std::nullopt, {}}), "next_already_acted");
  ASSERT_EQ(world_.apply(TakeBack{world_.cat, std::nullopt, {}}), "");
  EXPECT_EQ(world_.stands_at(), "S C");
  EXPECT_EQ(world_.apply(TakeBack{world_.cat, std::nullopt, {}}), "nothing_to_take_back");
  EXPECT_EQ(world_.apply(TakeBack{world_.bob, std::nullopt, {}}), "next_already_acted");
  world_.decide_as(world_.cat);
  world_.decide_as(world_.dan);
  EXPECT_EQ(world_.instance().state, InstanceState::completed);
}

TEST_F(Verbs, take_back_into_a_loop_only_while_it_is_open) {
  MultiInstance loop;
  loop.cardinality = feel("2");
  world_.deploy(nested_process(loop));
  world_.start();
  world_.decide_as(world_.ann);
  EXPECT_EQ(world_.stands_at(), "S B B");
  ASSERT_EQ(world_.apply(TakeBack{world_.ann, std::nullopt, {}}), "");
  EXPECT_EQ(world_.stands_at(), "A");
  world_.decide_as(world_.ann);
  for (int i = 0; i < 2; ++i) world_.decide_as(world_.bob);
  for (int i = 0; i < 2; ++i) world_.decide_as(world_.cat);
  EXPECT_EQ(world_.stands_at(), "D");
  EXPECT_EQ(world_.apply(TakeBack{world_.cat, std::nullopt, {}}), "next_already_acted");
}

TEST_F(Verbs, take_back_does_not_mix_up_the_runs_of_a_scope) {
  // X is reached through S, and in a second run of O without it.
  ProcessBuilder builder;
  builder.start("s").task("A", {InitiatorRule{}}).node("again", NodeKind::exclusive_gateway);
  builder.sub("O").task("D", users({"dan"})).node("more", NodeKind::exclusive_gateway).end("e");
  builder.path({"s", "A", "again", "O", "D", "more"}).otherwise("more", "again");
  builder.flow("more", "e", "outcome = \"rejected\"");
  builder.in("O").start("o1").node("way", NodeKind::exclusive_gateway).sub("S");
  builder.node("join", NodeKind::exclusive_gateway).task("X", users({"cat"})).end("o2");
  builder.path({"o1", "way"}).flow("way", "S", "first = null").otherwise("way", "join");
  builder.path({"S", "join", "X", "o2"});
  builder.in("S").start("s1").task("T", users({"bob"})).end("s2").path({"s1", "T", "s2"});
  world_.deploy(builder.build());
  world_.start();
  world_.decide_as(world_.ann);
  world_.decide_as(world_.bob);
  EXPECT_EQ(world_.stands_at(), "O X");
  ASSERT_EQ(world_.apply(TakeBack{world_.bob, std::nullopt, {}}), "");
  EXPECT_EQ(world_.stands_at(), "O S T");
  world_.decide_as(world_.bob);
  world_.decide_as(world_.cat);
  ChangeData change;
  change.variables = {{"first", expr::Value(false)}};
  ASSERT_EQ(world_.apply(change), "");
  world_.decide_as(world_.dan);
  EXPECT_EQ(world_.stands_at(), "O X");
  EXPECT_EQ(world_.apply(TakeBack{world_.bob, std::nullopt, {}}), "next_already_acted");
}

TEST_F(Verbs, take_back_is_refused_where_a_border_event_may_have_led) {
  const auto with_border_to = [](const std::string& target) {
    ProcessBuilder builder;
    builder.start("s").task("A", {InitiatorRule{}}).sub("S").task("D", users({"dan"}));
    builder.task("X", users({"eve"})).end("e").path({"s", "A", "S", "D", "e"}).path({"X", "e"});
    Trigger message;
    message.kind = TriggerKind::message;
    message.name = "m";
    builder.boundary("late", "S", message).path({"late", target});
    builder.in("S").start("s1").task("B", users({"bob"})).end("e1").path({"s1", "B", "e1"});
    return builder.build();
  };
  for (const auto& [target, refusal] : {std::pair{"D", "next_already_acted"}, std::pair{"X", ""}}) {
    VerbWorld world;
    world.deploy(with_border_to(target));
    world.start();
    world.decide_as(world.ann);
    world.decide_as(world.bob);
    EXPECT_EQ(world.apply(TakeBack{world.bob, std::nullopt, {}}), refusal) << target;
  }
}

TEST_F(Verbs, take_back_from_the_join_and_from_behind_it) {
  world_.deploy(parallel_process());
  world_.start();
  world_.decide_as(world_.ann);
  world_.decide_as(world_.bob);
  world_.decide_as(world_.bob);
  EXPECT_EQ(world_.instance().arrivals.size(), 1U);
  ASSERT_EQ(world_.apply(TakeBack{world_.bob, std::nullopt, {}}), "");
  EXPECT_EQ(world_.stands_at(), "C1 B2");
  EXPECT_TRUE(world_.instance().arrivals.empty());
  world_.decide_as(world_.bob);
  world_.decide_as(world_.cat);
  world_.decide_as(world_.cat);
  EXPECT_EQ(world_.stands_at(), "D");
  ASSERT_EQ(world_.apply(TakeBack{world_.cat, std::nullopt, {}}), "");
  EXPECT_EQ(world_.stands_at(), "C2");
  world_.decide_as(world_.cat);
  EXPECT_EQ(world_.stands_at(), "D");
}

TEST_F(Verbs, take_back_keeps_the_votes_of_the_others) {
  ProcessBuilder builder;
  builder.start("s").task("A", users({"bob", "cat"}), All{}).task("B", users({"dan"})).end("e");
  builder.path({"s", "A", "B", "e"});
  world_.deploy(builder.build());
  world_.start();
  world_.decide_as(world_.bob);
  world_.decide_as(world_.cat);
  EXPECT_EQ(world_.stands_at(), "B");
  ASSERT_EQ(world_.apply(TakeBack{world_.cat, std::nullopt, {}}), "");
  EXPECT_EQ(world_.asked("A"), "cat");
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  EXPECT_EQ(world_.stands_at(), "B");
}

TEST_F(Verbs, take_back_asks_whoever_the_task_was_handed_to) {
  ProcessBuilder builder;
  builder.start("s").task("A", users({"bob"}), Any{}).task("B", users({"dan"})).end("e");
  builder.path({"s", "A", "B", "e"});
  world_.deploy(builder.build());
  world_.start();
  ASSERT_EQ(world_.apply(Transfer{
                world_.item(world_.bob), world_.bob, world_.cat, false, {}, Handover::transfer}),
            "");
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  EXPECT_EQ(world_.stands_at(), "B");
  ASSERT_EQ(world_.apply(TakeBack{world_.cat, std::nullopt, {}}), "");
  EXPECT_EQ(world_.asked("A"), "cat");
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  EXPECT_EQ(world_.stands_at(), "B");
}

TEST_F(Verbs, take_back_asks_whoever_was_added_and_keeps_the_vote_before) {
  ProcessBuilder builder;
  builder.start("s").task("A", users({"bob"}), Any{}).task("B", users({"dan"})).end("e");
  builder.path({"s", "A", "B", "e"});
  world_.deploy(builder.build());
  world_.start();
  ASSERT_EQ(world_.add(world_.bob, AddedAs::after, {world_.cat}), "");
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  EXPECT_EQ(world_.stands_at(), "A");
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  EXPECT_EQ(world_.stands_at(), "B");
  ASSERT_EQ(world_.apply(TakeBack{world_.cat, std::nullopt, {}}), "");
  EXPECT_EQ(world_.stands_at(), "A");
  EXPECT_EQ(world_.asked("A"), "cat");
  ASSERT_EQ(world_.decide_as(world_.cat), "");
  EXPECT_EQ(world_.stands_at(), "B");
}

// ---- urging and copies ----

TEST_F(Verbs, urge_is_rate_limited) {
  deploy_three();
  ASSERT_EQ(world_.apply(Urge{world_.ann, std::nullopt, "please"}), "");
  EXPECT_EQ(world_.apply(Urge{world_.ann, std::nullopt, {}}), "urged_too_soon");
  world_.now = world_.now + minutes(10);
  ASSERT_EQ(world_.apply(Urge{world_.ann, world_.activity("A"), {}}), "");
  EXPECT_EQ(world_.apply(Urge{world_.ann, ActivityInstanceId{3}, {}}), "nothing_to_urge");
}

TEST_F(Verbs, copies_are_read_by_their_readers) {
  deploy_three();
  EXPECT_EQ(world_.apply(SendNotice{world_.ann, {}, {}}), "participant_missing");
  EXPECT_EQ(world_.apply(SendNotice{world_.ann, {UserId{99}}, {}}), "participant_unknown");
  ASSERT_EQ(world_.apply(SendNotice{world_.ann, {world_.dan, world_.eve, world_.dan}, "fyi"}), "");
  ASSERT_EQ(world_.instance().notices.size(), 2U);
  const NoticeId notice = world_.instance().notices.front().id;
  EXPECT_EQ(world_.apply(ReadNotice{notice, world_.eve}), "notice_not_yours");
  EXPECT_EQ(world_.apply(ReadNotice{NoticeId{4}, world_.eve}), "notice_unknown");
  ASSERT_EQ(world_.apply(ReadNotice{notice, world_.dan}), "");
  EXPECT_TRUE(world_.instance().notices.front().is_read);
  ASSERT_EQ(world_.apply(ReadNotice{notice, world_.dan}), "");
  EXPECT_TRUE(world_.events().empty());
}

// ---- administration ----

TEST_F(Verbs, suspend_and_resume) {
  deploy_three();
  EXPECT_EQ(world_.apply(Resume{world_.adm, {}}), "instance_not_suspended");
  ASSERT_EQ(world_.apply(Suspend{world_.adm, "audit"}), "");
  EXPECT_EQ(world_.decide_as(world_.ann), "instance_not_running");
  EXPECT_EQ(world_.send_back(world_.ann, ""), "instance_not_running");
  EXPECT_EQ(world_.apply(Suspend{world_.adm, {}}), "instance_not_running");
  ASSERT_EQ(world_.apply(Resume{world_.adm, {}}), "");
  ASSERT_EQ(world_.decide_as(world_.ann), "");
}

TEST_F(Verbs, jump_forward_back_and_from_everything) {
  world_.deploy(parallel_process());
  world_.start();
  world_.decide_as(world_.ann);
  EXPECT_EQ(world_.apply(Jump{world_.adm, std::nullopt, "nowhere", {}}), "target_unknown");
  EXPECT_EQ(world_.apply(Jump{world_.adm, std::nullopt, "s", {}}), "target_not_possible");
  EXPECT_EQ(world_.apply(Jump{world_.adm, ActivityInstanceId{3}, "A", {}}), "activity_not_open");
  ASSERT_EQ(world_.apply(Jump{world_.adm, world_.activity("B1"), "B2", {}}), "");
  EXPECT_EQ(world_.stands_at(), "C1 B2");
  ASSERT_EQ(world_.apply(Jump{world_.adm, std::nullopt, "B1", "go"}), "");
  EXPECT_EQ(world_.stands_at(), "B1");
  world_.decide_as(world_.bob);
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  EXPECT_EQ(world_.stands_at(), "D");
  ASSERT_EQ(world_.apply(Jump{world_.adm, std::nullopt, "P", {}}), "");
  EXPECT_EQ(world_.stands_at(), "B1 C1");
  ASSERT_EQ(world_.apply(Jump{world_.adm, std::nullopt, "e", {}}), "");
  EXPECT_EQ(world_.instance().state, InstanceState::completed);
}

TEST_F(Verbs, reactivate_an_ended_instance) {
  world_.deploy(nested_process());
  world_.start();
  EXPECT_EQ(world_.apply(Reactivate{world_.adm, "A", {}}), "instance_not_ended");
  ASSERT_EQ(world_.apply(Terminate{world_.adm, {}}), "");
  EXPECT_EQ(world_.apply(Reactivate{world_.adm, "nowhere", {}}), "target_unknown");
  ASSERT_EQ(world_.apply(Reactivate{world_.adm, "C", {}}), "");
  EXPECT_EQ(world_.stands_at(), "S C");
  world_.decide_as(world_.cat);
  EXPECT_EQ(world_.stands_at(), "D");
  world_.decide_as(world_.dan);
  EXPECT_EQ(world_.instance().state, InstanceState::completed);
}

TEST_F(Verbs, change_data_in_every_state_and_let_conditions_see_it) {
  ProcessBuilder builder;
  EventNode waiting;
  waiting.trigger.kind = TriggerKind::condition;
  waiting.trigger.condition = feel("title = \"go\"");
  builder.start("s").node("W", NodeKind::catch_event, waiting).task("A", users({"bob"})).end("e");
  builder.path({"s", "W", "A", "e"});
  world_.deploy(builder.build());
  world_.start();
  EXPECT_EQ(world_.stands_at(), "W");
  ASSERT_EQ(world_.apply(Suspend{world_.adm, {}}), "");
  ASSERT_EQ(world_.apply(ChangeData{world_.ann, {{"title", FieldValue::text("go")}}, {}}), "");
  EXPECT_EQ(world_.stands_at(), "W");
  ASSERT_EQ(world_.apply(Resume{world_.adm, {}}), "");
  EXPECT_EQ(world_.stands_at(), "A");
  world_.decide_as(world_.bob);
  ASSERT_EQ(world_.apply(ChangeData{world_.ann, {{"title", FieldValue::text("later")}}, {}}), "");
  EXPECT_EQ(world_.instance().state, InstanceState::completed);
}

// ---- incidents ----

TEST_F(Verbs, retry_and_skip_an_activity_that_asks_nobody) {
  ProcessBuilder builder;
  builder.start("s").task("A", users({"fay"})).task("B", users({"fay"})).end("e");
  builder.path({"s", "A", "B", "e"});
  world_.deploy(builder.build());
  world_.start();
  ASSERT_EQ(world_.instance().incidents.size(), 1U);
  EXPECT_EQ(world_.apply(RetryIncident{IncidentId{3}, world_.adm, 1}), "incident_unknown");
  ASSERT_EQ(world_.apply(RetryIncident{world_.instance().incidents[0].id, world_.adm, 1}), "");
  ASSERT_EQ(world_.instance().incidents.size(), 1U);
  ASSERT_EQ(world_.apply(SkipIncident{world_.instance().incidents[0].id, world_.adm, {}, {}}), "");
  EXPECT_EQ(world_.stands_at(), "B");
  world_.people.add_user("fay");
  ASSERT_EQ(world_.apply(RetryIncident{world_.instance().incidents[0].id, world_.adm, 1}), "");
  EXPECT_EQ(world_.asked("B"), "fay");
}

TEST_F(Verbs, retry_and_skip_a_token_that_no_flow_matches) {
  ProcessBuilder builder;
  builder.start("s").node("X", NodeKind::exclusive_gateway).task("A", users({"bob"}));
  builder.task("B", users({"cat"})).end("e");
  builder.flow("s", "X").flow("X", "A", "way = 1").flow("X", "B", "way = 2");
  builder.flow("A", "e").flow("B", "e");
  world_.deploy(builder.build());
  world_.start();
  ASSERT_EQ(world_.instance().incidents.size(), 1U);
  ASSERT_EQ(world_.apply(RetryIncident{world_.instance().incidents[0].id, world_.adm, 1}), "");
  ASSERT_EQ(world_.instance().incidents.size(), 1U);
  ASSERT_EQ(world_.apply(SkipIncident{world_.instance().incidents[0].id,
                                      world_.adm,
                                      {},
                                      {{"way", expr::Value{std::int64_t{2}}}}}),
            "");
  EXPECT_EQ(world_.stands_at(), "B");
}

TEST_F(Verbs, retry_a_job) {
  ProcessBuilder builder;
  ServiceTask service;
  service.job_type = "mail";
  service.retries = 1;
  builder.start("s").node("M", NodeKind::service_task, service).task("A", users({"bob"})).end("e");
  builder.path({"s", "M", "A", "e"});
  world_.deploy(builder.build());
  world_.start();
  const WaitId job = world_.instance().waits.front().id;
  ASSERT_EQ(world_.apply(FailJob{job, "down", std::nullopt, std::nullopt}), "");
  ASSERT_EQ(world_.instance().incidents.size(), 1U);
  ASSERT_EQ(world_.apply(RetryIncident{world_.instance().incidents[0].id, world_.adm, 5}), "");
  EXPECT_EQ(world_.instance().waits.front().retries, 5);
  ASSERT_EQ(world_.apply(CompleteJob{job, {}}), "");
  EXPECT_EQ(world_.stands_at(), "A");
}

// ---- migration ----

TEST_F(Verbs, migrate_to_a_version_that_has_room_for_it) {
  world_.deploy(parallel_process());
  world_.start();
  world_.decide_as(world_.ann);
  world_.decide_as(world_.bob);
  world_.decide_as(world_.bob);
  ProcessBuilder builder;
  builder.start("s").task("A", {InitiatorRule{}}).node("P", NodeKind::parallel_gateway);
  builder.task("B1", users({"bob"})).task("B2", users({"bob"}));
  builder.task("N1", users({"cat"})).task("C2", users({"cat"})).task("N2", users({"eve"}));
  builder.node("J", NodeKind::parallel_gateway).task("D", users({"dan"})).end("e");
  builder.path({"s", "A", "P", "B1", "B2", "J", "N2", "D", "e"}).path({"P", "N1", "C2", "J"});
  const auto target = builder.build();
  Migrate command;
  command.by = world_.adm;
  command.definition = ProcessDefinitionId{3};
  command.target = target.get();
  EXPECT_EQ(world_.apply(command), "migration_not_possible");
  command.nodes = {{"C1", "N1"}};
  ASSERT_EQ(world_.apply(command), "");
  EXPECT_EQ(world_.stands_at(), "N1");
  EXPECT_EQ(world_.instance().definition, ProcessDefinitionId{3});
  world_.decide_as(world_.cat);
  world_.decide_as(world_.cat);
  EXPECT_EQ(world_.stands_at(), "N2");
}

TEST_F(Verbs, migration_lists_what_has_no_place) {
  const auto from = nested_process();
  world_.deploy(from);
  world_.start();
  world_.decide_as(world_.ann);
  ProcessBuilder builder;
  builder.start("s").task("A", {InitiatorRule{}}).task("S", users({"bob"}));
  builder.task("B", users({"bob"})).end("e").path({"s", "A", "S", "B", "e"});
  const auto problems = verbs::migration_problems(*from, world_.instance(), *builder.build(), {});
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0], "S: is a user_task in the other version, no sub_process");
  EXPECT_EQ(problems[1], "B: lies in another scope in the other version");
}

}  // namespace
}  // namespace cinnabar::process
