// Where a scope begins: passes its token on. With a trigger it starts an instance, or an event
// sub-process when its wait fires.
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

namespace cinnabar::process {
namespace {

void on_arrive(Execution& execution, NodeIndex index, const Token& token) {
  const Node& node = execution.node(index);
  execution.emit(NodePassed{node.id, token.scope});
  execution.leave(node, token.scope);
}

void on_wait(Execution& execution, NodeIndex index, const Wait& wait,
             const expr::Variables& brought) {
  execution.trigger_event_subprocess(index, wait.owner, brought);
}

}  // namespace

constexpr NodeBehavior kStartEvent{.kind = NodeKind::start_event,
                                   .element = "startEvent",
                                   .on_arrive = on_arrive,
                                   .on_wait = on_wait};

}  // namespace cinnabar::process
