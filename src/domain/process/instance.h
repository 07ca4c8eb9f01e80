// Where one process instance stands: a tree of alive activities, what joins wait for, and what else
// is waited for. There are no token entities; a token is a picture of this.
//
// An activity's parent is the activity inside of which it runs: a sub-process, or the body of a
// loop. Unassigned means the process itself. A "scope" below is that same id: the process or an
// alive sub-process.
//
// Thread: a plain value, owned by whoever loaded it.
#pragma once

#include "base/time.h"
#include "domain/expr/value.h"
#include "vocab/field_value.h"
#include "vocab/ids.h"
#include "vocab/states.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace cinnabar::process {

struct WorkItem {
  WorkItemId id;
  UserId assignee;  // unassigned: offered to the group
  GroupId group;    // unassigned: offered to the person alone
  WorkItemState state = WorkItemState::open;
  Outcome outcome = Outcome::none;
  bool waiting = false;  // its turn has not come, so nobody sees it yet
  UserId owner;          // delegated by, and goes back to; unassigned: not delegated
  WorkItemId added_to;   // whose participant asked for this one; unassigned: from the rules
  AddedAs added = AddedAs::none;
  std::int32_t weight = 1;  // of its vote
  UserId decided_by;
  friend bool operator==(const WorkItem&, const WorkItem&) = default;
};

enum class ActivityRole : std::uint8_t {
  plain = 0,
  loop_body = 1,     // holds the iterations of a loop; boundary events are attached here
  iteration = 2,     // one run of a loop
  compensation = 3,  // a compensation handler at work
};

// Counters of a loop body.
struct LoopState {
  std::int32_t total = 0;  // iterations there will be; 0 for a standard loop
  std::int32_t started = 0;
  std::int32_t completed = 0;
  std::int32_t terminated = 0;
  std::vector<expr::Value> items;    // of the collection; empty for a cardinality
  std::vector<expr::Value> results;  // by iteration, for the output collection
  friend bool operator==(const LoopState&, const LoopState&) = default;
};

// (scope, node id of the join, id of the incoming flow) -> arrivals not yet consumed, always
// positive.
using Arrivals = std::map<std::tuple<ActivityInstanceId, std::string, std::string>, std::int32_t>;

// Where the scope stood when an activity was sent back, so that it can go straight back.
struct Marking {
  std::vector<std::string> nodes;                             // activities that were alive
  std::vector<std::pair<std::string, std::string>> arrivals;  // join and incoming flow, repeated
  friend bool operator==(const Marking&, const Marking&) = default;
};

struct ActivityInstance {
  ActivityInstanceId id;
  ActivityInstanceId parent;
  std::string node_id;
  ActivityRole role = ActivityRole::plain;
  std::int32_t iteration = 0;  // from 1, of iterations
  // Of a compensation handler: the throwing activity that waits for it. Of a sub-process started by
  // an event: unassigned.
  ActivityInstanceId cause;
  std::vector<WorkItem> work_items;
  expr::Variables variables;      // local to it
  std::optional<LoopState> loop;  // of loop bodies
  std::vector<std::int64_t>
      compensating;                      // of a throwing activity: records still to do, last first
  std::optional<Marking> straight_back;  // goes there when it completes, not along its flows
  std::vector<UserId> chosen;            // participants named by the one before
  Instant activated_at;
  std::optional<Instant> urged_at;
  friend bool operator==(const ActivityInstance&, const ActivityInstance&) = default;
};

// Something other than a person that the instance waits for.
struct Wait {
  WaitId id;
  WaitKind kind = WaitKind::timer;
  // Whose it is: a catching activity, the activity of a boundary event, the scope of an event
  // sub-process (unassigned: the process), a service task.
  ActivityInstanceId owner;
  std::string node_id;  // the catching node
  std::string name;     // of the message or signal; type of the job; key of the called process
  std::string key;      // correlation key, "" for none
  std::optional<Instant> due;  // timers; jobs: not before
  std::int64_t interval = 0;   // microseconds, of cycles
  std::int32_t repeats = 0;    // firings left after the next one; -1: for ever
  std::int32_t retries = 0;    // jobs: attempts left
  bool holds = false;          // conditions: was true when last looked at
  friend bool operator==(const Wait&, const Wait&) = default;
};

struct Incident {
  IncidentId id;
  IncidentKind kind = IncidentKind::no_participant;
  std::string node_id;
  std::string detail;
  ActivityInstanceId scope;     // where the token is, when it holds one
  ActivityInstanceId activity;  // the alive activity that is stuck; unassigned: a token is held
  std::string flow_id;          // the token came in along it and was not let in yet
  bool holds_token = false;     // the instance is not finished while there is one
  bool is_at_end = false;       // the activity has done its work; only what follows failed
  friend bool operator==(const Incident&, const Incident&) = default;
};

// A completed activity that can be compensated, with the variables of its time.
struct CompensationRecord {
  std::int64_t id = 0;
  std::string node_id;
  ActivityInstanceId scope;     // alive scope it belongs to, or, when that completed, unassigned
  std::int64_t parent = 0;      // the record of the completed sub-process around it; 0: none
  ActivityInstanceId activity;  // which completed
  expr::Variables variables;
  friend bool operator==(const CompensationRecord&, const CompensationRecord&) = default;
};

// A decided work item, for rules that ask who decided before, and for taking it back.
struct PastDecision {
  std::string node_id;
  UserId by;
  ActivityInstanceId activity;
  WorkItemId item;
  std::int64_t position = 0;  // in the history
  Outcome outcome = Outcome::none;
  ActivityInstanceId scope;  // in which it happened
  friend bool operator==(const PastDecision&, const PastDecision&) = default;
};

// A copy for a reader who decides nothing.
struct Notice {
  NoticeId id;
  UserId reader;
  bool is_read = false;
  friend bool operator==(const Notice&, const Notice&) = default;
};

// What lists show of an instance.
struct Headers {
  std::string title;
  std::string status;
  std::string level;
  friend bool operator==(const Headers&, const Headers&) = default;
};

struct Instance {
  ProcessInstanceId id;
  ProcessDefinitionId definition;
  UserId initiator;
  Instant started_at;
  InstanceState state = InstanceState::running;
  ProcessInstanceId caller;     // unassigned: nobody called it
  WaitId caller_wait;           // which wait of the caller it ends
  std::int32_t call_depth = 0;  // callers above
  std::string failure;          // code of the error that ended it
  bool rejected = false;        // a decision against it ended it
  Headers headers;
  FieldValues fields;         // the record; kept in its own row, joined when the instance is loaded
  expr::Variables variables;  // of the process
  std::vector<ActivityInstance> activities;  // alive, in the order of their activation
  Arrivals arrivals;
  std::vector<Wait> waits;                        // in the order of their start
  std::vector<Incident> incidents;                // open
  std::vector<CompensationRecord> compensations;  // in the order of completion
  std::vector<PastDecision> decisions;            // the last one of each person at each node
  std::vector<Notice> notices;
  std::vector<UserId> chosen;     // participants of the next task, named by whoever decided
  std::int64_t history_size = 0;  // events folded so far

  [[nodiscard]] const ActivityInstance* find_activity(ActivityInstanceId activity) const;
  [[nodiscard]] const ActivityInstance* find_activity_of(WorkItemId item) const;
  [[nodiscard]] const WorkItem* find_item(WorkItemId item) const;
  [[nodiscard]] const Wait* find_wait(WaitId wait) const;
  [[nodiscard]] const Incident* find_incident(IncidentId incident) const;
  // True when the activity is `ancestor` or runs inside of it; everything runs inside of the
  // unassigned one.
  [[nodiscard]] bool is_within(ActivityInstanceId activity, ActivityInstanceId ancestor) const;
  // The sub-process in which an alive activity runs, past the loop that it may be a run of;
  // unassigned: the process.
  [[nodiscard]] ActivityInstanceId scope_of(const ActivityInstance& activity) const;
  friend bool operator==(const Instance&, const Instance&) = default;
};

}  // namespace cinnabar::process
