// Process instances: start, complete, remove, and what is asked about one or many of them.
//
// Commands run inside a write transaction and answer before the commit; the caller must not tell
// anybody before the commit. Reads run on a snapshot. Every call authorizes first.
// Errors, beside those of domain/process/decide.h: permission_denied (not_permitted), not_found
// (process_unknown, instance_unknown, activity_unknown), failed_precondition (process_disabled,
// api_disabled, feature_disabled), invalid_argument (fields_invalid with one field error each).
#pragma once

#include "base/log.h"
#include "base/result.h"
#include "domain/process/command.h"
#include "domain/process/event.h"
#include "domain/process/instance.h"
#include "ports/clock.h"
#include "ports/store.h"
#include "services/catalog.h"
#include "services/context.h"
#include "services/file_service.h"
#include "services/instance_list.h"
#include "services/people.h"
#include "vocab/field_value.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::services {

struct StartRequest {
  ProcessId process;
  FieldValues fields;          // as submitted; keys in any ASCII case
  std::vector<NewFile> files;  // already in the blob store
  bool through_api = true;     // refused when the process has its API switched off
  expr::Variables variables;   // of the process
  std::vector<UserId> chosen;  // participants of the next task, where its rules ask for them
  bool important = false;      // for people, in lists
  bool urgent = false;
};
struct Started {
  ProcessInstanceId instance;
  std::int64_t number = 0;  // counts per process from 1, without gaps
  RecordId record;
  bool was_checked = false;  // the start event has checks, and they held
  ListedInstance listed;     // as lists show it from now on
};

struct CompleteRequest {
  ActivityInstanceId activity;
  std::optional<ProcessId> process;  // when set, an activity of another process is activity_unknown
  std::optional<WorkItemId> item;
  Outcome outcome = Outcome::submitted;
  std::optional<std::string> quick_action;
  FieldValues changes;
  // When set, makes `changes` once it is known which version the instance runs on; for doors whose
  // words mean something only with a form. Not called for a quick action.
  std::function<Result<FieldValues>(const form::FormDefinition& form)> read_changes;
  std::vector<NewFile> files;  // names of file fields in any ASCII case
  std::string comment;
  bool through_api = true;
  expr::Variables variables;
  std::vector<UserId> chosen;  // participants of the next task, where its rules ask for them
  process::IfRejected if_rejected = process::IfRejected::follow;
  std::vector<UserId> ask_after;  // who decides after this one at the same task; needs `item`
};
struct Completed {
  ProcessInstanceId instance;
  std::int64_t number = 0;
  InstanceState state = InstanceState::running;
};

// An activity that waits for somebody.
struct OpenPosition {
  ActivityInstanceId activity;
  std::string node_id;
  std::string node_name;
};

// One position of an instance in the course of time: the start, each user task, in order. `is_past`
// is false for the positions where the instance stands, and for the last one of an ended instance.
struct Position {
  std::int64_t id = 0;  // the activity's id; the start has the instance's id
  std::string node_id;  // where it stopped: the node entered next for a past position
  std::string node_name;
  std::string node_kind;  // stable name of the node's kind
  bool is_past = false;
  bool is_closed = false;
  bool has_incident = false;
  std::string incident_detail;
  Instant created_at;
  Instant updated_at;
  std::optional<Instant> stopped_at;
  process::Headers headers;  // as they were then
  FieldValues fields;        // as they were then
  UserId created_by;
  UserId updated_by;  // unassigned: nobody yet
};

struct InstanceSummary {
  ProcessInstanceId id;
  ProcessId process;
  ProcessDefinitionId definition;
  std::int64_t number = 0;
  RecordId record;
  UserId initiator;
  InstanceState state = InstanceState::running;
  process::Headers headers;
  std::int64_t version = 0;
  Instant created_at;
  Instant updated_at;
  std::optional<Instant> ended_at;
  bool rejected = false;  // a decision against it ended it
};

struct InstancePositions {
  InstanceSummary summary;
  std::vector<Position> positions;
};

// One command's facts.
struct HistoryEntry {
  std::int64_t sequence = 0;
  Instant at;
  UserId actor;
  std::vector<process::Event> events;
};

class InstanceService {
 public:
  // `utc_offset`: of dates and times in definitions that are written without one.
  InstanceService(ports::Clock& clock, const CatalogSource& catalog, const PeopleSource& people,
                  UtcOffset utc_offset = {}, Logger logger = {});

  Result<Started> start(ports::WriteTransaction& transaction, const CallContext& context,
                        StartRequest request);
  Result<Completed> complete(ports::WriteTransaction& transaction, const CallContext& context,
                             CompleteRequest request);
  // Instances with all their rows and history; numbers that do not exist are passed over. Returns
  // how many were removed. Needs the permission `remove`.
  Result<std::int64_t> remove(ports::WriteTransaction& transaction, const CallContext& context,
                              ProcessId process, const std::vector<std::int64_t>& numbers);

  // Who may see the process sees its instances; initiators and participants see their own.
  Result<InstanceSummary> find(ports::ReadTransaction& snapshot, const CallContext& context,
                               ProcessId process, std::int64_t number);
  // Ascending by id; empty for an unknown number and for an ended instance.
  Result<std::vector<OpenPosition>> open_positions(ports::ReadTransaction& snapshot,
                                                   const CallContext& context, ProcessId process,
                                                   std::int64_t number);
  // A page of instances of one process in ascending id order, each with all its positions, starting
  // after `after`. Needs the permission `view`.
  Result<std::vector<InstancePositions>> positions(ports::ReadTransaction& snapshot,
                                                   const CallContext& context, ProcessId process,
                                                   std::optional<std::int64_t> number,
                                                   ProcessInstanceId after, std::int64_t limit);
  Result<std::vector<HistoryEntry>> history(ports::ReadTransaction& snapshot,
                                            ProcessInstanceId instance);
  // Of many at once, at most limits::kPageRowsMax; whoever asks may see them. Unknown ones are left
  // out.
  Result<std::map<ProcessInstanceId, InstanceSummary>> summaries(
      ports::ReadTransaction& snapshot, const std::vector<ProcessInstanceId>& instances);
  Result<std::map<ProcessInstanceId, std::vector<HistoryEntry>>> histories(
      ports::ReadTransaction& snapshot, const std::vector<ProcessInstanceId>& instances);
  // The state as stored, and as folded from history: the promise is that they are equal.
  Result<process::Instance> load(ports::ReadTransaction& snapshot, ProcessInstanceId instance);
  Result<process::Instance> replay(ports::ReadTransaction& snapshot, ProcessInstanceId instance);

 private:
  ports::Clock& clock_;
  const CatalogSource& catalog_;
  const PeopleSource& people_;
  UtcOffset utc_offset_;
  Logger logger_;
};

}  // namespace cinnabar::services
