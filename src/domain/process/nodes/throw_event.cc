// An intermediate event that makes something happen and goes on: nothing, a message, a signal, an
// escalation, a link to another place of its scope, or compensation, for which it waits.
#include "domain/process/execution.h"
#include "domain/process/node_types.h"
#include "domain/process/throwing.h"

namespace cinnabar::process {
namespace {

void follow_link(Execution& execution, NodeIndex index, ActivityInstanceId scope) {
  const auto target = execution.definition().link_target(index);
  if (target) execution.arrive(*target, Token{scope, std::nullopt});
}

void on_arrive(Execution& execution, NodeIndex index, const Token& token) {
  const Node& node = execution.node(index);
  const Trigger& trigger = node.event()->trigger;
  switch (trigger.kind) {
    case TriggerKind::compensation: {
      const ActivityInstanceId thrower = execution.park(index, token.scope);
      execution.start_compensation(thrower, token.scope, trigger.activity);
      if (!trigger.waits_for_completion) execution.leave(node, token.scope);
      return;
    }
    case TriggerKind::link:
      execution.emit(NodePassed{node.id, token.scope});
      follow_link(execution, index, token.scope);
      return;
    case TriggerKind::signal:
      execution.emit(NodePassed{node.id, token.scope});
      if (throw_to_others(execution, node, trigger, token.scope)) {
        execution.leave(node, token.scope);
      }
      return;
    case TriggerKind::message:
      if (!throw_to_others(execution, node, trigger, token.scope)) return;
      break;
    case TriggerKind::escalation: {
      execution.emit(NodePassed{node.id, token.scope});
      const bool is_cancelled =
          execution.throw_escalation(token.scope, node, {trigger.name, {}, {}});
      if (!is_cancelled) execution.leave(node, token.scope);
      return;
    }
    default:
      break;
  }
  execution.emit(NodePassed{node.id, token.scope});
  execution.leave(node, token.scope);
}

}  // namespace

constexpr NodeBehavior kThrowEvent{
    .kind = NodeKind::throw_event, .element = "intermediateThrowEvent", .on_arrive = on_arrive};

}  // namespace cinnabar::process
