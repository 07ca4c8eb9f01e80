// What an instance waits for, what comes, and what is thrown: waits, errors, escalations,
// compensation.
#include "base/assert.h"
#include "domain/process/execution.h"
#include "domain/process/node_types.h"
#include "domain/process/timer_rule.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::process {
namespace {

WaitKind wait_kind_of(TriggerKind kind) {
  switch (kind) {
    case TriggerKind::message:
      return WaitKind::message;
    case TriggerKind::signal:
      return WaitKind::signal;
    case TriggerKind::condition:
      return WaitKind::condition;
    default:
      CINNABAR_ASSERT(kind == TriggerKind::timer);
      return WaitKind::timer;
  }
}

// Boundary events and starts of event sub-processes that leave their host running come again.
bool goes_on_after(const Node& node, const Wait& wait) {
  const EventNode* event = node.event();
  if (event == nullptr || event->is_interrupting) return false;
  if (node.kind != NodeKind::boundary_event && node.kind != NodeKind::start_event) return false;
  return wait.kind != WaitKind::timer || wait.repeats != 0;
}

}  // namespace

Status Execution::fill_wait(Wait& wait, const Trigger& trigger, ActivityInstanceId seen_by) const {
  wait.name = trigger.name;
  if (trigger.name_rule) {
    CINNABAR_TRY(const auto name, evaluate(*trigger.name_rule, seen_by));
    wait.name = to_plain_text(expr::to_field(name));
    if (wait.name.empty()) {
      return make_error(Code::failed_precondition, reasons::kExpressionFailed, "the name is empty");
    }
  }
  if (trigger.correlation_key) {
    CINNABAR_TRY(const auto key, evaluate(*trigger.correlation_key, seen_by));
    wait.key = to_plain_text(expr::to_field(key));
    if (wait.key.empty()) {
      return make_error(Code::failed_precondition, reasons::kExpressionFailed,
                        "the correlation key is empty");
    }
  }
  if (trigger.timer) {
    CINNABAR_TRY(const auto value, evaluate(trigger.timer->value, seen_by));
    CINNABAR_TRY(const TimerPlan plan,
                 plan_timer(trigger.timer->form, value, environment_.now, environment_.utc_offset));
    wait.due = plan.due;
    wait.interval = plan.interval.micros();
    wait.repeats = plan.repeats;
  }
  return {};
}

bool Execution::await(NodeIndex index, const Trigger& trigger, ActivityInstanceId owner) {
  const Node& at = node(index);
  Wait wait;
  wait.kind = wait_kind_of(trigger.kind);
  wait.owner = owner;
  wait.node_id = at.id;
  if (const Status filled = fill_wait(wait, trigger, owner); !filled) {
    const IncidentKind kind = trigger.kind == TriggerKind::timer ? IncidentKind::timer_invalid
                                                                 : IncidentKind::correlation_failed;
    const bool is_own = owner.is_assigned() && at.kind != NodeKind::boundary_event &&
                        at.kind != NodeKind::start_event;
    if (is_own) {
      raise(kind, owner, filled.error().detail);
    } else {
      note(kind, at, owner, filled.error().detail);
    }
    return false;
  }
  wait.id = WaitId{fresh_id()};
  if (wait.kind == WaitKind::condition) data_changed_ = true;
  emit(WaitStarted{std::move(wait)});
  return true;
}

WaitId Execution::await_work(WaitKind kind, const Node& at, ActivityInstanceId owner,
                             std::string name, std::int32_t retries) {
  Wait wait;
  wait.id = WaitId{fresh_id()};
  wait.kind = kind;
  wait.owner = owner;
  wait.node_id = at.id;
  wait.name = std::move(name);
  wait.retries = retries;
  const WaitId id = wait.id;
  emit(WaitStarted{std::move(wait)});
  return id;
}

bool Execution::signal_own_waits(const std::string& name, const expr::Variables& brought,
                                 ActivityInstanceId scope) {
  std::vector<WaitId> waits;
  for (const Wait& wait : instance().waits) {
    if (wait.kind == WaitKind::signal && wait.name == name) waits.push_back(wait.id);
  }
  const std::size_t before = emptied_.size();
  for (const WaitId wait : waits) {
    // An earlier one may have cancelled it.
    if (instance().find_wait(wait) != nullptr) fire(wait, brought);
  }
  if (!instance().is_within(scope, {})) return true;
  return std::any_of(emptied_.begin() + static_cast<std::ptrdiff_t>(before), emptied_.end(),
                     [&](ActivityInstanceId emptied) { return emptied == scope; });
}

void Execution::end_waits_of(ActivityInstanceId owner) {
  std::vector<WaitId> calls;
  std::vector<WaitId> ended;
  for (const Wait& wait : instance().waits) {
    if (wait.owner != owner) continue;
    if (wait.kind == WaitKind::call) calls.push_back(wait.id);
    ended.push_back(wait.id);
  }
  for (const WaitId call : calls) emit(CallCancelled{call});
  for (const WaitId wait : ended) emit(WaitEnded{wait});
}

void Execution::fire(WaitId id, const expr::Variables& brought) {
  const Wait* found = instance().find_wait(id);
  CINNABAR_ASSERT(found != nullptr);
  const Wait wait = *found;
  const auto index = definition_->find_node(wait.node_id);
  CINNABAR_ASSERT(index.has_value());
  emit(WaitFired{id});
  if (!goes_on_after(node(*index), wait)) {
    emit(WaitEnded{id});
  } else if (wait.kind == WaitKind::timer) {
    emit(WaitRescheduled{id, *wait.due + Duration{wait.interval},
                         wait.repeats < 0 ? wait.repeats : wait.repeats - 1});
  }
  const NodeBehavior& behavior = behavior_of(node(*index).kind);
  CINNABAR_ASSERT(behavior.on_wait != nullptr);
  behavior.on_wait(*this, *index, wait, brought);
}

void Execution::set_brought(const Trigger& trigger, ActivityInstanceId at,
                            const expr::Variables& brought) {
  if (brought.empty() && trigger.result_variable.empty()) return;
  if (trigger.result_variable.empty()) {
    set_variables(at, brought);
    return;
  }
  expr::Value::Context context(brought.begin(), brought.end());
  set_variables(at, {{trigger.result_variable, expr::Value{std::move(context)}}});
}

void Execution::trigger_boundary(NodeIndex index, ActivityInstanceId host,
                                 const expr::Variables& brought) {
  const Node& boundary = node(index);
  const ActivityInstanceId scope = activity(host).parent;
  if (boundary.event()->is_interrupting) terminate_activity(host);
  emit(NodePassed{boundary.id, scope});
  set_brought(boundary.event()->trigger, scope, brought);
  leave(boundary, scope);
}

void Execution::trigger_event_subprocess(NodeIndex start, ActivityInstanceId scope,
                                         const expr::Variables& brought) {
  const Node& event = node(start);
  const auto owner = definition_->scope(event.scope).owner;
  CINNABAR_ASSERT(owner.has_value());
  if (event.event()->is_interrupting) {
    terminate_inside(scope);
    // The event sub-processes of this scope have had their chance.
    end_waits_where(scope, [&](const Wait& wait) {
      const auto node_index = definition_->find_node(wait.node_id);
      return node_index && node(*node_index).kind == NodeKind::start_event;
    });
  }
  const Trigger& trigger = event.event()->trigger;
  expr::Variables locals = brought;
  if (!trigger.result_variable.empty()) {
    expr::Value::Context context(brought.begin(), brought.end());
    locals = {{trigger.result_variable, expr::Value{std::move(context)}}};
  }
  activate(*owner, scope, ActivityRole::plain, 0, {}, locals);
}

// ---- thrown ----

// From the inside out: for each activity around, the event sub-processes of its scope when the way
// comes from inside, then the boundary events. An exact code is preferred to one that catches all.
std::optional<Execution::Handler> Execution::find_handler(ActivityInstanceId from,
                                                          const Node& thrower, TriggerKind kind,
                                                          std::string_view code) const {
  const auto best_of = [&](const std::vector<NodeIndex>& events) {
    std::optional<NodeIndex> best;
    for (const NodeIndex index : events) {
      const Trigger& trigger = node(index).event()->trigger;
      if (trigger.kind != kind) continue;
      if (trigger.name == code) return std::optional<NodeIndex>(index);
      if (trigger.name.empty() && !best) best = index;
    }
    return best;
  };
  const auto of_scope = [&](ActivityInstanceId scope,
                            bool is_from_handler) -> std::optional<Handler> {
    if (is_from_handler) return std::nullopt;
    std::vector<NodeIndex> starts;
    for (const NodeIndex sub : definition_->scope(scope_index_of(scope)).event_subprocesses) {
      const auto& inner = definition_->scope(node(sub).get<SubProcess>()->body).event_starts;
      starts.insert(starts.end(), inner.begin(), inner.end());
    }
    const auto start = best_of(starts);
    if (!start) return std::nullopt;
    return Handler{*start, scope, false};
  };
  // The way comes from inside of `at`: an event is inside of its scope, an activity is not.
  bool is_inside = from.is_assigned() && activity(from).node_id != thrower.id;
  bool is_from_handler = false;  // and there from one of its event sub-processes
  ActivityInstanceId at = from;
  while (at.is_assigned()) {
    const ActivityInstance& here = activity(at);
    const Node& of = node_of(here);
    const auto* inner = of.get<SubProcess>();
    if (is_inside && inner != nullptr && here.role != ActivityRole::loop_body) {
      if (const auto handler = of_scope(at, is_from_handler)) return handler;
    }
    const bool has_boundary =
        here.role == ActivityRole::plain || here.role == ActivityRole::loop_body;
    if (has_boundary && is_activity(of.kind)) {
      if (const auto boundary = best_of(of.boundary)) return Handler{*boundary, at, true};
    }
    is_inside = true;
    is_from_handler = inner != nullptr && inner->is_triggered_by_event;
    at = here.parent;
  }
  return of_scope({}, is_from_handler);
}

void Execution::run_handler(const Handler& handler, const Thrown& thrown) {
  const Trigger& trigger = node(handler.event).event()->trigger;
  expr::Variables brought = thrown.variables;
  if (!trigger.code_variable.empty()) {
    brought.insert_or_assign(trigger.code_variable, expr::Value{thrown.code});
  }
  if (!trigger.message_variable.empty()) {
    brought.insert_or_assign(trigger.message_variable, expr::Value{thrown.message});
  }
  if (handler.is_boundary) {
    trigger_boundary(handler.event, handler.at, brought);
  } else {
    trigger_event_subprocess(handler.event, handler.at, brought);
  }
}

bool Execution::throw_error(ActivityInstanceId from, const Node& at, const Thrown& error) {
  emit(ErrorThrown{at.id, error.code, error.message});
  const auto handler = find_handler(from, at, TriggerKind::error, error.code);
  if (!handler) return false;
  run_handler(*handler, error);
  return true;
}

bool Execution::throw_escalation(ActivityInstanceId from, const Node& at,
                                 const Thrown& escalation) {
  const auto handler = find_handler(from, at, TriggerKind::escalation, escalation.code);
  emit(EscalationThrown{at.id, escalation.code, handler.has_value()});
  if (!handler) return false;
  run_handler(*handler, escalation);
  return node(handler->event).event()->is_interrupting;
}

void Execution::fail_unhandled(ActivityInstanceId id, const Node& at, const Thrown& error) {
  std::string detail = "nothing handles the error " + (error.code.empty() ? "" : error.code);
  if (!error.message.empty()) detail += ": " + error.message;
  if (id.is_assigned() && activity(id).node_id == at.id) {
    raise(IncidentKind::error_unhandled, id, std::move(detail));
  } else {
    hold_token(IncidentKind::error_unhandled, at, id, std::move(detail));
  }
}

// ---- compensation ----

// The records to run for one record, the last one first: its own handler, or what is inside of it.
void Execution::expand_compensation(const CompensationRecord& record,
                                    std::vector<std::int64_t>& into) const {
  // Depth is that of nested sub-processes, which is bounded by the document's depth.
  const auto index = definition_->find_node(record.node_id);
  CINNABAR_ASSERT(index.has_value());
  const bool has_own = node(*index).compensation_handler || has_compensation_subprocess(*index);
  if (!has_own) {
    const auto& records = instance().compensations;
    for (auto it = records.rbegin(); it != records.rend(); ++it) {
      if (it->parent == record.id) expand_compensation(*it, into);
    }
  }
  into.push_back(record.id);
}

bool Execution::has_compensation_subprocess(NodeIndex index) const {
  const auto* inner = node(index).get<SubProcess>();
  if (inner == nullptr) return false;
  return std::ranges::any_of(
      definition_->scope(inner->body).event_subprocesses, [&](NodeIndex sub) {
        const auto& starts = definition_->scope(node(sub).get<SubProcess>()->body).event_starts;
        return std::ranges::any_of(starts, [&](NodeIndex start) {
          return node(start).is_event(TriggerKind::compensation);
        });
      });
}

void Execution::start_compensation(ActivityInstanceId thrower, ActivityInstanceId scope,
                                   std::optional<NodeIndex> only) {
  // Inside of an event sub-process it is about the scope that it handles, too.
  std::vector<ActivityInstanceId> scopes{scope};
  while (scopes.back().is_assigned()) {
    const ActivityInstance& at = activity(scopes.back());
    const auto* inner = node_of(at).get<SubProcess>();
    if (inner == nullptr || !inner->is_triggered_by_event) break;
    scopes.push_back(at.parent);
  }
  std::vector<std::int64_t> order;
  const auto& records = instance().compensations;
  for (auto it = records.rbegin(); it != records.rend(); ++it) {
    if (it->parent != 0 || std::ranges::find(scopes, it->scope) == scopes.end()) continue;
    if (only && it->node_id != node(*only).id) continue;
    expand_compensation(*it, order);
  }
  emit(CompensationStarted{thrower, std::move(order)});
  moving_.push_back({std::nullopt, thrower});
}

void Execution::continue_compensation(ActivityInstanceId thrower) {
  // One handler at a time: the next one starts when this one is done.
  const bool is_at_work = std::ranges::any_of(
      instance().activities, [&](const ActivityInstance& at) { return at.cause == thrower; });
  if (is_at_work) return;
  const std::vector<std::int64_t>& left = activity(thrower).compensating;
  if (left.empty()) {
    const Node& at = node_of(activity(thrower));
    const ActivityInstanceId scope = activity(thrower).parent;
    const bool leaves =
        at.kind == NodeKind::throw_event && at.event()->trigger.waits_for_completion;
    unpark(thrower);
    if (at.kind == NodeKind::end_event) note_end(at);
    if (leaves) leave(at, scope);
    return;
  }
  const auto it =
      std::ranges::find(instance().compensations, left.front(), &CompensationRecord::id);
  const std::int64_t id = left.front();
  if (it == instance().compensations.end()) {
    // Somebody else has compensated it meanwhile.
    emit(CompensationTaken{thrower, id});
    moving_.push_back({std::nullopt, thrower});
    return;
  }
  run_compensation(thrower, *it);
}

void Execution::run_compensation(ActivityInstanceId thrower, const CompensationRecord& found) {
  CompensationRecord record = found;
  // What was local to completed sub-processes around it is seen as it was then.
  for (std::int64_t around = record.parent; around != 0;) {
    const auto it = std::ranges::find(instance().compensations, around, &CompensationRecord::id);
    if (it == instance().compensations.end()) break;
    record.variables.insert(it->variables.begin(), it->variables.end());
    around = it->parent;
  }
  const auto index = definition_->find_node(record.node_id);
  CINNABAR_ASSERT(index.has_value());
  // A record inside of a completed sub-process runs where the thrower is.
  const ActivityInstanceId scope = record.parent == 0 ? record.scope : activity(thrower).parent;
  if (const auto handler = node(*index).compensation_handler) {
    emit(CompensationTaken{thrower, record.id});
    activate(*handler, scope, ActivityRole::compensation, 0, thrower, record.variables);
  } else if (has_compensation_subprocess(*index)) {
    const ActivityInstanceId again{fresh_id()};
    emit(ActivityActivated{again, record.node_id, scope, ActivityRole::compensation, 0, thrower,
                           now()});
    set_local(again, record.variables);
    // What completed inside of it then can be compensated from in there.
    std::vector<CompensationRecord> inner;
    for (const CompensationRecord& other : instance().compensations) {
      if (other.parent == record.id) inner.push_back(other);
    }
    for (CompensationRecord& other : inner) {
      other.parent = 0;
      other.scope = again;
      emit(CompensationRecorded{std::move(other)});
    }
    emit(CompensationTaken{thrower, record.id});
    const ScopeDefinition& body = definition_->scope(node(*index).get<SubProcess>()->body);
    for (const NodeIndex sub : body.event_subprocesses) {
      const auto& starts = definition_->scope(node(sub).get<SubProcess>()->body).event_starts;
      const bool is_it = std::ranges::any_of(
          starts, [&](NodeIndex start) { return node(start).is_event(TriggerKind::compensation); });
      if (is_it) activate(sub, again, ActivityRole::plain);
    }
  } else {
    emit(CompensationTaken{thrower, record.id});
    moving_.push_back({std::nullopt, thrower});
  }
}

}  // namespace cinnabar::process
