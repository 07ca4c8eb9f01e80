// An intermediate event that waits: for a message, a timer, a signal or a condition. The catching
// side of a link passes its token on. Behind an event-based gateway it is the gateway that waits.
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

namespace cinnabar::process {
namespace {

void on_arrive(Execution& execution, NodeIndex index, const Token& token) {
  const Node& node = execution.node(index);
  const Trigger& trigger = node.event()->trigger;
  if (trigger.kind == TriggerKind::link || trigger.kind == TriggerKind::none) {
    execution.emit(NodePassed{node.id, token.scope});
    execution.leave(node, token.scope);
    return;
  }
  execution.await(index, trigger, execution.park(index, token.scope));
}

void on_wait(Execution& execution, NodeIndex index, const Wait& wait,
             const expr::Variables& brought) {
  const Node& node = execution.node(index);
  const ActivityInstanceId scope = execution.activity(wait.owner).parent;
  execution.unpark(wait.owner);
  execution.emit(NodePassed{node.id, scope});
  execution.set_brought(node.event()->trigger, scope, brought);
  execution.leave(node, scope);
}

}  // namespace

constexpr NodeBehavior kCatchEvent{.kind = NodeKind::catch_event,
                                   .element = "intermediateCatchEvent",
                                   .on_arrive = on_arrive,
                                   .on_wait = on_wait};

}  // namespace cinnabar::process
