// Consumes its token, after throwing what it is there for. An error ends its scope, or, at the top
// level where nothing handles it, the instance as failed; terminate ends its scope.
#include "domain/process/execution.h"
#include "domain/process/node_types.h"
#include "domain/process/throwing.h"

namespace cinnabar::process {
namespace {

void throw_error(Execution& execution, const Node& node, ActivityInstanceId scope) {
  const Execution::Thrown error{node.event()->trigger.name, {}, {}};
  if (execution.throw_error(scope, node, error)) return;
  if (scope.is_assigned()) {
    execution.fail_unhandled(scope, node, error);
  } else {
    execution.stop(InstanceState::failed, node, error.code);
  }
}

void terminate(Execution& execution, const Node& node, ActivityInstanceId scope) {
  if (!scope.is_assigned()) {
    execution.stop(InstanceState::completed, node);
    return;
  }
  execution.terminate_inside(scope);
}

void on_arrive(Execution& execution, NodeIndex index, const Token& token) {
  const Node& node = execution.node(index);
  const Trigger& trigger = node.event()->trigger;
  if (trigger.kind == TriggerKind::compensation) {
    execution.start_compensation(execution.park(index, token.scope), token.scope, trigger.activity);
    return;
  }
  execution.emit(NodePassed{node.id, token.scope});
  execution.note_end(node);
  switch (trigger.kind) {
    case TriggerKind::message:
    case TriggerKind::signal:
      throw_to_others(execution, node, trigger, token.scope);
      return;
    case TriggerKind::error:
      throw_error(execution, node, token.scope);
      return;
    case TriggerKind::escalation:
      execution.throw_escalation(token.scope, node, {trigger.name, {}, {}});
      return;
    case TriggerKind::terminate:
      terminate(execution, node, token.scope);
      return;
    default:
      return;
  }
}

}  // namespace

constexpr NodeBehavior kEndEvent{
    .kind = NodeKind::end_event, .element = "endEvent", .on_arrive = on_arrive};

}  // namespace cinnabar::process
