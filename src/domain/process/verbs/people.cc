#include "domain/process/verbs/people.h"

#include <algorithm>
#include <set>

namespace cinnabar::process::verbs {
namespace {

template <typename Rule>
bool has_rule(const UserTask& task) {
  return std::ranges::any_of(task.participants, [](const ParticipantRule& rule) {
    return std::holds_alternative<Rule>(rule);
  });
}

}  // namespace

bool asks_initiator(const ProcessDefinition& definition, const Instance& instance, NodeIndex node) {
  const UserTask* task = definition.node(node).user_task();
  if (task == nullptr) return false;
  if (has_rule<InitiatorRule>(*task)) return true;
  return std::ranges::any_of(instance.decisions, [&](const PastDecision& past) {
    return past.node_id == definition.node(node).id && past.by == instance.initiator;
  });
}

std::vector<NodeIndex> first_user_tasks(const ProcessDefinition& definition) {
  std::set<NodeIndex> found;
  std::vector<bool> seen(definition.nodes.size(), false);
  std::vector<NodeIndex> open;
  const auto visit = [&](NodeIndex node) {
    if (seen[node]) return;
    seen[node] = true;
    if (definition.node(node).kind == NodeKind::user_task) {
      found.insert(node);
    } else {
      open.push_back(node);
    }
  };
  if (definition.start < definition.nodes.size()) visit(definition.start);
  while (!open.empty()) {
    const NodeIndex at = open.back();
    open.pop_back();
    for (const NodeIndex next : definition.successors(at)) visit(next);
    const auto* inner = definition.node(at).get<SubProcess>();
    if (inner == nullptr) continue;
    for (const NodeIndex first : definition.scope(inner->body).nodes) {
      if (definition.predecessors(first).empty()) visit(first);
    }
  }
  return {found.begin(), found.end()};
}

void choose_again(Execution& execution, NodeIndex node) {
  const UserTask* task = execution.node(node).user_task();
  if (task == nullptr || !has_rule<ChosenRule>(*task)) return;
  std::vector<UserId> users;
  for (const PastDecision& past : execution.instance().decisions) {
    if (past.node_id == execution.node(node).id && past.by.is_assigned()) users.push_back(past.by);
  }
  if (!users.empty() && users != execution.instance().chosen) {
    execution.emit(ParticipantsChosen{std::move(users), {}});
  }
}

}  // namespace cinnabar::process::verbs
