// Takes the first flow whose condition is true. As a merge it passes every token by itself.
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

namespace cinnabar::process {
namespace {

void on_arrive(Execution& execution, NodeIndex index, const FlowIndex* /*flow*/) {
  const Node& node = execution.node(index);
  execution.emit(NodePassed{node.id});
  if (node.outgoing.empty()) {
    execution.note_end(node);
    return;
  }
  execution.leave_exclusively(node);
}

}  // namespace

constexpr NodeBehavior kExclusiveGateway{NodeKind::exclusive_gateway, "exclusiveGateway", "",
                                         on_arrive, nullptr};

}  // namespace cinnabar::process
