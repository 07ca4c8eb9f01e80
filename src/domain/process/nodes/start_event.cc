// Where an instance begins: passes its token on.
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

namespace cinnabar::process {
namespace {

void on_arrive(Execution& execution, NodeIndex index, const FlowIndex* /*flow*/) {
  const Node& node = execution.node(index);
  execution.emit(NodePassed{node.id});
  execution.leave(node);
}

}  // namespace

constexpr NodeBehavior kStartEvent{NodeKind::start_event, "startEvent", "", on_arrive, nullptr};

}  // namespace cinnabar::process
