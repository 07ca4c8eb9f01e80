#include "api/common/pipeline.h"

#include "api/common/problem.h"
#include "ports/schema.h"
#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <semaphore>
#include <stdexcept>

namespace cinnabar::api {
namespace {

namespace meta = ports::schema::meta;
using services::testing::World;
using ::testing::HasSubstr;
using ::testing::Not;

// Handlers are plain functions, so what the blocking one waits for is reached through this.
std::counting_semaphore<16>* gate = nullptr;
std::atomic<int> handler_calls{0};

http::Response text(int status, std::string body) {
  return http::text_response(status, "text/plain", std::move(body));
}

Answer echo(const Call& call) {
  std::string joined;
  for (const std::string& capture : call.captures) joined += capture + ";";
  return text(200, joined);
}
Answer count_people(const Call& call) {
  const auto count = call.snapshot->count(ports::schema::user_account::kTable, all_of({}));
  return text(200, std::to_string(*count));
}
Answer write_row(const Call& call) {
  const std::string key = call.captures.at(0);
  return WriteStep{[key](ports::WriteTransaction& transaction) -> Result<http::Response> {
                     transaction.insert(meta::kTable,
                                        {CellValue{key}, CellValue{std::string("v")}});
                     return text(201, "written");
                   },
                   [](const Error& error) { return text(409, std::string(error.reason.name)); }};
}
Answer write_and_fail(const Call&) {
  return WriteStep{[](ports::WriteTransaction& transaction) -> Result<http::Response> {
                     transaction.insert(meta::kTable, {CellValue{std::string("failed")},
                                                       CellValue{std::string("v")}});
                     return make_error(Code::failed_precondition, reasons::kFeatureDisabled, "no");
                   },
                   nullptr};
}
Answer throw_now(const Call&) {
  throw std::runtime_error("inner secret");
}
Answer throw_in_write(const Call&) {
  return WriteStep{[](ports::WriteTransaction&) -> Result<http::Response> {
                     throw std::runtime_error("inner secret");
                   },
                   nullptr};
}
Answer wait_at_gate(const Call&) {
  ++handler_calls;
  gate->acquire();
  return text(200, "through");
}
Answer who(const Call& call) {
  return text(200, call.principal.has_value() ? std::to_string(call.principal->user.value()) : "-");
}
// Waits for jobs of the type that its path names, as an administrator.
Answer poll_jobs(const Call& call) {
  LongPoll poll;
  poll.topics = {call.captures.at(0)};
  poll.wait = seconds(10);
  poll.run = [call](ports::WriteTransaction& transaction) -> Result<std::optional<http::Response>> {
    services::CallContext context;
    context.principal = system_principal();
    CINNABAR_TRY(const auto jobs,
                 call.services->jobs.lock(transaction, context,
                                          {{call.captures.at(0)}, "w", 1, minutes(1)}));
    if (jobs.empty()) return std::optional<http::Response>();
    return std::optional(text(200, "job " + std::to_string(jobs[0].number)));
  };
  poll.refuse = [](const Error& error) { return text(503, std::string(error.reason.name)); };
  poll.give_up = [] { return text(200, "nothing"); };
  return poll;
}

constexpr Route kRoutes[] = {
    {"GET", "/x/echo/{a}/{b}", Lane::cpu, echo, {}},
    {"GET,POST", "/x/people", Lane::read, count_people, {}},
    {"POST", "/x/rows/{key}", Lane::cpu, write_row, {}},
    {"POST", "/x/fail", Lane::cpu, write_and_fail, {}},
    {"GET", "/x/throw", Lane::cpu, throw_now, {}},
    {"GET", "/x/throw-in-write", Lane::cpu, throw_in_write, {}},
    {"GET", "/x/wait", Lane::blocking, wait_at_gate, {}},
    {"POST", "/x/upload", Lane::cpu, wait_at_gate, {}},
    {"GET", "/x/who", Lane::cpu, who, {}},
    {"POST", "/x/poll/{type}", Lane::cpu, poll_jobs, {}},
};
constexpr std::string_view kPrefixes[] = {"/x"};

http::Response not_found(const Call&) {
  return text(404, "x has no such thing");
}
http::Response refuse(const Call&, const Error& error) {
  return text(http_status(error.code), "x refuses: " + std::string(error.reason.name));
}
bool is_slow(const Call& call) {
  return !call.request->header("X-Password").empty();
}
Status authenticate(Call& call) {
  if (call.request->header("X-Password") != "right") {
    return make_error(Code::unauthenticated, reasons::kCredentialsWrong, "");
  }
  call.principal = Principal{PrincipalKind::user, UserId{7}};
  return {};
}

const Door kDoor{.name = "x",
                 .routes = kRoutes,
                 .prefixes = kPrefixes,
                 .not_found = not_found,
                 .refuse = refuse,
                 .is_slow_to_authenticate = is_slow,
                 .authenticate = authenticate};
const Door* const kDoors[] = {&kDoor};

class PipelineTest : public ::testing::Test {
 protected:
  PipelineTest()
      : logger_([this](std::string_view line) { log_ += line; }, nullptr, LogLevel::debug, true),
        services_(world_.all()),
        credentials_([](std::string_view value) { return std::string(value); }),
        gate_(0) {
    gate = &gate_;
    handler_calls = 0;
    auto made = Pipeline::create({kDoors, services_, world_.store, readers_, blocking_, metrics_,
                                  credentials_, settings_, logger_},
                                 {.worker_wait = seconds(5),
                                  .answer_limit = seconds(60),
                                  .time_zone = {},
                                  .waiting_max = 2});
    EXPECT_TRUE(made.has_value());
    pipeline_ = std::move(made).value();
  }
  ~PipelineTest() override {
    gate_.release(16);
    readers_.stop();
    blocking_.stop();
  }

  std::future<http::Response> send(std::string method, std::string path,
                                   std::vector<http::Header> headers = {}, bool with_file = false) {
    auto request = std::make_shared<http::Request>();
    request->method = std::move(method);
    request->target = path;
    request->path = std::move(path);
    request->headers = std::move(headers);
    request->request_id = "r1";
    if (with_file) {
      http::Part part;
      part.file = std::make_shared<http::SpooledFile>("", 0, "");
      request->parts.push_back(std::move(part));
    }
    auto promise = std::make_shared<std::promise<http::Response>>();
    auto future = promise->get_future();
    pipeline_->dispatch(
        request, [promise](http::Response response) { promise->set_value(std::move(response)); });
    return future;
  }
  http::Response get(std::string path) { return send("GET", std::move(path)).get(); }

  bool has_row(const std::string& key) {
    auto snapshot = world_.store.read();
    return (*(*snapshot)->get(meta::kTable, {CellValue{key}})).has_value();
  }

  World world_;
  std::string log_;
  Logger logger_;
  services::Services services_;
  MetricsRegistry metrics_;
  DoorSettings settings_;
  CredentialCache credentials_;
  Workers readers_{"reader", 1, 4};
  Workers blocking_{"blocking", 1, 1};
  std::counting_semaphore<16> gate_;
  std::unique_ptr<Pipeline> pipeline_;
};

TEST_F(PipelineTest, captures_come_in_order) {
  EXPECT_EQ(get("/x/echo/one/t%20wo").body, "one;t wo;");
}

TEST_F(PipelineTest, read_routes_get_a_snapshot) {
  EXPECT_EQ(get("/x/people").body, "5");
  EXPECT_EQ(send("POST", "/x/people").get().status, 200);
}

TEST_F(PipelineTest, what_no_route_takes_is_answered_by_the_door_of_the_prefix) {
  EXPECT_EQ(get("/x/nosuch").body, "x has no such thing");
  const http::Response elsewhere = get("/xylophone");
  EXPECT_EQ(elsewhere.status, 404);
  EXPECT_THAT(elsewhere.body, HasSubstr("route_unknown"));
}

TEST_F(PipelineTest, a_wrong_method_names_the_right_ones) {
  const http::Response response = send("DELETE", "/x/people").get();
  ASSERT_FALSE(response.headers.empty());
  EXPECT_EQ(response.headers.back().name, "Allow");
  EXPECT_THAT(response.headers.back().value, HasSubstr("POST"));
}

TEST_F(PipelineTest, a_write_is_answered_after_its_commit) {
  EXPECT_EQ(send("POST", "/x/rows/k").get().body, "written");
  EXPECT_TRUE(has_row("k"));
}

TEST_F(PipelineTest, a_row_that_cannot_be_applied_is_refused_by_the_step) {
  send("POST", "/x/rows/k").get();
  const http::Response second = send("POST", "/x/rows/k").get();
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(second.body, "unique_violation");
}

TEST_F(PipelineTest, a_failed_step_leaves_nothing_and_the_door_words_it) {
  const http::Response response = send("POST", "/x/fail").get();
  EXPECT_EQ(response.body, "x refuses: feature_disabled");
  EXPECT_FALSE(has_row("failed"));
}

TEST_F(PipelineTest, an_exception_is_logged_once_and_not_told) {
  const http::Response response = get("/x/throw");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, Not(HasSubstr("secret")));
  EXPECT_THAT(log_, HasSubstr("inner secret"));
  EXPECT_EQ(std::ranges::count(log_, '\n'), 1);
  EXPECT_EQ(get("/x/throw-in-write").body, "x refuses: internal");
  EXPECT_EQ(std::ranges::count(log_, '\n'), 2);
}

TEST_F(PipelineTest, a_full_queue_is_refused_at_once) {
  auto running = send("GET", "/x/wait");
  while (handler_calls == 0) std::this_thread::yield();
  auto queued = send("GET", "/x/wait");
  const http::Response refused = get("/x/wait");
  EXPECT_EQ(refused.body, "x refuses: queue_full");
  gate_.release(2);
  EXPECT_EQ(running.get().body, "through");
  EXPECT_EQ(queued.get().body, "through");
}

TEST_F(PipelineTest, a_request_that_waited_too_long_is_refused) {
  auto running = send("GET", "/x/wait");
  while (handler_calls == 0) std::this_thread::yield();
  auto queued = send("GET", "/x/wait");
  world_.clock.advance(seconds(6));
  gate_.release(1);
  EXPECT_EQ(running.get().body, "through");
  EXPECT_EQ(queued.get().body, "x refuses: queue_full");
}

TEST_F(PipelineTest, a_handler_that_takes_too_long_lets_its_caller_go) {
  auto running = send("GET", "/x/wait");
  while (handler_calls == 0) std::this_thread::yield();
  world_.clock.advance(seconds(59));
  EXPECT_EQ(pipeline_->release_overdue(), 0u);
  world_.clock.advance(seconds(1));
  EXPECT_EQ(pipeline_->release_overdue(), 1u);
  const http::Response released = running.get();
  EXPECT_EQ(released.status, 504);
  EXPECT_EQ(released.body, "x refuses: timed_out");
  EXPECT_EQ(pipeline_->release_overdue(), 0u);
  EXPECT_THAT(metrics_.print(), HasSubstr("cinnabar_requests_timed_out_total 1"));
  EXPECT_THAT(log_, HasSubstr("request.timed_out"));
  // The late answer is dropped: a second one would break the promise of `send`.
  gate_.release(1);
  auto next = send("GET", "/x/wait");
  gate_.release(1);
  EXPECT_EQ(next.get().body, "through");
  EXPECT_EQ(pipeline_->release_overdue(), 0u);
}

TEST_F(PipelineTest, a_request_that_waits_in_a_queue_for_too_long_is_let_go_too) {
  auto running = send("GET", "/x/wait");
  while (handler_calls == 0) std::this_thread::yield();
  auto queued = send("GET", "/x/wait");
  world_.clock.advance(seconds(60));
  EXPECT_EQ(pipeline_->release_overdue(), 2u);
  EXPECT_EQ(queued.get().body, "x refuses: timed_out");
  EXPECT_EQ(running.get().body, "x refuses: timed_out");
  gate_.release(2);
}

TEST_F(PipelineTest, a_request_with_files_does_not_run_on_the_io_thread) {
  auto upload = send("POST", "/x/upload", {}, true);
  while (handler_calls == 0) std::this_thread::yield();
  gate_.release(1);
  EXPECT_EQ(upload.get().body, "through");
}

TEST_F(PipelineTest, a_slow_credential_is_checked_before_the_handler) {
  EXPECT_EQ(get("/x/who").body, "-");
  EXPECT_EQ(send("GET", "/x/who", {{"X-Password", "right"}}).get().body, "7");
  EXPECT_EQ(send("GET", "/x/who", {{"X-Password", "wrong"}}).get().body,
            "x refuses: credentials_wrong");
}

TEST_F(PipelineTest, a_stopped_store_is_refused) {
  world_.store.stop();
  EXPECT_EQ(send("POST", "/x/rows/k").get().status, 409);
  EXPECT_THAT(log_, HasSubstr("request.error"));
  EXPECT_THAT(log_, HasSubstr("shutting_down"));
}

class LongPollTest : public PipelineTest {
 protected:
  LongPollTest()
      : process_(world_.deploy(R"(
      <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="work"/>
      <serviceTask id="work" c:jobType="mailing"/>
      <sequenceFlow id="f2" sourceRef="work" targetRef="end"/><endEvent id="end"/>)")) {}

  void start() {
    ASSERT_TRUE(world_.start("alice", process_, services::testing::values({{"TITLE", "t"}})));
  }
  std::future<http::Response> poll(std::string type) {
    auto polling = send("POST", "/x/poll/" + type);
    // Behind it in the writer's queue, so its first attempt is over when this is.
    EXPECT_TRUE(
        ports::submit_and_wait(world_.store, [](ports::WriteTransaction&) { return Status{}; }));
    return polling;
  }
  static bool is_ready(std::future<http::Response>& polling) {
    return polling.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }

  ProcessId process_;
};

TEST_F(LongPollTest, what_is_there_is_answered_at_once) {
  start();
  EXPECT_EQ(poll("mailing").get().body, "job 1");
}

TEST_F(LongPollTest, who_waits_longest_gets_it_and_the_other_waits_on) {
  auto first = poll("mailing");
  auto second = poll("mailing");
  pipeline_->wake_waiting();
  EXPECT_FALSE(is_ready(first));
  start();
  pipeline_->wake_waiting();
  EXPECT_EQ(first.get().body, "job 1");
  EXPECT_FALSE(is_ready(second));
  start();
  pipeline_->wake_waiting();
  EXPECT_EQ(second.get().body, "job 2");
}

TEST_F(LongPollTest, others_are_not_woken) {
  auto other = poll("printing");
  start();
  pipeline_->wake_waiting();
  EXPECT_FALSE(is_ready(other));
  world_.clock.advance(seconds(10));
  pipeline_->release_waiting();
  EXPECT_EQ(other.get().body, "nothing");
}

TEST_F(LongPollTest, waiting_ends_when_its_time_is_over) {
  auto polling = poll("mailing");
  world_.clock.advance(seconds(9));
  pipeline_->release_waiting();
  EXPECT_FALSE(is_ready(polling));
  world_.clock.advance(seconds(1));
  pipeline_->release_waiting();
  EXPECT_EQ(polling.get().body, "nothing");
  // Nothing is left that a job could be given to.
  start();
  pipeline_->wake_waiting();
  EXPECT_EQ(poll("mailing").get().body, "job 1");
}

TEST_F(LongPollTest, more_than_there_is_room_for_are_refused) {
  auto first = poll("mailing");
  auto second = poll("mailing");
  EXPECT_EQ(poll("mailing").get().body, "queue_full");
  pipeline_->stop_waiting();
  EXPECT_EQ(first.get().body, "nothing");
  EXPECT_EQ(second.get().body, "nothing");
}

TEST_F(LongPollTest, the_end_of_the_server_lets_all_go_and_keeps_nobody_waiting) {
  auto polling = poll("mailing");
  pipeline_->stop_waiting();
  EXPECT_EQ(polling.get().body, "nothing");
  EXPECT_EQ(poll("mailing").get().body, "nothing");
}

TEST_F(PipelineTest, answers_are_counted_by_route_and_class) {
  get("/x/echo/a/b");
  get("/x/nosuch");
  const std::string printed = metrics_.print();
  EXPECT_THAT(printed, HasSubstr("cinnabar_requests_total{door=\"x\",route=\"GET /x/echo/{a}/{b}\","
                                 "status=\"2xx\"} 1"));
  EXPECT_THAT(printed, HasSubstr("route=\"none\",status=\"4xx\"} 1"));
}

}  // namespace
}  // namespace cinnabar::api
