#include "base/assert.h"
#include "domain/process/decide.h"

#include <algorithm>

namespace cinnabar::process {
namespace {

ActivityInstance& activity_of(Instance& instance, ActivityInstanceId id) {
  const auto it = std::ranges::find(instance.activities, id, &ActivityInstance::id);
  CINNABAR_ASSERT(it != instance.activities.end());
  return *it;
}

WorkItem& item_of(Instance& instance, WorkItemId id) {
  for (ActivityInstance& activity : instance.activities) {
    const auto it = std::ranges::find(activity.work_items, id, &WorkItem::id);
    if (it != activity.work_items.end()) return *it;
  }
  CINNABAR_UNREACHABLE();
}

struct Evolve {
  Instance& instance;

  void operator()(const InstanceStarted& event) const {
    CINNABAR_ASSERT(instance.history_size == 0);
    instance.id = event.instance;
    instance.definition = event.definition;
    instance.initiator = event.initiator;
    instance.started_at = event.at;
    instance.state = InstanceState::running;
  }
  void operator()(const FieldsChanged& event) const {
    for (const auto& [id, value] : event.changes) {
      if (value.is_null()) {
        instance.fields.erase(id);
      } else {
        instance.fields.insert_or_assign(id, value);
      }
    }
  }
  void operator()(const HeadersChanged& event) const {
    instance.headers = Headers{event.title, event.status, event.level};
  }
  void operator()(const NodePassed& /*event*/) const {}
  void operator()(const FlowTaken& /*event*/) const {}
  void operator()(const JoinArrived& event) const {
    ++instance.arrivals[{event.node_id, event.flow_id}];
  }
  void operator()(const JoinFired& event) const {
    const auto end = instance.arrivals.end();
    auto it = instance.arrivals.lower_bound({event.node_id, std::string()});
    CINNABAR_ASSERT(it != end && it->first.first == event.node_id);
    while (it != end && it->first.first == event.node_id) {
      it = --it->second == 0 ? instance.arrivals.erase(it) : std::next(it);
    }
  }
  void operator()(const ActivityActivated& event) const {
    instance.activities.push_back({event.activity, event.node_id, {}});
  }
  void operator()(const WorkItemOffered& event) const {
    WorkItem item;
    item.id = event.item;
    item.assignee = event.assignee;
    item.group = event.group;
    item.waiting = event.waiting;
    activity_of(instance, event.activity).work_items.push_back(item);
  }
  void operator()(const WorkItemOpened& event) const {
    WorkItem& item = item_of(instance, event.item);
    CINNABAR_ASSERT(item.waiting && item.state == WorkItemState::open);
    item.waiting = false;
  }
  void operator()(const WorkItemCompleted& event) const {
    WorkItem& item = item_of(instance, event.item);
    CINNABAR_ASSERT(item.state == WorkItemState::open && !item.waiting);
    item.state = WorkItemState::completed;
    item.outcome = event.outcome;
  }
  void operator()(const WorkItemSuperseded& event) const {
    WorkItem& item = item_of(instance, event.item);
    CINNABAR_ASSERT(item.state == WorkItemState::open);
    item.state = WorkItemState::superseded;
  }
  void operator()(const ActivityCompleted& event) const { remove(event.activity); }
  void operator()(const ActivityTerminated& event) const { remove(event.activity); }
  void operator()(const IncidentRaised& event) const {
    instance.incidents.push_back({event.kind, event.node_id, event.detail});
  }
  void operator()(const IncidentResolved& event) const {
    std::erase_if(instance.incidents,
                  [&](const Incident& incident) { return incident.node_id == event.node_id; });
  }
  void operator()(const InstanceCompleted& /*event*/) const { finish(InstanceState::completed); }
  void operator()(const InstanceTerminated& /*event*/) const { finish(InstanceState::terminated); }

  void remove(ActivityInstanceId id) const {
    const auto erased = std::erase_if(
        instance.activities, [&](const ActivityInstance& activity) { return activity.id == id; });
    CINNABAR_ASSERT(erased == 1);
  }
  void finish(InstanceState state) const {
    CINNABAR_ASSERT(instance.activities.empty());
    instance.state = state;
    instance.arrivals.clear();  // a join that never fired waits no longer
  }
};

}  // namespace

void evolve(Instance& instance, const Event& event) {
  std::visit(Evolve{instance}, event);
  ++instance.history_size;
}

}  // namespace cinnabar::process
