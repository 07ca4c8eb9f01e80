// Runs a script at once: Lua in its sandbox, or one FEEL expression. What a Lua script assigns to
// globals is written back; the value goes to the result variable.
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

namespace cinnabar::process {
namespace {

expr::Variables visible_to_script(const Execution& execution, ActivityInstanceId activity) {
  expr::Variables seen = execution.visible_variables(activity);
  for (const auto& [id, value] : execution.instance().fields) {
    seen.emplace(id, expr::from_field(value));
  }
  return seen;
}

void run_lua(Execution& execution, const ScriptTask& task, ActivityInstanceId activity) {
  auto outcome = task.lua->run(visible_to_script(execution, activity));
  if (!outcome) {
    execution.raise(IncidentKind::script_failed, activity, outcome.error().detail);
    return;
  }
  execution.set_variables(activity, outcome->changed);
  expr::Variables brought;
  if (!task.result_variable.empty()) brought.emplace(task.result_variable, outcome->result);
  execution.complete_activity(activity, Outcome::none, brought);
}

void run_feel(Execution& execution, const ScriptTask& task, ActivityInstanceId activity) {
  auto value = execution.evaluate(*task.feel, activity);
  if (!value) {
    execution.raise(IncidentKind::expression_failed, activity, value.error().detail);
    return;
  }
  expr::Variables brought;
  if (!task.result_variable.empty()) brought.emplace(task.result_variable, std::move(*value));
  execution.complete_activity(activity, Outcome::none, brought);
}

void on_activate(Execution& execution, NodeIndex index, ActivityInstanceId activity) {
  const auto* task = execution.node(index).get<ScriptTask>();
  if (task != nullptr && task->lua != nullptr) {
    run_lua(execution, *task, activity);
  } else if (task != nullptr && task->feel) {
    run_feel(execution, *task, activity);
  } else {
    execution.complete_activity(activity);
  }
}

}  // namespace

constexpr NodeBehavior kScriptTask{
    .kind = NodeKind::script_task, .element = "scriptTask", .on_activate = on_activate};

}  // namespace cinnabar::process
