#include "base/assert.h"
#include "domain/process/node_types.h"
#include "domain/process/testing/generator.h"

namespace cinnabar::process::testing {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + escaped(value) + "\"";
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ",") + part;
  return out;
}

std::string assignments(const std::vector<Assignment>& list) {
  std::string out;
  for (const Assignment& assignment : list) {
    out += "<c:set" + attribute("field", assignment.target) +
           attribute("value", assignment.value.text()) + "/>";
  }
  return out;
}

struct Participants {
  std::string operator()(const FixedUsers& rule) const {
    return attribute("users", joined(rule.names));
  }
  std::string operator()(const Groups& rule) const {
    switch (rule.kind) {
      case GroupKind::group:
        return attribute("groups", joined(rule.keys));
      case GroupKind::department:
        return attribute("departments", joined(rule.keys));
      case GroupKind::role:
        return attribute("roles", joined(rule.keys));
      case GroupKind::position:
        return attribute("positions", joined(rule.keys));
    }
    CINNABAR_UNREACHABLE();
  }
  std::string operator()(const InitiatorRule& /*rule*/) const {
    return attribute("initiator", "true");
  }
  std::string operator()(const FieldRule& rule) const { return attribute("field", rule.field); }
  std::string operator()(const ManagerRule& rule) const {
    return attribute("manager", std::to_string(rule.levels)) +
           attribute("chain", rule.is_chain ? "true" : "false");
  }
  std::string operator()(const DepartmentHeadRule& rule) const {
    return attribute("head", rule.department.empty() ? "initiator" : rule.department) +
           attribute("above", std::to_string(rule.levels));
  }
  std::string operator()(const PreviousHandlerRule& rule) const {
    return attribute("previous", rule.node.empty() ? "task" : rule.node);
  }
  std::string operator()(const ExpressionRule& rule) const {
    return attribute("expression", rule.people.text());
  }
  std::string operator()(const ChosenRule& /*rule*/) const { return attribute("chosen", "true"); }
};

struct Completion {
  std::string operator()(const Any& /*rule*/) const { return attribute("rule", "any"); }
  std::string operator()(const All& rule) const {
    return attribute("rule", "all") + attribute("veto", rule.one_veto ? "true" : "false");
  }
  std::string operator()(const InOrder& rule) const {
    return attribute("rule", "inOrder") + attribute("veto", rule.one_veto ? "true" : "false");
  }
  std::string operator()(const AtLeast& rule) const {
    return attribute("rule", "atLeast") + attribute("count", std::to_string(rule.count));
  }
  std::string operator()(const Percentage& rule) const {
    return attribute("rule", "percentage") + attribute("percent", std::to_string(rule.percent));
  }
};

std::string flag(std::string_view name, const std::optional<bool>& value) {
  return value ? attribute(name, *value ? "true" : "false") : std::string();
}

std::string extensions(const UserTask& task) {
  std::string out;
  for (const ParticipantRule& rule : task.participants) {
    out += "<c:participants" + std::visit(Participants{}, rule) + "/>";
  }
  out += "<c:completion" + std::visit(Completion{}, task.completion) + "/>";
  for (const QuickAction& action : task.quick_actions) {
    out += "<c:quickAction" + attribute("key", action.key) + attribute("label", action.label) +
           attribute("outcome", name(action.outcome)) + ">" + assignments(action.assignments) +
           "</c:quickAction>";
  }
  if (!task.on_activate.empty()) {
    out += "<c:onActivate>" + assignments(task.on_activate) + "</c:onActivate>";
  }
  for (const auto& [id, access] : task.fields) {
    out += "<c:field" + attribute("id", id) + flag("required", access.required) +
           flag("readOnly", access.read_only) + flag("hidden", access.hidden) + "/>";
  }
  return out;
}

std::string node_element(const ProcessDefinition& definition, const Node& node) {
  const NodeBehavior& type = behavior_of(node.kind);
  const std::string element(type.element);
  std::string out = "<" + element + attribute("id", node.id) + attribute("name", node.name);
  if (node.default_flow) out += attribute("default", definition.flows[*node.default_flow].id);
  const UserTask* task = node.user_task();
  if (task != nullptr && !task->allow_batch) out += attribute("c:batch", "false");
  if (task != nullptr && task->comment_required) out += attribute("c:commentRequired", "true");
  out += ">";
  if (task != nullptr) {
    out += "<extensionElements>" + extensions(*task) + "</extensionElements>";
  } else if (const EventNode* start = node.event(); start && !start->checks.empty()) {
    out += "<extensionElements>";
    for (const StartCheck& check : start->checks) {
      out += "<c:check" + attribute("condition", check.condition.text()) +
             attribute("message", check.message) + "/>";
    }
    out += "</extensionElements>";
  }
  if (node.is_event(TriggerKind::terminate)) out += "<terminateEventDefinition/>";
  return out + "</" + element + ">\n";
}

}  // namespace

std::string to_bpmn(const ProcessDefinition& definition) {
  std::string out =
      "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" "
      "xmlns:c=\"urn:cinnabar:bpmn:1.0\" targetNamespace=\"urn:generated\">\n<process" +
      attribute("id", definition.key) + attribute("name", definition.name) +
      attribute("isExecutable", "true") + ">\n";
  if (definition.title_rule) {
    out += "<extensionElements><c:title" + attribute("rule", definition.title_rule->text()) +
           "/></extensionElements>\n";
  }
  for (const Node& node : definition.nodes) out += node_element(definition, node);
  for (const SequenceFlow& flow : definition.flows) {
    out += "<sequenceFlow" + attribute("id", flow.id) +
           attribute("sourceRef", definition.nodes[flow.source].id) +
           attribute("targetRef", definition.nodes[flow.target].id);
    if (flow.condition) {
      out += "><conditionExpression>" + escaped(flow.condition->text()) +
             "</conditionExpression></sequenceFlow>\n";
    } else {
      out += "/>\n";
    }
  }
  return out + "</process>\n</definitions>\n";
}

}  // namespace cinnabar::process::testing
