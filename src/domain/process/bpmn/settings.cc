#include "domain/process/bpmn/settings.h"

#include "base/text.h"
#include "vocab/limits.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cinnabar::process::bpmn {
namespace {

std::vector<std::string> keys_of(std::string_view list) {
  std::vector<std::string> keys;
  for (const std::string_view part : split(list, ',')) {
    const std::string_view key = trim(part);
    if (!key.empty()) keys.emplace_back(key);
  }
  return keys;
}

// The name inside of "${name}"; empty for anything else.
std::string_view placeholder_name(std::string_view value) {
  if (!value.starts_with("${") || !value.ends_with("}")) return {};
  return trim(value.substr(2, value.size() - 3));
}

struct GroupAttribute {
  std::string_view name;
  GroupKind kind;
};
constexpr std::array<GroupAttribute, 4> kGroupAttributes = {{{"groups", GroupKind::group},
                                                             {"departments", GroupKind::department},
                                                             {"roles", GroupKind::role},
                                                             {"positions", GroupKind::position}}};

}  // namespace

std::string SettingsReader::field_id(std::string_view written) const {
  const form::Field* field = form_ == nullptr ? nullptr : form_->find(written);
  return field == nullptr ? std::string(written) : field->id;
}

void SettingsReader::check_attributes(const pugi::xml_node& element,
                                      std::initializer_list<std::string_view> known) {
  for (const pugi::xml_attribute attribute : element.attributes()) {
    if (std::string_view(attribute.name()).starts_with("xmlns") ||
        std::ranges::find(known, attribute.name()) != known.end()) {
      continue;
    }
    document_.error("attribute_unknown", element,
                    std::string(element.name()) + " has no attribute " + attribute.name());
  }
}

std::optional<std::string_view> SettingsReader::require(const pugi::xml_node& element,
                                                        const char* attribute) {
  const auto value = Document::attribute(element, attribute);
  if (value && !value->empty()) return value;
  document_.error("attribute_missing", element,
                  std::string(element.name()) + " needs the attribute " + attribute);
  return std::nullopt;
}

std::optional<expr::Expression> SettingsReader::read_title_rule(const pugi::xml_node& process) {
  std::optional<expr::Expression> rule;
  for (const pugi::xml_node title : document_.take_children(process, kOwn, "title")) {
    check_attributes(title, {"rule"});
    if (const auto text = require(title, "rule")) rule = document_.expression(title, *text);
  }
  return rule;
}

std::vector<StartCheck> SettingsReader::read_checks(const pugi::xml_node& start) {
  std::vector<StartCheck> checks;
  for (const pugi::xml_node check : document_.take_children(start, kOwn, "check")) {
    check_attributes(check, {"condition", "message"});
    const auto condition = require(check, "condition");
    const auto message = require(check, "message");
    if (!condition || !message) continue;
    auto expression = document_.expression(check, *condition);
    if (expression) checks.push_back({std::move(*expression), std::string(*message)});
  }
  return checks;
}

std::optional<bool> SettingsReader::read_flag(const pugi::xml_node& element, const char* name) {
  const auto text = document_.take(element, kOwn, name);
  if (!text) return std::nullopt;
  if (*text == "true" || *text == "1") return true;
  if (*text == "false" || *text == "0") return false;
  document_.error("attribute_value", element, std::string("c:") + name + " must be true or false");
  return std::nullopt;
}

void SettingsReader::read_process(const pugi::xml_node& process) {
  allow_batch_ = read_flag(process, "batch");
}

UserTask SettingsReader::read_user_task(const pugi::xml_node& element) {
  UserTask task;
  const bool allow_batch = read_flag(element, "batch").value_or(allow_batch_.value_or(false));
  // A process that is switched off has no task that is on.
  task.allow_batch = allow_batch && allow_batch_.value_or(true);
  task.is_approval = read_flag(element, "approval").value_or(true);
  task.comment_required = read_flag(element, "commentRequired").value_or(false);
  task.signature_required = read_flag(element, "signatureRequired").value_or(false);
  read_foreign_attributes(element, task);
  read_zeebe_people(element, task);
  read_timing(element, task);
  for (const auto& rule : document_.take_children(element, kOwn, "participants")) {
    read_participants(rule, task);
  }
  for (const auto& policies : document_.take_children(element, kOwn, "policies")) {
    read_policies(policies, task);
  }
  bool has_rule = false;
  for (const auto& rule : document_.take_children(element, kOwn, "completion")) {
    read_completion(rule, task);
    has_rule = true;
  }
  for (const auto& action : document_.take_children(element, kOwn, "quickAction")) {
    read_quick_action(action, task);
  }
  for (const auto& list : document_.take_children(element, kOwn, "onActivate")) {
    check_attributes(list, {});
    std::ranges::move(read_assignments(list), std::back_inserter(task.on_activate));
  }
  for (const auto& field : document_.take_children(element, kOwn, "field")) {
    read_field_access(field, task);
  }
  for (const pugi::xml_node child : element.children()) {
    const bool repeats_people =
        is_element(child, kBpmn, "multiInstanceLoopCharacteristics") && !has_own_loop_data(child);
    if (repeats_people) read_repeated_task(child, task, has_rule);
  }
  return task;
}

// Attributes that mean the same to several engines.
void SettingsReader::read_foreign_attributes(const pugi::xml_node& element, UserTask& task) {
  for (const std::string_view space : {kCamunda, kFlowable, kActiviti}) {
    for (const std::string_view name : {"assignee", "candidateUsers", "candidateGroups"}) {
      if (const auto list = document_.take(element, space, name)) {
        read_foreign_people(element, name, *list, task);
      }
    }
  }
  if (const auto key = document_.take_any(element, "formKey")) task.form_key = *key;
}

void SettingsReader::read_zeebe_people(const pugi::xml_node& element, UserTask& task) {
  for (const auto& people : document_.take_children(element, kZeebe, "assignmentDefinition")) {
    for (const char* name : {"assignee", "candidateUsers", "candidateGroups"}) {
      if (const auto list = Document::attribute(people, name)) {
        read_foreign_people(people, name, *list, task);
      }
    }
  }
  for (const auto& form : document_.take_children(element, kZeebe, "formDefinition")) {
    const auto key = Document::attribute(form, "formKey");
    if (key) task.form_key = *key;
  }
  document_.take_children(element, kZeebe, "userTask");
}

// An ISO 8601 text or an expression.
void SettingsReader::read_timing(const pugi::xml_node& element, UserTask& task) {
  const auto read = [&](std::string_view text) -> std::optional<expr::Expression> {
    const std::string_view written = trim(text);
    if (written.starts_with('=') || written.starts_with("${") || written.starts_with("#{")) {
      return document_.expression(element, written);
    }
    const bool is_text = written.starts_with('P') || written.starts_with('-') ||
                         (!written.empty() && written.front() >= '0' && written.front() <= '9');
    if (!is_text) return document_.expression(element, written);
    return document_.expression(element, "\"" + std::string(written) + "\"");
  };
  if (const auto due = document_.take_any(element, "dueDate")) task.due = read(*due);
  if (const auto due = document_.take(element, kOwn, "due")) task.due = read(*due);
  for (const auto& schedule : document_.take_children(element, kZeebe, "taskSchedule")) {
    if (const auto due = Document::attribute(schedule, "dueDate")) task.due = read(*due);
  }
  if (const auto remind = document_.take(element, kOwn, "remind")) task.remind = read(*remind);
  if (const auto priority = document_.take_any(element, "priority")) {
    task.priority = document_.expression(element, *priority);
  }
  if (const auto late = document_.take(element, kOwn, "ifLate")) {
    constexpr std::array<std::pair<std::string_view, IfLate>, 6> kChoices = {{
        {"nothing", IfLate::nothing},
        {"notify", IfLate::notify},
        {"escalate", IfLate::escalate},
        {"approve", IfLate::approve},
        {"reject", IfLate::reject},
        {"return", IfLate::send_back},
    }};
    const auto it = std::ranges::find(kChoices, *late, [](const auto& c) { return c.first; });
    if (it != kChoices.end()) {
      task.if_late = it->second;
    } else {
      document_.error("attribute_value", element,
                      "c:ifLate must be nothing, notify, escalate, approve, reject or return");
    }
  }
}

template <typename Enum, std::size_t N>
void SettingsReader::read_choice(const pugi::xml_node& element, const char* attribute,
                                 const std::array<std::pair<std::string_view, Enum>, N>& choices,
                                 Enum& into) {
  const auto text = Document::attribute(element, attribute);
  if (!text) return;
  const auto it =
      std::ranges::find(choices, *text, [](const auto& choice) { return choice.first; });
  if (it != choices.end()) {
    into = it->second;
    return;
  }
  std::string known;
  for (const auto& choice : choices) known += " " + std::string(choice.first);
  document_.error("attribute_value", element, std::string(attribute) + " must be one of" + known);
}

void SettingsReader::read_policies(const pugi::xml_node& element, UserTask& task) {
  check_attributes(element,
                   {"nobody", "fallbackUser", "initiator", "repeated", "departed", "absent"});
  ParticipantPolicies& policies = task.policies;
  read_choice<IfNobody, 4>(element, "nobody",
                           {{{"incident", IfNobody::incident},
                             {"administrator", IfNobody::administrator},
                             {"skip", IfNobody::skip},
                             {"user", IfNobody::fixed_user}}},
                           policies.if_nobody);
  policies.fallback_user = Document::attribute(element, "fallbackUser").value_or("");
  if (policies.if_nobody == IfNobody::fixed_user && policies.fallback_user.empty()) {
    document_.error("attribute_missing", element, "nobody=\"user\" needs fallbackUser");
  }
  read_choice<IfInitiator, 3>(
      element, "initiator",
      {{{"ask", IfInitiator::ask}, {"pass", IfInitiator::pass}, {"manager", IfInitiator::manager}}},
      policies.if_initiator);
  read_choice<IfRepeated, 2>(element, "repeated",
                             {{{"ask", IfRepeated::ask}, {"pass", IfRepeated::pass}}},
                             policies.if_repeated);
  read_choice<IfDeparted, 3>(element, "departed",
                             {{{"drop", IfDeparted::drop},
                               {"manager", IfDeparted::manager},
                               {"administrator", IfDeparted::administrator}}},
                             policies.if_departed);
  read_choice<IfAbsent, 2>(element, "absent",
                           {{{"delegate", IfAbsent::delegate}, {"ask", IfAbsent::ask}}},
                           policies.if_absent);
}

void SettingsReader::read_participants(const pugi::xml_node& element, UserTask& task) {
  check_attributes(element,
                   {"users", "groups", "departments", "roles", "positions", "initiator", "field",
                    "manager", "chain", "head", "above", "previous", "expression", "chosen"});
  const std::size_t before = task.participants.size();
  if (const auto users = Document::attribute(element, "users")) {
    if (auto names = keys_of(*users); !names.empty()) {
      task.participants.emplace_back(FixedUsers{std::move(names)});
    }
  }
  for (const GroupAttribute& attribute : kGroupAttributes) {
    const auto groups = Document::attribute(element, attribute.name.data());
    if (!groups) continue;
    if (auto keys = keys_of(*groups); !keys.empty()) {
      task.participants.emplace_back(Groups{attribute.kind, std::move(keys)});
    }
  }
  const pugi::xml_attribute initiator = element.attribute("initiator");
  if (document_.boolean(element, initiator).value_or(false)) {
    task.participants.emplace_back(InitiatorRule{});
  }
  if (const auto field = Document::attribute(element, "field"); field && !field->empty()) {
    task.participants.emplace_back(FieldRule{field_id(trim(*field))});
  }
  read_relative_participants(element, task);
  if (task.participants.size() == before) {
    document_.warn("participants_missing", element, "this rule names nobody");
  }
}

void SettingsReader::read_relative_participants(const pugi::xml_node& element, UserTask& task) {
  constexpr std::int32_t kLevelsMax = 50;
  if (const auto levels = document_.number(element, element.attribute("manager"), 1, kLevelsMax)) {
    const bool is_chain = document_.boolean(element, element.attribute("chain")).value_or(false);
    task.participants.emplace_back(ManagerRule{*levels, is_chain});
  }
  if (const auto head = Document::attribute(element, "head")) {
    DepartmentHeadRule rule;
    if (*head != "initiator") rule.department = *head;
    rule.levels = document_.number(element, element.attribute("above"), 0, kLevelsMax).value_or(0);
    task.participants.emplace_back(std::move(rule));
  }
  if (const auto previous = Document::attribute(element, "previous")) {
    task.participants.emplace_back(
        PreviousHandlerRule{*previous == "task" ? std::string() : std::string(*previous)});
  }
  if (const auto text = Document::attribute(element, "expression")) {
    if (auto people = document_.expression(element, *text)) {
      task.participants.emplace_back(ExpressionRule{std::move(*people)});
    }
  }
  if (document_.boolean(element, element.attribute("chosen")).value_or(false)) {
    task.participants.emplace_back(ChosenRule{});
  }
}

void SettingsReader::read_completion(const pugi::xml_node& element, UserTask& task) {
  check_attributes(element, {"rule", "count", "percent", "veto"});
  const auto rule = require(element, "rule");
  if (!rule) return;
  // Where everybody is needed, one rejection decides; where a share is enough, it is one vote.
  const bool needs_all = *rule == "all" || *rule == "inOrder";
  const bool veto = document_.boolean(element, element.attribute("veto")).value_or(needs_all);
  const auto number = [&](const char* attribute, std::int64_t max) -> std::int32_t {
    const auto text = require(element, attribute);
    if (!text) return 1;
    const auto value = parse_int(trim(*text));
    if (value && *value >= 1 && *value <= max) return static_cast<std::int32_t>(*value);
    document_.error("attribute_value", element,
                    std::string(attribute) + " must be 1 to " + std::to_string(max));
    return 1;
  };
  if (*rule == "any") {
    task.completion = Any{};
  } else if (*rule == "all") {
    task.completion = All{veto};
  } else if (*rule == "inOrder") {
    task.completion = InOrder{veto};
  } else if (*rule == "atLeast") {
    task.completion =
        AtLeast{number("count", static_cast<std::int64_t>(limits::kParticipantsMax)), veto};
  } else if (*rule == "percentage") {
    task.completion = Percentage{number("percent", 100), veto};
  } else if (*rule == "weighted") {
    task.completion = WeightedShare{number("percent", 100), veto, read_weights(element)};
  } else {
    document_.error("attribute_value", element,
                    "rule must be any, all, inOrder, atLeast, percentage or weighted");
  }
}

std::vector<VoteWeight> SettingsReader::read_weights(const pugi::xml_node& element) {
  constexpr std::array<std::pair<const char*, std::optional<GroupKind>>, 5> kVoters = {{
      {"user", std::nullopt},
      {"group", GroupKind::group},
      {"department", GroupKind::department},
      {"role", GroupKind::role},
      {"position", GroupKind::position},
  }};
  std::vector<VoteWeight> weights;
  for (const pugi::xml_node child : element.children()) {
    if (!is_element(child, kOwn, "weight")) continue;
    check_attributes(child, {"user", "group", "department", "role", "position", "value"});
    if (!require(child, "value")) continue;
    const auto weight = document_.number(child, child.attribute("value"), 0, kVoteWeightMax);
    const std::size_t before = weights.size();
    for (const auto& [attribute, kind] : kVoters) {
      const auto name = Document::attribute(child, attribute);
      if (name) weights.push_back({std::string(trim(*name)), kind, weight.value_or(1)});
    }
    if (weights.size() == before) {
      document_.error("attribute_missing", child,
                      "say whose vote it is: user, group, department, role or position");
    }
  }
  return weights;
}

bool has_own_loop_data(const pugi::xml_node& multi_instance) {
  for (const pugi::xml_node child : multi_instance.children()) {
    if (is_element(child, kBpmn, "loopCardinality") ||
        is_element(child, kBpmn, "loopDataInputRef")) {
      return true;
    }
    if (!is_element(child, kBpmn, "extensionElements")) continue;
    for (const pugi::xml_node extension : child.children()) {
      if (is_element(extension, kZeebe, "loopCharacteristics")) return true;
    }
  }
  for (const pugi::xml_attribute attribute : multi_instance.attributes()) {
    if (local_name(attribute.name()) == "collection") return true;
  }
  return false;
}

void SettingsReader::read_repeated_task(const pugi::xml_node& element, UserTask& task,
                                        bool has_rule) {
  for (const pugi::xml_node child : element.children()) {
    if (child.type() != pugi::node_element) continue;
    document_.warn("multi_instance_detail_ignored", child,
                   std::string(child.name()) + " has no effect; use c:completion");
  }
  document_.report_left_over(element);
  if (task.participants.empty()) {
    document_.warn("multi_instance_ignored", element,
                   "a task is repeated for its participants, and it has none");
    return;
  }
  const bool is_sequential =
      document_.boolean(element, element.attribute("isSequential")).value_or(false);
  if (has_rule) return;  // c:completion says it more exactly
  if (is_sequential) {
    task.completion = InOrder{};
  } else {
    task.completion = All{};
  }
}

std::vector<Assignment> SettingsReader::read_assignments(const pugi::xml_node& element) {
  std::vector<Assignment> assignments;
  for (const pugi::xml_node child : element.children()) {
    if (child.type() != pugi::node_element) continue;
    if (!is_element(child, kOwn, "set")) {
      document_.error("extension_unknown", child,
                      std::string(child.name()) + " has no meaning here; see the BPMN reference");
      continue;
    }
    check_attributes(child, {"field", "value"});
    const auto field = require(child, "field");
    const auto value = require(child, "value");
    if (!field || !value) continue;
    auto expression = document_.expression(child, *value);
    if (expression) assignments.push_back({field_id(trim(*field)), std::move(*expression)});
  }
  return assignments;
}

void SettingsReader::read_quick_action(const pugi::xml_node& element, UserTask& task) {
  check_attributes(element, {"key", "label", "outcome"});
  QuickAction action;
  if (const auto key = require(element, "key")) action.key = *key;
  action.label = Document::attribute(element, "label").value_or(action.key);
  if (const auto outcome = Document::attribute(element, "outcome")) {
    const auto parsed = parse_outcome(*outcome);
    if (!parsed || *parsed == Outcome::none) {
      document_.error("attribute_value", element,
                      "outcome must be submitted, approved, rejected or returned");
    }
    action.outcome = parsed.value_or(Outcome::approved);
  }
  action.assignments = read_assignments(element);
  if (!action.key.empty()) task.quick_actions.push_back(std::move(action));
}

void SettingsReader::read_field_access(const pugi::xml_node& element, UserTask& task) {
  check_attributes(element, {"id", "required", "readOnly", "hidden"});
  const auto id = require(element, "id");
  form::FieldAccess access;
  access.required = document_.boolean(element, element.attribute("required"));
  access.read_only = document_.boolean(element, element.attribute("readOnly"));
  access.hidden = document_.boolean(element, element.attribute("hidden"));
  if (!id) return;
  if (!task.fields.emplace(field_id(trim(*id)), access).second) {
    document_.error("field_repeated", element, "another c:field names " + std::string(*id));
  }
}

void SettingsReader::read_foreign_people(const pugi::xml_node& element, std::string_view attribute,
                                         std::string_view list, UserTask& task) {
  if (trim(list).starts_with('=')) {
    if (auto people = document_.expression(element, list)) {
      task.participants.emplace_back(ExpressionRule{std::move(*people)});
    }
    return;
  }
  const std::vector<std::string> values = keys_of(list);
  if (attribute != "candidateGroups") {
    for (const std::string& value : values) add_foreign_person(element, value, task);
    return;
  }
  Groups groups;
  for (const std::string& value : values) {
    if (value.starts_with("${") || value.starts_with("#{") || value.starts_with('=')) {
      add_foreign_expression(element, value, task);
    } else {
      groups.keys.push_back(value);
    }
  }
  if (!groups.keys.empty()) task.participants.emplace_back(std::move(groups));
}

// Other engines call code in such places; that is listed and left to the administrator.
void SettingsReader::add_foreign_expression(const pugi::xml_node& element, std::string_view value,
                                            UserTask& task) {
  auto people = expr::Expression::parse(value);
  if (people) {
    task.participants.emplace_back(ExpressionRule{std::move(*people)});
  } else {
    document_.warn(
        "attribute_ignored", element,
        "the expression " + std::string(value) + " is not understood: " + people.error().detail);
  }
}

void SettingsReader::add_foreign_person(const pugi::xml_node& element, std::string_view value,
                                        UserTask& task) {
  const std::string_view name = placeholder_name(value);
  if (name == "initiator") {
    task.participants.emplace_back(InitiatorRule{});
  } else if (!name.empty() && form_ != nullptr && form_->find(name) != nullptr) {
    task.participants.emplace_back(FieldRule{field_id(name)});
  } else if (value.starts_with("${") || value.starts_with("#{") || value.starts_with('=')) {
    add_foreign_expression(element, value, task);
  } else {
    task.participants.emplace_back(FixedUsers{{std::string(value)}});
  }
}

}  // namespace cinnabar::process::bpmn
