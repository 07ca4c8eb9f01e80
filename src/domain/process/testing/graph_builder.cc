#include "domain/process/testing/graph_builder.h"

#include "base/assert.h"

namespace cinnabar::process::testing {

expr::Expression parsed(std::string_view text) {
  auto expression = expr::Expression::parse(text);
  CINNABAR_ASSERT(expression.has_value());
  return std::move(expression).value();
}

NodeIndex GraphBuilder::add(NodeKind kind, NodeSettings settings) {
  Node node;
  node.id = "n" + std::to_string(out_.nodes.size() + 1);
  node.name = node.id;
  node.kind = kind;
  node.scope = scope_;
  node.settings = std::move(settings);
  out_.nodes.push_back(std::move(node));
  return static_cast<NodeIndex>(out_.nodes.size() - 1);
}

NodeIndex GraphBuilder::add_event(NodeKind kind, Trigger trigger) {
  EventNode event;
  event.trigger = std::move(trigger);
  return add(kind, std::move(event));
}

FlowIndex GraphBuilder::connect(NodeIndex source, NodeIndex target, std::string_view condition) {
  SequenceFlow flow;
  flow.id = "f" + std::to_string(out_.flows.size() + 1);
  flow.source = source;
  flow.target = target;
  if (!condition.empty()) flow.condition = parsed(condition);
  out_.flows.push_back(std::move(flow));
  const auto index = static_cast<FlowIndex>(out_.flows.size() - 1);
  out_.nodes[source].outgoing.push_back(index);
  out_.nodes[target].incoming.push_back(index);
  return index;
}

void GraphBuilder::connect_default(NodeIndex source, NodeIndex target) {
  out_.nodes[source].default_flow = connect(source, target);
}

ParticipantRule GraphBuilder::participants() {
  switch (random_.below(6)) {
    case 0:
      return InitiatorRule{};
    case 1:
      return FieldRule{"owner"};
    case 2:
      return FieldRule{"team"};
    case 3:
      return Groups{GroupKind::group, {chance(2) ? "g1" : "g2"}};
    case 4:
      return FixedUsers{{"u1", "u3", "u5"}};
    default:
      return FixedUsers{{"u" + std::to_string(1 + random_.below(8))}};
  }
}

void GraphBuilder::invite(UserTask& task) {
  task.participants.push_back(participants());
  if (chance(2)) task.participants.push_back(participants());
}

void GraphBuilder::decorate(UserTask& task) {
  if (chance(3)) {
    QuickAction action{"action1", "Yes", Outcome::approved, {}};
    action.assignments.push_back({"decision", parsed("\"yes\"")});
    task.quick_actions.push_back(std::move(action));
    task.quick_actions.push_back({"action2", "No", Outcome::rejected, {}});
  }
  if (chance(4)) task.on_activate.push_back({"$status", parsed("\"waiting\"")});
  if (chance(6)) task.on_activate.push_back({"amount", parsed("amount + 1")});
}

}  // namespace cinnabar::process::testing
