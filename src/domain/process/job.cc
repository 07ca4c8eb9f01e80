#include "domain/process/job.h"

#include "base/assert.h"

namespace cinnabar::process {

void start_job(Execution& execution, NodeIndex index, ActivityInstanceId activity) {
  const Node& node = execution.node(index);
  const auto* task = node.get<ServiceTask>();
  CINNABAR_ASSERT(task != nullptr);
  std::string type = task->job_type;
  if (task->job_type_rule) {
    const auto value = execution.evaluate(*task->job_type_rule, activity);
    if (!value) {
      execution.raise(IncidentKind::expression_failed, activity,
                      "job type: " + value.error().detail);
      return;
    }
    type = to_plain_text(expr::to_field(*value));
  }
  execution.await_work(WaitKind::job, node, activity, std::move(type), task->retries);
}

void complete_job(Execution& execution, NodeIndex index, const Wait& wait,
                  const expr::Variables& brought) {
  const auto* task = execution.node(index).get<ServiceTask>();
  CINNABAR_ASSERT(task != nullptr);
  if (task->result_variable.empty()) {
    execution.complete_activity(wait.owner, Outcome::none, brought);
    return;
  }
  expr::Value::Context context(brought.begin(), brought.end());
  execution.complete_activity(wait.owner, Outcome::none,
                              {{task->result_variable, expr::Value{std::move(context)}}});
}

}  // namespace cinnabar::process
