// Who did what with an instance, in order: its history in the words of approval, for the logs that
// doors show. Decisions and verbs of people only; what the engine did by itself is left out.
//
// Thread: reads on a snapshot. Errors: those of InstanceService::history.
#pragma once

#include "base/result.h"
#include "ports/store.h"
#include "services/instance_service.h"

#include <string>
#include <vector>

namespace cinnabar::services {

enum class LoggedAction : std::uint8_t {
  started,
  decided,  // see `outcome`
  returned,
  withdrawn,
  taken_back,
  transferred,  // delegated, claimed and given back as well
  added,        // asked others to decide as well
  removed,      // one of them is not asked any more
  suspended,
  resumed,
  terminated,
  reactivated,
};

struct LogEntry {
  std::int64_t sequence = 0;  // of the command in the history
  std::int64_t position = 0;  // within it, from 0
  LoggedAction action = LoggedAction::decided;
  Outcome outcome = Outcome::none;  // of a decision
  WorkItemId item;                  // unassigned: about the instance
  ActivityInstanceId activity;      // unassigned: about the instance
  std::string node_id;              // empty: about the instance
  std::string node_name;
  std::string from_node;  // the node before, from which the activity was reached; empty: none
  UserId by;              // unassigned: the engine
  std::string comment;
  Instant at;
};

// `graph` is the definition that the instance follows now; nodes that it lacks have no name. Pure.
std::vector<LogEntry> decision_log(const process::ProcessDefinition& graph,
                                   const std::vector<HistoryEntry>& history);

}  // namespace cinnabar::services
