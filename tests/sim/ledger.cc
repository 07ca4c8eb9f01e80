#include "sim/ledger.h"

#include <algorithm>

namespace cinnabar::sim {

using namespace process;  // NOLINT: the names of events

void Ledger::fresh(std::int64_t id, GivenIds& given) {
  if (!given.insert(id).second) fail("I11: the id " + std::to_string(id) + " was given twice");
}

void Ledger::close_item(WorkItemId item, bool by_decision) {
  const std::string name = "work item " + std::to_string(item.value());
  const auto it = open_.find(item);
  if (it == open_.end()) {
    fail("I3: " + name + (decided_.contains(item) ? " was decided twice" : " closed, not open"));
    return;
  }
  if (by_decision && it->second.is_waiting) fail("I3: " + name + " was decided before its turn");
  if (by_decision) decided_.insert(item);
  open_.erase(it);
}

void Ledger::end_activity(ActivityInstanceId activity) {
  const std::string name = "activity " + std::to_string(activity.value());
  if (alive_.erase(activity) == 0) fail("I5: " + name + " ended without being alive");
  for (const auto& [item, offered] : open_) {
    if (offered.activity == activity) fail("I4: " + name + " ended with an open work item");
  }
  // What had arrived at a join inside of it is gone with it.
  std::erase_if(arrived_, [&](const auto& arrived) { return arrived.first.first == activity; });
}

void Ledger::end_instance() {
  if (life_ != Life::running && life_ != Life::suspended) fail("I5: an end without a beginning");
  life_ = Life::ended;
  arrived_.clear();
}

void Ledger::fire(const ProcessDefinition& definition, const Place& place) {
  auto& arrived = arrived_[place];
  const auto node = definition.find_node(place.second);
  if (!node) return fail("I6: a join at no node " + place.second);
  std::size_t flows = 0;
  for (const FlowIndex flow : definition.node(*node).incoming) {
    int& count = arrived[definition.flows[flow].id];
    if (count == 0) continue;
    --count;
    ++flows;
  }
  const bool is_parallel = definition.node(*node).kind == NodeKind::parallel_gateway;
  if (is_parallel && flows != definition.node(*node).incoming.size()) {
    fail("I6: " + place.second + " fired without an arrival on every flow");
  }
  if (flows == 0) fail("I6: " + place.second + " fired without any arrival");
  std::erase_if(arrived, [](const auto& entry) { return entry.second == 0; });
  if (arrived.empty()) arrived_.erase(place);
}

struct Ledger::Entry {
  Ledger& ledger;
  const ProcessDefinition& definition;
  Instant at;
  GivenIds& given;

  void operator()(const InstanceStarted& event) const {
    ledger.fresh(event.instance.value(), given);
    if (ledger.life_ != Life::none) ledger.fail("I1: the instance was started twice");
    ledger.life_ = Life::running;
  }
  void operator()(const ActivityActivated& event) const {
    ledger.fresh(event.activity.value(), given);
    if (event.parent.is_assigned() && !ledger.alive_.contains(event.parent)) {
      ledger.fail("I5: " + event.node_id + " began inside of something that is gone");
    }
    ledger.alive_[event.activity] = {event.node_id, event.parent};
  }
  void operator()(const ActivityCompleted& event) const { ledger.end_activity(event.activity); }
  void operator()(const ActivityTerminated& event) const { ledger.end_activity(event.activity); }

  void operator()(const WorkItemOffered& event) const {
    ledger.fresh(event.item.value(), given);
    if (!ledger.alive_.contains(event.activity)) ledger.fail("I4: offered by no activity");
    ledger.open_[event.item] = {event.activity, event.waiting};
  }
  void operator()(const WorkItemOpened& event) const { turn(event.item, false); }
  void operator()(const WorkItemHeld& event) const { turn(event.item, true); }
  void turn(WorkItemId item, bool is_waiting) const {
    const auto it = ledger.open_.find(item);
    if (it == ledger.open_.end()) return ledger.fail("I3: a closed work item got or lost its turn");
    it->second.is_waiting = is_waiting;
  }
  void operator()(const WorkItemCompleted& event) const { ledger.close_item(event.item, true); }
  void operator()(const WorkItemSuperseded& event) const { ledger.close_item(event.item, false); }
  void operator()(const ParticipantRemoved& event) const { ledger.close_item(event.item, false); }
  void operator()(const WorkItemReassigned& event) const {
    if (!ledger.open_.contains(event.item)) ledger.fail("I3: a closed work item changed hands");
  }

  void operator()(const JoinArrived& event) const {
    ++ledger.arrived_[{event.scope, event.node_id}][event.flow_id];
  }
  void operator()(const JoinFired& event) const {
    ledger.fire(definition, {event.scope, event.node_id});
  }
  void operator()(const ArrivalsDropped& event) const {
    auto& arrived = ledger.arrived_[{event.scope, event.node_id}];
    if (arrived.erase(event.flow_id) == 0) ledger.fail("I6: an arrival was dropped that is none");
    if (arrived.empty()) ledger.arrived_.erase({event.scope, event.node_id});
  }

  void operator()(const WaitStarted& event) const {
    ledger.fresh(event.wait.id.value(), given);
    ledger.waits_[event.wait.id] = {event.wait.kind, event.wait.due, event.wait.owner};
  }
  void operator()(const WaitFired& event) const {
    const auto it = ledger.waits_.find(event.wait);
    if (it == ledger.waits_.end()) return ledger.fail("I5: something fired that nobody waits for");
    const bool is_early =
        it->second.kind == WaitKind::timer && it->second.due && at < *it->second.due;
    if (is_early) ledger.fail("I8: a timer fired before it was due");
  }
  void operator()(const WaitRescheduled& event) const {
    const auto it = ledger.waits_.find(event.wait);
    if (it == ledger.waits_.end()) return ledger.fail("I5: a wait that is gone was rescheduled");
    it->second.due = event.due;
  }
  void operator()(const WaitEnded& event) const {
    if (ledger.waits_.erase(event.wait) == 0) ledger.fail("I5: a wait ended twice");
  }

  void operator()(const IncidentRaised& event) const {
    ledger.fresh(event.incident.value(), given);
    ledger.incidents_[event.incident] = event.holds_token;
    ledger.stuck_nodes_.insert(event.node_id);
  }
  void operator()(const IncidentResolved& event) const {
    if (ledger.incidents_.erase(event.incident) == 0) {
      ledger.fail("I5: an incident was resolved twice");
    }
  }
  void operator()(const NoticeSent& event) const { ledger.fresh(event.notice.value(), given); }

  void operator()(const InstanceCompleted& /*event*/) const { ledger.end_instance(); }
  void operator()(const InstanceTerminated& /*event*/) const { ledger.end_instance(); }
  void operator()(const InstanceFailed& /*event*/) const { ledger.end_instance(); }
  void operator()(const InstanceSuspended& /*event*/) const {
    if (ledger.life_ != Life::running) ledger.fail("I5: suspended without running");
    ledger.life_ = Life::suspended;
  }
  void operator()(const InstanceResumed& /*event*/) const {
    if (ledger.life_ != Life::suspended) ledger.fail("I5: resumed without being suspended");
    ledger.life_ = Life::running;
  }
  void operator()(const InstanceReactivated& /*event*/) const {
    if (ledger.life_ != Life::ended) ledger.fail("I5: reactivated without having ended");
    ledger.life_ = Life::running;
  }
  template <typename Other>
  void operator()(const Other& /*event*/) const {}
};

// A parallel join that has everything goes on at once.
void Ledger::check_joins(const ProcessDefinition& definition) {
  for (const auto& [place, arrived] : arrived_) {
    const auto node = definition.find_node(place.second);
    if (!node || definition.node(*node).kind != NodeKind::parallel_gateway) continue;
    const auto& incoming = definition.node(*node).incoming;
    const bool is_full = std::ranges::all_of(incoming, [&, &counts = arrived](FlowIndex flow) {
      return counts.contains(definition.flows[flow].id);
    });
    if (is_full && !stuck_nodes_.contains(place.second)) {
      fail("I6: " + place.second + " has a full set of arrivals and did not fire");
    }
  }
}

void Ledger::book(const ProcessDefinition& definition, const std::vector<Event>& events, Instant at,
                  GivenIds& given) {
  if (events.empty()) fail("I1: a command left no event");
  if (at < last_) fail("I11: time went backwards");
  last_ = at;
  for (const Event& event : events) std::visit(Entry{*this, definition, at, given}, event);
  for (const auto& [id, activity] : alive_) {
    if (activity.parent.is_assigned() && !alive_.contains(activity.parent)) {
      fail("I5: " + activity.node_id + " outlives what it runs in");
    }
  }
  for (const auto& [id, wait] : waits_) {
    if (wait.owner.is_assigned() && !alive_.contains(wait.owner)) {
      fail("I5: the wait " + std::to_string(id.value()) + " outlives its owner");
    }
  }
  const bool holds_token =
      std::ranges::any_of(incidents_, [](const auto& incident) { return incident.second; });
  const bool is_alive = !alive_.empty() || !arrived_.empty() || holds_token;
  if (life_ == Life::ended && (is_alive || !waits_.empty() || !open_.empty())) {
    fail("I5: the instance has ended and something is alive");
  }
  if (life_ != Life::ended && !is_alive) fail("I5: nothing is alive and the instance goes on");
  if (life_ == Life::running) check_joins(definition);
}

void Ledger::compare(const ProcessDefinition& /*definition*/, const Instance& stored) {
  const Life life = stored.state == InstanceState::running     ? Life::running
                    : stored.state == InstanceState::suspended ? Life::suspended
                                                               : Life::ended;
  if (life != life_) fail("I5: the state of the instance is not that of its history");
  std::size_t items = 0;
  for (const ActivityInstance& activity : stored.activities) {
    const auto it = alive_.find(activity.id);
    if (it == alive_.end()) {
      fail("I5: the state has an activity of " + activity.node_id + " that is not alive");
    }
    for (const WorkItem& item : activity.work_items) {
      if (item.state != WorkItemState::open) continue;
      ++items;
      const auto offered = open_.find(item.id);
      const bool is_same = offered != open_.end() && offered->second.activity == activity.id &&
                           offered->second.is_waiting == item.waiting;
      if (!is_same) fail("I4: the state has another work item than the history");
    }
  }
  if (stored.activities.size() != alive_.size()) fail("I5: the state misses an activity");
  if (items != open_.size()) fail("I4: the state misses a work item");
  if (stored.waits.size() != waits_.size()) fail("I5: the waits differ from the history");
  for (const Wait& wait : stored.waits) {
    if (!waits_.contains(wait.id)) fail("I5: the state waits for what the history does not");
  }
  if (stored.incidents.size() != incidents_.size()) fail("I5: the incidents differ");
  std::map<Place, std::map<std::string, int>> arrived;
  for (const auto& [key, count] : stored.arrivals) {
    arrived[{std::get<0>(key), std::get<1>(key)}][std::get<2>(key)] = count;
  }
  if (arrived != arrived_) fail("I6: the arrivals differ from the history");
}

}  // namespace cinnabar::sim
