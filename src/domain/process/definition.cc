#include "domain/process/definition.h"

#include "base/assert.h"

#include <algorithm>
#include <map>
#include <utility>

namespace cinnabar::process {

std::string_view name(NodeKind kind) {
  switch (kind) {
    case NodeKind::start_event:
      return "start_event";
    case NodeKind::end_event:
      return "end_event";
    case NodeKind::catch_event:
      return "catch_event";
    case NodeKind::throw_event:
      return "throw_event";
    case NodeKind::boundary_event:
      return "boundary_event";
    case NodeKind::none_task:
      return "none_task";
    case NodeKind::manual_task:
      return "manual_task";
    case NodeKind::user_task:
      return "user_task";
    case NodeKind::script_task:
      return "script_task";
    case NodeKind::service_task:
      return "service_task";
    case NodeKind::send_task:
      return "send_task";
    case NodeKind::receive_task:
      return "receive_task";
    case NodeKind::call_activity:
      return "call_activity";
    case NodeKind::sub_process:
      return "sub_process";
    case NodeKind::exclusive_gateway:
      return "exclusive_gateway";
    case NodeKind::parallel_gateway:
      return "parallel_gateway";
    case NodeKind::inclusive_gateway:
      return "inclusive_gateway";
    case NodeKind::event_gateway:
      return "event_gateway";
  }
  CINNABAR_UNREACHABLE();
}

std::string_view name(TriggerKind kind) {
  switch (kind) {
    case TriggerKind::none:
      return "none";
    case TriggerKind::message:
      return "message";
    case TriggerKind::timer:
      return "timer";
    case TriggerKind::signal:
      return "signal";
    case TriggerKind::error:
      return "error";
    case TriggerKind::escalation:
      return "escalation";
    case TriggerKind::condition:
      return "condition";
    case TriggerKind::link:
      return "link";
    case TriggerKind::compensation:
      return "compensation";
    case TriggerKind::terminate:
      return "terminate";
  }
  CINNABAR_UNREACHABLE();
}

bool is_activity(NodeKind kind) {
  return kind >= NodeKind::none_task && kind <= NodeKind::sub_process;
}

namespace {

// Nodes that start an instance when something comes: they have no place behind a gateway.
bool is_instantiating(const Node& node) {
  if (const auto* gateway = node.get<EventGateway>()) return gateway->is_instantiating;
  const auto* message = node.get<MessageTask>();
  return message != nullptr && node.kind == NodeKind::receive_task && message->is_instantiating;
}

}  // namespace

void ProcessDefinition::finish() {
  node_index_.clear();
  flow_index_.clear();
  for (NodeIndex i = 0; i < nodes.size(); ++i) {
    node_index_.emplace(nodes[i].id, i);
    nodes[i].boundary.clear();
    nodes[i].compensation_handler.reset();
  }
  for (FlowIndex i = 0; i < flows.size(); ++i) flow_index_.emplace(flows[i].id, i);
  for (NodeIndex i = 0; i < nodes.size(); ++i) {
    const EventNode* event = nodes[i].event();
    if (event == nullptr || !event->attached_to) continue;
    Node& host = nodes[*event->attached_to];
    host.boundary.push_back(i);
    if (event->compensated_by) host.compensation_handler = event->compensated_by;
  }
  index_scopes();
  index_edges();
}

void ProcessDefinition::index_scopes() {
  for (ScopeDefinition& scope : scopes) {
    scope.nodes.clear();
    scope.none_start.reset();
    scope.event_starts.clear();
    scope.event_subprocesses.clear();
  }
  for (NodeIndex i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    ScopeDefinition& scope = scopes[node.scope];
    scope.nodes.push_back(i);
    if (node.kind == NodeKind::start_event) {
      if (!node.is_event(TriggerKind::none)) {
        scope.event_starts.push_back(i);
      } else if (!scope.none_start) {
        scope.none_start = i;
      }
    } else if (is_instantiating(node)) {
      scope.event_starts.push_back(i);
    }
    if (const auto* inner = node.get<SubProcess>(); inner != nullptr) {
      if (inner->is_triggered_by_event) scope.event_subprocesses.push_back(i);
    }
  }
  const ScopeDefinition& process = scopes.front();
  if (process.none_start) {
    start = *process.none_start;
  } else if (!process.event_starts.empty()) {
    start = process.event_starts.front();
  }
}

void ProcessDefinition::index_edges() {
  predecessors_.assign(nodes.size(), {});
  successors_.assign(nodes.size(), {});
  const auto connect = [&](NodeIndex from, NodeIndex to) {
    successors_[from].push_back(to);
    predecessors_[to].push_back(from);
  };
  for (const SequenceFlow& flow : flows) connect(flow.source, flow.target);
  std::map<std::pair<ScopeIndex, std::string_view>, NodeIndex> links;
  for (NodeIndex i = 0; i < nodes.size(); ++i) {
    const EventNode* event = nodes[i].event();
    if (event == nullptr) continue;
    if (event->attached_to) connect(*event->attached_to, i);
    if (nodes[i].kind == NodeKind::catch_event && event->trigger.kind == TriggerKind::link) {
      links.emplace(std::pair{nodes[i].scope, std::string_view(event->trigger.name)}, i);
    }
  }
  for (NodeIndex i = 0; i < nodes.size(); ++i) {
    if (nodes[i].kind != NodeKind::throw_event || !nodes[i].is_event(TriggerKind::link)) continue;
    const auto it = links.find({nodes[i].scope, nodes[i].event()->trigger.name});
    if (it != links.end()) connect(i, it->second);
  }
}

std::optional<NodeIndex> ProcessDefinition::find_node(std::string_view id) const {
  const auto it = node_index_.find(id);
  if (it == node_index_.end()) return std::nullopt;
  return it->second;
}

std::optional<FlowIndex> ProcessDefinition::find_flow(std::string_view id) const {
  const auto it = flow_index_.find(id);
  if (it == flow_index_.end()) return std::nullopt;
  return it->second;
}

bool ProcessDefinition::is_reachable(NodeIndex from, NodeIndex to) const {
  std::vector<bool> seen(nodes.size(), false);
  std::vector<NodeIndex> open{from};
  while (!open.empty()) {
    const NodeIndex at = open.back();
    open.pop_back();
    for (const NodeIndex next : successors_[at]) {
      if (next == to) return true;
      if (seen[next]) continue;
      seen[next] = true;
      open.push_back(next);
    }
  }
  return false;
}

std::optional<NodeIndex> ProcessDefinition::link_target(NodeIndex throwing) const {
  for (const NodeIndex next : successors_[throwing]) {
    if (nodes[next].kind == NodeKind::catch_event && nodes[next].is_event(TriggerKind::link)) {
      return next;
    }
  }
  return std::nullopt;
}

bool asks_for_outcome(const ProcessDefinition& definition, NodeIndex task) {
  std::vector<bool> seen(definition.nodes.size(), false);
  std::vector<NodeIndex> open{task};
  while (!open.empty()) {
    const Node& node = definition.node(open.back());
    open.pop_back();
    for (const FlowIndex index : node.outgoing) {
      const SequenceFlow& flow = definition.flows[index];
      if (flow.condition) {
        const std::vector<std::string> names = flow.condition->names();
        if (std::ranges::find(names, "outcome") != names.end()) return true;
      }
      const NodeKind next = definition.node(flow.target).kind;
      const bool is_split =
          next == NodeKind::exclusive_gateway || next == NodeKind::inclusive_gateway;
      if (is_split && !seen[flow.target]) open.push_back(flow.target);
      seen[flow.target] = true;
    }
  }
  return false;
}

std::vector<ScopeIndex> ProcessDefinition::path_of(ScopeIndex scope) const {
  std::vector<ScopeIndex> path{scope};
  while (scopes[path.back()].owner) path.push_back(nodes[*scopes[path.back()].owner].scope);
  return path;
}

}  // namespace cinnabar::process
