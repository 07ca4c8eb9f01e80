#include "api/common/pipeline.h"

#include "api/common/problem.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <set>

namespace cinnabar::api {
namespace {

constexpr Reason kRouteUnknown{"route_unknown"};

// "GET,POST" as the router writes it: "GET|POST".
std::string router_methods(std::string_view methods) {
  std::string text(methods);
  std::ranges::replace(text, ',', '|');
  return text;
}

bool has_files(const http::Request& request) {
  return std::ranges::any_of(request.parts,
                             [](const http::Part& part) { return part.file != nullptr; });
}

bool is_below(std::string_view path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return false;
  return prefix.ends_with('/') || path.size() == prefix.size() || path[prefix.size()] == '/';
}

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += ", ";
    text += part;
  }
  return text;
}

Error queue_full() {
  return make_error(Code::resource_exhausted, reasons::kQueueFull,
                    "the server is busy; try again in a moment");
}

}  // namespace

// One request on its way. Passed from thread to thread; beside the one that has it only `release`
// looks at it, at what was set before it was watched and never changes: request, endpoint, start.
struct Pipeline::Exchange {
  Call call;
  const Endpoint* endpoint = nullptr;  // null pointer: below no door
  Respond respond;                     // of who set is_answered
  // Set by the one who answers: the request's way through the server, or release_overdue.
  std::atomic<bool> is_answered{false};
  bool is_watched = false;
  Instant started_at;
  std::optional<http::Response> written;  // what to answer after the commit
  bool is_noted = false;                  // its error is in the log
  std::optional<LongPoll> poll;
  Instant poll_until;
};

Pipeline::Pipeline(Dependencies dependencies, Options options)
    : dependencies_(std::move(dependencies)),
      options_(options),
      timed_out_(&dependencies_.metrics.counter("cinnabar_requests_timed_out_total",
                                                "Requests that took longer than allowed.")) {}

Result<std::unique_ptr<Pipeline>> Pipeline::create(Dependencies dependencies, Options options) {
  std::unique_ptr<Pipeline> pipeline(new Pipeline(std::move(dependencies), options));
  for (const Door* door : pipeline->dependencies_.doors) {
    CINNABAR_CHECK_OK(pipeline->add_routes(*door));
  }
  std::ranges::stable_sort(pipeline->prefixes_, std::ranges::greater{},
                           [](const auto& entry) { return entry.first.size(); });
  return pipeline;
}

Pipeline::Endpoint& Pipeline::add_endpoint(const Door& door, const Route* route) {
  auto endpoint = std::make_unique<Endpoint>();
  endpoint->door = &door;
  endpoint->route = route;
  const std::string name =
      route == nullptr ? "none" : std::string(route->methods) + " " + std::string(route->pattern);
  const MetricsRegistry::Labels labels{{"door", std::string(door.name)}, {"route", name}};
  endpoint->latency = &dependencies_.metrics.histogram(
      "cinnabar_request_seconds", "Time from the routing of a request to its answer.", labels);
  for (std::size_t i = 0; i < endpoint->answers.size(); ++i) {
    MetricsRegistry::Labels with_class = labels;
    with_class.push_back({"status", std::to_string(i + 1) + "xx"});
    endpoint->answers[i] = &dependencies_.metrics.counter(
        "cinnabar_requests_total", "Answers by class of status.", with_class);
  }
  endpoints_.push_back(std::move(endpoint));
  return *endpoints_.back();
}

namespace {

// "/bpm": where the door's routes are once more; empty: nowhere.
Result<std::string> mount_of(const Door& door, const DoorSettings& settings) {
  const auto found = settings.values.find(std::string(door.name) + ".path_prefix");
  if (found == settings.values.end() || found->second.empty()) return std::string();
  std::string mount = found->second;
  while (mount.ends_with('/')) mount.pop_back();
  const bool is_path =
      mount.starts_with('/') && mount.find_first_of("{}*?#% ") == std::string::npos;
  if (is_path) return mount;
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                    "path_prefix must be a path like /bpm", std::string(door.name));
}

}  // namespace

Status Pipeline::add_routes(const Door& door) {
  CINNABAR_ASSERT(door.not_found != nullptr && door.refuse != nullptr);
  CINNABAR_TRY(const std::string mount, mount_of(door, dependencies_.settings));
  for (const Route& route : door.routes) {
    CINNABAR_ASSERT(route.handler != nullptr);
    add_endpoint(door, &route);
    const int number = static_cast<int>(endpoints_.size() - 1);
    CINNABAR_CHECK_OK(router_.add(router_methods(route.methods), route.pattern, number));
    if (mount.empty()) continue;
    CINNABAR_CHECK_OK(
        router_.add(router_methods(route.methods), mount + std::string(route.pattern), number));
  }
  const Endpoint& unrouted = add_endpoint(door, nullptr);
  for (const std::string_view prefix : door.prefixes) {
    prefixes_.emplace_back(std::string(prefix), &unrouted);
    if (!mount.empty()) prefixes_.emplace_back(mount + std::string(prefix), &unrouted);
  }
  return {};
}

const Pipeline::Endpoint* Pipeline::endpoint_below_prefix(std::string_view path) const {
  for (const auto& [prefix, endpoint] : prefixes_) {
    if (is_below(path, prefix)) return endpoint;
  }
  return nullptr;
}

template <typename F>
void Pipeline::guarded(const ExchangePtr& exchange, F&& step) {
  try {
    step();
  } catch (const std::exception& exception) {
    note_exception(*exchange, exception);
    refuse(*exchange, make_error(Code::internal, reasons::kInternal, {}));
  }
}

Call Pipeline::make_call(std::shared_ptr<const http::Request> request) const {
  Call call;
  call.request = std::move(request);
  call.services = &dependencies_.services;
  call.time_zone = options_.time_zone;
  call.settings = &dependencies_.settings;
  call.answers = dependencies_.answers;
  call.doors = dependencies_.doors;
  call.credentials = &dependencies_.credentials;
  call.rates = dependencies_.rates;
  if (!options_.spool_folder.empty()) call.spool_folder = &options_.spool_folder;
  return call;
}

void Pipeline::watch(const ExchangePtr& exchange) {
  if (std::exchange(exchange->is_watched, true)) return;
  const std::scoped_lock lock(watched_mutex_);
  watched_.emplace(exchange.get(), exchange);
}

void Pipeline::unwatch(const Exchange& exchange) {
  if (!exchange.is_watched) return;
  const std::scoped_lock lock(watched_mutex_);
  watched_.erase(&exchange);
}

std::size_t Pipeline::release_overdue() {
  const Instant latest = dependencies_.services.clock.now() - options_.answer_limit;
  std::vector<ExchangePtr> overdue;
  {
    const std::scoped_lock lock(watched_mutex_);
    std::erase_if(watched_, [&](const auto& entry) {
      if (entry.second->started_at > latest) return false;
      overdue.push_back(entry.second);
      return true;
    });
  }
  for (const ExchangePtr& exchange : overdue) release(*exchange);
  return overdue.size();
}

void Pipeline::release(Exchange& exchange) {
  if (exchange.is_answered.exchange(true)) return;
  timed_out_->add();
  const auto& request = exchange.call.request;
  dependencies_.logger.warning("request.timed_out",
                               {{"request_id", request->request_id}, {"path", request->path}});
  const Error error = make_error(Code::deadline_exceeded, reasons::kTimedOut,
                                 "the request took too long; what it asked for may be done or not");
  // The handler still has its own call, so the door gets another one.
  answer(exchange, exchange.endpoint->door->refuse(make_call(request), error));
}

void Pipeline::dispatch(std::shared_ptr<const http::Request> request, Respond respond) {
  auto exchange = std::make_shared<Exchange>();
  exchange->respond = std::move(respond);
  exchange->started_at = dependencies_.services.clock.now();
  exchange->call = make_call(request);
  guarded(exchange, [&] {
    http::RouteMatch match = router_.find(request->method, request->path);
    if (match.kind != http::RouteMatch::Kind::found) return answer_unrouted(exchange, match);
    exchange->endpoint = endpoints_[static_cast<std::size_t>(match.route)].get();
    exchange->call.pattern = exchange->endpoint->route->pattern;
    exchange->call.captures.reserve(match.captures.size());
    for (auto& [name, value] : match.captures) {
      exchange->call.captures.push_back(std::move(value));
    }
    authenticate_then_run(exchange);
  });
}

void Pipeline::answer_unrouted(ExchangePtr exchange, const http::RouteMatch& match) {
  const Call& call = exchange->call;
  exchange->endpoint = endpoint_below_prefix(call.request->path);
  const bool is_wrong_method = match.kind == http::RouteMatch::Kind::method_not_allowed;
  http::Response response;
  if (exchange->endpoint == nullptr) {
    response = problem(make_error(Code::not_found, kRouteUnknown, "there is nothing here"),
                       call.request->request_id);
  } else if (is_wrong_method && exchange->endpoint->door->method_not_allowed != nullptr) {
    response = exchange->endpoint->door->method_not_allowed(call);
  } else {
    response = exchange->endpoint->door->not_found(call);
  }
  if (is_wrong_method) response.headers.push_back({"Allow", join(match.allowed)});
  finish(*exchange, std::move(response));
}

void Pipeline::authenticate_then_run(ExchangePtr exchange) {
  const Door& door = *exchange->endpoint->door;
  const bool is_slow =
      door.is_slow_to_authenticate != nullptr && door.is_slow_to_authenticate(exchange->call);
  if (!is_slow) return run_on_lane(std::move(exchange));
  queue(dependencies_.blocking, std::move(exchange), &Pipeline::run_authentication);
}

void Pipeline::run_authentication(ExchangePtr exchange) {
  const Status status = exchange->endpoint->door->authenticate(exchange->call);
  if (!status.has_value()) return refuse(*exchange, status.error());
  // This is a worker already, so a route that blocks may go on here.
  if (exchange->endpoint->route->lane == Lane::blocking) return run_handler(std::move(exchange));
  run_on_lane(std::move(exchange));
}

void Pipeline::run_on_lane(ExchangePtr exchange) {
  switch (exchange->endpoint->route->lane) {
    case Lane::cpu:
      if (!has_files(*exchange->call.request)) return run_handler(std::move(exchange));
      return queue(dependencies_.blocking, std::move(exchange), &Pipeline::run_handler);
    case Lane::read:
      return queue(dependencies_.readers, std::move(exchange), &Pipeline::run_with_snapshot);
    case Lane::blocking:
      return queue(dependencies_.blocking, std::move(exchange), &Pipeline::run_handler);
  }
  CINNABAR_UNREACHABLE();
}

void Pipeline::queue(Workers& workers, ExchangePtr exchange, void (Pipeline::*step)(ExchangePtr)) {
  watch(exchange);
  const Instant queued_at = dependencies_.services.clock.now();
  const bool is_queued = workers.submit([this, exchange, step, queued_at] {
    guarded(exchange, [&] {
      if (dependencies_.services.clock.now() - queued_at > options_.worker_wait) {
        return refuse(*exchange, queue_full());
      }
      (this->*step)(exchange);
    });
  });
  if (!is_queued) refuse(*exchange, queue_full());
}

void Pipeline::run_handler(ExchangePtr exchange) {
  Answer answer = exchange->endpoint->route->handler(exchange->call);
  take(std::move(exchange), std::move(answer));
}

void Pipeline::run_with_snapshot(ExchangePtr exchange) {
  auto snapshot = dependencies_.store.read();
  if (!snapshot.has_value()) return refuse(*exchange, snapshot.error());
  exchange->call.snapshot = snapshot->get();
  Answer answer = exchange->endpoint->route->handler(exchange->call);
  // A connection held while the answer is sent would be one less for others.
  exchange->call.snapshot = nullptr;
  snapshot->reset();
  take(std::move(exchange), std::move(answer));
}

void Pipeline::take(ExchangePtr exchange, Answer answer) {
  if (auto* response = std::get_if<http::Response>(&answer)) {
    return finish(*exchange, std::move(*response));
  }
  if (auto* poll_step = std::get_if<LongPoll>(&answer)) {
    // What is answered late is dropped, so waiting ends well before that.
    const Instant latest = exchange->started_at + Duration{options_.answer_limit.micros() / 2};
    exchange->poll_until = std::min(dependencies_.services.clock.now() + poll_step->wait, latest);
    exchange->poll = std::move(*poll_step);
    return poll(std::move(exchange));
  }
  submit(std::move(exchange), std::move(std::get<WriteStep>(answer)));
}

void Pipeline::submit(ExchangePtr exchange, WriteStep step) {
  watch(exchange);
  WriteRefusal refusal = std::move(step.refuse);
  ports::WriteCommand command;
  command.work = [this, exchange,
                  run = std::move(step.run)](ports::WriteTransaction& transaction) -> Status {
    // Runs again from the start when its group is retried, so an earlier answer is forgotten.
    exchange->written.reset();
    try {
      CINNABAR_TRY(exchange->written, run(transaction));
    } catch (const std::exception& exception) {
      note_exception(*exchange, exception);
      return make_error(Code::internal, reasons::kInternal, {});
    }
    return {};
  };
  command.done = [this, exchange, refusal](const Status& status) {
    guarded(exchange, [&] {
      if (!status.has_value()) return refuse_write(*exchange, refusal, status.error());
      finish(*exchange, std::move(*exchange->written));
    });
  };
  const Status submitted = dependencies_.store.submit(std::move(command));
  if (!submitted.has_value()) refuse_write(*exchange, refusal, submitted.error());
}

// ---- long polls ----

void Pipeline::poll(ExchangePtr exchange) {
  watch(exchange);
  ports::WriteCommand command;
  command.work = [this, exchange](ports::WriteTransaction& transaction) -> Status {
    exchange->written.reset();
    try {
      CINNABAR_TRY(exchange->written, exchange->poll->run(transaction));
    } catch (const std::exception& exception) {
      note_exception(*exchange, exception);
      return make_error(Code::internal, reasons::kInternal, {});
    }
    return {};
  };
  command.done = [this, exchange](const Status& status) {
    guarded(exchange, [&] {
      if (!status.has_value())
        return refuse_write(*exchange, exchange->poll->refuse, status.error());
      if (exchange->written) return finish(*exchange, std::move(*exchange->written));
      wait(exchange);
    });
  };
  const Status submitted = dependencies_.store.submit(std::move(command));
  if (!submitted.has_value()) refuse_write(*exchange, exchange->poll->refuse, submitted.error());
}

void Pipeline::wait(ExchangePtr exchange) {
  bool is_full = false;
  {
    const std::scoped_lock lock(waiting_mutex_);
    const bool is_over = is_stopping_ || dependencies_.services.clock.now() >= exchange->poll_until;
    is_full = !is_over && waiting_.size() >= options_.waiting_max;
    if (!is_over && !is_full) return waiting_.push_back(std::move(exchange));
  }
  if (is_full) return refuse_write(*exchange, exchange->poll->refuse, queue_full());
  finish(*exchange, exchange->poll->give_up());
}

void Pipeline::wake_waiting() {
  std::set<std::string> topics;
  std::size_t count = 0;
  {
    const std::scoped_lock lock(waiting_mutex_);
    count = waiting_.size();
    for (const ExchangePtr& exchange : waiting_) {
      topics.insert(exchange->poll->topics.begin(), exchange->poll->topics.end());
    }
  }
  if (count == 0) return;
  auto snapshot = dependencies_.store.read();
  if (!snapshot.has_value()) return;
  auto free =
      dependencies_.services.jobs.count_free(**snapshot, topics, static_cast<std::int64_t>(count));
  snapshot->reset();
  if (!free.has_value() || free->empty()) return;
  std::vector<ExchangePtr> woken;
  {
    const std::scoped_lock lock(waiting_mutex_);
    std::erase_if(waiting_, [&](const ExchangePtr& exchange) {
      for (const std::string& topic : exchange->poll->topics) {
        const auto left = free->find(topic);
        if (left == free->end() || left->second == 0) continue;
        --left->second;
        woken.push_back(exchange);
        return true;
      }
      return false;
    });
  }
  // Who gets nothing, because it was another's or is not theirs to have, waits on behind the
  // others.
  for (const ExchangePtr& exchange : woken) poll(exchange);
}

void Pipeline::release_waiting() {
  const Instant now = dependencies_.services.clock.now();
  std::vector<ExchangePtr> released;
  {
    const std::scoped_lock lock(waiting_mutex_);
    std::erase_if(waiting_, [&](const ExchangePtr& exchange) {
      // The ones that release_overdue has answered are only put away.
      const bool is_over =
          is_stopping_ || now >= exchange->poll_until || exchange->is_answered.load();
      if (is_over) released.push_back(exchange);
      return is_over;
    });
  }
  for (const ExchangePtr& exchange : released) {
    guarded(exchange, [&] { finish(*exchange, exchange->poll->give_up()); });
  }
}

void Pipeline::stop_waiting() {
  {
    const std::scoped_lock lock(waiting_mutex_);
    is_stopping_ = true;
  }
  release_waiting();
}

void Pipeline::refuse_write(Exchange& exchange, const WriteRefusal& refusal, const Error& error) {
  if (refusal == nullptr) return refuse(exchange, error);
  note(exchange, error);
  finish(exchange, refusal(error));
}

void Pipeline::note_exception(Exchange& exchange, const std::exception& exception) {
  exchange.is_noted = true;
  dependencies_.logger.error("request.exception",
                             {{"request_id", exchange.call.request->request_id},
                              {"path", exchange.call.request->path},
                              {"what", exception.what()}});
}

void Pipeline::note(Exchange& exchange, const Error& error) {
  const bool is_ours = error.code == Code::internal || error.code == Code::data_loss ||
                       error.code == Code::unavailable;
  if (!is_ours || exchange.is_noted) return;
  exchange.is_noted = true;
  dependencies_.logger.error("request.error", {{"request_id", exchange.call.request->request_id},
                                               {"path", exchange.call.request->path},
                                               {"error", to_string(error)}});
}

void Pipeline::refuse(Exchange& exchange, const Error& error) {
  note(exchange, error);
  const bool has_door = exchange.endpoint != nullptr;
  finish(exchange, has_door ? exchange.endpoint->door->refuse(exchange.call, error)
                            : problem(error, exchange.call.request->request_id));
}

void Pipeline::finish(Exchange& exchange, http::Response response) {
  unwatch(exchange);
  if (exchange.is_answered.exchange(true)) return;
  // Overload is counted, not logged: a line per refused request would be one more load.
  if (response.status >= 500 && response.status != 503 && !exchange.is_noted) {
    dependencies_.logger.warning("request.failed",
                                 {{"request_id", exchange.call.request->request_id},
                                  {"path", exchange.call.request->path},
                                  {"status", response.status}});
  }
  answer(exchange, std::move(response));
}

void Pipeline::answer(Exchange& exchange, http::Response response) {
  if (exchange.endpoint != nullptr) {
    const std::size_t status_class = static_cast<std::size_t>(response.status) / 100;
    exchange.endpoint->answers[std::clamp<std::size_t>(status_class, 1, 5) - 1]->add();
    exchange.endpoint->latency->observe(dependencies_.services.clock.now() - exchange.started_at);
  }
  const Respond respond = std::exchange(exchange.respond, nullptr);
  respond(std::move(response));
}

}  // namespace cinnabar::api
