// What somebody wants of an instance. Commands arrive authorized: who may do it at all was checked
// by services/authorize; the engine checks that it is possible. `by` unassigned is the system.
#pragma once

#include "base/time.h"
#include "domain/expr/value.h"
#include "vocab/field_value.h"
#include "vocab/ids.h"
#include "vocab/states.h"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cinnabar::process {

struct ProcessDefinition;

// Makes the instance. `fields` is the whole record, validated and with its defaults. `node`: id of
// a start with a trigger (a start event, an instantiating receive task, or the event behind an
// instantiating gateway) that was triggered; empty: the start event without one.
struct Start {
  ProcessInstanceId instance;
  ProcessDefinitionId definition;
  UserId initiator;
  FieldValues fields;
  expr::Variables variables = {};
  std::string node = {};
  ProcessInstanceId caller = {};
  WaitId caller_wait = {};
  std::vector<UserId> chosen = {};  // participants of the next task
  std::int32_t call_depth = 0;      // the caller's and one
};

// What follows when the task is decided against.
enum class IfRejected : std::uint8_t {
  follow,            // whatever flows are taken then
  end_unless_asked,  // once the votes come to a rejection the instance ends, unless a condition
                     // behind the task asks for the outcome
  end                // this decision, if it is a rejection, ends the instance whatever the votes
};

// Decides one work item of an activity, by form or by quick action. Without `item` it is the
// caller's own open work item, else one of a group of theirs, else, if `for_others` is set, the
// first open one; an activity without work items may be finished only with `for_others`.
struct Complete {
  ActivityInstanceId activity;
  std::optional<WorkItemId> item;
  UserId by;
  bool for_others = false;
  Outcome outcome = Outcome::submitted;
  std::optional<std::string> quick_action;
  FieldValues changes;  // validated; Null clears; ignored with a quick action
  std::string comment;
  IfRejected if_rejected = IfRejected::follow;
  expr::Variables variables;   // written where they are, else to the process
  std::vector<UserId> chosen;  // participants of the next task
};

struct Terminate {
  UserId by;
  std::string comment;
};

// ---- what the world brings ----

// Not before it is due, unless `early` says so.
struct FireTimer {
  WaitId wait;
  bool early = false;
};
// To every wait of this instance with that name, and key where the wait has one. At most one for a
// message when `wait` is set.
struct DeliverMessage {
  std::string name;
  std::string key;
  expr::Variables variables;
  std::optional<WaitId> wait;
};
// Only to waits with an id below `before`, when it is set.
struct DeliverSignal {
  std::string name;
  expr::Variables variables;
  std::int64_t before = 0;
};
struct CompleteJob {
  WaitId wait;
  expr::Variables variables;
};
// `retries` as the worker wants them; unset: one less than before. 0 raises an incident.
struct FailJob {
  WaitId wait;
  std::string message;
  std::optional<std::int32_t> retries;
  std::optional<Duration> retry_in;
};
struct ThrowJobError {
  WaitId wait;
  std::string code;
  std::string message;
  expr::Variables variables;
};
// The called instance completed.
struct CompleteCall {
  WaitId wait;
  expr::Variables variables;
};
// It ended with an error, or could not be started (then `code` is empty: an incident).
struct FailCall {
  WaitId wait;
  std::string code;
  std::string message;
};
// The called instance threw an escalation that it does not handle itself.
struct EscalateCall {
  WaitId wait;
  std::string code;
};
// Fields or variables from outside, for example an edited record.
struct ChangeData {
  UserId by;
  FieldValues fields;
  expr::Variables variables;
};

// ---- incidents ----

// Tries again what was stuck. `retries` for a job.
struct RetryIncident {
  IncidentId incident;
  UserId by;
  std::int32_t retries = 1;
};
// Goes on behind the node as if it had completed, with these variables.
struct SkipIncident {
  IncidentId incident;
  UserId by;
  std::string comment;
  expr::Variables variables;
};

// ---- approval verbs ----

struct Claim {
  WorkItemId item;
  UserId by;
};
struct Unclaim {
  WorkItemId item;
  UserId by;
};
struct Transfer {
  WorkItemId item;
  UserId by;
  UserId to;
  bool for_others = false;
  std::string comment;
  Handover kind = Handover::transfer;  // transfer, absence or departure
};
struct Delegate {
  WorkItemId item;
  UserId by;
  UserId to;
  bool for_others = false;
  std::string comment;
};
struct Resolve {  // gives a delegated work item back to its owner
  WorkItemId item;
  UserId by;
  std::string comment;
};
struct AddParticipants {
  WorkItemId item;
  UserId by;
  AddedAs position = AddedAs::parallel;
  std::vector<UserId> users;
  std::string comment;
  bool for_others = false;
};
struct RemoveParticipant {
  WorkItemId item;  // the one to remove: added by the caller, or any with `for_others`
  UserId by;
  bool for_others = false;
  std::string comment;
};
// `to`: node id of an earlier user task; empty: the one before; "$initiator": the first one.
struct Return {
  WorkItemId item;
  UserId by;
  std::string to;
  bool straight_back = false;  // comes straight back here when it is done again
  bool for_others = false;
  std::string comment;
  FieldValues changes;
};
struct Withdraw {
  UserId by;
  bool for_others = false;
  std::string comment;
};
struct TakeBack {  // the caller's last decision
  UserId by;
  std::optional<WorkItemId> item;  // unset: the last one
  std::string comment;
};
struct Urge {
  UserId by;
  std::optional<ActivityInstanceId> activity;  // unset: all that are open
  std::string comment;
};
struct SendNotice {
  UserId by;
  std::vector<UserId> readers;
  std::string comment;
};
struct ReadNotice {
  NoticeId notice;
  UserId by;
};

// ---- administration ----

struct Suspend {
  UserId by;
  std::string comment;
};
struct Resume {
  UserId by;
  std::string comment;
};
// Cancels `from` (unset: everything) and goes on at `to`.
struct Jump {
  UserId by;
  std::optional<ActivityInstanceId> from;
  std::string to;
  std::string comment;
};
// Lets an ended instance go on at a node.
struct Reactivate {
  UserId by;
  std::string to;
  std::string comment;
};
// To another version, whose graph is `target`; borrowed for the call. `nodes` maps ids that differ.
struct Migrate {
  UserId by;
  ProcessDefinitionId definition;
  const ProcessDefinition* target = nullptr;
  std::map<std::string, std::string> nodes;
};

using Command =
    std::variant<Start, Complete, Terminate, FireTimer, DeliverMessage, DeliverSignal, CompleteJob,
                 FailJob, ThrowJobError, CompleteCall, FailCall, EscalateCall, ChangeData,
                 RetryIncident, SkipIncident, Claim, Unclaim, Transfer, Delegate, Resolve,
                 AddParticipants, RemoveParticipant, Return, Withdraw, TakeBack, Urge, SendNotice,
                 ReadNotice, Suspend, Resume, Jump, Reactivate, Migrate>;

}  // namespace cinnabar::process
