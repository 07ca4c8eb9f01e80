// Tokens on flows and how they leave a node.
#include "domain/process/execution.h"

namespace cinnabar::process {

void Execution::take(FlowIndex flow, ActivityInstanceId scope) {
  emit(FlowTaken{definition_->flows[flow].id, scope});
  moving_.push_back({flow, scope});
}

std::optional<Execution::Matches> Execution::matching_flows(const Node& node,
                                                            ActivityInstanceId scope,
                                                            std::size_t count_max) {
  Matches matches;
  for (const FlowIndex index : node.outgoing) {
    if (matches.flows.size() >= count_max) break;
    if (node.default_flow == index) continue;
    const SequenceFlow& flow = definition_->flows[index];
    if (!flow.condition) {
      matches.flows.push_back(index);
      continue;
    }
    const auto holds = flow.condition->eval_condition(scope_of(scope));
    if (!holds) {
      note(IncidentKind::expression_failed, node, scope,
           "condition of " + flow.id + ": " + holds.error().detail);
      no_flow(node, scope, "the condition of " + flow.id + " failed");
      return std::nullopt;
    }
    if (!*holds) continue;
    matches.flows.push_back(index);
    matches.any_conditional = true;
  }
  return matches;
}

void Execution::no_flow(const Node& node, ActivityInstanceId scope, std::string detail) {
  hold_token(IncidentKind::no_flow_matches, node, scope, std::move(detail));
}

void Execution::leave(const Node& node, ActivityInstanceId scope) {
  if (node.outgoing.empty()) {
    note_end(node);
    return;
  }
  const auto matches = matching_flows(node, scope, node.outgoing.size());
  if (!matches) return;
  for (const FlowIndex flow : matches->flows) take(flow, scope);
  if (node.default_flow && !matches->any_conditional) {
    take(*node.default_flow, scope);
  } else if (matches->flows.empty()) {
    no_flow(node, scope, "no condition of an outgoing flow is true and there is no default flow");
  }
}

void Execution::leave_exclusively(const Node& node, ActivityInstanceId scope) {
  if (node.outgoing.empty()) note_end(node);
  const auto matches = matching_flows(node, scope, 1);
  if (!matches || node.outgoing.empty()) return;
  if (!matches->flows.empty()) {
    take(matches->flows.front(), scope);
  } else if (node.default_flow) {
    take(*node.default_flow, scope);
  } else {
    no_flow(node, scope, "no condition of an outgoing flow is true and there is no default flow");
  }
}

void Execution::leave_inclusively(const Node& node, ActivityInstanceId scope) {
  if (node.outgoing.empty()) note_end(node);
  const auto matches = matching_flows(node, scope, node.outgoing.size());
  if (!matches || node.outgoing.empty()) return;
  for (const FlowIndex flow : matches->flows) take(flow, scope);
  if (!matches->flows.empty()) return;
  if (node.default_flow) {
    take(*node.default_flow, scope);
  } else {
    no_flow(node, scope, "no condition of an outgoing flow is true and there is no default flow");
  }
}

void Execution::leave_on_all(const Node& node, ActivityInstanceId scope) {
  if (node.outgoing.empty()) note_end(node);
  for (const FlowIndex flow : node.outgoing) take(flow, scope);
}

}  // namespace cinnabar::process
