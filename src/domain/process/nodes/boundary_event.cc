// Watches an activity: ends it and goes another way, or goes another way beside it. No token ever
// arrives here.
#include "base/assert.h"
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

namespace cinnabar::process {
namespace {

// Where an administrator sends a token to: it goes the event's way.
void on_arrive(Execution& execution, NodeIndex index, const Token& token) {
  const Node& node = execution.node(index);
  execution.emit(NodePassed{node.id, token.scope});
  execution.leave(node, token.scope);
}

void on_wait(Execution& execution, NodeIndex index, const Wait& wait,
             const expr::Variables& brought) {
  execution.trigger_boundary(index, wait.owner, brought);
}

}  // namespace

constexpr NodeBehavior kBoundaryEvent{.kind = NodeKind::boundary_event,
                                      .element = "boundaryEvent",
                                      .on_arrive = on_arrive,
                                      .on_wait = on_wait};

}  // namespace cinnabar::process
