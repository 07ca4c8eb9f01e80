#include "ports/schema.h"
#include "services/rows.h"
#include "services/testing/world.h"
#include "storage/faulty/faulty_store.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::values;
using testing::World;

constexpr const char* kTask = R"(
  <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="a"/>
  <userTask id="a" name="A"><extensionElements><c:participants groups="it"/></extensionElements></userTask>
  <sequenceFlow id="f2" sourceRef="a" targetRef="end"/><endEvent id="end"/>)";

constexpr const char* kWaitAnHour = R"(
  <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="wait"/>
  <intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>PT1H</timeDuration>
  </timerEventDefinition></intermediateCatchEvent>
  <sequenceFlow id="f2" sourceRef="wait" targetRef="end"/><endEvent id="end"/>)";

class EngineServiceTest : public ::testing::Test {
 protected:
  Started start(ProcessId process) {
    auto started = world.start("alice", process, values({{"TITLE", "t"}}));
    EXPECT_TRUE(started) << to_string(started.error());
    return started ? *started : Started{};
  }
  process::Instance load(ProcessInstanceId id) {
    auto snapshot = world.store.read();
    auto instance = world.instances.load(**snapshot, id);
    EXPECT_TRUE(instance) << to_string(instance.error());
    return instance ? *instance : process::Instance{};
  }
  Result<Applied> apply(std::string_view user, ProcessInstanceId id, process::Command command) {
    return world.write<Applied>([&](ports::WriteTransaction& transaction) {
      return world.engine.apply(transaction, world.as(user), id, command, "test");
    });
  }

  World world;
};

TEST_F(EngineServiceTest, a_timer_fires_when_its_time_has_come_and_not_before) {
  const ProcessId process = world.deploy(kWaitAnHour);
  const Started started = start(process);
  world.advance(minutes(59));
  EXPECT_EQ(load(started.instance).state, InstanceState::running);
  world.advance(minutes(1));
  world.run_due();
  EXPECT_EQ(load(started.instance).state, InstanceState::completed);
  world.expect_replay_equals_state(started.instance);
}

TEST_F(EngineServiceTest, a_suspended_instance_fires_no_timer_until_it_is_resumed) {
  const ProcessId process = world.deploy(kWaitAnHour);
  const Started started = start(process);
  EXPECT_FALSE(apply("alice", started.instance, process::Suspend{}));
  ASSERT_TRUE(apply("admin", started.instance, process::Suspend{}));
  world.advance(hours(2));
  world.run_due();
  EXPECT_EQ(load(started.instance).state, InstanceState::suspended);
  ASSERT_TRUE(apply("admin", started.instance, process::Resume{}));
  world.run_due();
  EXPECT_EQ(load(started.instance).state, InstanceState::completed);
}

TEST_F(EngineServiceTest, a_called_process_runs_and_its_end_lets_the_caller_go_on) {
  const ProcessId called = world.deploy(kTask, "child");
  const ProcessId caller = world.deploy(R"(
    <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="call"/>
    <callActivity id="call" calledElement="child"/>
    <sequenceFlow id="f2" sourceRef="call" targetRef="end"/><endEvent id="end"/>)",
                                        "parent");
  const Started started = start(caller);
  const auto open = world.open(called, 1);
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(load(started.instance).state, InstanceState::running);
  const auto done = world.complete("alice", open[0].activity, values({{"TITLE", "x"}}));
  ASSERT_TRUE(done) << to_string(done.error());
  EXPECT_EQ(load(started.instance).state, InstanceState::completed);
  world.expect_replay_equals_state(started.instance);
  world.expect_replay_equals_state(done->instance);
}

TEST_F(EngineServiceTest, terminating_the_caller_terminates_what_it_called) {
  const ProcessId called = world.deploy(kTask, "child");
  const ProcessId caller = world.deploy(R"(
    <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="call"/>
    <callActivity id="call" calledElement="child"/>
    <sequenceFlow id="f2" sourceRef="call" targetRef="end"/><endEvent id="end"/>)",
                                        "parent");
  const Started started = start(caller);
  ASSERT_EQ(world.open(called, 1).size(), 1U);
  ASSERT_TRUE(apply("admin", started.instance, process::Terminate{}));
  EXPECT_TRUE(world.open(called, 1).empty());
}

TEST_F(EngineServiceTest, a_call_of_nothing_is_an_incident_that_is_listed) {
  const ProcessId caller = world.deploy(R"(
    <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="call"/>
    <callActivity id="call" calledElement="nothing"/>
    <sequenceFlow id="f2" sourceRef="call" targetRef="end"/><endEvent id="end"/>)");
  const Started started = start(caller);
  auto snapshot = world.store.read();
  IncidentQuery query;
  query.process = caller;
  const auto listed = world.engine.incidents(**snapshot, world.as("admin"), query);
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_EQ((*listed)[0].kind, IncidentKind::call_failed);
  EXPECT_EQ((*listed)[0].instance, started.instance);
  EXPECT_FALSE(world.engine.incidents(**snapshot, world.as("carol"), query));
}

TEST_F(EngineServiceTest, a_job_is_locked_once_and_free_again_when_the_lock_has_passed) {
  const ProcessId process = world.deploy(R"(
    <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="work"/>
    <serviceTask id="work" c:jobType="mailing"/>
    <sequenceFlow id="f2" sourceRef="work" targetRef="end"/><endEvent id="end"/>)");
  const Started started = start(process);
  const auto lock = [&](std::string worker) {
    return world.write<std::vector<Job>>([&](ports::WriteTransaction& transaction) {
      return world.jobs.lock(transaction, world.as("admin"), {{"mailing"}, worker, 10, minutes(1)});
    });
  };
  const auto first = lock("w1");
  ASSERT_TRUE(first) << to_string(first.error());
  ASSERT_EQ(first->size(), 1U);
  EXPECT_TRUE(lock("w2")->empty());
  world.clock.advance(minutes(1));
  ASSERT_EQ(lock("w2")->size(), 1U);
  const auto finish = [&](std::string worker) {
    return world.write<Applied>([&](ports::WriteTransaction& transaction) {
      return world.jobs.finish(transaction, world.as("admin"), (*first)[0].id, worker,
                               process::CompleteJob{(*first)[0].id, {}}, "complete_job");
    });
  };
  const auto late = finish("w1");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason, reasons::kJobNotLocked);
  ASSERT_TRUE(finish("w2"));
  EXPECT_EQ(load(started.instance).state, InstanceState::completed);
}

TEST_F(EngineServiceTest, a_cycle_starts_a_process_each_time) {
  const ProcessId process = world.deploy(R"(
    <startEvent id="start"><timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition></startEvent>
    <sequenceFlow id="f1" sourceRef="start" targetRef="end"/><endEvent id="end"/>)");
  world.advance(hours(10));
  auto snapshot = world.store.read();
  for (const int number : {1, 2, 3}) {
    EXPECT_TRUE(world.instances.find(**snapshot, world.as("admin"), process, number)) << number;
  }
  EXPECT_FALSE(world.instances.find(**snapshot, world.as("admin"), process, 4));
}

std::string starts_at(std::string_view date, std::string_view end = "end") {
  return "<startEvent id=\"start\"><timerEventDefinition><timeDate>" + std::string(date) +
         "</timeDate></timerEventDefinition></startEvent><sequenceFlow id=\"f1\" "
         "sourceRef=\"start\" targetRef=\"" +
         std::string(end) + "\"/><endEvent id=\"" + std::string(end) + "\"/>";
}

TEST_F(EngineServiceTest, a_date_that_has_started_a_process_does_not_start_its_next_version) {
  const ProcessId process = world.deploy(starts_at("2023-11-14T23:00:00"));
  const auto exists = [&](std::int64_t number) {
    auto snapshot = world.store.read();
    return world.instances.find(**snapshot, world.as("admin"), process, number).has_value();
  };
  world.advance(hours(1));
  EXPECT_TRUE(exists(1));
  world.deploy(starts_at("2023-11-14T23:00:00", "other"));
  world.advance(hours(1));
  EXPECT_FALSE(exists(2));
  // Another date is another timer, and one in the past is due at once.
  world.deploy(starts_at("2023-11-14T23:00:01", "other"));
  world.advance(hours(1));
  EXPECT_TRUE(exists(2));
}

TEST_F(EngineServiceTest, dates_of_start_events_are_those_of_the_tenant) {
  AdminService admin(world.store, world.clock, world.crypto, world.catalog, world.people,
                     world.client_set, world.clients, UtcOffset{8 * 60});
  ASSERT_TRUE(admin.deploy(World::package_of(starts_at("2023-11-15T07:00:00"))));
  auto snapshot = world.store.read();
  ports::Select select;
  select.table = &ports::schema::start_trigger::kTable;
  const auto rows = (*snapshot)->select(select);
  ASSERT_TRUE(rows && rows->size() == 1);
  EXPECT_EQ(to_rfc3339(instant_of((*rows)[0], ports::schema::start_trigger::due_at)),
            "2023-11-14T23:00:00Z");
}

TEST_F(EngineServiceTest, a_signal_starts_every_process_that_begins_with_it) {
  constexpr int kProcesses = 103;
  std::vector<ProcessId> processes;
  for (int i = 0; i < kProcesses; ++i) {
    processes.push_back(world.deploy(R"(
      <startEvent id="start"><signalEventDefinition signalRef="s"/></startEvent>
      <sequenceFlow id="f1" sourceRef="start" targetRef="end"/><endEvent id="end"/></process>
      <signal id="s" name="dawn"/><process id="unused">)",
                                     "p" + std::to_string(i)));
  }
  ASSERT_TRUE(ports::submit_and_wait(world.store, [&](ports::WriteTransaction& transaction) {
    return world.engine.broadcast(transaction, world.as("admin"), {"dawn", "", {}});
  }));
  world.run_due();
  auto snapshot = world.store.read();
  for (const ProcessId process : processes) {
    EXPECT_TRUE(world.instances.find(**snapshot, world.as("admin"), process, 1)) << process.value();
    EXPECT_FALSE(world.instances.find(**snapshot, world.as("admin"), process, 2));
  }
}

TEST_F(EngineServiceTest, facts_start_the_processes_whose_condition_they_meet) {
  const auto begins_when = [&](const std::string& condition, std::string_view key) {
    return world.deploy(
        "<startEvent id=\"start\"><conditionalEventDefinition><condition>" + condition +
            "</condition></conditionalEventDefinition></startEvent><sequenceFlow id=\"f1\" "
            "sourceRef=\"start\" targetRef=\"end\"/><endEvent id=\"end\"/>",
        key);
  };
  const ProcessId hot = begins_when("temperature &gt; 30", "hot");
  const ProcessId named = begins_when("TITLE = \"fire\"", "named");
  const ProcessId broken = begins_when("temperature + \"x\" &gt; 1", "broken");
  const auto tell = [&](std::string_view user, expr::Variables facts) {
    return ports::submit_and_wait(world.store, [&](ports::WriteTransaction& transaction) {
      return world.engine.tell_facts(transaction, world.as(user), facts);
    });
  };
  const auto count = [&](ProcessId process) {
    auto snapshot = world.store.read();
    std::int64_t number = 0;
    while (world.instances.find(**snapshot, world.as("admin"), process, number + 1)) ++number;
    return number;
  };
  EXPECT_FALSE(tell("alice", {{"temperature", expr::Value(std::int64_t{31})}}));
  ASSERT_TRUE(tell("admin", {{"temperature", expr::Value(std::int64_t{31})}}));
  ASSERT_TRUE(tell("admin", {{"temperature", expr::Value(std::int64_t{30})}}));
  ASSERT_TRUE(tell("admin", {{"TITLE", expr::Value(std::string("fire"))}}));
  world.run_due();
  EXPECT_EQ(count(hot), 1);
  EXPECT_EQ(count(named), 1);
  EXPECT_EQ(count(broken), 0);
}

constexpr const char* kOffice = R"({"utc_offset": "+08:00",
  "week": {"tuesday": ["09:00-12:00", "13:00-18:00"], "wednesday": ["09:00-12:00", "13:00-18:00"],
           "thursday": ["09:00-18:00"], "friday": ["09:00-12:00", "13:00-18:00"]},
  "special_days": [{"date": "2023-11-16", "hours": [], "name": "Harvest"}]})";

TEST_F(EngineServiceTest, due_dates_follow_the_working_calendar) {
  const ProcessId process = world.deploy(R"(
    <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="a"/>
    <userTask id="a" c:due="PT9H"><extensionElements><c:participants users="alice"/>
    </extensionElements></userTask>
    <sequenceFlow id="f2" sourceRef="a" targetRef="end"/><endEvent id="end"/>)");
  const auto due_of_new = [&] {
    const Started started = start(process);
    for (const process::Wait& wait : load(started.instance).waits) {
      if (wait.due) return to_rfc3339(*wait.due);
    }
    return std::string("none");
  };
  // It is 2023-11-14T22:13:20Z, which is Wednesday morning there.
  EXPECT_EQ(due_of_new(), "2023-11-15T07:13:20Z");
  const Status refused = world.directory.set_calendar(world.as("alice"), kOffice);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, reasons::kNotPermitted);
  const Status set = world.directory.set_calendar(world.as("admin"), kOffice);
  ASSERT_TRUE(set) << to_string(set.error());
  // Eight hours on Wednesday, nobody works on Thursday, one hour on Friday.
  EXPECT_EQ(due_of_new(), "2023-11-17T02:00:00Z");
  ASSERT_TRUE(world.directory.remove_calendar(world.as("admin")));
  EXPECT_EQ(due_of_new(), "2023-11-15T07:13:20Z");
}

TEST_F(EngineServiceTest, a_calendar_tells_everything_that_is_wrong_with_it) {
  const Status set = world.directory.set_calendar(world.as("admin"), R"({"utc_offset": "8",
    "week": {"monday": ["9:00-12:00", "13:00-24:00", "12:00-13:00"], "someday": []},
    "special_days": [{"date": "2026-02-30"}, {"date": "2026-02-03", "hours": 8}], "x": 1})");
  ASSERT_FALSE(set);
  std::string told;
  for (const FieldError& error : set.error().fields) told += error.field + " ";
  EXPECT_EQ(told,
            "utc_offset week.monday[0] week.monday[2] week.someday special_days[0].date "
            "special_days[1].hours x ");
  const Status lazy = world.directory.set_calendar(
      world.as("admin"), R"({"utc_offset": "Z", "week": {"monday": []}})");
  ASSERT_FALSE(lazy);
  EXPECT_EQ(lazy.error().fields.front().reason, reasons::kCalendarInvalid);
  EXPECT_EQ(world.people.current()->calendar(), nullptr);
}

// What was asked of "alice" and "bob", who both decide.
constexpr const char* kBoth = R"(
  <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="a"/>
  <userTask id="a" name="A"><extensionElements><c:participants users="alice,bob"/>
    <c:completion rule="all"/></extensionElements></userTask>
  <sequenceFlow id="f2" sourceRef="a" targetRef="end"/><endEvent id="end"/>)";

TEST_F(EngineServiceTest, who_was_removed_is_not_asked_any_more) {
  const Started started = start(world.deploy(kBoth));
  const auto before = load(started.instance);
  const process::WorkItem mine = before.activities.front().work_items.front();
  process::AddParticipants add;
  add.item = mine.id;
  add.users = {*world.people.current()->find_user("carol")};
  ASSERT_TRUE(apply("alice", started.instance, add));
  ASSERT_EQ(world.inbox("carol").size(), 1U);
  const auto removed =
      apply("alice", started.instance,
            process::RemoveParticipant{world.inbox("carol").front().id, {}, false, ""});
  ASSERT_TRUE(removed) << to_string(removed.error());
  EXPECT_TRUE(world.inbox("carol").empty());
  world.expect_replay_equals_state(started.instance);
}

TEST_F(EngineServiceTest, a_vote_that_was_taken_back_can_be_read_and_given_again) {
  const Started started = start(world.deploy(kBoth));
  const ActivityInstanceId activity = load(started.instance).activities.front().id;
  ASSERT_TRUE(world.complete("alice", activity));
  const auto taken = apply("alice", started.instance, process::TakeBack{});
  ASSERT_TRUE(taken) << to_string(taken.error());
  EXPECT_EQ(world.inbox("alice").size(), 1U);
  world.expect_replay_equals_state(started.instance);
  EXPECT_TRUE(world.complete("alice", activity));
}

TEST_F(EngineServiceTest, a_timer_whose_answer_was_lost_keeps_its_next_time) {
  const Started started = start(world.deploy(R"(
    <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="a"/>
    <userTask id="a"><extensionElements><c:participants groups="it"/></extensionElements></userTask>
    <boundaryEvent id="often" attachedToRef="a" cancelActivity="false"><timerEventDefinition>
    <timeCycle>R5/PT2H</timeCycle></timerEventDefinition></boundaryEvent>
    <sequenceFlow id="f2" sourceRef="often" targetRef="passed"/><endEvent id="passed"/>
    <sequenceFlow id="f3" sourceRef="a" targetRef="end"/><endEvent id="end"/>)"));
  faulty::FaultyStore broken(world.store, {});
  Scheduler scheduler(broken, world.clock, world.engine);
  world.clock.advance(hours(2));
  broken.inject_next(faulty::Fault::lost_reply);
  ASSERT_TRUE(scheduler.tick());
  const process::Wait planned = load(started.instance).waits.front();
  ASSERT_EQ(planned.due, world.clock.now() + hours(2));
  auto snapshot = world.store.read();
  const auto row = (*snapshot)->get(ports::schema::wait::kTable, {cell(planned.id)});
  ASSERT_TRUE(row && *row);
  EXPECT_EQ(instant_of(**row, ports::schema::wait::due_at), *planned.due);
}

constexpr const char* kWaitsForMessage = R"(
  <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="wait"/>
  <intermediateCatchEvent id="wait"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>
  <sequenceFlow id="f2" sourceRef="wait" targetRef="end"/><endEvent id="end"/></process>
  <message id="m" name="paid"/><process id="unused">)";

TEST_F(EngineServiceTest, a_message_does_not_tell_strangers_that_somebody_waits) {
  const ProcessId process = world.deploy(kWaitsForMessage);
  const Started started = start(process);
  const auto send = [&](std::string_view user, std::string name) {
    return world.write<Applied>([&](ports::WriteTransaction& transaction) {
      return world.engine.correlate(transaction, world.as(user), {name, "", {}});
    });
  };
  const auto stranger = send("alice", "paid");
  const auto nobody = send("alice", "nothing");
  ASSERT_FALSE(stranger);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(stranger.error().reason, reasons::kMessageUnwanted);
  EXPECT_EQ(nobody.error().reason, stranger.error().reason);
  EXPECT_EQ(nobody.error().detail, stranger.error().detail);
  EXPECT_EQ(load(started.instance).state, InstanceState::running);
  ASSERT_TRUE(send("admin", "paid"));
  EXPECT_EQ(load(started.instance).state, InstanceState::completed);
}

TEST_F(EngineServiceTest, a_message_starts_nothing_that_the_sender_does_not_manage) {
  world.deploy(R"(
    <startEvent id="start"><messageEventDefinition messageRef="m"/></startEvent>
    <sequenceFlow id="f1" sourceRef="start" targetRef="end"/><endEvent id="end"/></process>
    <message id="m" name="order"/><process id="unused">)");
  const auto send = [&](std::string_view user) {
    return world.write<Applied>([&](ports::WriteTransaction& transaction) {
      return world.engine.correlate(transaction, world.as(user), {"order", "", {}});
    });
  };
  EXPECT_FALSE(send("alice"));
  const auto sent = send("admin");
  ASSERT_TRUE(sent) << to_string(sent.error());
  EXPECT_EQ(sent->number, 1);
}

TEST_F(EngineServiceTest, signals_are_for_administrators) {
  const auto send = [&](std::string_view user) {
    return ports::submit_and_wait(world.store, [&](ports::WriteTransaction& transaction) {
      return world.engine.broadcast(transaction, world.as(user), {"any", "", {}});
    });
  };
  EXPECT_FALSE(send("alice"));
  EXPECT_TRUE(send("admin"));
}

TEST_F(EngineServiceTest, variables_are_set_by_who_manages_and_are_no_fields) {
  const Started started = start(world.deploy(kTask));
  const auto set = [&](std::string_view user, expr::Variables variables) {
    return world.write<Applied>([&](ports::WriteTransaction& transaction) {
      return world.engine.set_variables(transaction, world.as(user), started.instance, variables);
    });
  };
  const expr::Value one{std::int64_t{1}};
  EXPECT_FALSE(set("alice", {{"amount", one}}));
  const auto field = set("admin", {{"note", one}, {"amount", one}});
  ASSERT_FALSE(field);
  EXPECT_EQ(field.error().reason, reasons::kFieldsInvalid);
  EXPECT_TRUE(load(started.instance).variables.empty());
  ASSERT_TRUE(set("admin", {{"amount", one}}));
  EXPECT_EQ(load(started.instance).variables.at("amount"), one);
  world.expect_replay_equals_state(started.instance);
}

constexpr const char* kStuck = R"(
  <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="x"/>
  <exclusiveGateway id="x"/>
  <sequenceFlow id="f2" sourceRef="x" targetRef="end"><conditionExpression>amount = 1</conditionExpression></sequenceFlow>
  <sequenceFlow id="f3" sourceRef="x" targetRef="other"><conditionExpression>amount = 2</conditionExpression></sequenceFlow>
  <endEvent id="end"/><endEvent id="other"/>)";

TEST_F(EngineServiceTest, an_incident_is_resolved_with_variables_in_one_step_or_not_at_all) {
  const ProcessId process = world.deploy(kStuck);
  const Started started = start(process);
  const auto incidents = load(started.instance).incidents;
  ASSERT_FALSE(incidents.empty());
  const process::RetryIncident retry{incidents.back().id, {}, 1};
  const auto resolve = [&](std::string_view user, expr::Variables variables) {
    return world.write<Applied>([&](ports::WriteTransaction& transaction) {
      return world.engine.resolve_incident(transaction, world.as(user), retry, variables);
    });
  };
  const expr::Variables one{{"amount", expr::Value{std::int64_t{1}}}};
  EXPECT_FALSE(resolve("alice", one));
  EXPECT_FALSE(resolve("admin", {{"TITLE", expr::Value{std::string("x")}}}));
  EXPECT_TRUE(load(started.instance).variables.empty());
  const auto resolved = resolve("admin", one);
  ASSERT_TRUE(resolved) << to_string(resolved.error());
  EXPECT_EQ(resolved->state, InstanceState::completed);
  world.expect_replay_equals_state(started.instance);
}

TEST_F(EngineServiceTest, incidents_of_all_managed_processes_come_in_pages) {
  const ProcessId process = world.deploy(kStuck);
  for (int i = 0; i < 3; ++i) start(process);
  auto snapshot = world.store.read();
  IncidentQuery query;
  query.limit = 2;
  std::size_t seen = 0;
  while (true) {
    const auto page = world.engine.incidents(**snapshot, world.as("admin"), query);
    ASSERT_TRUE(page) << to_string(page.error());
    seen += page->size();
    if (page->size() < 2) break;
    query.after = page->back().id;
  }
  EXPECT_EQ(seen % 3, 0U);
  EXPECT_GE(seen, 3U);
  query.node_id = "nowhere";
  query.after = {};
  EXPECT_TRUE(world.engine.incidents(**snapshot, world.as("admin"), query)->empty());
  EXPECT_FALSE(world.engine.incidents(**snapshot, world.as("alice"), query));
}

TEST_F(EngineServiceTest, a_stuck_instance_goes_on_behind_what_is_skipped) {
  const ProcessId process = world.deploy(R"(
    <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="call"/>
    <callActivity id="call" calledElement="nothing"/>
    <sequenceFlow id="f2" sourceRef="call" targetRef="end"/><endEvent id="end"/>)");
  const Started started = start(process);
  const auto incidents = load(started.instance).incidents;
  ASSERT_EQ(incidents.size(), 1U);
  const process::SkipIncident skip{incidents[0].id, {}, "by hand", {{"done", expr::Value{true}}}};
  EXPECT_FALSE(apply("alice", started.instance, skip));
  ASSERT_TRUE(apply("admin", started.instance, skip));
  EXPECT_EQ(load(started.instance).state, InstanceState::completed);
  EXPECT_EQ(load(started.instance).variables.at("done"), expr::Value{true});
  const auto again = apply("admin", started.instance, skip);
  EXPECT_FALSE(again);
  world.expect_replay_equals_state(started.instance);
}

TEST_F(EngineServiceTest, a_timer_can_be_fired_early_by_who_manages) {
  const ProcessId process = world.deploy(kWaitAnHour);
  const Started started = start(process);
  auto snapshot = world.store.read();
  const auto waits = world.engine.waits(**snapshot, world.as("admin"), started.instance);
  ASSERT_TRUE(waits);
  ASSERT_EQ(waits->size(), 1U);
  EXPECT_FALSE(world.engine.waits(**snapshot, world.as("alice"), started.instance));
  const WaitId timer = (*waits)[0].id;
  EXPECT_FALSE(apply("alice", started.instance, process::FireTimer{timer, true}));
  const auto due = apply("admin", started.instance, process::FireTimer{timer, false});
  ASSERT_FALSE(due);
  EXPECT_EQ(due.error().reason, reasons::kTimerNotDue);
  ASSERT_TRUE(apply("admin", started.instance, process::FireTimer{timer, true}));
  EXPECT_EQ(load(started.instance).state, InstanceState::completed);
  world.advance(hours(2));
  world.expect_replay_equals_state(started.instance);
}

TEST_F(EngineServiceTest, copies_are_their_readers) {
  const Started started = start(world.deploy(kTask));
  const UserId dave = *world.people.current()->find_user("dave");
  ASSERT_TRUE(apply("alice", started.instance, process::SendNotice{{}, {dave}, "look"}));
  const auto mine = [&](std::string_view user, bool only_unread) {
    auto snapshot = world.store.read();
    NoticeQuery query;
    if (only_unread) query.is_read = false;
    return *NoticeService::list(**snapshot, world.as(user), query);
  };
  EXPECT_TRUE(mine("alice", false).empty());
  const auto notices = mine("dave", true);
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(notices[0].title, "t");
  EXPECT_EQ(notices[0].comment, "look");
  EXPECT_FALSE(apply("alice", started.instance, process::ReadNotice{notices[0].id, {}}));
  ASSERT_TRUE(apply("dave", started.instance, process::ReadNotice{notices[0].id, {}}));
  EXPECT_TRUE(mine("dave", true).empty());
  EXPECT_EQ(mine("dave", false).size(), 1U);
}

TEST_F(EngineServiceTest, nobody_acts_for_others_without_the_right_to) {
  const Started started = start(world.deploy(kTask));
  const auto items = load(started.instance).activities.at(0).work_items;
  ASSERT_EQ(items.size(), 1U);
  const UserId bob = *world.people.current()->find_user("bob");
  EXPECT_FALSE(apply("carol", started.instance, process::Claim{items[0].id, {}}));
  EXPECT_FALSE(apply("carol", started.instance, process::Urge{}));
  EXPECT_FALSE(apply("carol", started.instance, process::Withdraw{}));
  EXPECT_FALSE(apply("bob", started.instance, process::Withdraw{}));
  EXPECT_FALSE(apply("bob", started.instance, process::Jump{{}, {}, "end", "x"}));
  EXPECT_FALSE(apply("bob", started.instance, process::Terminate{}));
  // Nor does anybody pretend to be somebody else, or another instance.
  EXPECT_FALSE(apply("carol", started.instance, process::Claim{items[0].id, bob}));
  EXPECT_FALSE(apply("admin", started.instance, process::CompleteCall{WaitId{1}, {}}));
  ASSERT_TRUE(apply("bob", started.instance, process::Claim{items[0].id, {}}));
  ASSERT_TRUE(apply("alice", started.instance, process::Withdraw{}));
}

}  // namespace
}  // namespace cinnabar::services
