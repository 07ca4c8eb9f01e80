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

Wait& wait_of(Instance& instance, WaitId id) {
  const auto it = std::ranges::find(instance.waits, id, &Wait::id);
  CINNABAR_ASSERT(it != instance.waits.end());
  return *it;
}

struct ItemPlace {
  ActivityInstance& activity;
  WorkItem& item;
};
ItemPlace item_of(Instance& instance, WorkItemId id) {
  for (ActivityInstance& activity : instance.activities) {
    const auto it = std::ranges::find(activity.work_items, id, &WorkItem::id);
    if (it != activity.work_items.end()) return {activity, *it};
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
    instance.caller = event.caller;
    instance.caller_wait = event.caller_wait;
    instance.call_depth = event.call_depth;
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
    ++instance.arrivals[{event.scope, event.node_id, event.flow_id}];
  }
  void operator()(const JoinFired& event) const {
    const auto is_of_join = [&](const Arrivals::value_type& arrival) {
      return std::get<0>(arrival.first) == event.scope &&
             std::get<1>(arrival.first) == event.node_id;
    };
    auto it = instance.arrivals.lower_bound({event.scope, event.node_id, std::string()});
    CINNABAR_ASSERT(it != instance.arrivals.end() && is_of_join(*it));
    while (it != instance.arrivals.end() && is_of_join(*it)) {
      it = --it->second == 0 ? instance.arrivals.erase(it) : std::next(it);
    }
  }
  void operator()(const ActivityActivated& event) const {
    ActivityInstance activity;
    activity.id = event.activity;
    activity.parent = event.parent;
    activity.node_id = event.node_id;
    activity.role = event.role;
    activity.iteration = event.iteration;
    activity.cause = event.cause;
    activity.activated_at = event.at;
    if (event.role == ActivityRole::iteration) {
      ActivityInstance& body = activity_of(instance, event.parent);
      CINNABAR_ASSERT(body.loop.has_value());
      ++body.loop->started;
    }
    instance.activities.push_back(std::move(activity));
  }
  void operator()(const WorkItemOffered& event) const {
    WorkItem item;
    item.id = event.item;
    item.assignee = event.assignee;
    item.group = event.group;
    item.waiting = event.waiting;
    item.weight = event.weight;
    item.added_to = event.added_to;
    item.added = event.added;
    item.owner = event.owner;
    activity_of(instance, event.activity).work_items.push_back(item);
  }
  void operator()(const WorkItemOpened& event) const {
    WorkItem& item = item_of(instance, event.item).item;
    CINNABAR_ASSERT(item.waiting && item.state == WorkItemState::open);
    item.waiting = false;
  }
  void operator()(const WorkItemHeld& event) const {
    WorkItem& item = item_of(instance, event.item).item;
    CINNABAR_ASSERT(!item.waiting && item.state == WorkItemState::open);
    item.waiting = true;
  }
  void operator()(const WorkItemCompleted& event) const {
    const ItemPlace at = item_of(instance, event.item);
    CINNABAR_ASSERT(at.item.state == WorkItemState::open && !at.item.waiting);
    at.item.state = WorkItemState::completed;
    at.item.outcome = event.outcome;
    at.item.decided_by = event.by;
    std::erase_if(instance.decisions, [&](const PastDecision& past) {
      return past.by == event.by && past.node_id == at.activity.node_id;
    });
    instance.decisions.push_back({at.activity.node_id, event.by, at.activity.id, event.item,
                                  instance.history_size, event.outcome,
                                  instance.scope_of(at.activity)});
  }
  void operator()(const WorkItemSuperseded& event) const {
    WorkItem& item = item_of(instance, event.item).item;
    CINNABAR_ASSERT(item.state == WorkItemState::open);
    item.state = WorkItemState::superseded;
  }
  void operator()(const WorkItemReassigned& event) const {
    WorkItem& item = item_of(instance, event.item).item;
    CINNABAR_ASSERT(item.state == WorkItemState::open);
    item.assignee = event.assignee;
    item.owner = event.owner;
  }
  void operator()(const ActivityCompleted& event) const { remove(event.activity, true); }
  void operator()(const ActivityTerminated& event) const { remove(event.activity, false); }
  void operator()(const IncidentRaised& event) const {
    instance.incidents.push_back({event.incident, event.kind, event.node_id, event.detail,
                                  event.scope, event.activity, event.flow_id, event.holds_token,
                                  event.is_at_end});
  }
  void operator()(const IncidentResolved& event) const {
    const auto erased = std::erase_if(instance.incidents, [&](const Incident& incident) {
      return incident.id == event.incident;
    });
    CINNABAR_ASSERT(erased == 1);
  }
  void operator()(const InstanceCompleted& /*event*/) const { finish(InstanceState::completed); }
  void operator()(const InstanceTerminated& event) const {
    instance.rejected = event.rejected;
    finish(InstanceState::terminated);
  }
  void operator()(const InstanceFailed& event) const {
    instance.failure = event.code;
    finish(InstanceState::failed);
  }
  void operator()(const VariablesChanged& event) const {
    expr::Variables& variables = event.scope.is_assigned()
                                     ? activity_of(instance, event.scope).variables
                                     : instance.variables;
    for (const auto& [name, value] : event.changes) variables.insert_or_assign(name, value);
  }
  void operator()(const LoopStarted& event) const {
    LoopState loop;
    loop.total = event.total;
    loop.items = event.items;
    activity_of(instance, event.activity).loop = std::move(loop);
  }
  void operator()(const LoopResult& event) const {
    LoopState& loop = *activity_of(instance, event.activity).loop;
    const auto at = static_cast<std::size_t>(event.iteration);
    CINNABAR_ASSERT(at >= 1);
    if (loop.results.size() < at) loop.results.resize(at);
    loop.results[at - 1] = event.value;
  }
  void operator()(const WaitStarted& event) const { instance.waits.push_back(event.wait); }
  void operator()(const WaitFired& event) const { wait_of(instance, event.wait); }
  void operator()(const WaitRescheduled& event) const {
    Wait& wait = wait_of(instance, event.wait);
    wait.due = event.due;
    wait.repeats = event.repeats;
  }
  void operator()(const WaitEnded& event) const {
    const auto erased =
        std::erase_if(instance.waits, [&](const Wait& wait) { return wait.id == event.wait; });
    CINNABAR_ASSERT(erased == 1);
  }
  void operator()(const ConditionObserved& event) const {
    wait_of(instance, event.wait).holds = event.holds;
  }
  // For others.
  void operator()(const MessageThrown& /*event*/) const {}
  void operator()(const SignalThrown& /*event*/) const {}
  void operator()(const CallStarted& /*event*/) const {}
  void operator()(const CallCancelled& /*event*/) const {}
  void operator()(const ErrorThrown& /*event*/) const {}
  void operator()(const EscalationThrown& /*event*/) const {}
  void operator()(const JobFailed& event) const {
    Wait& wait = wait_of(instance, event.wait);
    wait.retries = event.retries;
    wait.due = event.retry_at;
  }
  void operator()(const CompensationRecorded& event) const {
    const CompensationRecord& record = event.record;
    // What was recorded inside of a completed sub-process now belongs to its record.
    for (CompensationRecord& inner : instance.compensations) {
      if (inner.parent == 0 && record.activity.is_assigned() && inner.scope == record.activity) {
        inner.parent = record.id;
        inner.scope = {};
      }
    }
    const auto it = std::ranges::find(instance.compensations, record.id, &CompensationRecord::id);
    if (it == instance.compensations.end()) {
      instance.compensations.push_back(record);
    } else {
      *it = record;
    }
  }
  void operator()(const CompensationStarted& event) const {
    activity_of(instance, event.activity).compensating = event.records;
  }
  void operator()(const CompensationTaken& event) const {
    std::erase(activity_of(instance, event.activity).compensating, event.record);
    forget([&](const CompensationRecord& record) { return record.id == event.record; });
  }
  void operator()(const InstanceSuspended& /*event*/) const {
    instance.state = InstanceState::suspended;
  }
  void operator()(const InstanceResumed& /*event*/) const {
    instance.state = InstanceState::running;
  }
  void operator()(const InstanceReactivated& /*event*/) const {
    instance.state = InstanceState::running;
    instance.rejected = false;
  }
  void operator()(const InstanceMigrated& event) const {
    instance.definition = event.definition;
    const auto rename = [&](std::string& id) {
      const auto it = event.nodes.find(id);
      if (it != event.nodes.end()) id = it->second;
    };
    for (ActivityInstance& activity : instance.activities) rename(activity.node_id);
    for (Wait& wait : instance.waits) rename(wait.node_id);
    for (Incident& incident : instance.incidents) rename(incident.node_id);
    for (CompensationRecord& record : instance.compensations) rename(record.node_id);
    for (PastDecision& past : instance.decisions) rename(past.node_id);
    Arrivals arrivals;
    for (auto& [key, count] : instance.arrivals) {
      auto [scope, node, flow] = key;
      rename(node);
      arrivals[{scope, std::move(node), std::move(flow)}] += count;
    }
    instance.arrivals = std::move(arrivals);
  }
  void operator()(const Redirected& /*event*/) const {}
  void operator()(const StraightBackSet& event) const {
    activity_of(instance, event.activity).straight_back = event.marking;
  }
  void operator()(const ParticipantsChosen& event) const { instance.chosen = event.users; }
  void operator()(const Urged& event) const {
    activity_of(instance, event.activity).urged_at = event.at;
  }
  void operator()(const NoticeSent& event) const {
    instance.notices.push_back({event.notice, event.reader, false});
  }
  void operator()(const NoticeRead& event) const {
    const auto it = std::ranges::find(instance.notices, event.notice, &Notice::id);
    CINNABAR_ASSERT(it != instance.notices.end());
    it->is_read = true;
  }
  void operator()(const ParticipantsAdded& /*event*/) const {}
  void operator()(const ParticipantRemoved& event) const {
    (*this)(WorkItemSuperseded{event.item});
  }
  void operator()(const ArrivalsDropped& event) const {
    const auto erased = instance.arrivals.erase({event.scope, event.node_id, event.flow_id});
    CINNABAR_ASSERT(erased == 1);
  }
  void operator()(const JobRetried& event) const {
    Wait& wait = wait_of(instance, event.wait);
    wait.retries = event.retries;
    wait.due.reset();
  }

  void remove(ActivityInstanceId id, bool is_completed) const {
    const auto it = std::ranges::find(instance.activities, id, &ActivityInstance::id);
    CINNABAR_ASSERT(it != instance.activities.end());
    if (it->role == ActivityRole::iteration) {
      LoopState& loop = *activity_of(instance, it->parent).loop;
      ++(is_completed ? loop.completed : loop.terminated);
    }
    instance.activities.erase(it);
    std::erase_if(instance.arrivals, [&](const Arrivals::value_type& arrival) {
      return std::get<0>(arrival.first) == id;
    });
    forget(
        [&](const CompensationRecord& record) { return record.parent == 0 && record.scope == id; });
  }
  // Records, and what lies inside of them.
  template <typename Predicate>
  void forget(Predicate predicate) const {
    std::vector<CompensationRecord>& records = instance.compensations;
    if (std::erase_if(records, predicate) == 0) return;
    const auto is_orphan = [&](const CompensationRecord& record) {
      return record.parent != 0 &&
             std::ranges::find(records, record.parent, &CompensationRecord::id) == records.end();
    };
    while (std::erase_if(records, is_orphan) > 0) {
    }
  }
  void finish(InstanceState state) const {
    CINNABAR_ASSERT(instance.activities.empty() && instance.waits.empty());
    instance.state = state;
    instance.arrivals.clear();  // a join that never fired waits no longer
    instance.compensations.clear();
    instance.chosen.clear();
  }
};

}  // namespace

void evolve(Instance& instance, const Event& event) {
  std::visit(Evolve{instance}, event);
  ++instance.history_size;
}

}  // namespace cinnabar::process
