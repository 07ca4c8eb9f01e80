// From a request to its answer: finds the route, runs its handler on the lane it asks for, commits
// what it wants written, and answers exactly once.
//
// A request that no route takes is answered in the format of the door whose prefix it has. Full
// queues, a store that refuses, a request that took too long and an exception in a handler become
// errors that the door words; exceptions are logged and answered without their text.
//
// Ownership: borrows everything it was made with; stop the server, then the workers, then the store
// before it goes. Thread: `dispatch` from any thread, without locks of its own; `respond` is called
// once, on the thread that had the answer, and must return quickly.
#pragma once

#include "api/common/credential_cache.h"
#include "api/common/route.h"
#include "base/log.h"
#include "platform/http/router.h"
#include "platform/metrics.h"
#include "platform/workers.h"

#include <array>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace cinnabar::api {

class Pipeline {
 public:
  using Respond = std::function<void(http::Response)>;

  struct Dependencies {
    std::span<const Door* const> doors;
    services::Services& services;
    ports::Store& store;
    Workers& readers;
    Workers& blocking;
    MetricsRegistry& metrics;
    CredentialCache& credentials;
    const DoorSettings& settings;
    Logger logger;
    RateLimiter* rates = nullptr;    // null pointer: nobody is limited
    AnswerCache* answers = nullptr;  // null pointer: each answer is made anew
  };
  struct Options {
    Duration worker_wait = seconds(10);   // longer in a queue: refused
    Duration answer_limit = seconds(60);  // longer in all: told so, whatever still runs
    UtcOffset time_zone;
    std::size_t waiting_max = 1'000;  // long polls at a time; more are refused (queue_full)
    // For large answers; empty: they stay in memory.
    std::filesystem::path spool_folder = {};
  };

  // Errors: those of http::Router::add for a route table with a mistake; invalid_argument
  // (argument_malformed) for a path_prefix that is no path.
  static Result<std::unique_ptr<Pipeline>> create(Dependencies dependencies, Options options);

  void dispatch(std::shared_ptr<const http::Request> request, Respond respond);

  // Tries long polls again for which there is something, oldest first and no more of them than
  // that. Waits for a snapshot: not on an I/O thread. Call after commits or a few times a second.
  void wake_waiting();
  // Answers long polls whose time is over. Call a few times a second; any thread.
  void release_waiting();
  // Answers all of them, and from now on each as soon as it finds nothing: before the end.
  void stop_waiting();

  // Answers deadline_exceeded (timed_out) for the requests that have taken longer than
  // `answer_limit`. What they do goes on, and its answer is dropped; a write may be done or not.
  // Call every second or so; any thread. Returns how many.
  std::size_t release_overdue();

 private:
  struct Endpoint {
    const Door* door = nullptr;
    const Route* route = nullptr;  // null pointer: the door's "not found"
    Histogram* latency = nullptr;
    std::array<Counter*, 5> answers{};  // 1xx .. 5xx
  };
  struct Exchange;
  using ExchangePtr = std::shared_ptr<Exchange>;
  using WriteRefusal = std::function<http::Response(const Error&)>;

  Pipeline(Dependencies dependencies, Options options);

  Status add_routes(const Door& door);
  Endpoint& add_endpoint(const Door& door, const Route* route);
  [[nodiscard]] const Endpoint* endpoint_below_prefix(std::string_view path) const;

  void answer_unrouted(ExchangePtr exchange, const http::RouteMatch& match);
  void authenticate_then_run(ExchangePtr exchange);
  void run_on_lane(ExchangePtr exchange);
  [[nodiscard]] Call make_call(std::shared_ptr<const http::Request> request) const;
  // From here until its answer `release_overdue` knows the request.
  void watch(const ExchangePtr& exchange);
  void unwatch(const Exchange& exchange);
  void release(Exchange& exchange);
  void answer(Exchange& exchange, http::Response response);
  void queue(Workers& workers, ExchangePtr exchange, void (Pipeline::*step)(ExchangePtr));
  void run_handler(ExchangePtr exchange);
  void run_with_snapshot(ExchangePtr exchange);
  void run_authentication(ExchangePtr exchange);
  void take(ExchangePtr exchange, Answer answer);
  void submit(ExchangePtr exchange, WriteStep step);
  void poll(ExchangePtr exchange);
  void wait(ExchangePtr exchange);
  void refuse_write(Exchange& exchange, const WriteRefusal& refusal, const Error& error);

  // Logs what the caller is not told: the server's own trouble, once per request.
  void note(Exchange& exchange, const Error& error);
  void note_exception(Exchange& exchange, const std::exception& exception);
  void refuse(Exchange& exchange, const Error& error);
  void finish(Exchange& exchange, http::Response response);
  template <typename F>
  void guarded(const ExchangePtr& exchange, F&& step);

  Dependencies dependencies_;
  Options options_;
  http::Router router_;
  std::vector<std::unique_ptr<Endpoint>> endpoints_;               // by the router's route index
  std::vector<std::pair<std::string, const Endpoint*>> prefixes_;  // longest first
  Counter* timed_out_ = nullptr;
  std::mutex watched_mutex_;  // guards watched_
  std::unordered_map<const Exchange*, ExchangePtr> watched_;
  std::mutex waiting_mutex_;  // guards waiting_ and is_stopping_
  std::deque<ExchangePtr> waiting_;
  bool is_stopping_ = false;
};

}  // namespace cinnabar::api
