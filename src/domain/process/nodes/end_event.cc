// Consumes a token; the instance is completed once nothing is alive.
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

namespace cinnabar::process {
namespace {

void on_arrive(Execution& execution, NodeIndex index, const FlowIndex* /*flow*/) {
  const Node& node = execution.node(index);
  execution.emit(NodePassed{node.id});
  execution.note_end(node);
}

}  // namespace

constexpr NodeBehavior kEndEvent{NodeKind::end_event, "endEvent", "", on_arrive, nullptr};

}  // namespace cinnabar::process
