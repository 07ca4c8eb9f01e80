// The life of an activity: its start with loop, inputs and boundary events, and its end with
// outputs, compensation record and the way on.
#include "base/assert.h"
#include "domain/process/execution.h"
#include "domain/process/node_types.h"
#include "domain/process/verbs/verbs.h"
#include "vocab/limits.h"

#include <algorithm>

namespace cinnabar::process {

void Execution::enter_activity(NodeIndex index, ActivityInstanceId scope) {
  const Node& at = node(index);
  if (std::holds_alternative<std::monostate>(at.loop)) {
    activate(index, scope, ActivityRole::plain);
    return;
  }
  const ActivityInstanceId body{fresh_id()};
  emit(ActivityActivated{body, at.id, scope, ActivityRole::loop_body, 0, {}, now()});
  await_boundary(at, body);
  continue_loop(body);
}

ActivityInstanceId Execution::activate(NodeIndex index, ActivityInstanceId parent,
                                       ActivityRole role, std::int32_t iteration,
                                       ActivityInstanceId cause, const expr::Variables& locals) {
  const Node& at = node(index);
  const ActivityInstanceId id{fresh_id()};
  emit(ActivityActivated{id, at.id, parent, role, iteration, cause, now()});
  set_local(id, locals);
  if (role == ActivityRole::plain) await_boundary(at, id);
  begin(index, id);
  return id;
}

void Execution::begin(NodeIndex index, ActivityInstanceId id) {
  const Node& at = node(index);
  if (!write_inputs(at, id)) return;
  behavior_of(at.kind).on_activate(*this, index, id);
}

bool Execution::write_inputs(const Node& at, ActivityInstanceId id) {
  for (const Mapping& input : at.inputs) {
    auto value = evaluate(input.value, id);
    if (!value) {
      raise(IncidentKind::expression_failed, id, input.target + ": " + value.error().detail);
      return false;
    }
    set_local(id, {{input.target, std::move(*value)}});
  }
  return true;
}

void Execution::reactivate(ActivityInstanceId id) {
  const ActivityInstance& stuck = activity(id);
  const NodeIndex index = index_of(node_of(stuck));
  if (stuck.role == ActivityRole::loop_body) {
    continue_loop(id);
  } else if (is_activity(node(index).kind)) {
    begin(index, id);
  } else {
    // A catching event whose wait could not start: as if its token came again.
    const Token token{stuck.parent, std::nullopt};
    terminate_activity(id);
    arrive(index, token);
  }
}

void Execution::await_boundary(const Node& at, ActivityInstanceId host) {
  for (const NodeIndex boundary : at.boundary) {
    const Trigger& trigger = node(boundary).event()->trigger;
    switch (trigger.kind) {
      case TriggerKind::message:
      case TriggerKind::timer:
      case TriggerKind::signal:
      case TriggerKind::condition:
        await(boundary, trigger, host);
        break;
      default:
        break;  // looked for when one is thrown
    }
  }
}

ActivityInstanceId Execution::park(NodeIndex index, ActivityInstanceId scope) {
  const ActivityInstanceId id{fresh_id()};
  emit(ActivityActivated{id, node(index).id, scope, ActivityRole::plain, 0, {}, now()});
  return id;
}

void Execution::unpark(ActivityInstanceId id) {
  end_waits_of(id);
  resolve_incidents_of(id);
  emit(ActivityCompleted{id, Outcome::none});
}

// ---- the end ----

bool Execution::write_outputs(const Node& at, ActivityInstanceId id,
                              const expr::Variables& brought) {
  const ActivityInstanceId around = activity(id).parent;
  if (at.outputs.empty()) {
    if (!brought.empty()) set_variables(around, brought);
    return true;
  }
  if (!brought.empty()) set_local(id, brought);
  expr::Variables outputs;
  for (const Mapping& mapping : at.outputs) {
    auto value = evaluate(mapping.value, id);
    if (!value) {
      raise(IncidentKind::expression_failed, id,
            "output " + mapping.target + ": " + value.error().detail, true);
      return false;
    }
    outputs.insert_or_assign(mapping.target, std::move(*value));
  }
  set_variables(around, outputs);
  return true;
}

bool Execution::write_loop_result(const Node& at, const ActivityInstance& iteration) {
  const auto* loop = std::get_if<MultiInstance>(&at.loop);
  if (loop == nullptr || !loop->output_element) return true;
  auto value = evaluate(*loop->output_element, iteration.id);
  if (!value) {
    raise(IncidentKind::expression_failed, iteration.id, "output element: " + value.error().detail,
          true);
    return false;
  }
  emit(LoopResult{iteration.parent, iteration.iteration, std::move(*value)});
  return true;
}

void Execution::complete_activity(ActivityInstanceId id, Outcome outcome,
                                  const expr::Variables& brought) {
  resolve_incidents_of(id);
  const Node& at = node_of(activity(id));
  if (activity(id).role != ActivityRole::loop_body) {
    if (!write_outputs(at, id, brought)) return;
    const ActivityInstance iteration = activity(id);
    if (iteration.role == ActivityRole::iteration && !write_loop_result(at, iteration)) return;
  }
  close_activity(id, outcome);
}

void Execution::close_activity(ActivityInstanceId id, Outcome outcome) {
  const ActivityInstance gone = activity(id);
  const Node& at = node_of(gone);
  record_compensation(at, gone);
  end_waits_of(id);
  supersede_open_items(id);
  emit(ActivityCompleted{id, outcome});
  leave_completed(at, gone);
}

void Execution::skip_activity(ActivityInstanceId id, const expr::Variables& brought) {
  resolve_incidents_of(id);
  terminate_inside(id);
  if (!brought.empty()) set_variables(activity(id).parent, brought);
  close_activity(id, Outcome::none);
}

void Execution::leave_completed(const Node& at, const ActivityInstance& gone) {
  switch (gone.role) {
    case ActivityRole::iteration:
      moving_.push_back({std::nullopt, gone.parent});
      return;
    case ActivityRole::compensation:
      moving_.push_back({std::nullopt, gone.cause});
      return;
    case ActivityRole::plain:
    case ActivityRole::loop_body:
      if (gone.straight_back) {
        verbs::go_straight_back(*this, gone);
      } else {
        leave(at, gone.parent);
      }
      return;
  }
}

// What can be compensated: an activity with a handler, and a sub-process around such ones or with a
// compensation event sub-process.
void Execution::record_compensation(const Node& at, const ActivityInstance& gone) {
  if (gone.role == ActivityRole::loop_body || gone.role == ActivityRole::compensation) return;
  bool is_worth_it = at.compensation_handler.has_value();
  if (const auto* inner = at.get<SubProcess>(); inner != nullptr && !is_worth_it) {
    if (inner->is_triggered_by_event) return;
    is_worth_it =
        has_compensation_subprocess(index_of(at)) ||
        std::ranges::any_of(instance().compensations, [&](const CompensationRecord& record) {
          return record.parent == 0 && record.scope == gone.id;
        });
  }
  if (!is_worth_it) return;
  CompensationRecord record;
  record.id = fresh_id();
  record.node_id = at.id;
  record.activity = gone.id;
  record.scope = gone.parent;
  if (gone.role == ActivityRole::iteration) record.scope = activity(gone.parent).parent;
  record.variables = gone.variables;
  emit(CompensationRecorded{std::move(record)});
}

void Execution::supersede_open_items(ActivityInstanceId id) {
  const ActivityInstance& at = activity(id);
  // By index: superseding an item changes its state only, never the list.
  for (std::size_t i = 0; i < at.work_items.size(); ++i) {
    const WorkItem& item = at.work_items[i];
    if (item.state == WorkItemState::open) emit(WorkItemSuperseded{item.id});
  }
}

void Execution::terminate_activity(ActivityInstanceId id) {
  terminate_inside(id);
  drop_moving(id);
  supersede_open_items(id);
  end_waits_of(id);
  resolve_incidents_of(id);
  emit(ActivityTerminated{id});
}

void Execution::terminate_inside(ActivityInstanceId scope, ActivityInstanceId except) {
  std::vector<ActivityInstanceId> inside;
  for (const ActivityInstance& at : instance().activities) {
    if (at.id == scope || !instance().is_within(at.id, scope)) continue;
    if (except.is_assigned() && instance().is_within(except, at.id)) continue;
    if (except.is_assigned() && instance().is_within(at.id, except)) continue;
    inside.push_back(at.id);
  }
  drop_moving(scope);
  std::vector<IncidentId> held;
  for (const Incident& incident : instance().incidents) {
    if (incident.activity.is_assigned()) continue;
    const bool is_gone =
        std::ranges::find(inside, incident.scope) != inside.end() || incident.scope == scope;
    if (is_gone && incident.holds_token) held.push_back(incident.id);
  }
  for (const IncidentId incident : held) emit(IncidentResolved{incident, {}, {}});
  // Those of scopes inside go with them; the scope itself stays and must not wait for these.
  const Arrivals arrivals = instance().arrivals;
  for (const auto& [key, count] : arrivals) {
    const auto& [at, join, flow] = key;  // all that came along it
    if (at != scope) continue;
    emit(ArrivalsDropped{join, flow, at});
  }
  emptied_.push_back(scope);
  // Those inside of others come later in the list.
  for (auto it = inside.rbegin(); it != inside.rend(); ++it) {
    supersede_open_items(*it);
    end_waits_of(*it);
    resolve_incidents_of(*it);
    emit(ActivityTerminated{*it});
  }
}

// ---- loops ----

void Execution::continue_loop(ActivityInstanceId body) {
  const Node& at = node_of(activity(body));
  const NodeIndex index = index_of(at);
  if (const auto* standard = std::get_if<StandardLoop>(&at.loop)) {
    continue_standard_loop(*standard, index, body);
  } else if (const auto* multi = std::get_if<MultiInstance>(&at.loop)) {
    continue_multi_instance(*multi, index, body);
  } else {
    CINNABAR_UNREACHABLE();
  }
}

void Execution::continue_standard_loop(const StandardLoop& loop, NodeIndex index,
                                       ActivityInstanceId body) {
  if (!activity(body).loop) emit(LoopStarted{body, 0, {}});
  const LoopState& state = *activity(body).loop;
  if (state.started > state.completed + state.terminated) return;
  bool goes_on = !loop.maximum || state.completed < *loop.maximum;
  const bool is_tested = loop.test_before || state.completed > 0;
  if (goes_on && is_tested && loop.condition) {
    const auto holds = loop.condition->eval_condition(scope_of(body));
    if (!holds) {
      raise(IncidentKind::expression_failed, body, "loop condition: " + holds.error().detail);
      return;
    }
    goes_on = *holds;
  }
  if (goes_on) {
    start_iteration(index, body);
  } else {
    finish_loop(node(index), body);
  }
}

void Execution::continue_multi_instance(const MultiInstance& loop, NodeIndex index,
                                        ActivityInstanceId body) {
  if (!activity(body).loop) {
    start_multi_instance(loop, index, body);
    return;
  }
  const LoopState& state = *activity(body).loop;
  const std::int32_t ended = state.completed + state.terminated;
  bool is_finished = ended >= state.total;
  if (!is_finished && loop.completion && ended > 0) {
    const auto holds = loop.completion->eval_condition(scope_of(body));
    if (!holds) {
      raise(IncidentKind::expression_failed, body, "completion condition: " + holds.error().detail);
      return;
    }
    is_finished = *holds;
  }
  if (is_finished) {
    finish_loop(node(index), body);
  } else if (loop.is_sequential && state.started == ended) {
    start_iteration(index, body);
  }
}

void Execution::start_multi_instance(const MultiInstance& loop, NodeIndex index,
                                     ActivityInstanceId body) {
  LoopStarted event;
  event.activity = body;
  const auto fail = [&](const std::string& detail) {
    raise(IncidentKind::loop_invalid, body, detail);
  };
  const expr::Expression& counted = loop.collection ? *loop.collection : *loop.cardinality;
  auto value = evaluate(counted, activity(body).parent);
  if (!value) return fail(value.error().detail);
  std::int64_t total = 0;
  if (loop.collection) {
    const expr::Value::List* list = value->list();
    if (list == nullptr) return fail("the collection is no list");
    total = static_cast<std::int64_t>(list->size());
    if (total <= limits::kLoopIterationsMax) event.items = *list;
  } else {
    const auto* number = value->get<Decimal>();
    const auto whole = number == nullptr ? std::nullopt : number->to_int();
    if (!whole || *whole < 0) return fail("the cardinality is no whole number from 0 up");
    total = *whole;
  }
  if (total > limits::kLoopIterationsMax) {
    return fail("more than " + std::to_string(limits::kLoopIterationsMax) + " iterations");
  }
  event.total = static_cast<std::int32_t>(total);
  emit(std::move(event));
  if (total == 0) {
    finish_loop(node(index), body);
  } else if (loop.is_sequential) {
    start_iteration(index, body);
  } else {
    // One may end everything, for example by an error that is caught outside.
    for (std::int64_t i = 0; i < total && instance().find_activity(body) != nullptr; ++i) {
      start_iteration(index, body);
    }
  }
}

void Execution::start_iteration(NodeIndex index, ActivityInstanceId body) {
  const LoopState& state = *activity(body).loop;
  const std::int32_t number = state.started + 1;
  expr::Variables locals;
  const auto* multi = std::get_if<MultiInstance>(&node(index).loop);
  if (multi != nullptr && !multi->element_variable.empty() &&
      static_cast<std::size_t>(number) <= state.items.size()) {
    locals.emplace(multi->element_variable, state.items[static_cast<std::size_t>(number) - 1]);
  }
  if (multi != nullptr && !multi->output_variable.empty()) {
    locals.emplace(multi->output_variable, expr::Value{});
  }
  activate(index, body, ActivityRole::iteration, number, {}, locals);
}

void Execution::finish_loop(const Node& at, ActivityInstanceId body) {
  terminate_inside(body);
  const auto* multi = std::get_if<MultiInstance>(&at.loop);
  if (multi != nullptr && !multi->output_collection.empty()) {
    expr::Value::List results = activity(body).loop->results;
    expr::Variables out;
    out.emplace(multi->output_collection, expr::Value{std::move(results)});
    set_variables(activity(body).parent, out);
  }
  complete_activity(body);
}

// ---- scopes ----

void Execution::open_scope(ActivityInstanceId scope, ScopeIndex index) {
  const ScopeDefinition& opened = definition_->scope(index);
  for (const Mapping& variable : opened.variables) {
    auto value = evaluate(variable.value, scope);
    if (value) {
      set_local(scope, {{variable.target, std::move(*value)}});
    } else {
      note(IncidentKind::expression_failed,
           opened.owner ? node(*opened.owner) : node(definition_->start), scope,
           variable.target + ": " + value.error().detail);
    }
  }
  await_event_subprocesses(scope, index);
}

void Execution::await_event_subprocesses(ActivityInstanceId scope, ScopeIndex index) {
  for (const NodeIndex sub : definition_->scope(index).event_subprocesses) {
    for (const NodeIndex start :
         definition_->scope(node(sub).get<SubProcess>()->body).event_starts) {
      const Trigger& trigger = node(start).event()->trigger;
      switch (trigger.kind) {
        case TriggerKind::message:
        case TriggerKind::timer:
        case TriggerKind::signal:
        case TriggerKind::condition:
          await(start, trigger, scope);
          break;
        default:
          break;  // looked for when one is thrown
      }
    }
  }
}

ScopeIndex Execution::scope_index_of(ActivityInstanceId scope) const {
  if (!scope.is_assigned()) return 0;
  const auto* inner = node_of(activity(scope)).get<SubProcess>();
  CINNABAR_ASSERT(inner != nullptr);
  return inner->body;
}

}  // namespace cinnabar::process
