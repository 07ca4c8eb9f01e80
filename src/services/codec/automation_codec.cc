#include "services/codec/automation_codec.h"

#include "services/codec/package_parts.h"
#include "vocab/limits.h"

#include <fmt/format.h>

namespace cinnabar::services::codec {
namespace {

constexpr std::size_t kFieldsMax = 100;
constexpr std::size_t kReadersMax = 100;

std::optional<expr::Expression> read_expression(StrictObject& object, std::string_view member,
                                                Need need) {
  const std::string text = object.text(member, need);
  if (text.empty()) return std::nullopt;
  auto parsed = expr::Expression::parse(text);
  if (parsed) return std::move(*parsed);
  object.report(member, kValueMalformed, parsed.error().detail);
  return std::nullopt;
}

FieldExpressions read_expressions(StrictObject& object, std::string_view member,
                                  Problems& problems) {
  FieldExpressions expressions;
  const Json::Object* members = object.object(member);
  if (members == nullptr) return expressions;
  const std::string path = path_of(object.path(), member);
  if (members->size() > kFieldsMax) {
    object.report(member, kValueMalformed, "more than 100 fields");
    return expressions;
  }
  for (const auto& [field, json] : *members) {
    const std::string* text = json.as_string();
    auto parsed = text == nullptr ? std::nullopt : std::optional(expr::Expression::parse(*text));
    if (!parsed) {
      add_problem(problems, path_of(path, field), kMemberWrongType, "expected an expression");
    } else if (!*parsed) {
      add_problem(problems, path_of(path, field), kValueMalformed, parsed->error().detail);
    } else {
      expressions.insert_or_assign(field, std::move(**parsed));
    }
  }
  return expressions;
}

std::vector<std::string> read_names(StrictObject& object, std::string_view member,
                                    Problems& problems) {
  const Json::Array* array = object.array(member, Need::optional);
  if (array == nullptr) return {};
  if (array->size() > kReadersMax) {
    object.report(member, kValueMalformed, "more than 100 names");
    return {};
  }
  return read_texts(*array, path_of(object.path(), member), problems);
}

void read_readers(StrictObject& object, AutomationAction& action, Problems& problems) {
  action.users = read_names(object, "users", problems);
  action.fields = read_names(object, "fields", problems);
  action.text = read_expression(object, "text", Need::required);
  if (const Json::Array* groups = object.array("groups", Need::optional)) {
    if (groups->size() > kReadersMax) {
      object.report("groups", kValueMalformed, "more than 100 groups");
      return;
    }
    for (std::size_t i = 0; i < groups->size(); ++i) {
      StrictObject one{(*groups)[i], path_of(path_of(object.path(), "groups"), i), problems};
      const GroupKind kind = read_group_kind(one);
      action.groups.emplace_back(kind, one.name("group", limits::kNameBytesMax));
      one.finish();
    }
  }
  if (action.users.empty() && action.fields.empty() && action.groups.empty()) {
    object.report("users", kMemberMissing, "whom to tell: users, groups or fields");
  }
}

AutomationAction read_action(StrictObject& object, Problems& problems) {
  AutomationAction action;
  const std::string what = object.text("do", Need::required);
  const auto kind = parse_automation_action_kind(what);
  if (!kind) {
    if (!what.empty()) {
      object.report("do", kValueUnknown, fmt::format("there is no action '{}'", what));
    }
    return action;
  }
  action.kind = *kind;
  if (action.kind == AutomationActionKind::notify) {
    read_readers(object, action, problems);
    object.finish();
    return action;
  }
  const bool creates = action.kind == AutomationActionKind::create_record;
  action.form = object.text("form", creates ? Need::required : Need::optional);
  if (action.kind != AutomationActionKind::remove_record) {
    action.values = read_expressions(object, "values", problems);
    if (action.values.empty()) object.report("values", kMemberMissing, "values of fields");
  }
  if (creates) {
    action.start_process = object.flag("start_process", false);
  } else {
    action.match = read_expressions(object, "match", problems);
    if (!action.form.empty() && action.match.empty()) {
      object.report("match", kMemberMissing, "which records of the form");
    }
  }
  object.finish();
  return action;
}

std::int64_t read_events(StrictObject& object, Problems& problems) {
  std::int64_t events = 0;
  const Json::Array* array = object.array("on", Need::required);
  if (array == nullptr) return events;
  for (const std::string& text : read_texts(*array, path_of(object.path(), "on"), problems)) {
    const auto kind = parse_webhook_kind(text);
    if (kind && *kind != WebhookKind::form_changed) {
      events |= static_cast<std::int64_t>(*kind);
    } else {
      object.report("on", kValueUnknown, fmt::format("there is no event '{}'", text));
    }
  }
  if (events == 0) object.report("on", kMemberMissing, "at least one event");
  return events;
}

Json expressions_json(const FieldExpressions& expressions) {
  Json json = Json::object();
  for (const auto& [field, expression] : expressions) json.set(field, expression.text());
  return json;
}

Json texts_json(const std::vector<std::string>& texts) {
  Json json = Json::array();
  for (const std::string& text : texts) json.push(text);
  return json;
}

Json action_json(const AutomationAction& action) {
  Json json = Json::object();
  json.set("do", name(action.kind));
  if (!action.form.empty()) json.set("form", action.form);
  if (!action.match.empty()) json.set("match", expressions_json(action.match));
  if (!action.values.empty()) json.set("values", expressions_json(action.values));
  if (action.start_process) json.set("start_process", true);
  if (!action.users.empty()) json.set("users", texts_json(action.users));
  if (!action.fields.empty()) json.set("fields", texts_json(action.fields));
  if (!action.groups.empty()) {
    Json groups = Json::array();
    for (const auto& [kind, key] : action.groups) {
      groups.push(Json::object().set("kind", name(kind)).set("group", key));
    }
    json.set("groups", std::move(groups));
  }
  if (action.text) json.set("text", action.text->text());
  return json;
}

}  // namespace

AutomationDefinition read_automation(StrictObject& object, Problems& problems) {
  AutomationDefinition definition;
  definition.key = read_key(object, "key");
  definition.name = object.name("name", limits::kNameBytesMax);
  definition.form = object.name("form", limits::kNameBytesMax);
  definition.events = read_events(object, problems);
  definition.fields = read_names(object, "fields", problems);
  definition.condition = read_expression(object, "condition", Need::optional);
  definition.enabled = object.flag("enabled", true);
  definition.include_api_writes = object.flag("include_api_writes", false);
  const Json::Array* actions = object.array("actions", Need::required);
  if (actions != nullptr && (actions->empty() || actions->size() > kAutomationActionsMax)) {
    object.report("actions", kValueMalformed, "expected 1 to 20 actions");
  } else if (actions != nullptr) {
    for (std::size_t i = 0; i < actions->size(); ++i) {
      StrictObject one{(*actions)[i], path_of(path_of(object.path(), "actions"), i), problems};
      definition.actions.push_back(read_action(one, problems));
    }
  }
  object.finish();
  return definition;
}

std::string print_automation(const AutomationDefinition& definition) {
  Json events = Json::array();
  for (const WebhookKind kind : kWebhookKinds) {
    if ((definition.events & static_cast<std::int64_t>(kind)) != 0) events.push(name(kind));
  }
  Json actions = Json::array();
  for (const AutomationAction& action : definition.actions) actions.push(action_json(action));
  Json json = Json::object();
  json.set("key", definition.key).set("name", definition.name).set("form", definition.form);
  json.set("on", std::move(events));
  if (!definition.fields.empty()) json.set("fields", texts_json(definition.fields));
  if (definition.condition) json.set("condition", definition.condition->text());
  json.set("enabled", definition.enabled);
  json.set("include_api_writes", definition.include_api_writes);
  json.set("actions", std::move(actions));
  return print(json);
}

std::optional<AutomationDefinition> parse_automation(std::string_view document) {
  const auto json = Json::parse(document);
  if (!json) return std::nullopt;
  Problems problems;
  StrictObject object{*json, {}, problems};
  AutomationDefinition definition = read_automation(object, problems);
  if (!problems.empty()) return std::nullopt;
  return definition;
}

}  // namespace cinnabar::services::codec
