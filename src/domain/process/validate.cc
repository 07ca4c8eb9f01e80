#include "domain/process/definition.h"
#include "domain/process/scope.h"
#include "vocab/limits.h"

#include <algorithm>

namespace cinnabar::process {
namespace {

class Validation {
 public:
  Validation(const ProcessDefinition& definition, const form::FormDefinition* form)
      : definition_(definition), form_(form) {}

  std::vector<Finding> run() {
    if (definition_.nodes.size() > limits::kDefinitionNodesMax ||
        definition_.flows.size() > limits::kDefinitionFlowsMax) {
      error("definition_too_large", "", 0, "a process has at most 2000 nodes and 4000 flows");
      return std::move(findings_);
    }
    check_start_and_end();
    if (definition_.start < definition_.nodes.size()) check_reachability();
    for (const Node& node : definition_.nodes) {
      check_flows(node);
      if (const StartEvent* start = node.start_event()) {
        for (const StartCheck& check : start->checks) check_names(check.condition, node);
      }
      if (const UserTask* task = node.user_task()) check_task(node, *task);
    }
    if (definition_.title_rule && definition_.start < definition_.nodes.size()) {
      check_names(*definition_.title_rule, definition_.node(definition_.start));
    }
    return std::move(findings_);
  }

 private:
  void add(bool is_error, std::string rule, std::string element, std::int32_t line,
           std::string message) {
    findings_.push_back({std::move(rule), std::move(element), line, std::move(message), is_error});
  }
  void error(std::string rule, std::string element, std::int32_t line, std::string message) {
    add(true, std::move(rule), std::move(element), line, std::move(message));
  }
  void warn(std::string rule, std::string element, std::int32_t line, std::string message) {
    add(false, std::move(rule), std::move(element), line, std::move(message));
  }

  void check_start_and_end() {
    std::size_t starts = 0;
    std::size_t ends = 0;
    for (const Node& node : definition_.nodes) {
      const bool is_end =
          node.kind == NodeKind::end_event || node.kind == NodeKind::terminate_end_event;
      if (node.kind == NodeKind::start_event) {
        if (++starts > 1) {
          error("start_event_repeated", node.id, node.line,
                "a process has one start event; remove this one");
        }
        if (!node.incoming.empty()) {
          error("start_event_has_incoming", node.id, node.line,
                "no sequence flow may lead into a start event; let it lead to the node after");
        }
        if (node.outgoing.empty()) {
          error("start_event_has_no_outgoing", node.id, node.line,
                "connect the start event to the first node");
        }
      }
      if (is_end) {
        ++ends;
        if (!node.outgoing.empty()) {
          error("end_event_has_outgoing", node.id, node.line,
                "no sequence flow may leave an end event; use another node here");
        }
      }
    }
    if (starts == 0) error("start_event_missing", "", 0, "add a start event to the process");
    if (ends == 0) warn("end_event_missing", "", 0, "add an end event, so that people see the end");
  }

  void check_reachability() {
    std::vector<bool> seen(definition_.nodes.size(), false);
    std::vector<NodeIndex> open{definition_.start};
    seen[definition_.start] = true;
    while (!open.empty()) {
      const Node& node = definition_.node(open.back());
      open.pop_back();
      for (const FlowIndex flow : node.outgoing) {
        const NodeIndex target = definition_.flows[flow].target;
        if (seen[target]) continue;
        seen[target] = true;
        open.push_back(target);
      }
    }
    for (NodeIndex i = 0; i < definition_.nodes.size(); ++i) {
      const Node& node = definition_.node(i);
      if (seen[i] || node.kind == NodeKind::start_event) continue;
      error("node_unreachable", node.id, node.line,
            "no path leads from the start event to this node; connect or remove it");
    }
  }

  void check_flows(const Node& node) {
    const bool is_end =
        node.kind == NodeKind::end_event || node.kind == NodeKind::terminate_end_event;
    if (node.outgoing.empty() && !is_end && node.kind != NodeKind::start_event) {
      warn("node_has_no_outgoing", node.id, node.line,
           "the path ends here without an end event; add one");
    }
    for (const FlowIndex index : node.outgoing) {
      const SequenceFlow& flow = definition_.flows[index];
      if (flow.condition) check_names(*flow.condition, node, &flow);
      check_condition(node, index);
    }
  }

  void check_condition(const Node& node, FlowIndex index) {
    const SequenceFlow& flow = definition_.flows[index];
    const bool is_default = node.default_flow == index;
    const bool decides =
        node.kind == NodeKind::exclusive_gateway || node.kind == NodeKind::inclusive_gateway;
    if (decides && node.outgoing.size() > 1 && !flow.condition && !is_default) {
      error("flow_condition_missing", flow.id, flow.line,
            "give this flow a condition or make it the default flow of " + node.id);
    }
    if (flow.condition && is_default) {
      warn("default_flow_condition_ignored", flow.id, flow.line,
           "the condition of a default flow is never looked at; remove it");
    }
    if (!flow.condition) return;
    if (node.kind == NodeKind::parallel_gateway) {
      error("parallel_flow_has_condition", flow.id, flow.line,
            "a parallel gateway takes all flows; remove the condition or use another gateway");
    } else if (node.kind == NodeKind::start_event) {
      error("start_flow_has_condition", flow.id, flow.line,
            "a flow that leaves the start event has no condition; put a gateway after it");
    }
  }

  void check_task(const Node& node, const UserTask& task) {
    if (task.participants.empty()) {
      warn("participants_missing", node.id, node.line,
           "nobody will be asked; name users, groups or a field");
    }
    for (const ParticipantRule& rule : task.participants) {
      const auto* field = std::get_if<FieldRule>(&rule);
      if (field == nullptr || !check_field(field->field, node)) continue;
      check_field_names_people(field->field, node);
    }
    for (const Assignment& assignment : task.on_activate) check_assignment(assignment, node);
    for (std::size_t i = 0; i < task.quick_actions.size(); ++i) {
      const QuickAction& action = task.quick_actions[i];
      const auto before = task.quick_actions.begin() + static_cast<std::ptrdiff_t>(i);
      if (std::find_if(task.quick_actions.begin(), before, [&](const QuickAction& other) {
            return other.key == action.key;
          }) != before) {
        error("quick_action_repeated", node.id, node.line,
              "another quick action of this task has the key " + action.key);
      }
      for (const Assignment& assignment : action.assignments) check_assignment(assignment, node);
    }
    for (const auto& [field, access] : task.fields) check_field(field, node);
  }

  void check_assignment(const Assignment& assignment, const Node& node) {
    check_names(assignment.value, node);
    if (!assignment.target.starts_with('$')) {
      check_field(assignment.target, node);
      return;
    }
    if (assignment.target == "$title" || assignment.target == "$status" ||
        assignment.target == "$level") {
      return;
    }
    error("header_unknown", node.id, node.line,
          "there is no header " + assignment.target + "; use $title, $status or $level");
  }

  bool check_field(const std::string& field, const Node& node) {
    if (form_ == nullptr) return false;
    if (form_->find(field) != nullptr) return true;
    error("field_unknown", node.id, node.line, "the form has no field " + field);
    return false;
  }

  void check_field_names_people(const std::string& id, const Node& node) {
    using form::FieldType;
    switch (form_->find(id)->type) {
      case FieldType::user:
      case FieldType::users:
      case FieldType::group:
      case FieldType::groups:
      case FieldType::assignee:
        return;
      default:
        error("participant_field_type", node.id, node.line,
              "the field " + id + " does not hold people or groups");
    }
  }

  // An unknown name reads as null, which is rarely meant.
  void check_names(const expr::Expression& expression, const Node& node,
                   const SequenceFlow* flow = nullptr) {
    if (form_ == nullptr) return;
    for (const std::string& name : expression.names()) {
      if (is_scope_name(name) || form_->find(name) != nullptr) continue;
      const std::size_t dot = name.find('.');
      if (dot != std::string::npos && form_->find(name.substr(0, dot)) != nullptr) continue;
      warn("name_unknown", flow == nullptr ? node.id : flow->id,
           flow == nullptr ? node.line : flow->line,
           "the form has no field " + name + ", so it always reads as null");
    }
  }

  const ProcessDefinition& definition_;
  const form::FormDefinition* form_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> validate(const ProcessDefinition& definition,
                              const form::FormDefinition* form) {
  return Validation(definition, form).run();
}

}  // namespace cinnabar::process
