// Every work item of an instance since its start: in whose hands it was, how it came there and how
// it went; its history in the words of tasks, for doors that list tasks that are done.
//
// An item that changes hands has a stage for each of them, with the item's id; the last one is as
// the item is now. Participants whose turn never came have none. The start is the first stage, with
// no item, because whoever starts an instance does something for it, too.
//
// Pure; thread: any. Time grows with the history.
#pragma once

#include "domain/process/definition.h"
#include "services/instance_service.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::services {

// How a stage began.
enum class StageOrigin : std::uint8_t {
  started,
  reached,      // along the flows
  returned,     // a later task was sent back
  withdrawn,    // the initiator took the instance back
  taken_back,   // a decision was taken back
  jumped,       // an administrator moved the instance
  reactivated,  // an administrator let the ended instance go on
  handed_over,  // it was somebody else's
  added_before,
  added_after,
  added_parallel,
};

// How it ended.
enum class StageEnd : std::uint8_t {
  open,
  decided,      // see `outcome`
  returned,     // sent back by its assignee
  handed_over,  // it is somebody else's
  unneeded,     // others decided, or it was removed
  left,         // the instance was moved away
  closed,       // the instance ended around it
};

struct WorkItemStage {
  WorkItemId item;              // unassigned: the start
  std::int32_t stage = 0;       // of the item, from 0
  bool is_last = true;          // of the item
  ActivityInstanceId activity;  // unassigned: the start
  std::string node_id;
  std::string node_name;
  UserId assignee;  // unassigned: whoever of the group takes it
  GroupId group;
  StageOrigin origin = StageOrigin::reached;
  UserId created_by;  // whose command led here; unassigned: the engine
  Instant created_at;
  bool is_held = false;  // waits for people who were asked first
  StageEnd end = StageEnd::open;
  Outcome outcome = Outcome::none;
  bool by_engine = false;         // a policy or being late decided, nobody did
  bool asked_for_others = false;  // its assignee had others decide after it
  bool is_overtaken = false;      // a reactivation has begun again before it
  UserId ended_by;
  std::optional<Instant> ended_at;
  std::string comment;  // of whoever ended it
};

// `graph` is the definition that the instance follows now; nodes that it lacks have no name. In the
// order in which they began.
std::vector<WorkItemStage> work_item_log(const process::ProcessDefinition& graph,
                                         const std::vector<HistoryEntry>& history);

}  // namespace cinnabar::services
