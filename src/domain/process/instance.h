// Where one process instance stands: its alive activities and what joins wait for. There are no
// token entities; a token is a picture of this.
//
// Thread: a plain value, owned by whoever loaded it.
#pragma once

#include "base/time.h"
#include "vocab/field_value.h"
#include "vocab/ids.h"
#include "vocab/states.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace cinnabar::process {

struct WorkItem {
  WorkItemId id;
  UserId assignee;  // unassigned: offered to the group
  GroupId group;    // unassigned: offered to the person alone
  WorkItemState state = WorkItemState::open;
  Outcome outcome = Outcome::none;
  bool waiting = false;  // in-order rules: its turn has not come, so nobody sees it yet
  friend bool operator==(const WorkItem&, const WorkItem&) = default;
};

struct ActivityInstance {
  ActivityInstanceId id;
  std::string node_id;
  std::vector<WorkItem> work_items;
  friend bool operator==(const ActivityInstance&, const ActivityInstance&) = default;
};

struct Incident {
  IncidentKind kind = IncidentKind::no_participant;
  std::string node_id;
  std::string detail;
  friend bool operator==(const Incident&, const Incident&) = default;
};

// What lists show of an instance.
struct Headers {
  std::string title;
  std::string status;
  std::string level;
  friend bool operator==(const Headers&, const Headers&) = default;
};

// (node id of the join, id of the incoming flow) -> arrivals not yet consumed, always positive.
using Arrivals = std::map<std::pair<std::string, std::string>, std::int32_t>;

struct Instance {
  ProcessInstanceId id;
  ProcessDefinitionId definition;
  UserId initiator;
  Instant started_at;
  InstanceState state = InstanceState::running;
  Headers headers;
  FieldValues fields;  // the record; kept in its own row, joined when the instance is loaded
  std::vector<ActivityInstance> activities;  // alive, in the order of their activation
  Arrivals arrivals;
  std::vector<Incident> incidents;  // open
  std::int64_t history_size = 0;    // events folded so far

  [[nodiscard]] const ActivityInstance* find_activity(ActivityInstanceId activity) const;
  [[nodiscard]] const ActivityInstance* find_activity_of(WorkItemId item) const;
  friend bool operator==(const Instance&, const Instance&) = default;
};

}  // namespace cinnabar::process
