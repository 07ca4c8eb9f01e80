// Runs of automations: does what waits in the table automation_run, one action after the other,
// each in a transaction of its own with the step that says it was done. So a crash repeats nothing
// and loses nothing; the actions before one that fails stay done, and the run says where it ended.
//
// The server acts, on behalf of whoever wrote the record: that user becomes the author of what is
// made, starts its process and is the executor of automations that follow, but needs no permission
// for it, because who deployed the automation has decided what it does.
//
// Ownership: borrows everything. Thread: `tick` and `forget_old` from one thread at a time, which
// may wait for commits; the service is safe from any. Errors: those of the store; runs that cannot
// go on because of trouble that passes are tried again a minute later.
#pragma once

#include "base/log.h"
#include "base/result.h"
#include "ports/clock.h"
#include "services/notice_service.h"
#include "services/record_service.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::services {

inline constexpr Duration kAutomationRunsKept = hours(24 * 30);

// Stored: append only.
enum class AutomationRunState : std::uint8_t { waiting = 1, done = 2, failed = 3 };
std::string_view name(AutomationRunState state);
std::optional<AutomationRunState> parse_automation_run_state(std::string_view text);

struct AutomationRun {
  std::int64_t id = 0;
  std::int64_t automation = 0;
  FormId form;
  RecordId record;
  WebhookKind event = WebhookKind::record_created;
  UserId executor;  // unassigned: the server itself
  AutomationRunState state = AutomationRunState::waiting;
  std::int64_t actions_done = 0;
  Instant queued_at;
  std::optional<Instant> finished_at;
  std::string message;  // why it failed
};

class AutomationRunner {
 public:
  AutomationRunner(ports::Store& store, ports::Clock& clock, const CatalogSource& catalog,
                   const PeopleSource& people, RecordService& records, Logger logger = {});

  // One action of each of some runs; returns of how many. Call again at once while there are more.
  Result<std::size_t> tick();
  // Removes runs that were over kAutomationRunsKept ago; returns how many.
  Result<std::int64_t> forget_old();

 private:
  Status go_on(ports::WriteTransaction& transaction, std::int64_t run);
  Status act(ports::WriteTransaction& transaction, const Catalog& catalog, const ports::Row& run,
             const DeployedAutomation& automation, std::size_t step);
  void give_up(std::int64_t run, const Error& error);

  ports::Store& store_;
  ports::Clock& clock_;
  const CatalogSource& catalog_;
  const PeopleSource& people_;
  RecordService& records_;
  Logger logger_;
};

// Looking at them: for administrators. Errors: permission_denied (not_permitted); not_found
// (automation_unknown).
struct AutomationRunQuery {
  std::int64_t automation = 0;
  std::optional<AutomationRunState> state;
  std::int64_t before = 0;  // the last one of the page before; 0: from the newest on
  std::int64_t limit = 100;
};
class AutomationService {
 public:
  AutomationService(const CatalogSource& catalog, const PeopleSource& people)
      : catalog_(catalog), people_(people) {}

  // By id. Valid as long as the catalog.
  [[nodiscard]] Result<std::vector<const DeployedAutomation*>> list(
      const Catalog& catalog, const CallContext& context) const;
  // The newest first.
  Result<std::vector<AutomationRun>> runs(ports::ReadTransaction& snapshot,
                                          const CallContext& context,
                                          const AutomationRunQuery& query) const;

 private:
  [[nodiscard]] Status check_may(const CallContext& context) const;

  const CatalogSource& catalog_;
  const PeopleSource& people_;
};

}  // namespace cinnabar::services
