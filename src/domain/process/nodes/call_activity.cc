// Runs another process and waits for its end. Its inputs are the variables that go in; what comes
// back goes through its outputs.
#include "base/assert.h"
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

namespace cinnabar::process {
namespace {

void on_activate(Execution& execution, NodeIndex index, ActivityInstanceId activity) {
  const Node& node = execution.node(index);
  const auto* call = node.get<CallActivity>();
  CINNABAR_ASSERT(call != nullptr);
  std::string called = call->called;
  if (call->called_rule) {
    const auto value = execution.evaluate(*call->called_rule, activity);
    if (!value) {
      execution.raise(IncidentKind::expression_failed, activity,
                      "called process: " + value.error().detail);
      return;
    }
    called = to_plain_text(expr::to_field(*value));
  }
  expr::Variables in =
      call->all_in ? execution.visible_variables(activity) : execution.activity(activity).variables;
  const WaitId wait = execution.await_work(WaitKind::call, node, activity, called, 0);
  execution.emit(CallStarted{wait, std::move(called), std::move(in)});
}

void on_wait(Execution& execution, NodeIndex index, const Wait& wait,
             const expr::Variables& brought) {
  const Node& node = execution.node(index);
  const bool comes_back = !node.outputs.empty() || node.get<CallActivity>()->all_out;
  if (node.get<CallActivity>()->all_out && !node.outputs.empty()) {
    execution.set_variables(execution.activity(wait.owner).parent, brought);
  }
  execution.complete_activity(wait.owner, Outcome::none, comes_back ? brought : expr::Variables{});
}

}  // namespace

constexpr NodeBehavior kCallActivity{.kind = NodeKind::call_activity,
                                     .element = "callActivity",
                                     .on_activate = on_activate,
                                     .on_wait = on_wait};

}  // namespace cinnabar::process
