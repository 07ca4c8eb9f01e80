#include "domain/process/definition.h"
#include "domain/process/scope.h"
#include "vocab/limits.h"

#include <algorithm>
#include <map>

namespace cinnabar::process {
namespace {

class Validation {
 public:
  Validation(const ProcessDefinition& definition, const form::FormDefinition* form)
      : definition_(definition), form_(form) {}

  std::vector<Finding> run() {
    if (definition_.nodes.size() > limits::kDefinitionNodesMax ||
        definition_.flows.size() > limits::kDefinitionFlowsMax) {
      error("definition_too_large", "", 0, "the process has too many nodes or flows; split it");
      return std::move(findings_);
    }
    for (ScopeIndex i = 0; i < definition_.scopes.size(); ++i) check_scope(i);
    check_reachability();
    find_used_handlers();
    for (NodeIndex i = 0; i < definition_.nodes.size(); ++i) check_node(i);
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

  // ---- scopes ----

  void check_scope(ScopeIndex index) {
    const ScopeDefinition& scope = definition_.scope(index);
    const Node* owner = scope.owner ? &definition_.node(*scope.owner) : nullptr;
    const std::string id = owner == nullptr ? std::string() : owner->id;
    const std::int32_t line = owner == nullptr ? 0 : owner->line;
    std::size_t none_starts = 0;
    std::size_t ends = 0;
    for (const NodeIndex node_index : scope.nodes) {
      const Node& node = definition_.node(node_index);
      if (node.kind == NodeKind::end_event) ++ends;
      if (node.kind != NodeKind::start_event || !node.is_event(TriggerKind::none)) continue;
      if (++none_starts > 1) {
        error("start_event_repeated", node.id, node.line,
              "there is one start event without a trigger; remove this one");
      }
    }
    const bool is_triggered = owner != nullptr && owner->get<SubProcess>()->is_triggered_by_event;
    if (is_triggered) {
      if (none_starts > 0 || scope.event_starts.size() != 1) {
        error("event_sub_process_start", id, line,
              "an event sub-process has one start event, and it has a trigger");
      }
    } else if (none_starts == 0 && (owner != nullptr || scope.event_starts.empty())) {
      error("start_event_missing", id, line,
            owner == nullptr ? "add a start event to the process"
                             : "add a start event to the sub-process");
    }
    if (ends == 0)
      warn("end_event_missing", id, line, "add an end event, so that people see the end");
    check_links(scope);
  }

  void check_links(const ScopeDefinition& scope) {
    std::map<std::string_view, const Node*> targets;
    for (const NodeIndex index : scope.nodes) {
      const Node& node = definition_.node(index);
      if (node.kind != NodeKind::catch_event || !node.is_event(TriggerKind::link)) continue;
      if (!targets.emplace(node.event()->trigger.name, &node).second) {
        error("link_target_repeated", node.id, node.line,
              "another link of this scope leads to the same name; rename one");
      }
      if (!node.incoming.empty()) {
        error("link_has_incoming", node.id, node.line,
              "only links lead to this event; remove the sequence flow");
      }
    }
    for (const NodeIndex index : scope.nodes) {
      const Node& node = definition_.node(index);
      if (node.kind != NodeKind::throw_event || !node.is_event(TriggerKind::link)) continue;
      if (!targets.contains(node.event()->trigger.name)) {
        error("link_target_missing", node.id, node.line,
              "no catching link event of this scope has the name " + node.event()->trigger.name);
      }
      if (!node.outgoing.empty()) {
        error("link_has_outgoing", node.id, node.line,
              "the link is the way on; remove the sequence flow");
      }
    }
  }

  // Handlers that an event is associated with.
  void find_used_handlers() {
    used_handlers_.assign(definition_.nodes.size(), false);
    for (const Node& node : definition_.nodes) {
      const EventNode* event = node.event();
      if (event != nullptr && event->compensated_by) used_handlers_[*event->compensated_by] = true;
    }
  }

  // Nodes that nothing leads to because something else starts them.
  [[nodiscard]] static bool is_origin(const Node& node) {
    if (node.is_for_compensation) return true;
    const auto* inner = node.get<SubProcess>();
    if (inner != nullptr && inner->is_triggered_by_event) return true;
    return node.kind == NodeKind::start_event;
  }

  void check_reachability() {
    std::vector<bool> seen(definition_.nodes.size(), false);
    std::vector<NodeIndex> open;
    for (NodeIndex i = 0; i < definition_.nodes.size(); ++i) {
      if (!is_origin(definition_.node(i))) continue;
      seen[i] = true;
      open.push_back(i);
    }
    for (const ScopeDefinition& scope : definition_.scopes) {
      for (const NodeIndex start : scope.event_starts) {
        if (seen[start]) continue;
        seen[start] = true;
        open.push_back(start);
      }
    }
    while (!open.empty()) {
      const NodeIndex at = open.back();
      open.pop_back();
      for (const NodeIndex next : definition_.successors(at)) {
        if (seen[next]) continue;
        seen[next] = true;
        open.push_back(next);
      }
    }
    for (NodeIndex i = 0; i < definition_.nodes.size(); ++i) {
      const Node& node = definition_.node(i);
      if (seen[i]) continue;
      error("node_unreachable", node.id, node.line,
            "no path leads from the start event to this node; connect or remove it");
    }
  }

  // ---- nodes ----

  void check_node(NodeIndex index) {
    const Node& node = definition_.node(index);
    check_ends_of_flows(node);
    check_flows(node);
    if (const EventNode* event = node.event()) check_event(node, *event);
    if (const UserTask* task = node.user_task()) check_task(node, *task);
    if (node.kind == NodeKind::event_gateway) check_event_gateway(node);
    if (node.kind == NodeKind::receive_task && node.get<MessageTask>()->is_instantiating &&
        !node.incoming.empty()) {
      error("start_has_incoming", node.id, node.line,
            "a receive task that starts the process has no incoming flow");
    }
    if (node.is_for_compensation) check_handler(index, node);
    for (const Mapping& mapping : node.inputs) check_names(mapping.value, node);
  }

  void check_handler(NodeIndex index, const Node& node) {
    if (!node.incoming.empty() || !node.outgoing.empty()) {
      error("compensation_handler_flow", node.id, node.line,
            "only an association leads to a compensation handler, and nothing leaves it");
    }
    if (!used_handlers_[index]) {
      error("compensation_handler", node.id, node.line,
            "no compensation event is associated with this handler");
    }
  }

  void check_ends_of_flows(const Node& node) {
    const bool is_triggered_sub =
        node.get<SubProcess>() != nullptr && node.get<SubProcess>()->is_triggered_by_event;
    if (!node.incoming.empty()) {
      if (node.kind == NodeKind::start_event) {
        error("start_event_has_incoming", node.id, node.line,
              "no sequence flow may lead into a start event; let it lead to the node after");
      } else if (node.kind == NodeKind::boundary_event) {
        error("boundary_event_has_incoming", node.id, node.line,
              "no sequence flow may lead into a boundary event");
      } else if (is_triggered_sub) {
        error("event_sub_process_flow", node.id, node.line,
              "no sequence flow may lead into an event sub-process; its event starts it");
      }
    }
    if (!node.outgoing.empty()) {
      if (node.kind == NodeKind::end_event) {
        error("end_event_has_outgoing", node.id, node.line,
              "no sequence flow may leave an end event; use another node here");
      } else if (is_triggered_sub) {
        error("event_sub_process_flow", node.id, node.line,
              "no sequence flow may leave an event sub-process");
      }
    } else if (node.kind == NodeKind::start_event) {
      error("start_event_has_no_outgoing", node.id, node.line,
            "connect the start event to the first node");
    }
  }

  void check_event(const Node& node, const EventNode& event) {
    for (const StartCheck& check : event.checks) check_names(check.condition, node);
    const bool is_compensation = event.trigger.kind == TriggerKind::compensation;
    if (node.kind == NodeKind::boundary_event) {
      if (is_compensation && !node.outgoing.empty()) {
        error("compensation_event_has_outgoing", node.id, node.line,
              "an association leads to the handler; no sequence flow leaves this event");
      }
      if (is_compensation && !event.compensated_by) {
        error("compensation_handler", node.id, node.line,
              "associate the event with an activity that compensates");
      }
      if (!is_compensation && node.outgoing.empty()) {
        error("boundary_event_has_no_outgoing", node.id, node.line,
              "say where the process goes on after this event");
      }
    } else if (is_compensation && event.trigger.activity) {
      const Node& target = definition_.node(*event.trigger.activity);
      if (!target.compensation_handler && target.kind != NodeKind::sub_process) {
        error("compensation_activity", node.id, node.line,
              target.id + " has no compensation handler");
      }
    }
  }

  void check_event_gateway(const Node& node) {
    if (node.outgoing.size() < 2) {
      error("event_gateway_too_few", node.id, node.line,
            "an event-based gateway has at least two events to choose from");
    }
    const bool is_instantiating = node.get<EventGateway>()->is_instantiating;
    if (is_instantiating && !node.incoming.empty()) {
      error("start_has_incoming", node.id, node.line,
            "a gateway that starts the process has no incoming flow");
    }
    bool has_message_event = false;
    bool has_receive_task = false;
    for (const FlowIndex flow : node.outgoing) {
      const Node& target = definition_.node(definition_.flows[flow].target);
      has_receive_task = has_receive_task || target.kind == NodeKind::receive_task;
      has_message_event = has_message_event || target.is_event(TriggerKind::message);
      check_gateway_target(node, target, is_instantiating);
    }
    if (has_message_event && has_receive_task) {
      error("event_gateway_mixed", node.id, node.line,
            "behind one gateway stand message events or receive tasks, not both");
    }
  }

  void check_gateway_target(const Node& gateway, const Node& target, bool is_instantiating) {
    const bool is_event =
        target.kind == NodeKind::catch_event &&
        (target.is_event(TriggerKind::message) || target.is_event(TriggerKind::timer) ||
         target.is_event(TriggerKind::signal) || target.is_event(TriggerKind::condition));
    if (!is_event && target.kind != NodeKind::receive_task) {
      error("event_gateway_target", target.id, target.line,
            "behind the event-based gateway " + gateway.id +
                " stand catching events (message, timer, signal, condition) or receive tasks");
      return;
    }
    if (target.incoming.size() != 1) {
      error("event_gateway_target_shared", target.id, target.line,
            "only the event-based gateway " + gateway.id + " may lead to this node");
    }
    if (!target.boundary.empty()) {
      error("event_gateway_target_boundary", target.id, target.line,
            "a receive task behind an event-based gateway has no boundary events");
    }
    const bool is_message =
        target.kind == NodeKind::receive_task || target.is_event(TriggerKind::message);
    if (is_instantiating && !is_message) {
      error("event_gateway_start", target.id, target.line,
            "only messages start a process through an event-based gateway");
    }
  }

  void check_flows(const Node& node) {
    const bool may_end =
        node.kind == NodeKind::end_event || node.kind == NodeKind::start_event ||
        node.kind == NodeKind::boundary_event || node.is_for_compensation ||
        (node.kind == NodeKind::throw_event && node.is_event(TriggerKind::link)) ||
        (node.get<SubProcess>() != nullptr && node.get<SubProcess>()->is_triggered_by_event);
    if (node.outgoing.empty() && !may_end) {
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
    } else if (node.event() != nullptr || node.kind == NodeKind::event_gateway) {
      error("event_flow_has_condition", flow.id, flow.line,
            "a flow that leaves an event has no condition; put a gateway after it");
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
  std::vector<bool> used_handlers_;  // by node
};

}  // namespace

std::vector<Finding> validate(const ProcessDefinition& definition,
                              const form::FormDefinition* form) {
  return Validation(definition, form).run();
}

}  // namespace cinnabar::process
