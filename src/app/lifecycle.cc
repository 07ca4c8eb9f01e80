#include "app/lifecycle.h"

#include "base/text.h"
#include "services/idempotency.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace cinnabar::app {
namespace {

// How often unreferenced files are looked for.
constexpr Duration kSweepInterval = hours(1);
// How often requests that take too long are looked for, and the watchdog is told that all is well.
constexpr Duration kAliveInterval = seconds(1);
// How late a timer may be, and how long one round of due things may go on without a pause.
constexpr Duration kTimerTick = milliseconds(200);
constexpr int kRoundsMax = 100;

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

// On a worker. `work` answers a Result; its failure is the event `what`_failed.
template <typename Work>
void clear_up(Core& core, Workers& workers, const std::string& what, Work work) {
  const bool is_queued = workers.submit([&core, what, work = std::move(work)] {
    const auto done = work();
    if (done.has_value()) return;
    core.logger.warning(what + "_failed", {{"error", to_string(done.error())}});
  });
  if (!is_queued) core.logger.warning(what + "_skipped");
}

void sweep_files(Core& core, Workers& workers) {
  clear_up(core, workers, "files.sweep", [&core] {
    auto swept = core.files->sweep(*core.store);
    if (swept.has_value() && *swept > 0) core.logger.info("files.swept", {{"count", *swept}});
    return swept;
  });
}

void forget_old(Core& core, Workers& workers) {
  clear_up(core, workers, "replies.forget",
           [&core] { return services::forget_old_replies(*core.store, core.clock.now()); });
  clear_up(core, workers, "record_batches.forget",
           [&core] { return services::forget_old_record_batches(*core.store, core.clock.now()); });
  clear_up(core, workers, "uploads.forget",
           [&core] { return services::forget_old_uploads(*core.store, core.clock.now()); });
  clear_up(core, workers, "grants.forget",
           [&core] { return services::forget_old_grants(*core.store, core.clock.now()); });
  clear_up(core, workers, "batches.forget", [&core] { return core.batches->forget_old(); });
  clear_up(core, workers, "automations.forget",
           [&core] { return core.automation_runner->forget_old(); });
  clear_up(core, workers, "webhooks.forget", [&core] { return core.webhook_sender->forget_old(); });
}

// Jobs that the server does itself, and what webhooks wait for.
void call_outside(Core& core, Front& front) {
  Workers& callers = *front.callers;
  const auto done = core.executor->tick(
      [&callers](std::function<void()> call) { return callers.submit(std::move(call)); });
  if (!done.has_value()) {
    core.logger.warning("executor.tick_failed", {{"error", to_string(done.error())}});
  }
  const auto begun = core.webhook_sender->tick(
      [&front](std::function<void()> send) { return front.messengers->submit(std::move(send)); });
  if (!begun.has_value()) {
    core.logger.warning("webhooks.tick_failed", {{"error", to_string(begun.error())}});
  }
}

// What is due now, and what that leads to at once. While an earlier round is at it there is nothing
// to add: it goes on until nothing is due.
void keep_time(Core& core, Front& front) {
  static_cast<void>(front.timekeeper->submit([&core, &front] {
    front.pipeline->wake_waiting();
    call_outside(core, front);
    for (int round = 0; round < kRoundsMax; ++round) {
      const auto done = core.scheduler->tick();
      if (!done.has_value()) {
        core.logger.warning("scheduler.tick_failed", {{"error", to_string(done.error())}});
        return;
      }
      const auto decided = core.batches->tick();
      if (!decided.has_value()) {
        core.logger.warning("batches.tick_failed", {{"error", to_string(decided.error())}});
        return;
      }
      const auto automated = core.automation_runner->tick();
      if (!automated.has_value()) {
        core.logger.warning("automations.tick_failed", {{"error", to_string(automated.error())}});
        return;
      }
      if (*done == 0 && *decided == 0 && *automated == 0) return;
      call_outside(core, front);
      front.pipeline->wake_waiting();
    }
  }));
}

int wait_for_signal(Core& core, Front& front) {
  const sigset_t signals = stop_signals();
  timespec tick{};
  tick.tv_nsec = kTimerTick.micros() * 1'000;
  Instant swept_at = core.clock.now();
  Instant alive_at{};
  while (true) {
    const int signal = ::sigtimedwait(&signals, nullptr, &tick);
    if (signal > 0) return signal;
    keep_time(core, front);
    front.pipeline->release_waiting();
    if (core.clock.now() - alive_at >= kAliveInterval) {
      alive_at = core.clock.now();
      front.pipeline->release_overdue();
      if (core.store->health().is_writable) notify_service_manager("WATCHDOG=1");
    }
    if (core.clock.now() - swept_at >= kSweepInterval) {
      swept_at = core.clock.now();
      sweep_files(core, *front.blocking);
      forget_old(core, *front.blocking);
    }
  }
}

}  // namespace

void block_signals() {
  const sigset_t set = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A client that went away is an error of one write, never the end of the process.
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, nullptr);
}

void notify_service_manager(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::strlen(path);
  if (length == 0 || length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  // '@' stands for the zero byte of an abstract name.
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  ::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address),
           static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length));
  ::close(socket);
}

Status serve_until_told(Core& core, Front& front,
                        const std::function<void(std::uint16_t port)>& announce) {
  CINNABAR_CHECK_OK(front.server->start());
  core.logger.info("server.listening", {{"host", core.config.listen.host},
                                        {"port", std::int64_t{front.server->port()}}});
  announce(front.server->port());
  notify_service_manager("READY=1");
  sweep_files(core, *front.blocking);

  const int signal = wait_for_signal(core, front);
  core.logger.info("server.stopping", {{"signal", signal}});
  notify_service_manager("STOPPING=1");
  front.system->set_stopping();
  front.pipeline->stop_waiting();
  core.webhook_sender->stop();
  core.executor->stop();
  front.server->drain(core.config.drain_limit);
  front.timekeeper->stop();
  front.callers->stop();
  front.messengers->stop();
  front.readers->stop();
  front.blocking->stop();
  core.store->stop();
  core.logger.info("server.stopped");
  return {};
}

}  // namespace cinnabar::app
