// What happened: the facts of one instance, in order, for ever. Folding them with evolve() gives
// its state. The set is append only: a new meaning is a new type with a new number in the codec.
#pragma once

#include "base/time.h"
#include "vocab/field_value.h"
#include "vocab/ids.h"
#include "vocab/states.h"

#include <string>
#include <variant>

namespace cinnabar::process {

struct InstanceStarted {
  ProcessInstanceId instance;
  ProcessDefinitionId definition;
  UserId initiator;
  Instant at;
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
  friend bool operator==(const NodePassed&, const NodePassed&) = default;
};
struct FlowTaken {
  std::string flow_id;
  friend bool operator==(const FlowTaken&, const FlowTaken&) = default;
};
struct JoinArrived {
  std::string node_id;
  std::string flow_id;
  friend bool operator==(const JoinArrived&, const JoinArrived&) = default;
};
// Consumes one arrival of every flow that has one.
struct JoinFired {
  std::string node_id;
  friend bool operator==(const JoinFired&, const JoinFired&) = default;
};
struct ActivityActivated {
  ActivityInstanceId activity;
  std::string node_id;
  friend bool operator==(const ActivityActivated&, const ActivityActivated&) = default;
};
struct WorkItemOffered {
  WorkItemId item;
  ActivityInstanceId activity;
  UserId assignee;
  GroupId group;
  bool waiting = false;
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
  IncidentKind kind = IncidentKind::no_participant;
  std::string node_id;
  std::string detail;
  friend bool operator==(const IncidentRaised&, const IncidentRaised&) = default;
};
// The activity at that node was finished by hand, or the instance ended.
struct IncidentResolved {
  std::string node_id;
  friend bool operator==(const IncidentResolved&, const IncidentResolved&) = default;
};
struct InstanceCompleted {
  std::string node_id;  // the last end event
  friend bool operator==(const InstanceCompleted&, const InstanceCompleted&) = default;
};
struct InstanceTerminated {
  UserId by;
  std::string comment;
  friend bool operator==(const InstanceTerminated&, const InstanceTerminated&) = default;
};

using Event =
    std::variant<InstanceStarted, FieldsChanged, HeadersChanged, NodePassed, FlowTaken, JoinArrived,
                 JoinFired, ActivityActivated, WorkItemOffered, WorkItemOpened, WorkItemCompleted,
                 WorkItemSuperseded, ActivityCompleted, ActivityTerminated, IncidentRaised,
                 IncidentResolved, InstanceCompleted, InstanceTerminated>;

}  // namespace cinnabar::process
