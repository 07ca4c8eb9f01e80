#include "domain/process/bpmn/settings.h"

#include "base/text.h"
#include "vocab/limits.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cinnabar::process::bpmn {
namespace {

constexpr std::string_view kSchemaInstance = "http://www.w3.org/2001/XMLSchema-instance";

std::vector<std::string> keys_of(std::string_view list) {
  std::vector<std::string> keys;
  for (const std::string_view part : split(list, ',')) {
    const std::string_view key = trim(part);
    if (!key.empty()) keys.emplace_back(key);
  }
  return keys;
}

bool is_known_foreign(std::string_view space) {
  return space == kCamunda || space == kFlowable || space == kActiviti;
}

bool is_declaration(const pugi::xml_attribute& attribute) {
  const std::string_view name = attribute.name();
  return name == "xmlns" || name.starts_with("xmlns:") || name.starts_with("xml:");
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

void SettingsReader::ignore_attribute(const pugi::xml_node& element,
                                      const pugi::xml_attribute& attribute) {
  if (is_declaration(attribute)) return;
  const std::string_view space = namespace_of(element, attribute);
  if (space.empty() || space == kSchemaInstance) return;
  if (space == kOwn) {
    document_.error("attribute_unknown", element,
                    std::string(attribute.name()) + " has no meaning here; see the BPMN reference");
    return;
  }
  document_.warn("attribute_ignored", element,
                 std::string(attribute.name()) + " is kept but has no effect");
}

void SettingsReader::refuse(const pugi::xml_node& extension) {
  document_.error("extension_unknown", extension,
                  std::string(extension.name()) + " has no meaning here; see the BPMN reference");
}

std::vector<pugi::xml_node> SettingsReader::own_extensions(const pugi::xml_node& element) {
  std::vector<pugi::xml_node> own;
  for (const pugi::xml_node list : element.children()) {
    if (!is_element(list, kBpmn, "extensionElements")) continue;
    for (const pugi::xml_node child : list.children()) {
      if (child.type() != pugi::node_element) continue;
      if (namespace_of(child) == kOwn) {
        own.push_back(child);
      } else {
        document_.warn("extension_ignored", child,
                       std::string(child.name()) + " is kept but has no effect");
      }
    }
  }
  return own;
}

void SettingsReader::check_attributes(const pugi::xml_node& element,
                                      std::initializer_list<std::string_view> known) {
  for (const pugi::xml_attribute attribute : element.attributes()) {
    if (is_declaration(attribute) || std::ranges::find(known, attribute.name()) != known.end()) {
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

void SettingsReader::read_nothing(const pugi::xml_node& element) {
  for (const pugi::xml_node extension : own_extensions(element)) refuse(extension);
  for (const pugi::xml_attribute attribute : element.attributes()) {
    ignore_attribute(element, attribute);
  }
}

std::optional<expr::Expression> SettingsReader::read_title_rule(const pugi::xml_node& process) {
  std::optional<expr::Expression> rule;
  for (const pugi::xml_attribute attribute : process.attributes()) {
    ignore_attribute(process, attribute);
  }
  for (const pugi::xml_node extension : own_extensions(process)) {
    if (local_name(extension.name()) != "title") {
      refuse(extension);
      continue;
    }
    check_attributes(extension, {"rule"});
    if (const auto text = require(extension, "rule")) {
      rule = document_.expression(extension, *text);
    }
  }
  return rule;
}

StartEvent SettingsReader::read_start_event(const pugi::xml_node& element) {
  StartEvent start;
  for (const pugi::xml_attribute attribute : element.attributes()) {
    ignore_attribute(element, attribute);
  }
  for (const pugi::xml_node extension : own_extensions(element)) {
    if (local_name(extension.name()) != "check") {
      refuse(extension);
      continue;
    }
    check_attributes(extension, {"condition", "message"});
    const auto condition = require(extension, "condition");
    const auto message = require(extension, "message");
    if (!condition || !message) continue;
    auto expression = document_.expression(extension, *condition);
    if (expression) start.checks.push_back({std::move(*expression), std::string(*message)});
  }
  return start;
}

UserTask SettingsReader::read_user_task(const pugi::xml_node& element) {
  UserTask task;
  read_user_task_attributes(element, task);
  bool has_rule = false;
  for (const pugi::xml_node extension : own_extensions(element)) {
    if (local_name(extension.name()) == "completion") has_rule = true;
    read_user_task_child(extension, task);
  }
  for (const pugi::xml_node child : element.children()) {
    if (is_element(child, kBpmn, "multiInstanceLoopCharacteristics")) {
      read_multi_instance(child, task, has_rule);
    }
  }
  return task;
}

void SettingsReader::read_user_task_attributes(const pugi::xml_node& element, UserTask& task) {
  for (const pugi::xml_attribute attribute : element.attributes()) {
    if (is_declaration(attribute)) continue;
    const std::string_view space = namespace_of(element, attribute);
    const std::string_view name = local_name(attribute.name());
    if (space == kOwn && name == "batch") {
      task.allow_batch = document_.boolean(element, attribute).value_or(true);
    } else if (space == kOwn && name == "commentRequired") {
      task.comment_required = document_.boolean(element, attribute).value_or(false);
    } else if (is_known_foreign(space) &&
               (name == "assignee" || name == "candidateUsers" || name == "candidateGroups")) {
      read_foreign_people(element, attribute, task);
    } else {
      ignore_attribute(element, attribute);
    }
  }
}

void SettingsReader::read_user_task_child(const pugi::xml_node& child, UserTask& task) {
  const std::string_view name = local_name(child.name());
  if (name == "participants") {
    read_participants(child, task);
  } else if (name == "completion") {
    read_completion(child, task);
  } else if (name == "quickAction") {
    read_quick_action(child, task);
  } else if (name == "onActivate") {
    check_attributes(child, {});
    std::vector<Assignment> assignments = read_assignments(child);
    std::ranges::move(assignments, std::back_inserter(task.on_activate));
  } else if (name == "field") {
    read_field_access(child, task);
  } else {
    refuse(child);
  }
}

void SettingsReader::read_participants(const pugi::xml_node& element, UserTask& task) {
  check_attributes(element,
                   {"users", "groups", "departments", "roles", "positions", "initiator", "field"});
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
  if (task.participants.size() == before) {
    document_.warn("participants_missing", element, "this rule names nobody");
  }
}

void SettingsReader::read_completion(const pugi::xml_node& element, UserTask& task) {
  check_attributes(element, {"rule", "count", "percent", "veto"});
  const auto rule = require(element, "rule");
  if (!rule) return;
  const bool veto = document_.boolean(element, element.attribute("veto")).value_or(true);
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
    task.completion = AtLeast{number("count", static_cast<std::int64_t>(limits::kParticipantsMax))};
  } else if (*rule == "percentage") {
    task.completion = Percentage{number("percent", 100)};
  } else {
    document_.error("attribute_value", element,
                    "rule must be any, all, inOrder, atLeast or percentage");
  }
}

void SettingsReader::read_multi_instance(const pugi::xml_node& element, UserTask& task,
                                         bool has_rule) {
  for (const pugi::xml_node child : element.children()) {
    if (child.type() != pugi::node_element) continue;
    document_.warn("multi_instance_detail_ignored", child,
                   std::string(child.name()) + " has no effect; use c:completion");
  }
  for (const pugi::xml_attribute attribute : element.attributes()) {
    ignore_attribute(element, attribute);
  }
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
      refuse(child);
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

void SettingsReader::read_foreign_people(const pugi::xml_node& element,
                                         const pugi::xml_attribute& attribute, UserTask& task) {
  const std::vector<std::string> values = keys_of(attribute.value());
  if (local_name(attribute.name()) != "candidateGroups") {
    for (const std::string& value : values) add_foreign_person(element, value, task);
    return;
  }
  Groups groups;
  for (const std::string& value : values) {
    if (value.starts_with("${") || value.starts_with("#{") || value.starts_with('=')) {
      document_.warn("attribute_ignored", element,
                     "the expression " + value + " in " + attribute.name() + " is not understood");
    } else {
      groups.keys.push_back(value);
    }
  }
  if (!groups.keys.empty()) task.participants.emplace_back(std::move(groups));
}

void SettingsReader::add_foreign_person(const pugi::xml_node& element, std::string_view value,
                                        UserTask& task) {
  const std::string_view name = placeholder_name(value);
  if (name == "initiator") {
    task.participants.emplace_back(InitiatorRule{});
  } else if (!name.empty() && form_ != nullptr && form_->find(name) != nullptr) {
    task.participants.emplace_back(FieldRule{field_id(name)});
  } else if (value.starts_with("${") || value.starts_with("#{") || value.starts_with('=')) {
    document_.warn("attribute_ignored", element,
                   "the expression " + std::string(value) + " names nobody we know");
  } else {
    task.participants.emplace_back(FixedUsers{{std::string(value)}});
  }
}

}  // namespace cinnabar::process::bpmn
