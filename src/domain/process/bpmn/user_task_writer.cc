#include "base/assert.h"
#include "base/text.h"
#include "domain/process/bpmn/settings_writer.h"

namespace cinnabar::process::bpmn {
namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ",") + part;
  return out;
}

// The importer takes what begins like a date or duration as a text, anything else as an expression.
std::string timing(const expr::Expression& expression) {
  std::string text = unquoted(expression);
  const bool is_date = text.starts_with('P') || text.starts_with('-') ||
                       (!text.empty() && text.front() >= '0' && text.front() <= '9');
  return is_date || text.starts_with('=') || text.starts_with("${") || text.starts_with("#{")
             ? text
             : marked(expression);
}

const char* name_of(IfLate choice) {
  switch (choice) {
    case IfLate::nothing:
      return "nothing";
    case IfLate::notify:
      return "notify";
    case IfLate::escalate:
      return "escalate";
    case IfLate::approve:
      return "approve";
    case IfLate::reject:
      return "reject";
    case IfLate::send_back:
      return "return";
  }
  CINNABAR_UNREACHABLE();
}

const char* name_of(IfNobody choice) {
  switch (choice) {
    case IfNobody::incident:
      return "incident";
    case IfNobody::administrator:
      return "administrator";
    case IfNobody::skip:
      return "skip";
    case IfNobody::fixed_user:
      return "user";
  }
  CINNABAR_UNREACHABLE();
}

const char* name_of(IfInitiator choice) {
  switch (choice) {
    case IfInitiator::ask:
      return "ask";
    case IfInitiator::pass:
      return "pass";
    case IfInitiator::manager:
      return "manager";
  }
  CINNABAR_UNREACHABLE();
}

const char* name_of(IfDeparted choice) {
  switch (choice) {
    case IfDeparted::drop:
      return "drop";
    case IfDeparted::manager:
      return "manager";
    case IfDeparted::administrator:
      return "administrator";
  }
  CINNABAR_UNREACHABLE();
}

const char* attribute_of(GroupKind kind) {
  switch (kind) {
    case GroupKind::group:
      return "groups";
    case GroupKind::department:
      return "departments";
    case GroupKind::role:
      return "roles";
    case GroupKind::position:
      return "positions";
    case GroupKind::role_group:
      break;  // holds roles, never people: no rule names one
  }
  CINNABAR_UNREACHABLE();
}

struct Participants {
  XmlWriter& xml;

  void operator()(const FixedUsers& rule) const { xml.attribute("users", joined(rule.names)); }
  void operator()(const Groups& rule) const {
    xml.attribute(attribute_of(rule.kind), joined(rule.keys));
  }
  void operator()(const InitiatorRule& /*rule*/) const { xml.attribute("initiator", "true"); }
  void operator()(const FieldRule& rule) const { xml.attribute("field", rule.field); }
  void operator()(const ManagerRule& rule) const {
    xml.attribute("manager", std::to_string(rule.levels));
    if (rule.is_chain) xml.attribute("chain", "true");
  }
  void operator()(const DepartmentHeadRule& rule) const {
    xml.attribute("head", rule.department.empty() ? "initiator" : rule.department);
    if (rule.levels != 0) xml.attribute("above", std::to_string(rule.levels));
  }
  void operator()(const PreviousHandlerRule& rule) const {
    xml.attribute("previous", rule.node.empty() ? "task" : rule.node);
  }
  void operator()(const ExpressionRule& rule) const {
    xml.attribute("expression", rule.people.text());
  }
  void operator()(const ChosenRule& /*rule*/) const { xml.attribute("chosen", "true"); }
};

struct Completion {
  XmlWriter& xml;

  void operator()(const Any& /*rule*/) const { xml.attribute("rule", "any"); }
  void operator()(const All& rule) const {
    xml.attribute("rule", "all");
    write_veto(rule.one_veto);
  }
  void operator()(const InOrder& rule) const {
    xml.attribute("rule", "inOrder");
    write_veto(rule.one_veto);
  }
  void operator()(const AtLeast& rule) const {
    xml.attribute("rule", "atLeast");
    xml.attribute("count", std::to_string(rule.count));
    write_veto(rule.one_veto);
  }
  void operator()(const Percentage& rule) const {
    xml.attribute("rule", "percentage");
    xml.attribute("percent", std::to_string(rule.percent));
    write_veto(rule.one_veto);
  }
  void operator()(const WeightedShare& rule) const {
    xml.attribute("rule", "weighted");
    xml.attribute("percent", std::to_string(rule.percent));
    write_veto(rule.one_veto);
    for (const VoteWeight& weight : rule.weights) {
      // Lists of participants have the same words in the plural.
      const std::string plural = weight.kind ? attribute_of(*weight.kind) : "users";
      xml.start("c:weight");
      xml.attribute(plural.substr(0, plural.size() - 1), weight.name);
      xml.attribute("value", std::to_string(weight.weight));
      xml.end();
    }
  }
  void write_veto(bool value) const { xml.attribute("veto", value ? "true" : "false"); }
};

void write_policies(Extensions& extensions, const ParticipantPolicies& policies) {
  XmlWriter& xml = extensions.start("c:policies");
  xml.attribute("nobody", name_of(policies.if_nobody));
  if (!policies.fallback_user.empty()) xml.attribute("fallbackUser", policies.fallback_user);
  xml.attribute("initiator", name_of(policies.if_initiator));
  xml.attribute("repeated", policies.if_repeated == IfRepeated::pass ? "pass" : "ask");
  xml.attribute("departed", name_of(policies.if_departed));
  xml.attribute("absent", policies.if_absent == IfAbsent::ask ? "ask" : "delegate");
  xml.end();
}

bool is_default(const ParticipantPolicies& policies) {
  const ParticipantPolicies usual;
  return policies.if_nobody == usual.if_nobody && policies.fallback_user.empty() &&
         policies.if_initiator == usual.if_initiator && policies.if_repeated == usual.if_repeated &&
         policies.if_departed == usual.if_departed && policies.if_absent == usual.if_absent;
}

void write_assignments(XmlWriter& xml, const std::vector<Assignment>& assignments) {
  for (const Assignment& assignment : assignments) {
    xml.start("c:set");
    xml.attribute("field", assignment.target);
    xml.attribute("value", assignment.value.text());
    xml.end();
  }
}

void write_flag(XmlWriter& xml, const char* attribute, const std::optional<bool>& value) {
  if (value) xml.attribute(attribute, *value ? "true" : "false");
}

}  // namespace

void write_task_attributes(XmlWriter& xml, const UserTask& task) {
  const UserTask usual;
  if (task.allow_batch) xml.attribute("c:batch", "true");
  if (!task.is_approval) xml.attribute("c:approval", "false");
  if (task.comment_required) xml.attribute("c:commentRequired", "true");
  if (task.signature_required) xml.attribute("c:signatureRequired", "true");
  if (task.due) xml.attribute("c:due", timing(*task.due));
  if (task.remind) xml.attribute("c:remind", timing(*task.remind));
  if (task.if_late != usual.if_late) xml.attribute("c:ifLate", name_of(task.if_late));
  if (task.priority) xml.attribute("c:priority", task.priority->text());
  if (!task.form_key.empty()) xml.attribute("c:formKey", task.form_key);
}

void write_task_extensions(Extensions& extensions, const UserTask& task) {
  for (const ParticipantRule& rule : task.participants) {
    XmlWriter& xml = extensions.start("c:participants");
    std::visit(Participants{xml}, rule);
    xml.end();
  }
  if (!is_default(task.policies)) write_policies(extensions, task.policies);
  XmlWriter& xml = extensions.start("c:completion");
  std::visit(Completion{xml}, task.completion);
  xml.end();
  for (const QuickAction& action : task.quick_actions) {
    extensions.start("c:quickAction");
    xml.attribute("key", action.key);
    xml.attribute("label", action.label);
    xml.attribute("outcome", name(action.outcome));
    write_assignments(xml, action.assignments);
    xml.end();
  }
  if (!task.on_activate.empty()) {
    extensions.start("c:onActivate");
    write_assignments(xml, task.on_activate);
    xml.end();
  }
  for (const auto& [id, access] : task.fields) {
    extensions.start("c:field");
    xml.attribute("id", id);
    write_flag(xml, "required", access.required);
    write_flag(xml, "readOnly", access.read_only);
    write_flag(xml, "hidden", access.hidden);
    xml.end();
  }
}

}  // namespace cinnabar::process::bpmn
