// Waits for one token on every incoming flow, consumes one of each, and sends one along every
// outgoing flow. One that never comes keeps the instance running, for everybody to see.
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

#include <algorithm>

namespace cinnabar::process {
namespace {

bool is_complete(const Execution& execution, const Node& node, ActivityInstanceId scope) {
  const auto& flows = execution.definition().flows;
  return std::ranges::all_of(node.incoming, [&](FlowIndex incoming) {
    return execution.instance().arrivals.contains({scope, node.id, flows[incoming].id});
  });
}

void on_arrive(Execution& execution, NodeIndex index, const Token& token) {
  const Node& node = execution.node(index);
  if (node.incoming.size() <= 1 || !token.flow) {
    execution.emit(NodePassed{node.id, token.scope});
    execution.leave_on_all(node, token.scope);
    return;
  }
  execution.emit(JoinArrived{node.id, execution.definition().flows[*token.flow].id, token.scope});
  if (!is_complete(execution, node, token.scope)) return;
  execution.emit(JoinFired{node.id, token.scope});
  execution.leave_on_all(node, token.scope);
}

// Arrivals that were made up for a path that is not walked again may complete the set.
bool on_quiet(Execution& execution, NodeIndex index, ActivityInstanceId scope,
              bool /*is_deadlock*/) {
  const Node& node = execution.node(index);
  if (!is_complete(execution, node, scope)) return false;
  execution.emit(JoinFired{node.id, scope});
  execution.leave_on_all(node, scope);
  return true;
}

}  // namespace

constexpr NodeBehavior kParallelGateway{.kind = NodeKind::parallel_gateway,
                                        .element = "parallelGateway",
                                        .on_arrive = on_arrive,
                                        .on_quiet = on_quiet};

}  // namespace cinnabar::process
