// Jobs of the types "http" and "mail", done by the server itself: leased like those of any worker,
// turned into a call to the outside, and completed, failed or tried again by what comes of it.
//
// What a task tells the call are its inputs, or its constant headers where there is no such input;
// never a variable that only happens to have that name. docs/reference/jobs.md has the names. A
// call may happen twice (a lock that passed, a crash before the answer was stored), so HTTP calls
// carry an Idempotency-Key that stays the same for a job.
//
// Ownership: borrows everything. Thread: `tick` from one thread at a time, which may wait for
// commits; the calls run where `run` puts them and wait for the outside there. Errors: those of the
// store; what goes wrong with a call is a failed attempt of its job, in the end an incident.
#pragma once

#include "base/log.h"
#include "ports/connector.h"
#include "services/job_service.h"

#include <atomic>
#include <cstddef>
#include <functional>

namespace cinnabar::services {

inline constexpr std::string_view kHttpJob = "http";
inline constexpr std::string_view kMailJob = "mail";

// What a job asks for. Errors: invalid_argument (job_request_invalid).
Result<ports::ConnectorRequest> connector_request(const Job& job);

class JobExecutor {
 public:
  struct Options {
    std::size_t calls_max = 4;       // at a time
    Duration lock_for = minutes(2);  // longer than any call may take
    Duration pause = seconds(5);     // after the first failed attempt; doubled for each further one
    Duration pause_max = minutes(10);
  };
  // False: not now; the job is free again when its lock has passed.
  using Run = std::function<bool(std::function<void()>)>;

  JobExecutor(ports::Store& store, ports::Clock& clock, JobService& jobs,
              ports::Connector& connector, Options options, Logger logger = {});

  // Locks what is free, as far as there is room, and has it done. Returns how many.
  Result<std::size_t> tick(const Run& run);
  // Before the end: takes no more, and ends the calls under way without counting them as attempts.
  void stop();
  [[nodiscard]] std::size_t calls_under_way() const { return under_way_.load(); }

 private:
  Result<std::vector<Job>> lock(std::int64_t count);
  void execute(const Job& job);
  process::Command outcome_of(const Job& job);
  process::Command answered(const Job& job, const ports::ConnectorAnswer& answer) const;
  process::Command failed(const Job& job, std::string message, bool may_retry,
                          Duration at_least = {}) const;

  ports::Store& store_;
  ports::Clock& clock_;
  JobService& jobs_;
  ports::Connector& connector_;
  Options options_;
  Logger logger_;
  std::atomic<std::size_t> under_way_{0};
  std::atomic<bool> is_stopping_{false};
};

}  // namespace cinnabar::services
