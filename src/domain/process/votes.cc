#include "domain/process/votes.h"

#include "base/assert.h"
#include "domain/process/execution.h"

#include <algorithm>
#include <map>

namespace cinnabar::process {
namespace {

// Places of an activity by index of their first work item; parents come before their children, as
// they are older.
struct Place {
  const WorkItem* first = nullptr;  // says how it came to be
  const WorkItem* last = nullptr;   // says where it stands
  std::optional<std::size_t> parent;
  AddedAs added = AddedAs::none;
};

struct Places {
  std::vector<Place> list;
  std::vector<std::size_t> of_item;  // by index of the work item
};

Places places_of(const ActivityInstance& activity) {
  Places places;
  std::map<WorkItemId, std::size_t> by_id;
  places.of_item.reserve(activity.work_items.size());
  for (const WorkItem& item : activity.work_items) {
    const auto parent = by_id.find(item.added_to);
    const bool has_parent = item.added_to.is_assigned() && parent != by_id.end();
    std::size_t at = places.list.size();
    if (has_parent && item.added == AddedAs::again) {
      at = parent->second;
      places.list[at].last = &item;
    } else {
      Place place{&item, &item, std::nullopt, AddedAs::none};
      if (has_parent) {
        place.parent = parent->second;
        place.added = item.added;
      }
      places.list.push_back(place);
    }
    by_id.emplace(item.id, at);
    places.of_item.push_back(at);
  }
  return places;
}

bool is_removed(const Place& place) {
  return place.last->state == WorkItemState::superseded;
}

// The line of each place, as the index of its first place.
std::vector<std::size_t> lines_of(const std::vector<Place>& places) {
  std::vector<std::size_t> lines(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Place& place = places[i];
    const bool is_own = !place.parent ||
                        (place.added == AddedAs::parallel && lines[*place.parent] == *place.parent);
    lines[i] = is_own ? i : lines[*place.parent];
  }
  return lines;
}

// Under Any: lines instead of places.
Tally tally_of_lines(const std::vector<Place>& places) {
  struct Line {
    bool counts = false;
    bool consents = true;
    bool rejects = false;
  };
  const std::vector<std::size_t> lines = lines_of(places);
  std::vector<Line> votes(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (is_removed(places[i])) continue;
    Line& line = votes[lines[i]];
    line.counts = true;
    const bool is_decided = places[i].last->state == WorkItemState::completed;
    const bool consents = is_decided && is_consent(places[i].last->outcome);
    line.consents = line.consents && consents;
    line.rejects = line.rejects || (is_decided && !consents);
  }
  Tally tally;
  for (const Line& line : votes) {
    if (!line.counts) continue;
    ++tally.participants;
    if (line.rejects) {
      ++tally.rejections;
    } else if (line.consents) {
      ++tally.consents;
    }
  }
  return tally;
}

}  // namespace

bool is_consent(Outcome outcome) {
  return outcome == Outcome::submitted || outcome == Outcome::approved;
}

Tally tally_of(const CompletionRule& rule, const ActivityInstance& activity) {
  const Places places = places_of(activity);
  if (std::holds_alternative<Any>(rule)) return tally_of_lines(places.list);
  Tally tally;
  for (const Place& place : places.list) {
    if (is_removed(place)) continue;
    ++tally.participants;
    tally.weight += place.last->weight;
    if (place.last->state != WorkItemState::completed) continue;
    if (is_consent(place.last->outcome)) {
      ++tally.consents;
      tally.consenting += place.last->weight;
    } else {
      ++tally.rejections;
      tally.rejecting += place.last->weight;
    }
  }
  return tally;
}

std::optional<Outcome> activity_outcome(const UserTask& task, const ActivityInstance& activity,
                                        std::optional<Outcome> last) {
  const auto decided = decide_outcome(task.completion, tally_of(task.completion, activity));
  if (!decided || !last) return decided;
  return is_consent(*decided) == is_consent(*last) ? last : decided;
}

std::vector<bool> held_items(const CompletionRule& rule, const ActivityInstance& activity) {
  const Places places = places_of(activity);
  const std::vector<Place>& list = places.list;
  const auto is_open = [&](std::size_t i) { return list[i].last->state == WorkItemState::open; };
  // Children come later, so from the back every place knows what hangs on it.
  std::vector<bool> is_open_below(list.size(), false);  // itself or added to it, at any depth
  std::vector<bool> has_open_before(list.size(), false);
  for (std::size_t i = list.size(); i-- > 0;) {
    is_open_below[i] = is_open_below[i] || is_open(i);
    if (!list[i].parent || !is_open_below[i]) continue;
    is_open_below[*list[i].parent] = true;
    if (list[i].added == AddedAs::before) has_open_before[*list[i].parent] = true;
  }
  const bool in_order = std::holds_alternative<InOrder>(rule);
  bool is_open_so_far = false;  // somebody of the rules, or added to one, has not decided
  std::vector<bool> has_come(list.size(), false);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].parent) {
      has_come[i] = !in_order || !is_open_so_far;
      is_open_so_far = is_open_so_far || is_open_below[i];
    } else if (list[i].added == AddedAs::after) {
      has_come[i] = !is_open(*list[i].parent);
    } else {
      has_come[i] = has_come[*list[i].parent];
    }
  }
  std::vector<bool> held;
  held.reserve(activity.work_items.size());
  for (std::size_t i = 0; i < activity.work_items.size(); ++i) {
    const std::size_t place = places.of_item[i];
    held.push_back(!has_come[place] || has_open_before[place]);
  }
  return held;
}

void update_turns(Execution& execution, ActivityInstanceId id) {
  const ActivityInstance& activity = execution.activity(id);
  const UserTask* task = execution.node_of(activity).user_task();
  CINNABAR_ASSERT(task != nullptr);
  const std::vector<bool> held = held_items(task->completion, activity);
  std::vector<WorkItemId> opened;
  std::vector<WorkItemId> stopped;
  for (std::size_t i = 0; i < held.size(); ++i) {
    const WorkItem& item = activity.work_items[i];
    if (item.state != WorkItemState::open || item.waiting == held[i]) continue;
    (held[i] ? stopped : opened).push_back(item.id);
  }
  for (const WorkItemId item : stopped) execution.emit(WorkItemHeld{item});
  for (const WorkItemId item : opened) execution.emit(WorkItemOpened{item});
}

void settle(Execution& execution, ActivityInstanceId id, std::optional<Outcome> last) {
  const ActivityInstance& activity = execution.activity(id);
  const UserTask* task = execution.node_of(activity).user_task();
  CINNABAR_ASSERT(task != nullptr);
  if (const auto decided = activity_outcome(*task, activity, last)) {
    execution.set_outcome(*decided);
    execution.complete_activity(id, *decided);
  } else {
    update_turns(execution, id);
  }
}

namespace {

Place place_of(const ActivityInstance& activity, const WorkItem& item) {
  const Places places = places_of(activity);
  const auto at = static_cast<std::size_t>(&item - activity.work_items.data());
  CINNABAR_ASSERT(at < places.of_item.size());
  return places.list[places.of_item[at]];
}

}  // namespace

const WorkItem& latest_of(const ActivityInstance& activity, const WorkItem& item) {
  return *place_of(activity, item).last;
}

const WorkItem& first_of(const ActivityInstance& activity, const WorkItem& item) {
  return *place_of(activity, item).first;
}

}  // namespace cinnabar::process
