#include "domain/process/execution.h"

#include "base/assert.h"
#include "domain/process/node_types.h"
#include "vocab/limits.h"

#include <algorithm>
#include <set>

namespace cinnabar::process {
namespace {

constexpr std::size_t kUsualEvents = 16;

bool holds_token(const Incident& incident) {
  return incident.holds_token;
}

// Sub-processes and loop bodies only hold others.
bool is_container(const Execution& execution, const ActivityInstance& activity) {
  return activity.role == ActivityRole::loop_body ||
         execution.node_of(activity).kind == NodeKind::sub_process;
}

}  // namespace

Execution::Execution(const ProcessDefinition& definition, const form::FormDefinition& form,
                     const Environment& environment, const Instance& before)
    : definition_(&definition), form_(form), environment_(environment) {
  CINNABAR_ASSERT(environment.directory != nullptr && environment.ids != nullptr);
  decision_.after = before;
  decision_.events.reserve(kUsualEvents);
}

const Node& Execution::node_of(const ActivityInstance& activity) const {
  const auto index = definition_->find_node(activity.node_id);
  CINNABAR_ASSERT(index.has_value());
  return definition_->nodes[*index];
}

NodeIndex Execution::index_of(const Node& node) const {
  return static_cast<NodeIndex>(&node - definition_->nodes.data());
}

const ActivityInstance& Execution::activity(ActivityInstanceId id) const {
  const ActivityInstance* found = instance().find_activity(id);
  CINNABAR_ASSERT(found != nullptr);
  return *found;
}

void Execution::emit(Event event) {
  evolve(decision_.after, event);
  decision_.events.push_back(std::move(event));
}

// ---- incidents ----

void Execution::note(IncidentKind kind, const Node& node, ActivityInstanceId scope,
                     std::string detail) {
  emit(IncidentRaised{
      IncidentId{fresh_id()}, kind, node.id, std::move(detail), scope, {}, {}, false, false});
}

void Execution::raise(IncidentKind kind, ActivityInstanceId id, std::string detail,
                      bool is_at_end) {
  const ActivityInstance& stuck = activity(id);
  emit(IncidentRaised{IncidentId{fresh_id()},
                      kind,
                      stuck.node_id,
                      std::move(detail),
                      stuck.parent,
                      id,
                      {},
                      false,
                      is_at_end});
}

void Execution::hold_token(IncidentKind kind, const Node& node, ActivityInstanceId scope,
                           std::string detail, std::optional<FlowIndex> flow) {
  emit(IncidentRaised{IncidentId{fresh_id()},
                      kind,
                      node.id,
                      std::move(detail),
                      scope,
                      {},
                      flow ? definition_->flows[*flow].id : std::string(),
                      true,
                      false});
}

void Execution::resolve_incidents_of(ActivityInstanceId id) {
  std::vector<IncidentId> resolved;
  for (const Incident& incident : instance().incidents) {
    // Remarks made while it was at work end with it, too.
    const bool is_remark =
        !incident.activity.is_assigned() && !incident.holds_token && incident.scope == id;
    if (incident.activity == id || is_remark) resolved.push_back(incident.id);
  }
  for (const IncidentId incident : resolved) emit(IncidentResolved{incident, {}, {}});
}

void Execution::resolve_all_incidents() {
  while (!instance().incidents.empty()) {
    emit(IncidentResolved{instance().incidents.front().id, {}, {}});
  }
}

// ---- running ----

void Execution::drop_moving(ActivityInstanceId scope) {
  std::erase_if(moving_, [&](const Moving& moving) {
    return instance().is_within(moving.at, scope) || !instance().is_within(moving.at, {});
  });
}

void Execution::stop(InstanceState state, const Node& node, std::string code) {
  moving_.clear();
  is_stopped_ = true;
  end_state_ = state;
  end_code_ = std::move(code);
  last_node_ = &node;
}

void Execution::run() {
  do {
    drain();
  } while (!is_stopped_ && (wake_conditions() || wake_quiet_nodes(false) ||
                            close_finished_scopes() || wake_quiet_nodes(true)));
  if (!is_stopped_ && is_waiting()) return;
  end_instance();
}

void Execution::end_instance() {
  terminate_inside({});
  end_waits_of({});
  resolve_all_incidents();
  const std::string last = last_node_ == nullptr ? std::string() : last_node_->id;
  if (end_state_ == InstanceState::failed) {
    emit(InstanceFailed{last, end_code_});
  } else {
    emit(InstanceCompleted{last});
  }
}

// Tokens move in the order in which they were sent, so parallel branches take turns.
void Execution::drain() {
  while (!moving_.empty() && !is_stopped_) {
    if (++steps_ > limits::kStepsPerCommandMax) {
      hold_moving_tokens();
      return;
    }
    const Moving next = moving_.front();
    moving_.pop_front();
    if (!instance().is_within(next.at, {})) continue;  // its scope is gone
    if (next.flow) {
      const NodeIndex target = definition_->flows[*next.flow].target;
      if (is_activity(node(target).kind)) {
        enter_activity(target, next.at);
      } else {
        behavior_of(node(target).kind).on_arrive(*this, target, Token{next.at, next.flow});
      }
    } else if (activity(next.at).role == ActivityRole::loop_body) {
      continue_loop(next.at);
    } else {
      continue_compensation(next.at);
    }
  }
}

void Execution::arrive(NodeIndex target, const Token& token) {
  if (is_activity(node(target).kind)) {
    enter_activity(target, token.scope);
  } else {
    behavior_of(node(target).kind).on_arrive(*this, target, token);
  }
}

void Execution::hold_moving_tokens() {
  const std::string detail = "more than " + std::to_string(limits::kStepsPerCommandMax) +
                             " steps in one command; a loop without a task?";
  // One for each node, and for joins one for each way in.
  std::set<std::tuple<ActivityInstanceId, NodeIndex, FlowIndex>> held;
  for (const Moving& moving : std::exchange(moving_, {})) {
    if (!moving.flow) {
      raise(IncidentKind::step_limit, moving.at, detail);
      continue;
    }
    const NodeIndex target = definition_->flows[*moving.flow].target;
    const bool is_join = behavior_of(node(target).kind).on_quiet != nullptr;
    if (held.emplace(moving.at, target, is_join ? *moving.flow : 0).second) {
      hold_token(IncidentKind::step_limit, node(definition_->flows[*moving.flow].target), moving.at,
                 detail, moving.flow);
    }
  }
}

bool Execution::wake_conditions() {
  if (!std::exchange(data_changed_, false)) return false;
  std::vector<WaitId> conditions;
  for (const Wait& wait : instance().waits) {
    if (wait.kind == WaitKind::condition) conditions.push_back(wait.id);
  }
  bool has_fired = false;
  for (const WaitId id : conditions) {
    const Wait* wait = instance().find_wait(id);
    if (wait == nullptr) continue;  // ended by one that fired before
    const auto index = definition_->find_node(wait->node_id);
    CINNABAR_ASSERT(index.has_value());
    const Trigger& trigger = node(*index).event()->trigger;
    const auto holds = trigger.condition->eval_condition(scope_of(wait->owner));
    if (!holds) {
      const bool is_known = std::ranges::any_of(instance().incidents, [&](const Incident& known) {
        return known.node_id == wait->node_id && known.kind == IncidentKind::expression_failed;
      });
      if (!is_known) {
        note(IncidentKind::expression_failed, node(*index), wait->owner,
             "condition: " + holds.error().detail);
      }
      continue;
    }
    if (*holds == wait->holds) continue;
    emit(ConditionObserved{id, *holds});
    if (!*holds) continue;
    fire(id, {});
    has_fired = true;
  }
  return has_fired || data_changed_;
}

bool Execution::wake_quiet_nodes(bool is_deadlock) {
  if (instance().arrivals.empty()) return false;
  if (is_deadlock) {
    const bool has_others =
        std::ranges::any_of(instance().activities,
                            [&](const ActivityInstance& a) { return !is_container(*this, a); }) ||
        std::ranges::any_of(instance().incidents, holds_token);
    if (has_others) return false;
  }
  std::set<std::pair<ActivityInstanceId, NodeIndex>> joins;
  for (const auto& [key, count] : instance().arrivals) {
    const auto index = definition_->find_node(std::get<1>(key));
    CINNABAR_ASSERT(index.has_value());
    joins.emplace(std::get<0>(key), *index);
  }
  return std::ranges::any_of(joins, [&](const auto& join) {
    const NodeBehavior& behavior = behavior_of(node(join.second).kind);
    return behavior.on_quiet != nullptr &&
           behavior.on_quiet(*this, join.second, join.first, is_deadlock);
  });
}

bool Execution::is_scope_alive(ActivityInstanceId scope) const {
  const Instance& at = instance();
  return std::ranges::any_of(at.activities,
                             [&](const ActivityInstance& a) { return a.parent == scope; }) ||
         std::ranges::any_of(at.arrivals,
                             [&](const auto& a) { return std::get<0>(a.first) == scope; }) ||
         std::ranges::any_of(at.incidents, [&](const Incident& incident) {
           return incident.holds_token && incident.scope == scope;
         });
}

// The innermost ones first, as they come last in the list.
bool Execution::close_finished_scopes() {
  std::vector<ActivityInstanceId> scopes;
  for (const ActivityInstance& at : instance().activities) {
    if (at.role != ActivityRole::loop_body && node_of(at).kind == NodeKind::sub_process) {
      scopes.push_back(at.id);
    }
  }
  bool has_closed = false;
  for (auto it = scopes.rbegin(); it != scopes.rend() && !is_stopped_; ++it) {
    if (instance().find_activity(*it) == nullptr || is_scope_alive(*it)) continue;
    const bool is_stuck = std::ranges::any_of(
        instance().incidents, [&](const Incident& incident) { return incident.activity == *it; });
    if (is_stuck) continue;
    complete_activity(*it);
    has_closed = true;
    // A token may have gone into the scope around it.
    if (!moving_.empty()) break;
  }
  return has_closed;
}

bool Execution::is_waiting() const {
  const Instance& at = instance();
  return !at.activities.empty() || !at.arrivals.empty() ||
         std::ranges::any_of(at.incidents, holds_token);
}

}  // namespace cinnabar::process
