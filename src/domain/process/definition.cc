#include "domain/process/definition.h"

#include "base/assert.h"

namespace cinnabar::process {

std::string_view name(NodeKind kind) {
  switch (kind) {
    case NodeKind::start_event:
      return "start_event";
    case NodeKind::end_event:
      return "end_event";
    case NodeKind::terminate_end_event:
      return "terminate_end_event";
    case NodeKind::user_task:
      return "user_task";
    case NodeKind::exclusive_gateway:
      return "exclusive_gateway";
    case NodeKind::parallel_gateway:
      return "parallel_gateway";
    case NodeKind::inclusive_gateway:
      return "inclusive_gateway";
  }
  CINNABAR_UNREACHABLE();
}

// Ids are compared by length first, so this beats a hash for the graphs that people draw.
std::optional<NodeIndex> ProcessDefinition::find_node(std::string_view id) const {
  for (NodeIndex i = 0; i < nodes.size(); ++i) {
    if (nodes[i].id == id) return i;
  }
  return std::nullopt;
}

bool ProcessDefinition::is_reachable(NodeIndex from, NodeIndex to) const {
  std::vector<bool> seen(nodes.size(), false);
  std::vector<NodeIndex> open{from};
  while (!open.empty()) {
    const NodeIndex at = open.back();
    open.pop_back();
    for (const FlowIndex flow : nodes[at].outgoing) {
      const NodeIndex next = flows[flow].target;
      if (next == to) return true;
      if (seen[next]) continue;
      seen[next] = true;
      open.push_back(next);
    }
  }
  return false;
}

}  // namespace cinnabar::process
