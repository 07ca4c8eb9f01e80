// Waits for one token on every incoming flow, consumes one of each, and sends one along every
// outgoing flow. One that never comes keeps the instance running, for everybody to see.
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

#include <algorithm>

namespace cinnabar::process {
namespace {

void on_arrive(Execution& execution, NodeIndex index, const FlowIndex* flow) {
  const Node& node = execution.node(index);
  if (node.incoming.size() <= 1 || flow == nullptr) {
    execution.emit(NodePassed{node.id});
    execution.leave_on_all(node);
    return;
  }
  const auto& flows = execution.definition().flows;
  execution.emit(JoinArrived{node.id, flows[*flow].id});
  const bool is_complete = std::ranges::all_of(node.incoming, [&](FlowIndex incoming) {
    return execution.instance().arrivals.contains({node.id, flows[incoming].id});
  });
  if (!is_complete) return;
  execution.emit(JoinFired{node.id});
  execution.leave_on_all(node);
}

}  // namespace

constexpr NodeBehavior kParallelGateway{NodeKind::parallel_gateway, "parallelGateway", "",
                                        on_arrive, nullptr};

}  // namespace cinnabar::process
