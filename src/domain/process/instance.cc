#include "domain/process/instance.h"

namespace cinnabar::process {

const ActivityInstance* Instance::find_activity(ActivityInstanceId activity) const {
  for (const ActivityInstance& alive : activities) {
    if (alive.id == activity) return &alive;
  }
  return nullptr;
}

const ActivityInstance* Instance::find_activity_of(WorkItemId item) const {
  for (const ActivityInstance& alive : activities) {
    for (const WorkItem& candidate : alive.work_items) {
      if (candidate.id == item) return &alive;
    }
  }
  return nullptr;
}

}  // namespace cinnabar::process
