// The rules of participants and the policies, and what they say about themselves.
#include "domain/process/participants.h"

#include "domain/process/testing/verb_world.h"

#include <gtest/gtest.h>

namespace cinnabar::process {
namespace {

using testing::feel;
using testing::ProcessBuilder;
using testing::VerbWorld;

class Participants : public ::testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(world_.findings, std::vector<std::string>{}); }

  // One task, started by ann; what is asked there.
  std::string ask(std::vector<ParticipantRule> rules, ParticipantPolicies policies = {},
                  CompletionRule completion = All{}) {
    ProcessBuilder builder;
    builder.start("s").task("A", std::move(rules), std::move(completion)).end("e");
    policies_of(builder, "A") = std::move(policies);
    builder.path({"s", "A", "e"});
    world_.deploy(builder.build());
    EXPECT_EQ(world_.start(), "");
    return world_.asked("A");
  }
  static ParticipantPolicies& policies_of(ProcessBuilder& builder, const std::string& id) {
    return std::get<UserTask>(builder.at(id).settings).policies;
  }
  static ParticipantPolicies departed(IfDeparted policy) {
    ParticipantPolicies out;
    out.if_departed = policy;
    return out;
  }

  VerbWorld world_;
};

TEST_F(Participants, managers_by_level_and_as_a_chain) {
  world_.people.set_manager(world_.ann, world_.bob);
  world_.people.set_manager(world_.bob, world_.cat);
  EXPECT_EQ(ask({ManagerRule{1, false}}), "bob");
  EXPECT_EQ(ask({ManagerRule{2, false}}), "cat");
  EXPECT_EQ(ask({ManagerRule{5, false}}), "cat");
  EXPECT_EQ(ask({ManagerRule{5, true}}), "bob cat");
  world_.people.set_manager(world_.cat, world_.ann);  // a circle
  EXPECT_EQ(ask({ManagerRule{9, true}}), "bob cat");
}

TEST_F(Participants, heads_of_departments) {
  const GroupId sales = world_.people.add_group("sales", {world_.ann}, GroupKind::department);
  const GroupId house = world_.people.add_group("house", {world_.dan}, GroupKind::department);
  world_.people.set_head(sales, world_.bob);
  world_.people.set_head(house, world_.cat);
  world_.people.set_parent(sales, house);
  EXPECT_EQ(ask({DepartmentHeadRule{"", 0}}), "bob");
  EXPECT_EQ(ask({DepartmentHeadRule{"", 1}}), "cat");
  EXPECT_EQ(ask({DepartmentHeadRule{"", 7}}), "cat");
  EXPECT_EQ(ask({DepartmentHeadRule{"house", 0}}), "cat");
}

TEST_F(Participants, expressions_give_names_and_lists_of_them) {
  EXPECT_EQ(ask({ExpressionRule{feel("\"dan\"")}}), "dan");
  EXPECT_EQ(ask({ExpressionRule{feel("[\"dan\", \"eve\", \"nobody\"]")}}), "dan eve");
}

TEST_F(Participants, a_person_is_asked_once) {
  EXPECT_EQ(ask({FixedUsers{{"bob"}}, Groups{GroupKind::group, {"team"}}}), "bob cat");
}

TEST_F(Participants, nobody_found) {
  ParticipantPolicies policies;
  EXPECT_EQ(ask({FixedUsers{{"fay"}}}, policies), "");
  EXPECT_EQ(world_.instance().incidents.size(), 1U);
  policies.if_nobody = IfNobody::administrator;
  EXPECT_EQ(ask({FixedUsers{{"fay"}}}, policies), "adm");
  policies.if_nobody = IfNobody::fixed_user;
  policies.fallback_user = "eve";
  EXPECT_EQ(ask({FixedUsers{{"fay"}}}, policies), "eve");
  policies.if_nobody = IfNobody::skip;
  EXPECT_EQ(ask({FixedUsers{{"fay"}}}, policies), "");
  EXPECT_EQ(world_.instance().state, InstanceState::completed);
}

TEST_F(Participants, the_initiator_passes_or_gives_it_to_the_manager) {
  ParticipantPolicies policies;
  policies.if_initiator = IfInitiator::pass;
  EXPECT_EQ(ask({InitiatorRule{}, FixedUsers{{"bob"}}}, policies), "bob");
  EXPECT_EQ(ask({FixedUsers{{"bob"}}, InitiatorRule{}}, policies, InOrder{}), "bob");
  ask({InitiatorRule{}}, policies);
  EXPECT_EQ(world_.instance().state, InstanceState::completed);
  policies.if_initiator = IfInitiator::manager;
  world_.people.set_manager(world_.ann, world_.cat);
  EXPECT_EQ(ask({InitiatorRule{}}, policies), "cat");
}

TEST_F(Participants, who_has_approved_before_passes) {
  ProcessBuilder builder;
  builder.start("s")
      .task("A", {FixedUsers{{"bob"}}})
      .task("B", {FixedUsers{{"bob", "cat"}}}, All{});
  policies_of(builder, "B").if_repeated = IfRepeated::pass;
  builder.end("e").path({"s", "A", "B", "e"});
  world_.deploy(builder.build());
  world_.start();
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  EXPECT_EQ(world_.asked("B"), "cat");
}

TEST_F(Participants, who_has_left_is_replaced) {
  world_.people.set_manager(world_.dan, world_.eve);
  world_.people.deactivate(world_.dan);
  const std::vector<ParticipantRule> rules = {FixedUsers{{"dan", "bob"}}};
  EXPECT_EQ(ask(rules, departed(IfDeparted::drop)), "bob");
  EXPECT_EQ(ask(rules, departed(IfDeparted::manager)), "eve bob");
  EXPECT_EQ(ask(rules, departed(IfDeparted::administrator)), "adm bob");
  world_.people.set_manager(world_.eve, world_.cat);
  world_.people.deactivate(world_.eve);
  EXPECT_EQ(ask(rules, departed(IfDeparted::manager)), "cat bob");
}

TEST_F(Participants, who_is_away_is_represented) {
  world_.people.set_away(world_.bob, world_.dan);
  EXPECT_EQ(ask({FixedUsers{{"bob"}}}), "dan");
  EXPECT_EQ(world_.instance().activities.front().work_items.front().owner, world_.bob);
  ParticipantPolicies policies;
  policies.if_absent = IfAbsent::ask;
  EXPECT_EQ(ask({FixedUsers{{"bob"}}}, policies), "bob");
  world_.people.set_away(world_.dan, world_.eve);
  EXPECT_EQ(ask({FixedUsers{{"bob"}}}), "eve");
  world_.people.set_away(world_.eve, world_.bob);  // everybody is away
  EXPECT_EQ(ask({FixedUsers{{"bob"}}}), "bob");
  world_.people.set_away(world_.cat, world_.dan, Instant{0}, Instant{5});
  EXPECT_EQ(ask({FixedUsers{{"cat"}}}), "cat");
}

TEST_F(Participants, the_previous_handler) {
  ProcessBuilder builder;
  builder.start("s").task("A", {Groups{GroupKind::group, {"team"}}});
  builder.node("X", NodeKind::exclusive_gateway).task("B", {PreviousHandlerRule{}}).end("e");
  builder.path({"s", "A", "X", "B", "e"});
  world_.deploy(builder.build());
  world_.start();
  Complete command;
  command.activity = world_.activity("A");
  command.by = world_.cat;
  ASSERT_EQ(world_.apply(command), "");
  EXPECT_EQ(world_.asked("B"), "cat");
}

TEST_F(Participants, offers_say_why) {
  world_.people.set_manager(world_.ann, world_.bob);
  world_.people.set_away(world_.bob, world_.dan);
  ProcessBuilder builder;
  builder.start("s").task("A", {ManagerRule{1, false}}).end("e").path({"s", "A", "e"});
  const auto definition = builder.build();
  Instance instance;
  instance.initiator = world_.ann;
  const Offers offers =
      offers_for({*definition,
                  definition->node(1),
                  instance,
                  {},
                  world_.people,
                  Instant{7},
                  [](const expr::Expression&) -> Result<expr::Value> { return expr::Value{}; }});
  ASSERT_EQ(offers.list.size(), 1U);
  EXPECT_EQ(offers.list[0].reason, "manager of the initiator; acting for somebody who is away");
}

// ---- due dates ----

TEST_F(Participants, due_dates_reminders_and_what_happens_late) {
  ProcessBuilder builder;
  builder.start("s").task("A", {FixedUsers{{"bob"}}}).task("B", {FixedUsers{{"cat"}}}).end("e");
  auto& task = std::get<UserTask>(builder.at("B").settings);
  task.due = feel("\"PT4H\"");
  task.remind = feel("\"PT1H\"");
  task.if_late = IfLate::send_back;
  builder.path({"s", "A", "B", "e"});
  world_.deploy(builder.build());
  world_.start();
  world_.decide_as(world_.bob);
  ASSERT_EQ(world_.instance().waits.size(), 2U);
  const Wait due = world_.instance().waits[0];
  const Wait reminder = world_.instance().waits[1];
  EXPECT_EQ(*due.due, world_.now + hours(4));
  EXPECT_EQ(*reminder.due, world_.now + hours(3));
  world_.now = *reminder.due;
  ASSERT_EQ(world_.apply(FireTimer{reminder.id}), "");
  EXPECT_NE(world_.event<Urged>(), nullptr);
  world_.now = *due.due;
  ASSERT_EQ(world_.apply(FireTimer{due.id}), "");
  EXPECT_EQ(world_.stands_at(), "A");
  EXPECT_TRUE(world_.instance().waits.empty());
}

TEST_F(Participants, late_tasks_go_to_the_manager_or_decide_themselves) {
  world_.people.set_manager(world_.bob, world_.dan);
  for (const IfLate policy : {IfLate::escalate, IfLate::approve, IfLate::reject, IfLate::notify}) {
    ProcessBuilder builder;
    builder.start("s").task("A", {FixedUsers{{"bob"}}}).end("e").path({"s", "A", "e"});
    auto& task = std::get<UserTask>(builder.at("A").settings);
    task.due = feel("\"PT4H\"");
    task.if_late = policy;
    world_.deploy(builder.build());
    world_.start();
    const Wait due = world_.instance().waits.at(0);
    world_.now = *due.due;
    ASSERT_EQ(world_.apply(FireTimer{due.id}), "");
    const bool is_over = world_.instance().state == InstanceState::completed;
    EXPECT_EQ(is_over, policy == IfLate::approve || policy == IfLate::reject);
    if (policy == IfLate::escalate) {
      EXPECT_EQ(world_.asked("A"), "dan");
    } else if (policy == IfLate::notify) {
      EXPECT_NE(world_.event<Urged>(), nullptr);
    }
  }
}

TEST_F(Participants, due_dates_in_working_time) {
  WorkCalendar::Settings settings;
  for (std::size_t day = 1; day <= 5; ++day) settings.week[day] = {{9 * 60, 17 * 60}};
  const auto calendar = WorkCalendar::create(settings);
  ASSERT_TRUE(calendar.has_value());
  world_.calendar = &*calendar;
  world_.now = *parse_instant("2026-10-09T15:00:00Z", {});  // a Friday
  ProcessBuilder builder;
  builder.start("s").task("A", {FixedUsers{{"bob"}}}).end("e").path({"s", "A", "e"});
  std::get<UserTask>(builder.at("A").settings).due = feel("\"PT4H\"");
  world_.deploy(builder.build());
  world_.start();
  EXPECT_EQ(to_rfc3339(*world_.instance().waits.at(0).due), "2026-10-12T11:00:00Z");
}

}  // namespace
}  // namespace cinnabar::process
