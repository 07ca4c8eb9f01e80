#include "services/job_executor.h"

#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace cinnabar::services {
namespace {

using testing::values;
using testing::World;

// Answers what it is told to, and remembers what it was asked.
class FakeConnector final : public ports::Connector {
 public:
  Result<ports::ConnectorAnswer> call(const ports::ConnectorRequest& request) override {
    requests.push_back(request);
    if (answers.empty()) return ports::ConnectorAnswer{200, {}, {}};
    auto answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }
  void stop() override { is_stopped = true; }

  std::vector<ports::ConnectorRequest> requests;
  std::deque<Result<ports::ConnectorAnswer>> answers;
  bool is_stopped = false;
};

constexpr const char* kTail = R"(
  <sequenceFlow id="f2" sourceRef="ask" targetRef="wait"/>
  <userTask id="wait"><extensionElements><c:participants groups="it"/></extensionElements></userTask>
  <sequenceFlow id="f3" sourceRef="wait" targetRef="end"/><endEvent id="end"/>)";

std::string http_task(std::string_view inside, std::string_view attributes = "") {
  return R"(<startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="ask"/>
    <serviceTask id="ask" c:jobType="http" )" +
         std::string(attributes) + "><extensionElements>" + std::string(inside) +
         "</extensionElements></serviceTask>" + kTail;
}

class JobExecutorTest : public ::testing::Test {
 protected:
  void start(const std::string& body) {
    process = world.deploy(body);
    const auto started = world.start("alice", process, values({{"TITLE", "t"}, {"NOTE", "n"}}));
    ASSERT_TRUE(started) << to_string(started.error());
    instance = started->instance;
  }
  std::size_t tick() {
    const auto done = executor.tick([](std::function<void()> call) {
      call();
      return true;
    });
    EXPECT_TRUE(done) << to_string(done.error());
    return done.value_or(0);
  }
  expr::Variables variables() {
    auto snapshot = world.store.read();
    return world.engine.variables(**snapshot, world.as("admin"), instance)
        .value_or(expr::Variables{});
  }
  std::vector<IncidentRow> incidents() { return world.incidents(process); }
  const ports::HttpCall& call(std::size_t index = 0) {
    return std::get<ports::HttpCall>(connector.requests.at(index));
  }
  std::string header(std::string_view name) {
    for (const auto& each : call().headers) {
      if (each.name == name) return each.value;
    }
    return "none";
  }

  World world;
  FakeConnector connector;
  JobExecutor executor{world.store, world.clock, world.jobs, connector, {}};
  ProcessId process;
  ProcessInstanceId instance;
};

TEST_F(JobExecutorTest, a_call_is_made_of_inputs_and_headers_and_its_answer_is_read) {
  start(http_task(R"(<c:header key="url" value="https://example.com/a"/>
                     <c:header key="header.X-Tray" value="2"/>
                     <c:input target="body" value='{title: TITLE}'/>
                     <c:input target="headers" value='{"X-Note": NOTE}'/>)"));
  connector.answers.emplace_back(
      ports::ConnectorAnswer{201, {{"content-type", "application/json"}}, R"({"id": 7})"});
  EXPECT_EQ(tick(), 1U);
  EXPECT_EQ(call().method, "POST");
  EXPECT_EQ(call().url, "https://example.com/a");
  EXPECT_EQ(call().body, R"({"title":"t"})");
  EXPECT_EQ(header("X-Tray"), "2");
  EXPECT_EQ(header("X-Note"), "n");
  EXPECT_EQ(header("Content-Type"), "application/json");
  EXPECT_THAT(header("Idempotency-Key"), ::testing::StartsWith("cinnabar-job-"));
  const expr::Variables after = variables();
  ASSERT_TRUE(after.contains("response"));
  const expr::Value& response = after.at("response");
  EXPECT_EQ(*response.member("status"), expr::Value{std::int64_t{201}});
  EXPECT_EQ(*response.member("body")->member("id"), expr::Value{std::int64_t{7}});
  EXPECT_EQ(world.open(process, 1).size(), 1U);
  EXPECT_EQ(tick(), 0U);
  world.expect_replay_equals_state(instance);
}

TEST_F(JobExecutorTest, a_variable_that_only_has_the_name_is_no_setting) {
  start(http_task("", ""));
  ASSERT_TRUE(world.write<Applied>([&](ports::WriteTransaction& transaction) {
    return world.engine.set_variables(
        transaction, world.as("admin"), instance,
        {{"url", expr::Value{std::string("https://attacker.example/")}}});
  }));
  EXPECT_EQ(tick(), 1U);
  EXPECT_TRUE(connector.requests.empty());
  ASSERT_EQ(incidents().size(), 1U);
  EXPECT_EQ(incidents()[0].detail, "an http task needs the input or header url");
}

TEST_F(JobExecutorTest, what_may_work_later_is_tried_again_with_growing_pauses) {
  start(http_task(R"(<c:header key="url" value="http://x/"/>)"));
  connector.answers.emplace_back(ports::ConnectorAnswer{503, {}, {}});
  connector.answers.emplace_back(
      make_error(Code::unavailable, reasons::kConnectorUnreachable, "no"));
  EXPECT_EQ(tick(), 1U);
  world.clock.advance(seconds(4));
  EXPECT_EQ(tick(), 0U);
  world.clock.advance(seconds(1));
  EXPECT_EQ(tick(), 1U);
  world.clock.advance(seconds(9));
  EXPECT_EQ(tick(), 0U);
  world.clock.advance(seconds(1));
  EXPECT_EQ(tick(), 1U);
  EXPECT_EQ(connector.requests.size(), 3U);
  EXPECT_EQ(call(0).headers, call(2).headers);  // the same Idempotency-Key
  EXPECT_EQ(world.open(process, 1).size(), 1U);
  EXPECT_TRUE(incidents().empty());
}

TEST_F(JobExecutorTest, without_attempts_left_it_is_an_incident_that_can_be_retried) {
  start(http_task(R"(<c:header key="url" value="http://x/"/>)", R"(c:retries="1")"));
  connector.answers.emplace_back(ports::ConnectorAnswer{500, {}, {}});
  EXPECT_EQ(tick(), 1U);
  world.clock.advance(hours(24));
  EXPECT_EQ(tick(), 0U);
  ASSERT_EQ(incidents().size(), 1U);
  EXPECT_EQ(incidents()[0].kind, IncidentKind::job_failed);
  ASSERT_TRUE(world.write<Applied>([&](ports::WriteTransaction& transaction) {
    return world.engine.apply(transaction, world.as("admin"), instance,
                              process::RetryIncident{incidents()[0].id, {}, 2}, "retry");
  }));
  EXPECT_EQ(tick(), 1U);
  EXPECT_TRUE(incidents().empty());
  EXPECT_EQ(world.open(process, 1).size(), 1U);
}

TEST_F(JobExecutorTest, what_will_fail_again_is_an_incident_at_once) {
  start(http_task(R"(<c:header key="url" value="http://x/"/>)"));
  connector.answers.emplace_back(ports::ConnectorAnswer{404, {}, {}});
  EXPECT_EQ(tick(), 1U);
  ASSERT_EQ(incidents().size(), 1U);
  EXPECT_EQ(incidents()[0].detail, "the server answered 404");
}

TEST_F(JobExecutorTest, a_server_that_asks_for_patience_gets_it) {
  start(http_task(R"(<c:header key="url" value="http://x/"/>)"));
  connector.answers.emplace_back(ports::ConnectorAnswer{429, {{"retry-after", "120"}}, {}});
  EXPECT_EQ(tick(), 1U);
  world.clock.advance(seconds(119));
  EXPECT_EQ(tick(), 0U);
  world.clock.advance(seconds(1));
  EXPECT_EQ(tick(), 1U);
}

TEST_F(JobExecutorTest, a_status_may_be_an_error_of_the_process) {
  start(http_task(R"(<c:header key="url" value="http://x/"/>
                     <c:header key="errors" value="409=conflict, 404=not_found"/>)") +
        R"(<boundaryEvent id="lost" attachedToRef="ask"><errorEventDefinition/></boundaryEvent>
           <sequenceFlow id="f9" sourceRef="lost" targetRef="end9"/><endEvent id="end9"/>)");
  connector.answers.emplace_back(ports::ConnectorAnswer{404, {}, {}});
  EXPECT_EQ(tick(), 1U);
  EXPECT_TRUE(incidents().empty());
  EXPECT_TRUE(world.open(process, 1).empty());
}

TEST_F(JobExecutorTest, a_result_variable_holds_the_answer) {
  start(http_task(R"(<c:header key="url" value="http://x/"/>)", R"(c:resultVariable="answer")"));
  EXPECT_EQ(tick(), 1U);
  const expr::Variables after = variables();
  EXPECT_FALSE(after.contains("response"));
  ASSERT_TRUE(after.contains("answer"));
  EXPECT_EQ(*after.at("answer").member("status"), expr::Value{std::int64_t{200}});
}

TEST_F(JobExecutorTest, a_mail_goes_to_everybody_named) {
  start(R"(<startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="ask"/>
    <serviceTask id="ask" c:jobType="mail"><extensionElements>
      <c:input target="to" value='["a@example.com", "b@example.com"]'/>
      <c:header key="cc" value="c@example.com, d@example.com"/>
      <c:input target="subject" value='"About " + TITLE'/>
      <c:header key="text" value="Hello"/>
    </extensionElements></serviceTask>)" +
        std::string(kTail));
  EXPECT_EQ(tick(), 1U);
  const auto& mail = std::get<ports::MailMessage>(connector.requests.at(0));
  EXPECT_THAT(mail.to, ::testing::ElementsAre("a@example.com", "b@example.com"));
  EXPECT_THAT(mail.cc, ::testing::ElementsAre("c@example.com", "d@example.com"));
  EXPECT_EQ(mail.subject, "About t");
  EXPECT_EQ(mail.text, "Hello");
  EXPECT_EQ(world.open(process, 1).size(), 1U);
}

TEST_F(JobExecutorTest, no_more_calls_than_there_is_room_for) {
  process = world.deploy(http_task(R"(<c:header key="url" value="http://x/"/>)"));
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(world.start("alice", process, values({{"TITLE", "t"}})));
  }
  std::vector<std::function<void()>> waiting;
  const auto keep = [&](std::function<void()> call) {
    waiting.push_back(std::move(call));
    return true;
  };
  EXPECT_EQ(*executor.tick(keep), 4U);
  EXPECT_EQ(*executor.tick(keep), 0U);
  waiting[0]();
  EXPECT_EQ(*executor.tick(keep), 1U);
  EXPECT_EQ(executor.calls_under_way(), 4U);
  for (std::size_t i = 1; i < waiting.size(); ++i) waiting[i]();
  EXPECT_EQ(executor.calls_under_way(), 0U);
}

TEST_F(JobExecutorTest, a_call_that_finds_no_worker_is_made_when_its_lock_has_passed) {
  start(http_task(R"(<c:header key="url" value="http://x/"/>)"));
  EXPECT_EQ(*executor.tick([](const std::function<void()>&) { return false; }), 1U);
  EXPECT_EQ(executor.calls_under_way(), 0U);
  EXPECT_EQ(tick(), 0U);
  world.clock.advance(minutes(2));
  EXPECT_EQ(tick(), 1U);
  EXPECT_EQ(world.open(process, 1).size(), 1U);
}

TEST_F(JobExecutorTest, the_end_of_the_server_is_no_attempt) {
  start(http_task(R"(<c:header key="url" value="http://x/"/>)", R"(c:retries="1")"));
  std::function<void()> waiting;
  ASSERT_TRUE(executor.tick([&](std::function<void()> call) {
    waiting = std::move(call);
    return true;
  }));
  executor.stop();
  EXPECT_TRUE(connector.is_stopped);
  connector.answers.emplace_back(
      make_error(Code::unavailable, reasons::kConnectorUnreachable, "x"));
  waiting();
  EXPECT_TRUE(incidents().empty());
  EXPECT_EQ(tick(), 0U);
  JobExecutor next{world.store, world.clock, world.jobs, connector, {}};
  world.clock.advance(minutes(2));
  EXPECT_EQ(*next.tick([](std::function<void()> call) {
    call();
    return true;
  }),
            1U);
  EXPECT_EQ(world.open(process, 1).size(), 1U);
}

}  // namespace
}  // namespace cinnabar::services
