#include "services/scheduler.h"

#include "ports/schema.h"
#include "services/codec/effect_codec.h"
#include "services/rows.h"
#include "services/testing/world.h"
#include "vocab/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

namespace outbox = ports::schema::outbox;
using testing::values;
using testing::World;

constexpr const char* kTwoTimers = R"(
  <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="one"/>
  <intermediateCatchEvent id="one"><timerEventDefinition><timeDuration>PT1H</timeDuration>
  </timerEventDefinition></intermediateCatchEvent>
  <sequenceFlow id="f2" sourceRef="one" targetRef="two"/>
  <intermediateCatchEvent id="two"><timerEventDefinition><timeDuration>PT1H</timeDuration>
  </timerEventDefinition></intermediateCatchEvent>
  <sequenceFlow id="f3" sourceRef="two" targetRef="end"/><endEvent id="end"/>)";

class SchedulerTest : public ::testing::Test {
 protected:
  SchedulerTest()
      : logger([this](std::string_view line) { log += line; }, [] { return std::int64_t{0}; },
               LogLevel::debug, true),
        engine(world.clock, world.catalog, world.people, {}, logger),
        scheduler(world.store, world.clock, engine, logger) {}

  void park(std::string payload) {
    ASSERT_TRUE(
        ports::submit_and_wait(world.store, [&](ports::WriteTransaction& transaction) -> Status {
          const Instant now = world.clock.now();
          transaction.insert(outbox::kTable,
                             {cell(std::int64_t{1}), cell(codec::EffectKind::message), CellValue{},
                              cell(payload), cell(std::int64_t{0}), cell(now), cell(now)});
          return {};
        }));
  }
  std::optional<ports::Row> parked() {
    auto snapshot = world.store.read();
    return *(*snapshot)->get(outbox::kTable, {cell(std::int64_t{1})});
  }
  std::vector<FailedDelivery> failed(std::string_view user = "admin") {
    auto snapshot = world.store.read();
    return engine.failed_deliveries(**snapshot, world.as(user), 0, 10)
        .value_or(std::vector<FailedDelivery>{});
  }
  InstanceState state_of(ProcessInstanceId id) {
    auto snapshot = world.store.read();
    const auto instance = world.instances.load(**snapshot, id);
    EXPECT_TRUE(instance);
    return instance ? instance->state : InstanceState::failed;
  }

  World world;
  std::string log;
  Logger logger;
  EngineService engine;
  Scheduler scheduler;
};

TEST_F(SchedulerTest, timers_that_were_due_while_nobody_looked_fire_at_once_and_in_order) {
  const ProcessId process = world.deploy(kTwoTimers);
  const auto started = world.start("alice", process, values({{"TITLE", "t"}}));
  ASSERT_TRUE(started);
  // The server was away for a day; then one with a scheduler of its own comes up.
  world.clock.advance(hours(24));
  Scheduler other(world.store, world.clock, engine, logger);
  EXPECT_EQ(*other.tick(), 1U);
  EXPECT_EQ(state_of(started->instance), InstanceState::running);
  // The second one counts from when the first one fired.
  EXPECT_EQ(*other.tick(), 0U);
  EXPECT_EQ(*other.next_due(), world.clock.now() + hours(1));
  world.clock.advance(hours(1));
  EXPECT_EQ(*other.tick(), 1U);
  EXPECT_EQ(state_of(started->instance), InstanceState::completed);
  EXPECT_EQ(*other.next_due(), std::nullopt);
  world.expect_replay_equals_state(started->instance);
}

TEST_F(SchedulerTest, two_schedulers_fire_a_timer_once) {
  const ProcessId process = world.deploy(kTwoTimers);
  const auto started = world.start("alice", process, values({{"TITLE", "t"}}));
  ASSERT_TRUE(started);
  world.clock.advance(hours(1));
  Scheduler other(world.store, world.clock, engine, logger);
  EXPECT_EQ(*scheduler.tick() + *other.tick(), 1U);
  EXPECT_EQ(log, "");
}

TEST_F(SchedulerTest, a_delivery_that_can_not_be_read_is_given_up_visibly) {
  park("no effect at all");
  EXPECT_EQ(*scheduler.tick(), 1U);
  EXPECT_THAT(log, ::testing::HasSubstr("delivery.given_up"));
  ASSERT_EQ(failed().size(), 1U);
  EXPECT_EQ(failed()[0].kind, "");
  EXPECT_EQ(failed()[0].attempts, 1);
  EXPECT_TRUE(failed("alice").empty());
  // It holds up nobody, for ever.
  world.clock.advance(hours(10'000));
  EXPECT_EQ(*scheduler.tick(), 0U);
  EXPECT_EQ(*scheduler.next_due(), std::nullopt);
}

TEST_F(SchedulerTest, what_was_given_up_can_be_tried_again_by_administrators) {
  park("no effect at all");
  EXPECT_EQ(*scheduler.tick(), 1U);
  const auto retry = [&](std::string_view user, std::int64_t id) {
    return ports::submit_and_wait(world.store, [&](ports::WriteTransaction& transaction) {
      return engine.retry_delivery(transaction, world.as(user), id);
    });
  };
  EXPECT_FALSE(retry("alice", 1));
  EXPECT_FALSE(retry("admin", 2));
  ASSERT_TRUE(retry("admin", 1));
  EXPECT_TRUE(failed().empty());
  EXPECT_EQ(*scheduler.tick(), 1U);
  EXPECT_EQ(failed().size(), 1U);
}

TEST_F(SchedulerTest, a_parked_message_nobody_wants_is_dropped) {
  codec::Effect effect;
  effect.name = "unwanted";
  park(*codec::encode_effect(effect));
  EXPECT_EQ(*scheduler.tick(), 1U);
  EXPECT_FALSE(parked());
  EXPECT_TRUE(failed().empty());
}

TEST_F(SchedulerTest, a_delivery_that_its_receiver_refuses_is_logged) {
  // The message brings a text that no field takes.
  world.deploy(R"(
    <startEvent id="start"><messageEventDefinition messageRef="m"/></startEvent>
    <sequenceFlow id="f1" sourceRef="start" targetRef="a"/>
    <userTask id="a"><extensionElements><c:participants groups="it"/></extensionElements></userTask>
    <sequenceFlow id="f2" sourceRef="a" targetRef="end"/><endEvent id="end"/></process>
    <message id="m" name="order"/><process id="unused">)");
  codec::Effect effect;
  effect.name = "order";
  effect.variables = {{"KIND", expr::Value{std::string(limits::kFieldTextBytesMax + 1, 'x')}}};
  park(*codec::encode_effect(effect));
  EXPECT_EQ(*scheduler.tick(), 1U);
  EXPECT_FALSE(parked());
  EXPECT_THAT(log, ::testing::HasSubstr("delivery.refused"));
  EXPECT_THAT(log, ::testing::HasSubstr("order"));
}

}  // namespace
}  // namespace cinnabar::services
