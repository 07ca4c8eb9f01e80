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

void on_arrive(Execution& execution, NodeIndex index, const Token& token) {
  const Node& node = execution.node(index);
  if (node.incoming.size() <= 1 || !token.flow) {
    execution.emit(NodePassed{node.id, token.scope});
    execution.leave_inclusively(node, token.scope);
    return;
  }
  execution.emit(JoinArrived{node.id, execution.definition().flows[*token.flow].id, token.scope});
}

// Nodes from which a token can come in along a flow with an arrival, or along one without, never
// passing through the join itself.
std::vector<bool> upstream_of(const Execution& execution, const Node& join, NodeIndex index,
                              ActivityInstanceId scope, bool with_arrival) {
  const ProcessDefinition& definition = execution.definition();
  std::vector<bool> seen(definition.nodes.size(), false);
  std::vector<NodeIndex> open;
  const auto visit = [&](NodeIndex source) {
    if (source == index || seen[source]) return;
    seen[source] = true;
    open.push_back(source);
  };
  for (const FlowIndex flow : join.incoming) {
    const bool has_arrival =
        execution.instance().arrivals.contains({scope, join.id, definition.flows[flow].id});
    if (has_arrival == with_arrival) visit(definition.flows[flow].source);
  }
  while (!open.empty()) {
    const NodeIndex at = open.back();
    open.pop_back();
    for (const NodeIndex source : definition.predecessors(at)) visit(source);
  }
  return seen;
}

std::vector<bool> awaited_places(const Execution& execution, const Node& join, NodeIndex index,
                                 ActivityInstanceId scope) {
  std::vector<bool> places = upstream_of(execution, join, index, scope, false);
  const std::vector<bool> excused = upstream_of(execution, join, index, scope, true);
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = places[i] && !excused[i];
  return places;
}

// Where tokens are parked in the scope: activities, incidents that hold one, and other joins.
bool is_awaited(const Execution& execution, const std::vector<bool>& places,
                ActivityInstanceId scope, bool is_deadlock) {
  const ProcessDefinition& definition = execution.definition();
  const Instance& instance = execution.instance();
  const auto is_awaited_place = [&](const std::string& node_id) {
    const auto found = definition.find_node(node_id);
    return found && places[*found];
  };
  for (const ActivityInstance& activity : instance.activities) {
    if (activity.parent == scope && is_awaited_place(activity.node_id)) return true;
  }
  for (const Incident& incident : instance.incidents) {
    if (incident.holds_token && incident.scope == scope && is_awaited_place(incident.node_id)) {
      return true;
    }
  }
  for (const auto& [place, count] : instance.arrivals) {
    if (std::get<0>(place) != scope) continue;
    const auto found = definition.find_node(std::get<1>(place));
    if (!found || !places[*found]) continue;
    // Inclusive joins in a circle would wait for each other for ever; the first one goes on.
    if (is_deadlock && definition.nodes[*found].kind == NodeKind::inclusive_gateway) continue;
    return true;
  }
  return false;
}

bool on_quiet(Execution& execution, NodeIndex index, ActivityInstanceId scope, bool is_deadlock) {
  const Node& node = execution.node(index);
  if (is_awaited(execution, awaited_places(execution, node, index, scope), scope, is_deadlock)) {
    return false;
  }
  execution.emit(JoinFired{node.id, scope});
  execution.leave_inclusively(node, scope);
  return true;
}

}  // namespace

constexpr NodeBehavior kInclusiveGateway{.kind = NodeKind::inclusive_gateway,
                                         .element = "inclusiveGateway",
                                         .on_arrive = on_arrive,
                                         .on_quiet = on_quiet};

}  // namespace cinnabar::process
