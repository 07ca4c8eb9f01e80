// Ends the whole instance, whatever else is alive.
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

namespace cinnabar::process {
namespace {

void on_arrive(Execution& execution, NodeIndex index, const FlowIndex* /*flow*/) {
  const Node& node = execution.node(index);
  execution.emit(NodePassed{node.id});
  execution.terminate_activities();
  execution.stop_at(node);
}

}  // namespace

constexpr NodeBehavior kTerminateEndEvent{NodeKind::terminate_end_event, "endEvent",
                                          "terminateEventDefinition", on_arrive, nullptr};

}  // namespace cinnabar::process
