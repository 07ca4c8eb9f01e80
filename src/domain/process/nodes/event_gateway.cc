// Waits for the first of the events behind it; the others are not waited for any more.
#include "base/assert.h"
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

namespace cinnabar::process {
namespace {

const Trigger& trigger_of(const Node& node) {
  if (const EventNode* event = node.event()) return event->trigger;
  const auto* message = node.get<MessageTask>();
  CINNABAR_ASSERT(message != nullptr);
  return message->trigger;
}

void on_arrive(Execution& execution, NodeIndex index, const Token& token) {
  const ActivityInstanceId waiting = execution.park(index, token.scope);
  for (const FlowIndex flow : execution.node(index).outgoing) {
    const NodeIndex target = execution.definition().flows[flow].target;
    execution.await(target, trigger_of(execution.node(target)), waiting);
  }
}

}  // namespace

constexpr NodeBehavior kEventGateway{
    .kind = NodeKind::event_gateway, .element = "eventBasedGateway", .on_arrive = on_arrive};

}  // namespace cinnabar::process
