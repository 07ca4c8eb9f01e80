#include "platform/http/io_core.h"

#include "platform/http/connection.h"

#include <boost/asio/executor_work_guard.hpp>
#include <openssl/rand.h>

#include <algorithm>
#include <ctime>

namespace cinnabar::http {
namespace {

// Often enough for the shortest limit, and at most once a second for the usual ones.
Duration tick_for(const ServerLimits& limits) {
  const Duration shortest = std::min({limits.head_timeout, limits.body_timeout, limits.idle_timeout,
                                      limits.write_timeout, seconds(4)});
  return std::max(Duration{shortest.micros() / 4}, milliseconds(10));
}

constexpr std::string_view kRequestsHelp = "Answers by status class.";

}  // namespace

ServerShared::ServerShared(ServerOptions server_options, Handler request_handler,
                           Logger server_logger, MetricsRegistry& metrics)
    : options(std::move(server_options)),
      handler(std::move(request_handler)),
      logger(std::move(server_logger)),
      body_budget(std::make_shared<BodyBudget>(options.limits.body_memory_max, metrics)),
      responses_by_class{},
      bytes_received(metrics.counter("cinnabar_http_received_bytes_total", "Bytes read.")),
      bytes_sent(metrics.counter("cinnabar_http_sent_bytes_total", "Bytes written.")),
      refused_connections(metrics.counter("cinnabar_http_connections_refused_total",
                                          "Connections over the limit.")),
      in_flight_gauge(metrics.gauge("cinnabar_http_requests_in_flight", "Requests being handled.")),
      connections_gauge(metrics.gauge("cinnabar_http_connections", "Open connections.")),
      latency(metrics.histogram("cinnabar_http_request_seconds",
                                "From the end of a head to the writing of its answer.")) {
  static constexpr std::string_view kClasses[] = {"0xx", "1xx", "2xx", "3xx", "4xx", "5xx"};
  for (std::size_t i = 1; i < 6; ++i) {
    responses_by_class[i] = &metrics.counter("cinnabar_http_requests_total", kRequestsHelp,
                                             {{"status", std::string(kClasses[i])}});
  }
  RAND_bytes(reinterpret_cast<unsigned char*>(&request_prefix), sizeof(request_prefix));
}

std::string ServerShared::next_request_id() {
  static constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuv";
  const std::uint64_t number = request_number.fetch_add(1, std::memory_order_relaxed);
  std::string id(15, '0');
  for (std::size_t i = 0; i < 6; ++i) id[i] = kDigits[(request_prefix >> (5 * i)) & 31];
  for (std::size_t i = 0; i < 9; ++i) id[14 - i] = kDigits[(number >> (5 * i)) & 31];
  return id;
}

void ServerShared::note_connection_closed() {
  connections_gauge.add(-1);
  if (connections.fetch_sub(1) != 1) return;
  const std::scoped_lock lock(mutex);
  closed.notify_all();
}

IoCore::IoCore(std::shared_ptr<ServerShared> server)
    : server_(std::move(server)),
      work_(asio::make_work_guard(context_)),
      timer_(context_),
      tick_every_(tick_for(server_->options.limits)) {
  refresh_date();
}

IoCore::~IoCore() = default;

void IoCore::run() {
  schedule_tick();
  context_.run();
}

void IoCore::begin_drain() {
  asio::post(context_, [this] {
    const Turn turn(*this);
    is_draining_ = true;
    const std::vector<std::shared_ptr<Connection>> all = connections_;
    for (const auto& connection : all) connection->begin_drain();
  });
}

void IoCore::close() {
  asio::post(context_, [this] {
    is_draining_ = true;
    {
      const std::scoped_lock lock(mutex_);
      is_closed_ = true;
      completions_.clear();
    }
    const std::vector<std::shared_ptr<Connection>> all = connections_;
    for (const auto& connection : all) connection->close();
    timer_.cancel();
    work_.reset();
  });
}

void IoCore::adopt(Socket socket) {
  const Turn turn(*this);
  // Accepted just before the end; nothing would close it any more.
  if (is_draining_) return server_->note_connection_closed();
  auto connection = make_connection(*this, std::move(socket));
  connection->set_index(connections_.size());
  connections_.push_back(connection);
  connection->start();
}

void IoCore::remove(Connection& connection) {
  const std::size_t index = connection.index();
  if (index + 1 != connections_.size()) {
    std::swap(connections_[index], connections_.back());
    connections_[index]->set_index(index);
  }
  connections_.pop_back();
  server_->note_connection_closed();
}

void IoCore::complete(std::weak_ptr<Connection> connection, std::uint64_t sequence,
                      Response response) {
  // The flag belongs to this thread only if this is the I/O thread.
  const bool is_home = context_.get_executor().running_in_this_thread() && in_turn_;
  const std::scoped_lock lock(mutex_);
  if (is_closed_) return;
  completions_.push_back({std::move(connection), sequence, std::move(response)});
  if (is_home || is_wake_posted_) return;
  is_wake_posted_ = true;
  // Posted under the lock: afterwards the loop may be closed.
  asio::post(context_, [this] { const Turn turn(*this); });
}

void IoCore::apply_completions() {
  std::vector<std::shared_ptr<Connection>> touched;
  while (true) {
    {
      const std::scoped_lock lock(mutex_);
      is_wake_posted_ = false;
      if (completions_.empty()) return;
      std::swap(completions_, arrived_);
    }
    server_->in_flight.fetch_sub(arrived_.size(), std::memory_order_relaxed);
    server_->in_flight_gauge.add(-static_cast<std::int64_t>(arrived_.size()));
    for (Completion& completion : arrived_) {
      std::shared_ptr<Connection> connection = completion.connection.lock();
      if (!connection) continue;
      connection->accept_answer(completion.sequence, std::move(completion.response));
      if (touched.empty() || touched.back() != connection) touched.push_back(std::move(connection));
    }
    arrived_.clear();
    // Only now, so that answers to one connection leave in one write.
    for (const auto& connection : touched) connection->advance();
    touched.clear();
  }
}

void IoCore::schedule_tick() {
  timer_.expires_after(std::chrono::microseconds(tick_every_.micros()));
  timer_.async_wait([this](const ErrorCode& ec) {
    if (ec) return;
    const Turn turn(*this);
    tick();
    schedule_tick();
  });
}

void IoCore::tick() {
  refresh_date();
  const std::int64_t now = now_micros();
  // Backwards, because a connection that ends here is replaced by the last one.
  for (std::size_t i = connections_.size(); i > 0; --i) {
    if (i > connections_.size()) continue;
    const std::shared_ptr<Connection> connection = connections_[i - 1];
    connection->on_tick(now);
  }
}

void IoCore::refresh_date() {
  const auto& clock = server_->options.now_micros;
  date_ = to_http_date(clock ? clock() / 1'000'000 : static_cast<std::int64_t>(std::time(nullptr)));
}

}  // namespace cinnabar::http
