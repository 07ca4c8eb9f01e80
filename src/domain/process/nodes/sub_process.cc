// A scope of its own: starts at its start event and completes when nothing inside of it is alive.
// An event sub-process starts at the event that triggered it.
#include "base/assert.h"
#include "domain/process/execution.h"
#include "domain/process/node_types.h"

namespace cinnabar::process {
namespace {

void on_activate(Execution& execution, NodeIndex index, ActivityInstanceId activity) {
  const auto* inner = execution.node(index).get<SubProcess>();
  CINNABAR_ASSERT(inner != nullptr);
  execution.open_scope(activity, inner->body);
  const ScopeDefinition& body = execution.definition().scope(inner->body);
  if (inner->is_triggered_by_event && !body.event_starts.empty()) {
    execution.arrive(body.event_starts.front(), Token{activity, std::nullopt});
  } else if (body.none_start) {
    execution.arrive(*body.none_start, Token{activity, std::nullopt});
  } else {
    // Without a start event, what no flow leads to starts.
    for (const NodeIndex node : body.nodes) {
      const Node& first = execution.node(node);
      const bool is_start =
          first.incoming.empty() && first.kind != NodeKind::boundary_event &&
          !first.is_for_compensation &&
          (first.get<SubProcess>() == nullptr || !first.get<SubProcess>()->is_triggered_by_event);
      if (is_start) execution.arrive(node, Token{activity, std::nullopt});
    }
  }
}

}  // namespace

constexpr NodeBehavior kSubProcess{
    .kind = NodeKind::sub_process, .element = "subProcess", .on_activate = on_activate};

}  // namespace cinnabar::process
