// Everything that is done to instances besides starting and completing: the verbs of approval and
// administration, messages, signals, variables, incidents.
//
// Commands run inside a write transaction and answer before the commit; the caller must not tell
// anybody before the commit. Who may: what concerns one's own work item, its assignee or a member
// of its group; the same for others, whoever has `modify` on the process; withdrawing, its
// initiator; incidents, jobs, variables and administration, whoever has `manage`; signals and
// messages that start nothing of a known process, administrators. The system may everything.
//
// What a caller may not manage does not exist for messages: it neither gets one nor starts by one,
// and the answer is that of a message that nobody wants.
//
// Errors, beside those of domain/process/decide.h: permission_denied (not_permitted), not_found
// (instance_unknown, work_item_unknown, incident_unknown, notice_unknown, message_unwanted),
// invalid_argument (fields_invalid).
#pragma once

#include "base/log.h"
#include "base/result.h"
#include "domain/process/command.h"
#include "ports/clock.h"
#include "ports/store.h"
#include "services/catalog.h"
#include "services/context.h"
#include "services/engine_run.h"
#include "services/people.h"

#include <optional>
#include <string>
#include <vector>

namespace cinnabar::services {

struct Applied {
  ProcessInstanceId instance;
  ProcessId process;
  std::int64_t number = 0;
  InstanceState state = InstanceState::running;
};

struct IncidentRow {
  IncidentId id;
  ProcessInstanceId instance;
  ProcessId process;
  ProcessDefinitionId definition;
  std::int64_t number = 0;
  std::string node_id;
  IncidentKind kind = IncidentKind::no_participant;
  std::string detail;
  Instant created_at;
  std::optional<Instant> resolved_at;
};
struct IncidentQuery {
  ProcessId process;               // unassigned: all that the caller manages
  ProcessDefinitionId definition;  // unassigned: of every version
  std::string node_id;             // empty: all
  IncidentId after;
  std::int64_t limit = 100;
};

struct WaitRow {
  WaitId id;
  WaitKind kind = WaitKind::timer;
  std::string node_id;
  std::string name;
  std::string key;
  std::optional<Instant> due_at;
  std::int32_t retries = 0;
};

// A delivery between instances that was given up after kDeliveryAttemptsMax attempts.
struct FailedDelivery {
  std::int64_t id = 0;
  std::string kind;            // "message", "signal", ...; empty: it can not be read
  std::string name;            // of the message or signal, key of the called process
  ProcessInstanceId instance;  // who it came from, or goes to
  std::int64_t attempts = 0;
  Instant created_at;
};
inline constexpr std::int64_t kDeliveryAttemptsMax = 10;
// The due time of what was given up.
inline constexpr Instant kDeliveryNever{INT64_MAX};

class EngineService {
 public:
  EngineService(ports::Clock& clock, const CatalogSource& catalog, const PeopleSource& people,
                UtcOffset utc_offset = {}, Logger logger = {});

  // `by` and `for_others` of the command are set here, from who calls. Start and Complete have
  // services of their own and are refused. `action` is for the audit and must be a constant.
  Result<Applied> apply(ports::WriteTransaction& transaction, const CallContext& context,
                        ProcessInstanceId instance, process::Command command,
                        std::string_view action);
  // Variables of the process; null removes the value. Needs `manage`. fields_invalid for a name
  // that is a field of the form: those are changed with the record.
  Result<Applied> set_variables(ports::WriteTransaction& transaction, const CallContext& context,
                                ProcessInstanceId instance, expr::Variables variables);
  // Puts right what an incident is about and tries again, both or neither. Needs `manage`.
  Result<Applied> resolve_incident(ports::WriteTransaction& transaction, const CallContext& context,
                                   process::RetryIncident retry, expr::Variables variables);

  // The instance of something the caller knows.
  Result<ProcessInstanceId> instance_of(ports::ReadTransaction& snapshot, WorkItemId item);
  Result<ProcessInstanceId> instance_of(ports::ReadTransaction& snapshot, IncidentId incident);
  Result<ProcessInstanceId> instance_of(ports::ReadTransaction& snapshot, WaitId wait);

  struct Message {
    std::string name;
    std::string key;
    expr::Variables variables;
  };
  // To whoever waits longest, else to a start event, of the processes that the caller manages.
  // message_unwanted when nobody does.
  Result<Applied> correlate(ports::WriteTransaction& transaction, const CallContext& context,
                            Message message);
  Status broadcast(ports::WriteTransaction& transaction, const CallContext& context,
                   Message signal);
  // Starts every process that begins with a condition which holds for these facts. For
  // administrators.
  Status tell_facts(ports::WriteTransaction& transaction, const CallContext& context,
                    expr::Variables facts);

  // Open incidents, ascending by id. Needs `manage`.
  Result<std::vector<IncidentRow>> incidents(ports::ReadTransaction& snapshot,
                                             const CallContext& context,
                                             const IncidentQuery& query);
  // What the instance waits for besides people. Needs `manage`.
  Result<std::vector<WaitRow>> waits(ports::ReadTransaction& snapshot, const CallContext& context,
                                     ProcessInstanceId instance);
  // Needs `manage`.
  Result<expr::Variables> variables(ports::ReadTransaction& snapshot, const CallContext& context,
                                    ProcessInstanceId instance);

  // For administrators, ascending by id.
  Result<std::vector<FailedDelivery>> failed_deliveries(ports::ReadTransaction& snapshot,
                                                        const CallContext& context,
                                                        std::int64_t after, std::int64_t limit);
  // Due again from now. not_found (delivery_unknown). For administrators.
  Status retry_delivery(ports::WriteTransaction& transaction, const CallContext& context,
                        std::int64_t outbox);

  // What runs by itself. Each passes over what is not due any more.
  Status fire_timer_row(ports::WriteTransaction& transaction, std::int64_t wait);
  Status fire_start_trigger(ports::WriteTransaction& transaction, std::int64_t trigger);
  Status deliver_parked(ports::WriteTransaction& transaction, std::int64_t outbox);

  [[nodiscard]] EngineSurroundings surroundings() const;
  // permission_denied (not_permitted).
  Status check_may_manage(const CallContext& context, ProcessId process) const;
  // Administrators and the system. permission_denied (not_permitted).
  Status check_administrator(const CallContext& context) const;
  [[nodiscard]] std::vector<ProcessId> managed_by(const CallContext& context) const;

 private:
  static Result<Applied> apply_all(const CallContext& context, EngineRun& run,
                                   const EngineSurroundings& around, ProcessInstanceId instance,
                                   std::vector<process::Command> commands, std::string_view action);

  ports::Clock& clock_;
  const CatalogSource& catalog_;
  const PeopleSource& people_;
  UtcOffset utc_offset_;
  Logger logger_;
};

}  // namespace cinnabar::services
