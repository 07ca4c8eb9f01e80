// As a split, takes every flow whose condition is true. As a join, waits until no token can arrive
// any more on a flow that has none yet; whether one can is looked at whenever nothing moves, so a
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

// Nodes from which a token could still come in along a flow that has none yet, without passing
// through the join itself.
std::vector<bool> upstream_of_empty_flows(const Execution& execution, const Node& join,
                                          NodeIndex index) {
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
    if (!execution.instance().arrivals.contains({join.id, definition.flows[flow].id})) visit(flow);
  }
  while (!open.empty()) {
    const NodeIndex at = open.back();
    open.pop_back();
    for (const FlowIndex flow : definition.nodes[at].incoming) visit(flow);
  }
  return seen;
}

// Where tokens are parked: activities, incidents that hold one, and other joins.
bool is_awaited(const Execution& execution, const std::vector<bool>& upstream, bool is_deadlock) {
  const ProcessDefinition& definition = execution.definition();
  const Instance& instance = execution.instance();
  const auto is_upstream = [&](const std::string& node_id) {
    const auto found = definition.find_node(node_id);
    return found && upstream[*found];
  };
  for (const ActivityInstance& activity : instance.activities) {
    if (is_upstream(activity.node_id)) return true;
  }
  for (const Incident& incident : instance.incidents) {
    if (holds_token(incident) && is_upstream(incident.node_id)) return true;
  }
  for (const auto& [place, count] : instance.arrivals) {
    const auto found = definition.find_node(place.first);
    if (!found || !upstream[*found]) continue;
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
  const auto upstream = upstream_of_empty_flows(execution, node, index);
  if (is_awaited(execution, upstream, is_deadlock)) return false;
  execution.emit(JoinFired{node.id});
  pass(execution, node);
  return true;
}

}  // namespace

constexpr NodeBehavior kInclusiveGateway{NodeKind::inclusive_gateway, "inclusiveGateway", "",
                                         on_arrive, on_quiet};

}  // namespace cinnabar::process
