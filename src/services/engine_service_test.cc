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
  const ProcessId process = world.deploy(R"(
    <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="wait"/>
    <intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>PT1H</timeDuration>
    </timerEventDefinition></intermediateCatchEvent>
    <sequenceFlow id="f2" sourceRef="wait" targetRef="end"/><endEvent id="end"/>)");
  const Started started = start(process);
  world.advance(minutes(59));
  EXPECT_EQ(load(started.instance).state, InstanceState::running);
  world.advance(minutes(1));
  world.run_due();
  EXPECT_EQ(load(started.instance).state, InstanceState::completed);
  world.expect_replay_equals_state(started.instance);
}

TEST_F(EngineServiceTest, a_suspended_instance_fires_no_timer_until_it_is_resumed) {
  const ProcessId process = world.deploy(R"(
    <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="wait"/>
    <intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>PT1H</timeDuration>
    </timerEventDefinition></intermediateCatchEvent>
    <sequenceFlow id="f2" sourceRef="wait" targetRef="end"/><endEvent id="end"/>)");
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

}  // namespace
}  // namespace cinnabar::services
