#include "services/job_service.h"

#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::values;
using testing::World;

constexpr const char* kJob = R"(
  <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="work"/>
  <serviceTask id="work" c:jobType="mailing" c:retries="2"/>
  <sequenceFlow id="f2" sourceRef="work" targetRef="end"/><endEvent id="end"/>)";

class JobServiceTest : public ::testing::Test {
 protected:
  JobServiceTest() : process(world.deploy(kJob)) {}

  ProcessInstanceId start() {
    const auto started = world.start("alice", process, values({{"TITLE", "t"}}));
    EXPECT_TRUE(started);
    return started ? started->instance : ProcessInstanceId{};
  }
  std::vector<Job> lock(std::string worker, std::int64_t jobs_max = 10,
                        std::string_view user = "admin") {
    const auto locked = world.write<std::vector<Job>>([&](ports::WriteTransaction& transaction) {
      return world.jobs.lock(transaction, world.as(user),
                             {{"mailing"}, worker, jobs_max, minutes(1)});
    });
    EXPECT_TRUE(locked) << to_string(locked.error());
    return locked.value_or(std::vector<Job>{});
  }
  Result<Applied> finish(std::string_view user, std::string worker, WaitId job,
                         process::Command command) {
    return world.write<Applied>([&](ports::WriteTransaction& transaction) {
      return world.jobs.finish(transaction, world.as(user), job, worker, command, "test");
    });
  }
  Reason refusal(const Result<Applied>& result) {
    EXPECT_FALSE(result);
    return result ? Reason{"none"} : result.error().reason;
  }
  std::vector<IncidentRow> incidents() { return world.incidents(process); }

  World world;
  ProcessId process;
};

TEST_F(JobServiceTest, those_that_have_waited_longest_come_first_and_no_more_than_asked_for) {
  const ProcessInstanceId first = start();
  world.clock.advance(seconds(1));
  const ProcessInstanceId second = start();
  world.clock.advance(seconds(1));
  start();
  const auto locked = lock("w", 2);
  ASSERT_EQ(locked.size(), 2U);
  EXPECT_EQ(locked[0].instance, first);
  EXPECT_EQ(locked[1].instance, second);
  EXPECT_EQ(locked[0].retries, 2);
}

TEST_F(JobServiceTest, who_does_not_manage_the_process_gets_none_and_finds_none) {
  start();
  EXPECT_TRUE(lock("w", 10, "alice").empty());
  const auto locked = lock("w");
  ASSERT_EQ(locked.size(), 1U);
  const process::CompleteJob complete{locked[0].id, {}};
  EXPECT_EQ(refusal(finish("alice", "w", locked[0].id, complete)), reasons::kWaitUnknown);
  EXPECT_EQ(refusal(finish("alice", "w", WaitId{999'999}, complete)), reasons::kWaitUnknown);
}

TEST_F(JobServiceTest, an_extended_lock_holds_and_a_passed_one_can_not_be_extended) {
  start();
  const auto locked = lock("w");
  ASSERT_EQ(locked.size(), 1U);
  const auto extend = [&](std::string worker) {
    return world.write<Instant>([&](ports::WriteTransaction& transaction) {
      return world.jobs.extend(transaction, world.as("admin"), locked[0].id, worker, minutes(5));
    });
  };
  world.clock.advance(seconds(50));
  EXPECT_FALSE(extend("other"));
  ASSERT_TRUE(extend("w"));
  world.clock.advance(minutes(4));
  EXPECT_TRUE(lock("other").empty());
  world.clock.advance(minutes(1));
  const auto late = extend("w");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason, reasons::kJobNotLocked);
  EXPECT_EQ(lock("other").size(), 1U);
}

TEST_F(JobServiceTest, a_failed_attempt_waits_as_long_as_the_worker_says_and_its_lock_ends) {
  start();
  const auto locked = lock("w");
  ASSERT_EQ(locked.size(), 1U);
  process::FailJob fail;
  fail.wait = locked[0].id;
  fail.message = "no";
  fail.retry_in = minutes(3);
  ASSERT_TRUE(finish("admin", "w", locked[0].id, fail));
  EXPECT_EQ(refusal(finish("admin", "w", locked[0].id, fail)), reasons::kJobNotLocked);
  world.clock.advance(Duration{minutes(3).micros() - 1});
  EXPECT_TRUE(lock("w2").empty());
  world.clock.advance(Duration{1});
  const auto again = lock("w2");
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].retries, 1);
}

TEST_F(JobServiceTest, the_last_failed_attempt_is_an_incident_and_no_work_for_anybody) {
  const ProcessInstanceId instance = start();
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto locked = lock("w");
    ASSERT_EQ(locked.size(), 1U);
    ASSERT_TRUE(finish("admin", "w", locked[0].id, process::FailJob{locked[0].id, "no", {}, {}}));
  }
  world.clock.advance(hours(100));
  EXPECT_TRUE(lock("w").empty());
  ASSERT_EQ(incidents().size(), 1U);
  EXPECT_EQ(incidents()[0].kind, IncidentKind::job_failed);
  const auto retry = [&](std::string_view user) {
    return world.write<Applied>([&](ports::WriteTransaction& transaction) {
      return world.engine.apply(transaction, world.as(user), instance,
                                process::RetryIncident{incidents()[0].id, {}, 1}, "retry");
    });
  };
  EXPECT_FALSE(retry("alice"));
  ASSERT_TRUE(retry("admin"));
  const auto locked = lock("w");
  ASSERT_EQ(locked.size(), 1U);
  ASSERT_TRUE(finish("admin", "w", locked[0].id, process::CompleteJob{locked[0].id, {}}));
  world.expect_replay_equals_state(instance);
}

TEST_F(JobServiceTest, a_job_of_a_suspended_instance_is_not_given_out) {
  const ProcessInstanceId instance = start();
  ASSERT_TRUE(world.write<Applied>([&](ports::WriteTransaction& transaction) {
    return world.engine.apply(transaction, world.as("admin"), instance, process::Suspend{}, "t");
  }));
  EXPECT_TRUE(lock("w").empty());
}

TEST_F(JobServiceTest, a_type_that_is_named_twice_is_meant_once) {
  start();
  const auto locked = world.write<std::vector<Job>>([&](ports::WriteTransaction& transaction) {
    return world.jobs.lock(transaction, world.as("admin"),
                           {{"mailing", "mailing"}, "w", 10, minutes(1)});
  });
  ASSERT_TRUE(locked);
  EXPECT_EQ(locked->size(), 1U);
}

TEST_F(JobServiceTest, free_jobs_are_counted_by_type) {
  start();
  start();
  const auto count = [&](std::int64_t limit) {
    auto snapshot = world.store.read();
    return *world.jobs.count_free(**snapshot, {"mailing", "other"}, limit);
  };
  EXPECT_EQ(count(10), (std::map<std::string, std::int64_t>{{"mailing", 2}}));
  EXPECT_EQ(count(1), (std::map<std::string, std::int64_t>{{"mailing", 1}}));
  lock("w");
  EXPECT_TRUE(count(10).empty());
}

}  // namespace
}  // namespace cinnabar::services
