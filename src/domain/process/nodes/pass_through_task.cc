// Tasks of which the engine only knows that they happened: tasks without a type and manual tasks.
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

namespace cinnabar::process {
namespace {

void on_activate(Execution& execution, NodeIndex /*node*/, ActivityInstanceId activity) {
  execution.complete_activity(activity);
}

}  // namespace

constexpr NodeBehavior kNoneTask{
    .kind = NodeKind::none_task, .element = "task", .on_activate = on_activate};
constexpr NodeBehavior kManualTask{
    .kind = NodeKind::manual_task, .element = "manualTask", .on_activate = on_activate};

}  // namespace cinnabar::process
