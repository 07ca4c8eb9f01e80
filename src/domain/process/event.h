// What happened: the facts of one instance, in order, for ever. Folding them with evolve() gives
// its state. The set is append only, in the order of the variant at the end: a new meaning is a new
// type behind the last one. Members are stored in their order; a type never changes once released.
//
// `scope` is the alive sub-process in which it happened, unassigned for the process itself.
#pragma once

#include "base/time.h"
#include "domain/expr/value.h"
#include "domain/process/instance.h"
#include "vocab/field_value.h"
#include "vocab/ids.h"
#include "vocab/states.h"

#include <string>
#include <variant>
#include <vector>

namespace cinnabar::process {

struct InstanceStarted {
  ProcessInstanceId instance;
  ProcessDefinitionId definition;
  UserId initiator;
  Instant at;
  ProcessInstanceId caller;
  WaitId caller_wait;
  std::int32_t call_depth = 0;
  friend bool operator==(const InstanceStarted&, const InstanceStarted&) = default;
};
// Null values clear their field.
struct FieldsChanged {
  FieldValues changes;
  friend bool operator==(const FieldsChanged&, const FieldsChanged&) = default;
};
struct HeadersChanged {
  std::string title;
  std::string status;
  std::string level;
  friend bool operator==(const HeadersChanged&, const HeadersChanged&) = default;
};
// An event or gateway was passed through; it leaves nothing alive.
struct NodePassed {
  std::string node_id;
  ActivityInstanceId scope;
  friend bool operator==(const NodePassed&, const NodePassed&) = default;
};
struct FlowTaken {
  std::string flow_id;
  ActivityInstanceId scope;
  friend bool operator==(const FlowTaken&, const FlowTaken&) = default;
};
struct JoinArrived {
  std::string node_id;
  std::string flow_id;
  ActivityInstanceId scope;
  friend bool operator==(const JoinArrived&, const JoinArrived&) = default;
};
// Consumes one arrival of every flow that has one.
struct JoinFired {
  std::string node_id;
  ActivityInstanceId scope;
  friend bool operator==(const JoinFired&, const JoinFired&) = default;
};
struct ActivityActivated {
  ActivityInstanceId activity;
  std::string node_id;
  ActivityInstanceId parent;
  ActivityRole role = ActivityRole::plain;
  std::int32_t iteration = 0;
  ActivityInstanceId cause;
  Instant at;
  friend bool operator==(const ActivityActivated&, const ActivityActivated&) = default;
};
struct WorkItemOffered {
  WorkItemId item;
  ActivityInstanceId activity;
  UserId assignee;
  GroupId group;
  bool waiting = false;
  std::int32_t weight = 1;
  WorkItemId added_to;
  AddedAs added = AddedAs::none;
  UserId owner;  // who is away and answers for it
  friend bool operator==(const WorkItemOffered&, const WorkItemOffered&) = default;
};
// The turn of a waiting work item has come.
struct WorkItemOpened {
  WorkItemId item;
  friend bool operator==(const WorkItemOpened&, const WorkItemOpened&) = default;
};
struct WorkItemCompleted {
  WorkItemId item;
  UserId by;
  Outcome outcome = Outcome::none;
  std::string quick_action;  // empty: the form was submitted
  std::string comment;
  friend bool operator==(const WorkItemCompleted&, const WorkItemCompleted&) = default;
};
struct WorkItemSuperseded {
  WorkItemId item;
  friend bool operator==(const WorkItemSuperseded&, const WorkItemSuperseded&) = default;
};
struct ActivityCompleted {
  ActivityInstanceId activity;
  Outcome outcome = Outcome::none;
  friend bool operator==(const ActivityCompleted&, const ActivityCompleted&) = default;
};
struct ActivityTerminated {
  ActivityInstanceId activity;
  friend bool operator==(const ActivityTerminated&, const ActivityTerminated&) = default;
};
struct IncidentRaised {
  IncidentId incident;
  IncidentKind kind = IncidentKind::no_participant;
  std::string node_id;
  std::string detail;
  ActivityInstanceId scope;
  ActivityInstanceId activity;
  std::string flow_id;
  bool holds_token = false;
  bool is_at_end = false;
  friend bool operator==(const IncidentRaised&, const IncidentRaised&) = default;
};
// It was retried, resolved by hand, skipped, or what was stuck is gone.
struct IncidentResolved {
  IncidentId incident;
  UserId by;  // unassigned: the engine
  std::string comment;
  friend bool operator==(const IncidentResolved&, const IncidentResolved&) = default;
};
struct InstanceCompleted {
  std::string node_id;  // the last end event
  friend bool operator==(const InstanceCompleted&, const InstanceCompleted&) = default;
};
struct InstanceTerminated {
  UserId by;
  std::string comment;
  bool withdrawn = false;  // by its initiator
  bool rejected = false;   // a decision against it ended it
  friend bool operator==(const InstanceTerminated&, const InstanceTerminated&) = default;
};
// Values as they are now; null values stay as nulls.
struct VariablesChanged {
  ActivityInstanceId scope;  // or any other alive activity
  expr::Variables changes;
  friend bool operator==(const VariablesChanged&, const VariablesChanged&) = default;
};
struct LoopStarted {
  ActivityInstanceId activity;
  std::int32_t total = 0;
  std::vector<expr::Value> items;
  friend bool operator==(const LoopStarted&, const LoopStarted&) = default;
};
// What one iteration adds to the output collection.
struct LoopResult {
  ActivityInstanceId activity;  // the body
  std::int32_t iteration = 0;
  expr::Value value;
  friend bool operator==(const LoopResult&, const LoopResult&) = default;
};
struct WaitStarted {
  Wait wait;
  friend bool operator==(const WaitStarted&, const WaitStarted&) = default;
};
// It came; `variables` came with it. Of a cycle timer or a non-interrupting event it may go on.
struct WaitFired {
  WaitId wait;
  friend bool operator==(const WaitFired&, const WaitFired&) = default;
};
struct WaitRescheduled {
  WaitId wait;
  Instant due;
  std::int32_t repeats = 0;
  friend bool operator==(const WaitRescheduled&, const WaitRescheduled&) = default;
};
// Fired for the last time, or not needed any more.
struct WaitEnded {
  WaitId wait;
  friend bool operator==(const WaitEnded&, const WaitEnded&) = default;
};
struct ConditionObserved {
  WaitId wait;
  bool holds = false;
  friend bool operator==(const ConditionObserved&, const ConditionObserved&) = default;
};
// For whoever waits for it, in this or another instance: the caller of decide() delivers it.
// Only waits with an id below `before` were there when it was thrown; nothing is kept for later.
struct MessageThrown {
  std::string node_id;
  std::string name;
  std::string key;
  expr::Variables variables;
  std::int64_t before = 0;
  friend bool operator==(const MessageThrown&, const MessageThrown&) = default;
};
// Whoever waited in this instance has it already.
struct SignalThrown {
  std::string node_id;
  std::string name;
  expr::Variables variables;
  std::int64_t before = 0;
  friend bool operator==(const SignalThrown&, const SignalThrown&) = default;
};
// For the caller of decide(): starts the process with these variables, or, when it can not, answers
// with CallFailed.
struct CallStarted {
  WaitId wait;
  std::string called;
  expr::Variables variables;
  friend bool operator==(const CallStarted&, const CallStarted&) = default;
};
// The activity that called was cancelled: the called instance is to be terminated.
struct CallCancelled {
  WaitId wait;
  friend bool operator==(const CallCancelled&, const CallCancelled&) = default;
};
struct ErrorThrown {
  std::string node_id;
  std::string code;
  std::string message;
  friend bool operator==(const ErrorThrown&, const ErrorThrown&) = default;
};
// What nothing handles in a called instance is for its caller.
struct EscalationThrown {
  std::string node_id;
  std::string code;
  bool is_handled = false;
  friend bool operator==(const EscalationThrown&, const EscalationThrown&) = default;
};
struct JobFailed {
  WaitId wait;
  std::int32_t retries = 0;  // left
  std::optional<Instant> retry_at;
  std::string message;
  friend bool operator==(const JobFailed&, const JobFailed&) = default;
};
struct CompensationRecorded {
  CompensationRecord record;
  friend bool operator==(const CompensationRecorded&, const CompensationRecorded&) = default;
};
// The records to compensate, the last one first.
struct CompensationStarted {
  ActivityInstanceId activity;
  std::vector<std::int64_t> records;
  friend bool operator==(const CompensationStarted&, const CompensationStarted&) = default;
};
// Its handler starts now, or it has nothing to do.
struct CompensationTaken {
  ActivityInstanceId activity;
  std::int64_t record = 0;
  friend bool operator==(const CompensationTaken&, const CompensationTaken&) = default;
};
struct InstanceFailed {
  std::string node_id;
  std::string code;
  friend bool operator==(const InstanceFailed&, const InstanceFailed&) = default;
};
struct InstanceSuspended {
  UserId by;
  std::string comment;
  friend bool operator==(const InstanceSuspended&, const InstanceSuspended&) = default;
};
struct InstanceResumed {
  UserId by;
  std::string comment;
  friend bool operator==(const InstanceResumed&, const InstanceResumed&) = default;
};
// An ended instance runs again; a Redirected follows.
struct InstanceReactivated {
  UserId by;
  std::string comment;
  friend bool operator==(const InstanceReactivated&, const InstanceReactivated&) = default;
};
struct InstanceMigrated {
  ProcessDefinitionId definition;
  UserId by;
  std::map<std::string, std::string> nodes;  // old id -> new id, where they differ
  friend bool operator==(const InstanceMigrated&, const InstanceMigrated&) = default;
};
// The instance goes on at a node without a flow. What it ended and started follows as events of
// their own.
struct Redirected {
  Redirection kind = Redirection::returned;
  ActivityInstanceId activity;  // from where; unassigned: the whole instance
  std::string node_id;          // to where
  UserId by;
  std::string comment;
  friend bool operator==(const Redirected&, const Redirected&) = default;
};
struct StraightBackSet {
  ActivityInstanceId activity;
  Marking marking;
  friend bool operator==(const StraightBackSet&, const StraightBackSet&) = default;
};
struct WorkItemReassigned {
  WorkItemId item;
  Handover kind = Handover::transfer;
  UserId assignee;
  UserId owner;
  UserId by;
  std::string comment;
  friend bool operator==(const WorkItemReassigned&, const WorkItemReassigned&) = default;
};
// Waits again: somebody was asked to decide before.
struct WorkItemHeld {
  WorkItemId item;
  friend bool operator==(const WorkItemHeld&, const WorkItemHeld&) = default;
};
// Participants of the next task, named by whoever decides now.
struct ParticipantsChosen {
  std::vector<UserId> users;
  UserId by;
  friend bool operator==(const ParticipantsChosen&, const ParticipantsChosen&) = default;
};
struct Urged {
  ActivityInstanceId activity;
  UserId by;
  std::string comment;
  Instant at;
  friend bool operator==(const Urged&, const Urged&) = default;
};
struct NoticeSent {
  NoticeId notice;
  UserId reader;
  std::string node_id;
  UserId by;  // unassigned: the definition
  std::string comment;
  friend bool operator==(const NoticeSent&, const NoticeSent&) = default;
};
struct NoticeRead {
  NoticeId notice;
  UserId by;
  friend bool operator==(const NoticeRead&, const NoticeRead&) = default;
};
// Who asked others to decide as well; a WorkItemOffered for each of them follows.
struct ParticipantsAdded {
  WorkItemId item;  // whose participant asked
  AddedAs position = AddedAs::parallel;
  std::vector<UserId> users;
  UserId by;
  std::string comment;
  friend bool operator==(const ParticipantsAdded&, const ParticipantsAdded&) = default;
};
// Ends an open work item: this participant is not asked any more and does not count.
struct ParticipantRemoved {
  WorkItemId item;
  UserId by;
  std::string comment;
  friend bool operator==(const ParticipantRemoved&, const ParticipantRemoved&) = default;
};
// What had arrived at a join along a flow is undone.
struct ArrivalsDropped {
  std::string node_id;
  std::string flow_id;
  ActivityInstanceId scope;
  friend bool operator==(const ArrivalsDropped&, const ArrivalsDropped&) = default;
};
// A job that had failed too often may be tried again that often.
struct JobRetried {
  WaitId wait;
  std::int32_t retries = 0;
  UserId by;
  friend bool operator==(const JobRetried&, const JobRetried&) = default;
};

using Event = std::variant<
    InstanceStarted, FieldsChanged, HeadersChanged, NodePassed, FlowTaken, JoinArrived, JoinFired,
    ActivityActivated, WorkItemOffered, WorkItemOpened, WorkItemCompleted, WorkItemSuperseded,
    ActivityCompleted, ActivityTerminated, IncidentRaised, IncidentResolved, InstanceCompleted,
    InstanceTerminated, VariablesChanged, LoopStarted, LoopResult, WaitStarted, WaitFired,
    WaitRescheduled, WaitEnded, ConditionObserved, MessageThrown, SignalThrown, CallStarted,
    CallCancelled, ErrorThrown, EscalationThrown, JobFailed, CompensationRecorded,
    CompensationStarted, CompensationTaken, InstanceFailed, InstanceSuspended, InstanceResumed,
    InstanceReactivated, InstanceMigrated, Redirected, StraightBackSet, WorkItemReassigned,
    WorkItemHeld, ParticipantsChosen, Urged, NoticeSent, NoticeRead, ParticipantsAdded,
    ParticipantRemoved, ArrivalsDropped, JobRetried>;

}  // namespace cinnabar::process
