// Takes the first flow whose condition is true. As a merge it passes every token by itself.
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

namespace cinnabar::process {
namespace {

void on_arrive(Execution& execution, NodeIndex index, const Token& token) {
  const Node& node = execution.node(index);
  execution.emit(NodePassed{node.id, token.scope});
  execution.leave_exclusively(node, token.scope);
}

}  // namespace

constexpr NodeBehavior kExclusiveGateway{
    .kind = NodeKind::exclusive_gateway, .element = "exclusiveGateway", .on_arrive = on_arrive};

}  // namespace cinnabar::process
