#include "domain/process/execution.h"

#include "base/assert.h"
#include "base/text.h"
#include "domain/form/value_types.h"
#include "domain/process/node_types.h"
#include "vocab/limits.h"

#include <algorithm>
#include <limits>

namespace cinnabar::process {
namespace {

constexpr std::size_t kUsualEvents = 16;

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

bool holds_token(const Incident& incident) {
  return incident.kind == IncidentKind::no_flow_matches ||
         incident.kind == IncidentKind::step_limit;
}

Execution::Execution(const ProcessDefinition& definition, const form::FormDefinition& form,
                     const Environment& environment, const Instance& before)
    : definition_(definition), form_(form), environment_(environment) {
  CINNABAR_ASSERT(environment.directory != nullptr && environment.ids != nullptr);
  decision_.after = before;
  decision_.events.reserve(kUsualEvents);
}

void Execution::emit(Event event) {
  evolve(decision_.after, event);
  decision_.events.push_back(std::move(event));
}

InstanceScope Execution::scope() const {
  const Instance& at = decision_.after;
  return {form_, at.fields, at.headers, at.initiator, outcome_};
}

void Execution::change_fields(const FieldValues& changes) {
  set_headers(write_fields(changes));
}

Headers Execution::write_fields(const FieldValues& changes) {
  FieldsChanged event;
  std::vector<std::string_view> changed;
  for (const auto& [id, value] : changes) {
    const auto it = instance().fields.find(id);
    const bool is_same = it == instance().fields.end() ? value.is_null() : it->second == value;
    if (is_same) continue;
    event.changes.emplace(id, value);
    changed.push_back(id);
  }
  const bool is_new = decision_.events.size() == 1 &&
                      std::holds_alternative<InstanceStarted>(decision_.events.front());
  if (!changed.empty()) emit(std::move(event));
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
    if (field.role == form::FieldRole::title && !definition_.title_rule) {
      headers.title = header_text(field, fields);
    }
    if (field.role == form::FieldRole::status) headers.status = header_text(field, fields);
    if (field.role == form::FieldRole::level) headers.level = header_text(field, fields);
  }
  if (definition_.title_rule &&
      (is_new || std::ranges::any_of(definition_.title_rule->names(), follows))) {
    if (auto title = title_of_rule()) headers.title = std::move(*title);
  }
  return headers;
}

// Without a usable rule the form's title field serves.
std::optional<std::string> Execution::title_of_rule() {
  const auto title = definition_.title_rule->eval(scope());
  if (!title) {
    raise(IncidentKind::expression_failed, node(definition_.start),
          "title rule: " + title.error().detail);
  } else if (!is_empty(*title)) {
    return std::string(utf8_prefix(to_plain_text(*title), limits::kTitleBytesMax));
  }
  const form::Field* field = form_.find_role(form::FieldRole::title);
  if (field == nullptr) return std::nullopt;
  return header_text(*field, instance().fields);
}

void Execution::set_headers(Headers headers) {
  if (headers == instance().headers) return;
  emit(HeadersChanged{std::move(headers.title), std::move(headers.status),
                      std::move(headers.level)});
}

void Execution::assign(const std::vector<Assignment>& assignments, const Node& node) {
  if (assignments.empty()) return;
  FieldValues changes;
  std::vector<std::pair<std::string_view, std::string>> headers;
  for (const Assignment& assignment : assignments) {
    const auto fail = [&](const std::string& detail) {
      raise(IncidentKind::expression_failed, node,
            "assignment to " + assignment.target + ": " + detail);
    };
    auto value = assignment.value.eval(scope());
    if (!value) {
      fail(value.error().detail);
      continue;
    }
    if (assignment.target.starts_with('$')) {
      headers.emplace_back(assignment.target,
                           utf8_prefix(to_plain_text(*value), limits::kTitleBytesMax));
      continue;
    }
    const form::Field* field = form_.find(assignment.target);
    auto fitted = field == nullptr ? std::nullopt : form::fit(*field, *value);
    if (!fitted) {
      fail(field == nullptr ? "the form has no such field" : "the value does not fit the field");
      continue;
    }
    changes.insert_or_assign(field->id, std::move(*fitted));
  }
  Headers after = write_fields(changes);
  for (auto& [target, text] : headers) {
    if (std::string* header = header_of(after, target)) *header = std::move(text);
  }
  set_headers(std::move(after));
}

void Execution::raise(IncidentKind kind, const Node& node, std::string detail) {
  emit(IncidentRaised{kind, node.id, std::move(detail)});
}

void Execution::take(FlowIndex flow) {
  emit(FlowTaken{definition_.flows[flow].id});
  moving_.push_back(flow);
}

std::optional<Execution::Matches> Execution::matching_flows(const Node& node,
                                                            std::size_t count_max) {
  Matches matches;
  for (const FlowIndex index : node.outgoing) {
    if (matches.flows.size() >= count_max) break;
    if (node.default_flow == index) continue;
    const SequenceFlow& flow = definition_.flows[index];
    if (!flow.condition) {
      matches.flows.push_back(index);
      continue;
    }
    const auto holds = flow.condition->eval_condition(scope());
    if (!holds) {
      raise(IncidentKind::expression_failed, node,
            "condition of " + flow.id + ": " + holds.error().detail);
      no_flow(node, "the condition of " + flow.id + " failed");
      return std::nullopt;
    }
    if (!*holds) continue;
    matches.flows.push_back(index);
    matches.any_conditional = true;
  }
  return matches;
}

void Execution::no_flow(const Node& node, std::string detail) {
  raise(IncidentKind::no_flow_matches, node, std::move(detail));
}

void Execution::leave(const Node& node) {
  if (node.outgoing.empty()) {
    note_end(node);
    return;
  }
  const auto matches = matching_flows(node, node.outgoing.size());
  if (!matches) return;
  for (const FlowIndex flow : matches->flows) take(flow);
  if (node.default_flow && !matches->any_conditional) {
    take(*node.default_flow);
  } else if (matches->flows.empty()) {
    no_flow(node, "no condition of an outgoing flow is true and there is no default flow");
  }
}

void Execution::leave_exclusively(const Node& node) {
  const auto matches = matching_flows(node, 1);
  if (!matches) return;
  if (!matches->flows.empty()) {
    take(matches->flows.front());
  } else if (node.default_flow) {
    take(*node.default_flow);
  } else {
    no_flow(node, "no condition of an outgoing flow is true and there is no default flow");
  }
}

void Execution::leave_inclusively(const Node& node) {
  const auto matches = matching_flows(node, node.outgoing.size());
  if (!matches) return;
  for (const FlowIndex flow : matches->flows) take(flow);
  if (!matches->flows.empty()) return;
  if (node.default_flow) {
    take(*node.default_flow);
  } else {
    no_flow(node, "no condition of an outgoing flow is true and there is no default flow");
  }
}

void Execution::leave_on_all(const Node& node) {
  if (node.outgoing.empty()) note_end(node);
  for (const FlowIndex flow : node.outgoing) take(flow);
}

void Execution::supersede_open_items(ActivityInstanceId id) {
  const ActivityInstance* activity = instance().find_activity(id);
  CINNABAR_ASSERT(activity != nullptr);
  // By index: superseding an item changes its state only, never the list.
  for (std::size_t i = 0; i < activity->work_items.size(); ++i) {
    const WorkItem& item = activity->work_items[i];
    if (item.state == WorkItemState::open) emit(WorkItemSuperseded{item.id});
  }
}

void Execution::terminate_activities() {
  while (!instance().activities.empty()) {
    const ActivityInstanceId id = instance().activities.front().id;
    supersede_open_items(id);
    emit(ActivityTerminated{id});
  }
}

void Execution::stop_at(const Node& node) {
  moving_.clear();
  is_stopped_ = true;
  last_node_ = &node;
}

void Execution::run(NodeIndex first) {
  behavior_of(node(first).kind).on_arrive(*this, first, nullptr);
  run();
}

void Execution::run() {
  do {
    drain();
  } while (!is_stopped_ && wake_quiet_nodes());
  if (!is_stopped_ && is_waiting()) return;
  resolve_all_incidents();
  emit(InstanceCompleted{last_node_ == nullptr ? std::string() : last_node_->id});
}

// Tokens move in the order in which they were sent, so parallel branches take turns.
void Execution::drain() {
  while (!moving_.empty() && !is_stopped_) {
    if (++steps_ > limits::kStepsPerCommandMax) {
      hold_moving_tokens();
      return;
    }
    const FlowIndex flow = moving_.front();
    moving_.pop_front();
    const NodeIndex target = definition_.flows[flow].target;
    behavior_of(node(target).kind).on_arrive(*this, target, &flow);
  }
}

void Execution::hold_moving_tokens() {
  std::vector<NodeIndex> targets;
  for (const FlowIndex flow : moving_) targets.push_back(definition_.flows[flow].target);
  moving_.clear();
  std::ranges::sort(targets);
  const auto repeated = std::ranges::unique(targets);
  targets.erase(repeated.begin(), repeated.end());
  for (const NodeIndex target : targets) {
    raise(IncidentKind::step_limit, node(target),
          "more than " + std::to_string(limits::kStepsPerCommandMax) +
              " steps in one command; a loop without a task?");
  }
}

bool Execution::wake_quiet_nodes() {
  if (instance().arrivals.empty()) return false;
  for (const bool is_deadlock : {false, true}) {
    if (is_deadlock && !instance().activities.empty()) return false;
    for (NodeIndex i = 0; i < definition_.nodes.size(); ++i) {
      const NodeBehavior& behavior = behavior_of(node(i).kind);
      if (behavior.on_quiet != nullptr && behavior.on_quiet(*this, i, is_deadlock)) return true;
    }
  }
  return false;
}

bool Execution::is_waiting() const {
  const Instance& at = instance();
  return !at.activities.empty() || !at.arrivals.empty() ||
         std::ranges::any_of(at.incidents, holds_token);
}

void Execution::resolve_all_incidents() {
  while (!instance().incidents.empty()) {
    emit(IncidentResolved{instance().incidents.front().node_id});
  }
}

}  // namespace cinnabar::process
