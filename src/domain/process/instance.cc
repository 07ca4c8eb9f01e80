#include "domain/process/instance.h"

#include <algorithm>

namespace cinnabar::process {
namespace {

template <typename List, typename Id, typename Member>
const typename List::value_type* find_by(const List& list, Id id, Member member) {
  const auto it = std::ranges::find(list, id, member);
  return it == list.end() ? nullptr : &*it;
}

}  // namespace

const ActivityInstance* Instance::find_activity(ActivityInstanceId activity) const {
  return find_by(activities, activity, &ActivityInstance::id);
}

const ActivityInstance* Instance::find_activity_of(WorkItemId item) const {
  for (const ActivityInstance& alive : activities) {
    if (find_by(alive.work_items, item, &WorkItem::id) != nullptr) return &alive;
  }
  return nullptr;
}

const WorkItem* Instance::find_item(WorkItemId item) const {
  const ActivityInstance* activity = find_activity_of(item);
  return activity == nullptr ? nullptr : find_by(activity->work_items, item, &WorkItem::id);
}

const Wait* Instance::find_wait(WaitId wait) const {
  return find_by(waits, wait, &Wait::id);
}

const Incident* Instance::find_incident(IncidentId incident) const {
  return find_by(incidents, incident, &Incident::id);
}

ActivityInstanceId Instance::scope_of(const ActivityInstance& activity) const {
  const ActivityInstance* around = find_activity(activity.parent);
  while (around != nullptr && around->role == ActivityRole::loop_body) {
    around = find_activity(around->parent);
  }
  return around == nullptr ? ActivityInstanceId{} : around->id;
}

bool Instance::is_within(ActivityInstanceId activity, ActivityInstanceId ancestor) const {
  while (activity != ancestor) {
    const ActivityInstance* at = find_activity(activity);
    if (at == nullptr) return false;
    activity = at->parent;
  }
  return true;
}

}  // namespace cinnabar::process
