// Fields, headers and variables: what a command and the nodes write, and what expressions see.
#include "base/text.h"
#include "domain/form/formula.h"
#include "domain/form/value_types.h"
#include "domain/process/execution.h"
#include "vocab/limits.h"

#include <algorithm>

namespace cinnabar::process {
namespace {

std::string header_text(const form::Field& field, const FieldValues& fields) {
  const auto it = fields.find(field.id);
  if (it == fields.end()) return {};
  return std::string(utf8_prefix(form::display_text(field, it->second), limits::kTitleBytesMax));
}

std::string* header_of(Headers& headers, std::string_view target) {
  if (target == "$title") return &headers.title;
  if (target == "$status") return &headers.status;
  if (target == "$level") return &headers.level;
  return nullptr;
}

}  // namespace

InstanceScope Execution::scope_of(ActivityInstanceId activity) const {
  return {form_, decision_.after, activity, outcome_, environment_.now};
}

Result<expr::Value> Execution::evaluate(const expr::Expression& expression,
                                        ActivityInstanceId activity) const {
  return expression.eval(scope_of(activity));
}

void Execution::change_fields(const FieldValues& changes) {
  set_headers(write_fields(changes));
}

Headers Execution::write_fields(const FieldValues& changes) {
  FieldsChanged event;
  std::vector<std::string_view> changed;
  FieldValues calculated;
  const bool calculates = form::has_formulas(form_);
  if (calculates) calculated = form::with_calculated(form_, instance().fields, changes);
  for (const auto& [id, value] : calculates ? calculated : changes) {
    const auto it = instance().fields.find(id);
    const bool is_same = it == instance().fields.end() ? value.is_null() : it->second == value;
    if (is_same) continue;
    event.changes.emplace(id, value);
    changed.push_back(id);
  }
  const bool is_new = decision_.events.size() == 1 &&
                      std::holds_alternative<InstanceStarted>(decision_.events.front());
  if (!changed.empty()) {
    emit(std::move(event));
    data_changed_ = true;
  }
  if (changed.empty() && !is_new) return instance().headers;
  return headers_after(changed, is_new);
}

Headers Execution::headers_after(const std::vector<std::string_view>& changed, bool is_new) {
  const auto follows = [&](std::string_view id) {
    return is_new || std::ranges::any_of(changed, [&](std::string_view name) {
             return equals_ignore_ascii_case(name, id);
           });
  };
  const FieldValues& fields = instance().fields;
  Headers headers = instance().headers;
  for (const form::Field& field : form_.fields) {
    if (field.role == form::FieldRole::none || !follows(field.id)) continue;
    if (field.role == form::FieldRole::title && !definition_->title_rule) {
      headers.title = header_text(field, fields);
    }
    if (field.role == form::FieldRole::status) headers.status = header_text(field, fields);
    if (field.role == form::FieldRole::level) headers.level = header_text(field, fields);
  }
  if (definition_->title_rule &&
      (is_new || std::ranges::any_of(definition_->title_rule->names(), follows))) {
    if (auto title = title_of_rule()) headers.title = std::move(*title);
  }
  return headers;
}

// Without a usable rule the form's title field serves.
std::optional<std::string> Execution::title_of_rule() {
  const auto title = evaluate(*definition_->title_rule, {});
  if (!title) {
    note(IncidentKind::expression_failed, node(definition_->start), {},
         "title rule: " + title.error().detail);
  } else if (const FieldValue value = expr::to_field(*title); !is_empty(value)) {
    return std::string(utf8_prefix(to_plain_text(value), limits::kTitleBytesMax));
  }
  const form::Field* field = form_.find_role(form::FieldRole::title);
  if (field == nullptr) return std::nullopt;
  return header_text(*field, instance().fields);
}

void Execution::set_headers(Headers headers) {
  if (headers == instance().headers) return;
  data_changed_ = true;
  emit(HeadersChanged{std::move(headers.title), std::move(headers.status),
                      std::move(headers.level)});
}

void Execution::assign(const std::vector<Assignment>& assignments, const Node& node,
                       ActivityInstanceId activity) {
  if (assignments.empty()) return;
  FieldValues fields;
  expr::Variables variables;
  std::vector<std::pair<std::string_view, std::string>> headers;
  for (const Assignment& assignment : assignments) {
    const auto fail = [&](const std::string& detail) {
      note(IncidentKind::expression_failed, node, activity,
           "assignment to " + assignment.target + ": " + detail);
    };
    auto value = evaluate(assignment.value, activity);
    if (!value) {
      fail(value.error().detail);
      continue;
    }
    if (assignment.target.starts_with('$')) {
      headers.emplace_back(assignment.target, utf8_prefix(to_plain_text(expr::to_field(*value)),
                                                          limits::kTitleBytesMax));
      continue;
    }
    const form::Field* field = form_.find(assignment.target);
    if (field == nullptr) {
      variables.insert_or_assign(assignment.target, std::move(*value));
      continue;
    }
    auto fitted = form::fit(*field, expr::to_field(*value));
    if (!fitted) {
      fail("the value does not fit the field");
      continue;
    }
    fields.insert_or_assign(field->id, std::move(*fitted));
  }
  Headers after = write_fields(fields);
  for (auto& [target, text] : headers) {
    if (std::string* header = header_of(after, target)) *header = std::move(text);
  }
  set_headers(std::move(after));
  set_variables(activity, variables);
}

void Execution::set_local(ActivityInstanceId at, const expr::Variables& values) {
  const expr::Variables& before = at.is_assigned() ? activity(at).variables : instance().variables;
  VariablesChanged event;
  event.scope = at;
  for (const auto& [name, value] : values) {
    const auto it = before.find(name);
    if (it == before.end() || it->second != value) event.changes.emplace(name, value);
  }
  if (event.changes.empty()) return;
  data_changed_ = true;
  emit(std::move(event));
}

void Execution::set_variables(ActivityInstanceId from, const expr::Variables& values) {
  std::map<ActivityInstanceId, expr::Variables> by_scope;
  FieldValues fields;
  for (const auto& [name, value] : values) {
    ActivityInstanceId at = from;
    while (at.is_assigned()) {
      const ActivityInstance& here = activity(at);
      if (here.variables.contains(name)) break;
      at = here.parent;
    }
    if (at.is_assigned()) {
      by_scope[at].insert_or_assign(name, value);
      continue;
    }
    const form::Field* field = form_.find(name);
    if (field != nullptr && !instance().variables.contains(name)) {
      auto fitted = form::fit(*field, expr::to_field(value));
      if (fitted) {
        fields.insert_or_assign(field->id, std::move(*fitted));
        continue;
      }
    }
    by_scope[{}].insert_or_assign(name, value);
  }
  if (!fields.empty()) change_fields(fields);
  for (const auto& [scope, changes] : by_scope) set_local(scope, changes);
}

expr::Variables Execution::visible_variables(ActivityInstanceId activity) const {
  expr::Variables seen;
  for (const ActivityInstance* at = instance().find_activity(activity); at != nullptr;
       at = instance().find_activity(at->parent)) {
    seen.insert(at->variables.begin(), at->variables.end());
    if (at->role == ActivityRole::iteration) {
      seen.emplace("loopCounter", expr::Value{std::int64_t{at->iteration}});
    }
    add_loop_variables(*at, seen);
  }
  seen.insert(instance().variables.begin(), instance().variables.end());
  return seen;
}

}  // namespace cinnabar::process
