// Automatic work of service tasks, leased to workers: lock some, do them, say how it went.
//
// A lock is a time, not a connection: when it has passed the job is free again for anybody, and
// whoever had it is refused (job_not_locked). Needs `manage` on the process.
// Errors: not_found (wait_unknown) for a job that is done, cancelled, or of a process that the
// caller does not manage; failed_precondition (job_not_locked); those of domain/process/decide.h.
#pragma once

#include "services/engine_service.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace cinnabar::services {

struct Job {
  WaitId id;
  std::string type;
  ProcessInstanceId instance;
  ProcessId process;
  std::int64_t number = 0;
  std::string node_id;
  std::int32_t retries = 0;  // attempts left, this one included
  std::int32_t retries_at_first = 1;
  std::string result_variable;  // receives what it brings as a context; empty: one by one
  Instant locked_until;
  std::vector<std::pair<std::string, std::string>> headers;
  expr::Variables variables;  // all that can be seen from its activity, and the record's fields
  expr::Variables inputs;     // of these, what its own mappings made
};

class JobService {
 public:
  JobService(ports::Clock& clock, const CatalogSource& catalog, EngineService& engine);

  struct LockRequest {
    std::vector<std::string> types;
    std::string worker;  // chosen by the worker; names the lock
    std::int64_t jobs_max = 1;
    Duration lock_for;
  };
  // The ones that have waited longest first.
  Result<std::vector<Job>> lock(ports::WriteTransaction& transaction, const CallContext& context,
                                const LockRequest& request);
  // How many of the types could be locked now, counted up to `limit` for each; processes that
  // nobody asks about are counted as well.
  Result<std::map<std::string, std::int64_t>> count_free(ports::ReadTransaction& snapshot,
                                                         const std::set<std::string>& types,
                                                         std::int64_t limit);
  // From now.
  Result<Instant> extend(ports::WriteTransaction& transaction, const CallContext& context,
                         WaitId job, const std::string& worker, Duration lock_for);
  // CompleteJob, FailJob or ThrowJobError.
  Result<Applied> finish(ports::WriteTransaction& transaction, const CallContext& context,
                         WaitId job, const std::string& worker, process::Command command,
                         std::string_view action);

 private:
  Result<ports::Row> locked_row(ports::ReadTransaction& snapshot, const CallContext& context,
                                WaitId job, const std::string& worker);
  Result<Job> describe(ports::ReadTransaction& snapshot, const ports::Row& row, Instant until);

  ports::Clock& clock_;
  const CatalogSource& catalog_;
  EngineService& engine_;
};

}  // namespace cinnabar::services
