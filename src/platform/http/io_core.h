// One I/O thread's share of the server: its event loop, its connections, the answers on their way
// to them, and the one timer that serves all of their deadlines.
//
// Ownership: the server and every outstanding responder share the core; the core owns its
// connections. Thread: everything but `complete` belongs to the I/O thread.
#pragma once

#include "platform/http/asio.h"
#include "platform/http/body_budget.h"
#include "platform/http/server.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::http {

class Connection;

// What all I/O threads of a server share.
struct ServerShared {
  ServerShared(ServerOptions server_options, Handler request_handler, Logger server_logger,
               MetricsRegistry& metrics);

  // 15 characters, which std::string holds without an allocation.
  [[nodiscard]] std::string next_request_id();
  void note_connection_closed();

  const ServerOptions options;
  const Handler handler;
  const Logger logger;
  const std::shared_ptr<BodyBudget> body_budget;
  std::optional<asio::ssl::context> tls;

  Counter* responses_by_class[6];  // by the first digit of the status; 0 is unused
  Counter& bytes_received;
  Counter& bytes_sent;
  Counter& refused_connections;
  Gauge& in_flight_gauge;
  Gauge& connections_gauge;
  Histogram& latency;

  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> in_flight{0};
  std::atomic<std::uint64_t> request_number{0};
  std::uint64_t request_prefix = 0;
  std::mutex mutex;  // guards nothing but the wait for `connections` to reach zero
  std::condition_variable closed;
};

class IoCore : public std::enable_shared_from_this<IoCore> {
 public:
  explicit IoCore(std::shared_ptr<ServerShared> server);
  IoCore(const IoCore&) = delete;
  IoCore& operator=(const IoCore&) = delete;
  ~IoCore();

  // Runs the loop until `close` has been called and nothing is left to do.
  void run();
  // From any thread.
  void begin_drain();
  void close();

  // Takes over an accepted socket; on the I/O thread.
  void adopt(Socket socket);
  void remove(Connection& connection);

  // Brings an answer to its connection. From any thread; a burst wakes the I/O thread once.
  void complete(std::weak_ptr<Connection> connection, std::uint64_t sequence, Response response);

  [[nodiscard]] ServerShared& server() { return *server_; }
  [[nodiscard]] asio::io_context& context() { return context_; }
  [[nodiscard]] const std::string& date() const { return date_; }
  [[nodiscard]] bool is_draining() const { return is_draining_; }

  // Stands for the time a handler of the event loop runs: answers given meanwhile on this thread
  // are brought home at its end instead of through a wake-up.
  class Turn {
   public:
    explicit Turn(IoCore& core) : core_(core) { core_.in_turn_ = true; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      core_.apply_completions();
      core_.in_turn_ = false;
    }

   private:
    IoCore& core_;
  };

 private:
  struct Completion {
    std::weak_ptr<Connection> connection;
    std::uint64_t sequence = 0;
    Response response;
  };

  void apply_completions();
  void tick();
  void schedule_tick();
  void refresh_date();

  const std::shared_ptr<ServerShared> server_;
  asio::io_context context_{1};
  std::optional<asio::executor_work_guard<Executor>> work_;
  Timer timer_;
  Duration tick_every_;
  std::vector<std::shared_ptr<Connection>> connections_;
  std::vector<Completion> arrived_;
  std::string date_;
  bool in_turn_ = false;
  bool is_draining_ = false;

  std::mutex mutex_;  // guards the three below
  std::vector<Completion> completions_;
  bool is_wake_posted_ = false;
  bool is_closed_ = false;
};

}  // namespace cinnabar::http
