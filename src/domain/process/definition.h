// A process definition: an immutable graph of nodes and sequence flows, made by the BPMN importer
// and checked by validate() before it may be deployed.
//
// Thread: immutable. Ownership: shared_ptr<const ProcessDefinition> crosses threads.
#pragma once

#include "domain/expr/expression.h"
#include "domain/form/validate.h"
#include "domain/process/completion_rule.h"
#include "vocab/states.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cinnabar::process {

using NodeIndex = std::uint32_t;
using FlowIndex = std::uint32_t;

enum class NodeKind : std::uint8_t {
  start_event,
  end_event,
  terminate_end_event,
  user_task,
  exclusive_gateway,
  parallel_gateway,
  inclusive_gateway,
};
std::string_view name(NodeKind kind);

// Writes a value when a node is entered or a quick action is chosen. The target is a field id of
// the form or one of the headers "$title", "$status", "$level".
struct Assignment {
  std::string target;
  expr::Expression value;
};

// Who is offered the work. Several rules add up; a person is offered one work item per activity.
struct FixedUsers {
  std::vector<std::string> names;
};
struct Groups {  // groups, departments, roles or positions by key
  GroupKind kind = GroupKind::group;
  std::vector<std::string> keys;
};
struct InitiatorRule {};
struct FieldRule {  // a user, users, group, groups or assignee field of the form
  std::string field;
};
using ParticipantRule = std::variant<FixedUsers, Groups, InitiatorRule, FieldRule>;

// A button that decides without the form: writes its assignments, skips required fields.
struct QuickAction {
  std::string key;    // for example "action1"
  std::string label;  // shown to people
  Outcome outcome = Outcome::approved;
  std::vector<Assignment> assignments;
};

struct UserTask {
  std::vector<ParticipantRule> participants;
  CompletionRule completion = Any{};
  std::vector<QuickAction> quick_actions;
  std::vector<Assignment> on_activate;
  form::NodeFields fields;
  bool allow_batch = true;  // may be decided in a batch, without opening the form
  bool comment_required = false;
};

// A rule a submission must meet before anything exists.
struct StartCheck {
  expr::Expression condition;
  std::string message;  // for people
};
struct StartEvent {
  std::vector<StartCheck> checks;
};

struct SequenceFlow {
  std::string id;
  std::string name;
  NodeIndex source = 0;
  NodeIndex target = 0;
  std::optional<expr::Expression> condition;
  std::int32_t line = 0;  // in the document, for findings
};

struct Node {
  std::string id;
  std::string name;
  NodeKind kind = NodeKind::user_task;
  std::int32_t line = 0;            // in the document, for findings
  std::vector<FlowIndex> incoming;  // document order
  std::vector<FlowIndex> outgoing;  // document order
  std::optional<FlowIndex> default_flow;
  std::variant<std::monostate, StartEvent, UserTask> settings;

  [[nodiscard]] const UserTask* user_task() const { return std::get_if<UserTask>(&settings); }
  [[nodiscard]] const StartEvent* start_event() const { return std::get_if<StartEvent>(&settings); }
};

struct ProcessDefinition {
  std::string key;
  std::string name;
  std::vector<Node> nodes;
  std::vector<SequenceFlow> flows;
  NodeIndex start = 0;
  std::optional<expr::Expression> title_rule;  // else the form's title field

  [[nodiscard]] std::optional<NodeIndex> find_node(std::string_view id) const;
  [[nodiscard]] const Node& node(NodeIndex index) const { return nodes[index]; }
  // True when `to` can be reached from `from` along sequence flows (from itself only on a cycle).
  [[nodiscard]] bool is_reachable(NodeIndex from, NodeIndex to) const;
};

// One rule of the standard that a document breaks.
struct Finding {
  std::string rule;     // stable, for example "flow_target_missing"
  std::string element;  // id of the node or flow
  std::int32_t line = 0;
  std::string message;   // one sentence with what to do
  bool is_error = true;  // warnings do not forbid deployment
};

// Structure checks beyond what the importer could not read: exactly one start event, every node
// reachable from it, no flow into start or out of end events, user tasks with participants (a
// warning), conditions on exclusive and inclusive splits, fields that exist in `form`.
std::vector<Finding> validate(const ProcessDefinition& definition,
                              const form::FormDefinition* form);

}  // namespace cinnabar::process
