// Throws a message and is done; without a message it is a job like that of a service task.
#include "domain/process/job.h"
#include "domain/process/node_types.h"
#include "domain/process/throwing.h"

namespace cinnabar::process {
namespace {

void on_activate(Execution& execution, NodeIndex index, ActivityInstanceId activity) {
  const Node& node = execution.node(index);
  const auto* message = node.get<MessageTask>();
  if (message == nullptr) {
    start_job(execution, index, activity);
  } else if (throw_to_others(execution, node, message->trigger, activity)) {
    execution.complete_activity(activity);
  }
}

void on_wait(Execution& execution, NodeIndex index, const Wait& wait,
             const expr::Variables& brought) {
  complete_job(execution, index, wait, brought);
}

}  // namespace

constexpr NodeBehavior kSendTask{.kind = NodeKind::send_task,
                                 .element = "sendTask",
                                 .on_activate = on_activate,
                                 .on_wait = on_wait};

}  // namespace cinnabar::process
