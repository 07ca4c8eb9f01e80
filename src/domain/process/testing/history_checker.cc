#include "domain/process/testing/history_checker.h"

#include <algorithm>

namespace cinnabar::process::testing {

const Node* HistoryChecker::node_of(const std::string& id) {
  const auto index = definition_.find_node(id);
  if (index) return &definition_.node(*index);
  fail("an event names the node " + id + ", which does not exist");
  return nullptr;
}

// A token comes in along some flow; only the start event begins without one.
void HistoryChecker::take_token(const Node& node) {
  for (const FlowIndex flow : node.incoming) {
    auto it = tokens_.find(definition_.flows[flow].id);
    if (it == tokens_.end()) continue;
    if (--it->second == 0) tokens_.erase(it);
    return;
  }
  if (node.kind != NodeKind::start_event) fail("no token led to " + node.id);
}

void HistoryChecker::fresh(std::int64_t id) {
  if (!ids_.insert(id).second) fail("the id " + std::to_string(id) + " was given twice");
}

void HistoryChecker::close(WorkItemId item) {
  if (open_.erase(item) == 0) {
    fail("work item " + std::to_string(item.value()) + " was closed without being open");
  }
}

void HistoryChecker::fire(const Node& node) {
  std::size_t consumed = 0;
  for (const FlowIndex flow : node.incoming) {
    const auto it = arrived_.find({node.id, definition_.flows[flow].id});
    if (it == arrived_.end()) continue;
    ++consumed;
    if (--it->second == 0) arrived_.erase(it);
  }
  const bool is_full = consumed == node.incoming.size();
  if (node.kind == NodeKind::parallel_gateway && !is_full) {
    fail(node.id + " fired without an arrival on every flow");
  }
  if (consumed == 0) fail(node.id + " fired without any arrival");
}

struct HistoryChecker::Player {
  HistoryChecker& checker;

  void operator()(const InstanceStarted& /*event*/) const {}
  void operator()(const FieldsChanged& event) const {
    if (event.changes.empty()) checker.fail("a change of no field was recorded");
  }
  void operator()(const HeadersChanged& /*event*/) const {}
  void operator()(const NodePassed& event) const {
    if (const Node* node = checker.node_of(event.node_id)) checker.take_token(*node);
  }
  void operator()(const FlowTaken& event) const { ++checker.tokens_[event.flow_id]; }
  void operator()(const JoinArrived& event) const {
    const auto it = checker.tokens_.find(event.flow_id);
    if (it == checker.tokens_.end()) {
      checker.fail("no token led along " + event.flow_id);
    } else if (--it->second == 0) {
      checker.tokens_.erase(it);
    }
    ++checker.arrived_[{event.node_id, event.flow_id}];
  }
  void operator()(const JoinFired& event) const {
    if (const Node* node = checker.node_of(event.node_id)) checker.fire(*node);
  }
  void operator()(const ActivityActivated& event) const {
    checker.fresh(event.activity.value());
    checker.alive_.emplace(event.activity, event.node_id);
    if (const Node* node = checker.node_of(event.node_id)) checker.take_token(*node);
  }
  void operator()(const WorkItemOffered& event) const {
    checker.fresh(event.item.value());
    checker.open_.emplace(event.item, event.activity);
  }
  void operator()(const WorkItemOpened& event) const {
    if (!checker.open_.contains(event.item)) checker.fail("a closed work item was opened");
  }
  void operator()(const WorkItemCompleted& event) const { checker.close(event.item); }
  void operator()(const WorkItemSuperseded& event) const { checker.close(event.item); }
  void operator()(const ActivityCompleted& event) const { end(event.activity); }
  void operator()(const ActivityTerminated& event) const { end(event.activity); }
  void operator()(const IncidentRaised& event) const {
    if (event.flow_id.empty()) return;
    if (const Node* node = checker.node_of(event.node_id)) checker.take_token(*node);
  }
  void operator()(const IncidentResolved& /*event*/) const {}
  void operator()(const InstanceCompleted& /*event*/) const { finish(); }
  void operator()(const InstanceTerminated& /*event*/) const { finish(); }
  void operator()(const InstanceFailed& /*event*/) const { finish(); }
  template <typename Other>
  void operator()(const Other& /*event*/) const {}

  void end(ActivityInstanceId activity) const {
    if (checker.alive_.erase(activity) == 0) checker.fail("an activity ended twice");
    for (const auto& [item, owner] : checker.open_) {
      if (owner == activity) checker.fail("an activity ended with an open work item");
    }
  }
  void finish() const {
    checker.is_finished_ = true;
    checker.tokens_.clear();
    checker.arrived_.clear();
    if (!checker.alive_.empty()) checker.fail("the instance ended with an activity alive");
  }
};

void HistoryChecker::check_quiet(const Instance& after) {
  for (const auto& [flow, count] : tokens_) {
    // The token of an incident about too many steps stays in front of its node.
    fail(std::to_string(count) + " tokens were left on " + flow);
  }
  for (const Node& node : definition_.nodes) {
    if (node.kind != NodeKind::parallel_gateway || node.incoming.size() < 2) continue;
    const bool is_full = std::ranges::all_of(node.incoming, [&](FlowIndex flow) {
      return after.arrivals.contains({ActivityInstanceId{}, node.id, definition_.flows[flow].id});
    });
    if (is_full) fail(node.id + " has a full set of arrivals and did not fire");
  }
}

void HistoryChecker::check_state(const Instance& after) {
  if (folded_ != after) fail("the history does not fold to the state");
  std::map<std::pair<std::string, std::string>, int> arrivals;
  for (const auto& [key, count] : after.arrivals) {
    arrivals[{std::get<1>(key), std::get<2>(key)}] += count;
  }
  if (arrived_ != arrivals) {
    fail("the arrivals of the state differ from those of the history");
  }
  std::size_t open = 0;
  std::size_t decidable = 0;
  for (const ActivityInstance& activity : after.activities) {
    if (!alive_.contains(activity.id)) fail("the state has an activity that ended");
    for (const WorkItem& item : activity.work_items) {
      if (item.state != WorkItemState::open) continue;
      ++open;
      if (!item.waiting) ++decidable;
    }
  }
  if (after.activities.size() != alive_.size()) fail("the state misses an activity");
  if (open != open_.size()) fail("the open work items differ from those of the history");
  if ((after.state == InstanceState::running) == is_finished_)
    fail("the instance's state is wrong");
  const bool is_alive = !after.activities.empty() || !after.arrivals.empty() ||
                        std::ranges::any_of(after.incidents, &Incident::holds_token);
  if (is_finished_ && (is_alive || !after.incidents.empty())) {
    fail("something is alive in a finished instance");
  }
  if (!is_finished_ && decidable == 0 && after.incidents.empty() && after.arrivals.empty()) {
    fail("a running instance shows nothing to do");
  }
}

std::vector<std::string> HistoryChecker::check(const std::vector<Event>& events,
                                               const Instance& after) {
  findings_.clear();
  if (events.empty()) fail("a command left no event");
  if (is_finished_) fail("something happened after the end");
  for (const Event& event : events) {
    evolve(folded_, event);
    std::visit(Player{*this}, event);
  }
  check_quiet(after);
  check_state(after);
  return findings_;
}

}  // namespace cinnabar::process::testing
