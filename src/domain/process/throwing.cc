#include "domain/process/throwing.h"

namespace cinnabar::process {
namespace {

// Null pointer and a detail when it can not be computed.
Result<std::string> text_of(const Execution& execution, const std::optional<expr::Expression>& rule,
                            const std::string& fixed, ActivityInstanceId seen_by) {
  if (!rule) return fixed;
  CINNABAR_TRY(const auto value, execution.evaluate(*rule, seen_by));
  return to_plain_text(expr::to_field(value));
}

bool is_activity_at(const Execution& execution, ActivityInstanceId id, const Node& node) {
  const ActivityInstance* activity = execution.instance().find_activity(id);
  return activity != nullptr && activity->node_id == node.id;
}

}  // namespace

bool throw_to_others(Execution& execution, const Node& node, const Trigger& trigger,
                     ActivityInstanceId seen_by) {
  const auto fail = [&](const Error& error) {
    if (is_activity_at(execution, seen_by, node)) {
      execution.raise(IncidentKind::correlation_failed, seen_by, error.detail);
    } else {
      execution.hold_token(IncidentKind::correlation_failed, node, seen_by, error.detail);
    }
    return false;
  };
  auto name = text_of(execution, trigger.name_rule, trigger.name, seen_by);
  if (!name) return fail(name.error());
  auto key = text_of(execution, trigger.correlation_key, {}, seen_by);
  if (!key) return fail(key.error());
  expr::Variables variables;
  for (const Mapping& mapping : node.inputs) {
    auto value = execution.evaluate(mapping.value, seen_by);
    if (!value) return fail(value.error());
    variables.insert_or_assign(mapping.target, std::move(*value));
  }
  if (trigger.kind == TriggerKind::signal) {
    execution.emit(SignalThrown{node.id, *name, variables, execution.fresh_id()});
    return !execution.signal_own_waits(*name, variables, seen_by);
  } else {
    execution.emit(MessageThrown{node.id, std::move(*name), std::move(*key), std::move(variables),
                                 execution.fresh_id()});
  }
  return true;
}

}  // namespace cinnabar::process
