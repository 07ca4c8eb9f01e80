// As a split, takes every flow whose condition is true. As a join, follows the activation rule of
// BPMN 2.0.2, 13.4.3: it waits for every token that can still come in along a flow that has none
// yet, unless that token could as well come in along a flow that has one (a token in front of the
// split, for example when a loop leads around both). That is looked at whenever nothing moves, so a
// token that dies somewhere else lets the join go on.
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

#include <algorithm>

namespace cinnabar::process {
namespace {

void pass(Execution& execution, const Node& node) {
  if (node.outgoing.empty()) {
    execution.note_end(node);
  } else {
    execution.leave_inclusively(node);
  }
}

void on_arrive(Execution& execution, NodeIndex index, const FlowIndex* flow) {
  const Node& node = execution.node(index);
  if (node.incoming.size() <= 1 || flow == nullptr) {
    execution.emit(NodePassed{node.id});
    pass(execution, node);
    return;
  }
  execution.emit(JoinArrived{node.id, execution.definition().flows[*flow].id});
}

// Nodes from which a token can come in along a flow with an arrival, or along one without, never
// passing through the join itself.
std::vector<bool> upstream_of(const Execution& execution, const Node& join, NodeIndex index,
                              bool with_arrival) {
  const ProcessDefinition& definition = execution.definition();
  std::vector<bool> seen(definition.nodes.size(), false);
  std::vector<NodeIndex> open;
  const auto visit = [&](FlowIndex flow) {
    const NodeIndex source = definition.flows[flow].source;
    if (source == index || seen[source]) return;
    seen[source] = true;
    open.push_back(source);
  };
  for (const FlowIndex flow : join.incoming) {
    const bool has_arrival =
        execution.instance().arrivals.contains({join.id, definition.flows[flow].id});
    if (has_arrival == with_arrival) visit(flow);
  }
  while (!open.empty()) {
    const NodeIndex at = open.back();
    open.pop_back();
    for (const FlowIndex flow : definition.nodes[at].incoming) visit(flow);
  }
  return seen;
}

std::vector<bool> awaited_places(const Execution& execution, const Node& join, NodeIndex index) {
  std::vector<bool> places = upstream_of(execution, join, index, false);
  const std::vector<bool> excused = upstream_of(execution, join, index, true);
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = places[i] && !excused[i];
  return places;
}

// Where tokens are parked: activities, incidents that hold one, and other joins.
bool is_awaited(const Execution& execution, const std::vector<bool>& places, bool is_deadlock) {
  const ProcessDefinition& definition = execution.definition();
  const Instance& instance = execution.instance();
  const auto is_awaited_place = [&](const std::string& node_id) {
    const auto found = definition.find_node(node_id);
    return found && places[*found];
  };
  for (const ActivityInstance& activity : instance.activities) {
    if (is_awaited_place(activity.node_id)) return true;
  }
  for (const Incident& incident : instance.incidents) {
    if (holds_token(incident) && is_awaited_place(incident.node_id)) return true;
  }
  for (const auto& [place, count] : instance.arrivals) {
    const auto found = definition.find_node(place.first);
    if (!found || !places[*found]) continue;
    // Inclusive joins in a circle would wait for each other for ever; the first one goes on.
    if (is_deadlock && definition.nodes[*found].kind == NodeKind::inclusive_gateway) continue;
    return true;
  }
  return false;
}

bool on_quiet(Execution& execution, NodeIndex index, bool is_deadlock) {
  const Node& node = execution.node(index);
  if (node.incoming.size() <= 1) return false;
  const Arrivals& arrivals = execution.instance().arrivals;
  const auto first = arrivals.lower_bound({node.id, std::string()});
  if (first == arrivals.end() || first->first.first != node.id) return false;
  if (is_awaited(execution, awaited_places(execution, node, index), is_deadlock)) return false;
  execution.emit(JoinFired{node.id});
  pass(execution, node);
  return true;
}

}  // namespace

constexpr NodeBehavior kInclusiveGateway{NodeKind::inclusive_gateway, "inclusiveGateway", "",
                                         on_arrive, on_quiet};

}  // namespace cinnabar::process
