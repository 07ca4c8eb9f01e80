// Waits for a message. Behind an event-based gateway the gateway waits for it, and the task is done
// as soon as the message is there; an instantiating one starts the instance in the same way.
#include "base/assert.h"
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

namespace cinnabar::process {
namespace {

const Trigger& trigger_of(const Node& node) {
  const auto* message = node.get<MessageTask>();
  CINNABAR_ASSERT(message != nullptr);
  return message->trigger;
}

void on_activate(Execution& execution, NodeIndex index, ActivityInstanceId activity) {
  execution.await(index, trigger_of(execution.node(index)), activity);
}

void on_wait(Execution& execution, NodeIndex index, const Wait& wait,
             const expr::Variables& brought) {
  const Node& node = execution.node(index);
  ActivityInstanceId task = wait.owner;
  if (execution.activity(task).node_id != node.id) {
    const ActivityInstanceId scope = execution.activity(wait.owner).parent;
    execution.unpark(wait.owner);
    task = execution.park(index, scope);
  }
  execution.set_brought(trigger_of(node), task, brought);
  execution.complete_activity(task);
}

}  // namespace

constexpr NodeBehavior kReceiveTask{.kind = NodeKind::receive_task,
                                    .element = "receiveTask",
                                    .on_activate = on_activate,
                                    .on_wait = on_wait};

}  // namespace cinnabar::process
