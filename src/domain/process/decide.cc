#include "domain/process/decide.h"

#include "base/assert.h"
#include "domain/form/formula.h"
#include "domain/process/execution.h"
#include "domain/process/verbs/verbs.h"
#include "domain/process/votes.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace cinnabar::process {
namespace {

Error fail(Code code, Reason reason, std::string detail) {
  return make_error(code, reason, std::move(detail));
}

using verbs::check_running;
using verbs::Context;

Status check_start(const Context& context, const Start& command) {
  const EventNode* start = context.definition.node(context.definition.start).event();
  if (start == nullptr || start->checks.empty()) return {};
  Instance scratch;
  scratch.initiator = command.initiator;
  scratch.fields = command.fields;
  form::calculate(context.form, scratch.fields);
  scratch.variables = command.variables;
  const InstanceScope scope(context.form, scratch, {}, Outcome::none, context.environment.now);
  for (const StartCheck& check : start->checks) {
    CINNABAR_TRY(const bool holds, check.condition.eval_condition(scope));
    if (!holds) {
      return fail(Code::failed_precondition, reasons::kStartValidationFailed, check.message);
    }
  }
  return {};
}

// The start that the command names: a start event, or what is behind an instantiating gateway.
Result<NodeIndex> start_node(const ProcessDefinition& definition, const std::string& id) {
  const ScopeDefinition& process = definition.scope(0);
  if (id.empty()) {
    if (process.none_start) return *process.none_start;
    return fail(Code::failed_precondition, reasons::kStartUnknown,
                "the process has no start event without a trigger");
  }
  const auto index = definition.find_node(id);
  const auto is_start = [&](NodeIndex node) {
    return node == process.none_start ||
           std::ranges::find(process.event_starts, node) != process.event_starts.end();
  };
  if (index && is_start(*index)) return *index;
  if (index) {
    for (const NodeIndex before : definition.predecessors(*index)) {
      if (definition.node(before).kind == NodeKind::event_gateway && is_start(before))
        return *index;
    }
  }
  return fail(Code::not_found, reasons::kStartUnknown, "the process does not start at " + id);
}

Result<Decision> start(const Context& context, const Start& command) {
  CINNABAR_ASSERT(context.before.history_size == 0);
  if (command.call_depth > limits::kCallDepthMax) {
    return fail(
        Code::failed_precondition, reasons::kCallTooDeep,
        "processes call each other more than " + std::to_string(limits::kCallDepthMax) + " deep");
  }
  CINNABAR_TRY(const NodeIndex first, start_node(context.definition, command.node));
  if (command.node.empty()) CINNABAR_CHECK_OK(check_start(context, command));
  Execution execution(context.definition, context.form, context.environment, context.before);
  execution.emit(InstanceStarted{command.instance, command.definition, command.initiator,
                                 context.environment.now, command.caller, command.caller_wait,
                                 command.call_depth});
  execution.change_fields(command.fields);
  if (!command.chosen.empty()) {
    execution.emit(ParticipantsChosen{command.chosen, command.initiator});
  }
  const Node& node = execution.node(first);
  const EventNode* event = node.event();
  if (event != nullptr) {
    execution.set_brought(event->trigger, {}, command.variables);
  } else {
    execution.set_variables({}, command.variables);
  }
  execution.open_scope({}, 0);
  if (node.kind == NodeKind::receive_task) {
    execution.complete_activity(execution.park(first, {}));
  } else if (node.kind == NodeKind::catch_event) {
    execution.emit(NodePassed{node.id, {}});
    execution.leave(node, {});
  } else {
    execution.arrive(first, Token{});
  }
  execution.run();
  return std::move(execution).finish();
}

bool is_of_group(const WorkItem& item, UserId user, const org::Directory& directory) {
  return !item.assignee.is_assigned() && item.group.is_assigned() &&
         directory.is_member(item.group, user);
}

Result<const WorkItem*> named_item(const Context& context, const ActivityInstance& activity,
                                   const Complete& command) {
  const auto it = std::ranges::find(activity.work_items, *command.item, &WorkItem::id);
  if (it == activity.work_items.end()) {
    return fail(Code::not_found, reasons::kWorkItemUnknown, "the activity has no such work item");
  }
  if (it->state != WorkItemState::open) {
    return fail(Code::failed_precondition, reasons::kWorkItemAlreadyCompleted,
                "the work item is " + std::string(name(it->state)));
  }
  if (it->assignee != command.by && !command.for_others &&
      !is_of_group(*it, command.by, *context.environment.directory)) {
    return fail(Code::permission_denied, reasons::kWorkItemNotYours,
                "the work item is offered to somebody else");
  }
  if (it->waiting) {
    return fail(Code::failed_precondition, reasons::kWorkItemNotItsTurn,
                "somebody before has not decided yet");
  }
  return &*it;
}

Error no_item_of(const ActivityInstance& activity, UserId user) {
  const auto own = std::ranges::find(activity.work_items, user, &WorkItem::assignee);
  if (own == activity.work_items.end()) {
    return fail(Code::permission_denied, reasons::kWorkItemNotYours,
                "the activity has no work item for this person");
  }
  if (own->state == WorkItemState::open) {
    return fail(Code::failed_precondition, reasons::kWorkItemNotItsTurn,
                "somebody before has not decided yet");
  }
  return fail(Code::failed_precondition, reasons::kWorkItemAlreadyCompleted,
              "this person has decided already");
}

// The work item that the command decides; null pointer for an activity that has none.
Result<const WorkItem*> choose_item(const Context& context, const ActivityInstance& activity,
                                    const Complete& command) {
  if (command.item) return named_item(context, activity, command);
  const auto first = [&](auto&& matches) -> const WorkItem* {
    const auto it = std::ranges::find_if(activity.work_items, [&](const WorkItem& item) {
      return item.state == WorkItemState::open && !item.waiting && matches(item);
    });
    return it == activity.work_items.end() ? nullptr : &*it;
  };
  if (const auto* own = first([&](const WorkItem& item) { return item.assignee == command.by; })) {
    return own;
  }
  const org::Directory& directory = *context.environment.directory;
  if (const auto* pooled =
          first([&](const WorkItem& item) { return is_of_group(item, command.by, directory); })) {
    return pooled;
  }
  if (!command.for_others) return no_item_of(activity, command.by);
  return first([](const WorkItem&) { return true; });
}

Result<const QuickAction*> choose_quick_action(const UserTask& task, const Complete& command) {
  if (!command.quick_action) return nullptr;
  const auto it = std::ranges::find(task.quick_actions, *command.quick_action, &QuickAction::key);
  if (it != task.quick_actions.end()) return &*it;
  return fail(Code::failed_precondition, reasons::kQuickActionUnknown,
              "the node has no quick action " + *command.quick_action);
}

Result<const ActivityInstance*> open_activity(const Context& context, const Complete& command) {
  if (!command.activity.is_assigned()) {
    return fail(Code::not_found, reasons::kActivityUnknown, "no activity was named");
  }
  const ActivityInstance* activity = context.before.find_activity(command.activity);
  if (activity != nullptr) return activity;
  return fail(Code::failed_precondition, reasons::kActivityNotOpen,
              "the instance does not stand at this activity any more");
}

void terminate_all(Execution& execution, UserId by, const std::string& comment,
                   bool rejected = false) {
  execution.terminate_inside({});
  execution.end_waits_of({});
  execution.resolve_all_incidents();
  execution.emit(InstanceTerminated{by, comment, false, rejected});
}

// The decision was noted already; `settled` is what the votes come to with it.
bool ends_by_rejection(const ProcessDefinition& definition, NodeIndex task, const Complete& command,
                       Outcome decision, std::optional<Outcome> settled) {
  switch (command.if_rejected) {
    case IfRejected::follow:
      return false;
    case IfRejected::end:
      return decision == Outcome::rejected;
    case IfRejected::end_unless_asked:
      return settled == Outcome::rejected && !asks_for_outcome(definition, task);
  }
  CINNABAR_UNREACHABLE();
}

Result<Decision> complete(const Context& context, const Complete& command) {
  CINNABAR_CHECK_OK(check_running(context.before));
  CINNABAR_TRY(const ActivityInstance* activity, open_activity(context, command));
  const auto index = context.definition.find_node(activity->node_id);
  CINNABAR_ASSERT(index.has_value());
  const Node& node = context.definition.node(*index);
  const UserTask* task = node.user_task();
  CINNABAR_ASSERT(task != nullptr);
  CINNABAR_TRY(const WorkItem* item, choose_item(context, *activity, command));
  CINNABAR_TRY(const QuickAction* quick_action, choose_quick_action(*task, command));
  const Outcome outcome = quick_action != nullptr ? quick_action->outcome : command.outcome;

  Execution execution(context.definition, context.form, context.environment, context.before);
  execution.set_outcome(outcome);
  if (quick_action != nullptr) {
    execution.assign(quick_action->assignments, node, command.activity);
  } else {
    execution.change_fields(command.changes);
  }
  execution.set_variables(command.activity, command.variables);
  if (!command.chosen.empty()) execution.emit(ParticipantsChosen{command.chosen, command.by});
  std::optional<Outcome> settled = outcome;
  if (item != nullptr) {
    execution.emit(WorkItemCompleted{item->id, command.by, outcome,
                                     quick_action != nullptr ? quick_action->key : std::string(),
                                     command.comment});
    settled = activity_outcome(*task, execution.activity(command.activity), outcome);
  }
  if (ends_by_rejection(context.definition, *index, command, outcome, settled)) {
    terminate_all(execution, command.by, command.comment, true);
    return std::move(execution).finish();
  }
  if (item == nullptr) {
    execution.complete_activity(command.activity, outcome);
  } else {
    settle(execution, command.activity, outcome);
  }
  execution.run();
  return std::move(execution).finish();
}

Result<Decision> terminate(const Context& context, const Terminate& command) {
  if (context.before.state != InstanceState::suspended) {
    CINNABAR_CHECK_OK(check_running(context.before));
  }
  Execution execution(context.definition, context.form, context.environment, context.before);
  terminate_all(execution, command.by, command.comment);
  return std::move(execution).finish();
}

// ---- what the world brings ----

Execution begin(const Context& context) {
  return {context.definition, context.form, context.environment, context.before};
}

Result<const Wait*> open_wait(const Context& context, WaitId id, WaitKind kind) {
  CINNABAR_CHECK_OK(check_running(context.before));
  const Wait* wait = context.before.find_wait(id);
  if (wait != nullptr && wait->kind == kind) return wait;
  return fail(Code::not_found, reasons::kWaitUnknown,
              "the instance does not wait for this " + std::string(name(kind)));
}

Result<Decision> fire_one(const Context& context, WaitId id, WaitKind kind,
                          const expr::Variables& variables) {
  CINNABAR_TRY([[maybe_unused]] const Wait* wait, open_wait(context, id, kind));
  Execution execution = begin(context);
  execution.fire(id, variables);
  execution.run();
  return std::move(execution).finish();
}

// Not before it is due: clocks of several servers may differ.
Result<Decision> fire_timer(const Context& context, const FireTimer& command) {
  CINNABAR_TRY(const Wait* wait, open_wait(context, command.wait, WaitKind::timer));
  if (!command.early && wait->due && *wait->due > context.environment.now) {
    return fail(Code::failed_precondition, reasons::kTimerNotDue, "the timer is not due yet");
  }
  return fire_one(context, command.wait, WaitKind::timer, {});
}

bool is_for(const Wait& wait, const DeliverMessage& message) {
  if (wait.kind != WaitKind::message || wait.name != message.name) return false;
  if (message.wait && wait.id != *message.wait) return false;
  return wait.key.empty() || wait.key == message.key;
}

// A message goes to one catcher: the one that has waited longest.
Result<Decision> deliver_message(const Context& context, const DeliverMessage& message) {
  CINNABAR_CHECK_OK(check_running(context.before));
  const auto wait = std::ranges::find_if(
      context.before.waits, [&](const Wait& candidate) { return is_for(candidate, message); });
  if (wait == context.before.waits.end()) {
    return fail(Code::not_found, reasons::kMessageNotAwaited,
                "the instance does not wait for the message " + message.name);
  }
  return fire_one(context, wait->id, WaitKind::message, message.variables);
}

Result<Decision> deliver_signal(const Context& context, const DeliverSignal& signal) {
  CINNABAR_CHECK_OK(check_running(context.before));
  std::vector<WaitId> waits;
  for (const Wait& wait : context.before.waits) {
    const bool was_there = signal.before == 0 || wait.id.value() < signal.before;
    if (wait.kind == WaitKind::signal && wait.name == signal.name && was_there) {
      waits.push_back(wait.id);
    }
  }
  if (waits.empty()) {
    return fail(Code::not_found, reasons::kSignalNotAwaited,
                "the instance does not wait for the signal " + signal.name);
  }
  Execution execution = begin(context);
  for (const WaitId wait : waits) {
    // An earlier one may have cancelled it.
    if (execution.instance().find_wait(wait) != nullptr) execution.fire(wait, signal.variables);
  }
  execution.run();
  return std::move(execution).finish();
}

Result<Decision> fail_job(const Context& context, const FailJob& command) {
  CINNABAR_TRY(const Wait* wait, open_wait(context, command.wait, WaitKind::job));
  const std::int32_t left =
      std::clamp(command.retries.value_or(wait->retries - 1), 0, limits::kJobRetriesMax);
  std::optional<Instant> retry_at;
  if (command.retry_in) retry_at = context.environment.now + *command.retry_in;
  Execution execution = begin(context);
  execution.emit(JobFailed{wait->id, left, retry_at, command.message});
  if (left == 0) {
    const bool is_known = std::ranges::any_of(
        context.before.incidents,
        [&](const Incident& incident) { return incident.activity == wait->owner; });
    if (!is_known) execution.raise(IncidentKind::job_failed, wait->owner, command.message);
  }
  execution.run();
  return std::move(execution).finish();
}

Result<Decision> throw_from(const Context& context, const Wait& wait,
                            const Execution::Thrown& error) {
  Execution execution = begin(context);
  const ActivityInstanceId owner = wait.owner;
  const Node& node = execution.node_of(execution.activity(owner));
  if (!execution.throw_error(owner, node, error)) {
    // What a called process does not handle goes on to whoever called it.
    if (wait.kind == WaitKind::call && context.before.caller.is_assigned()) {
      execution.stop(InstanceState::failed, node, error.code);
    } else {
      execution.fail_unhandled(owner, node, error);
    }
  }
  execution.run();
  return std::move(execution).finish();
}

Result<Decision> throw_job_error(const Context& context, const ThrowJobError& command) {
  CINNABAR_TRY(const Wait* wait, open_wait(context, command.wait, WaitKind::job));
  return throw_from(context, *wait, {command.code, command.message, command.variables});
}

Result<Decision> fail_call(const Context& context, const FailCall& command) {
  CINNABAR_TRY(const Wait* wait, open_wait(context, command.wait, WaitKind::call));
  if (!command.code.empty()) {
    return throw_from(context, *wait, {command.code, command.message, {}});
  }
  Execution execution = begin(context);
  const ActivityInstanceId owner = wait->owner;
  // There is no called instance to cancel or to wait for.
  execution.emit(WaitEnded{command.wait});
  execution.raise(IncidentKind::call_failed, owner, command.message);
  execution.run();
  return std::move(execution).finish();
}

Result<Decision> escalate_call(const Context& context, const EscalateCall& command) {
  CINNABAR_TRY(const Wait* wait, open_wait(context, command.wait, WaitKind::call));
  Execution execution = begin(context);
  const ActivityInstanceId owner = wait->owner;
  const Node& node = execution.node_of(execution.activity(owner));
  execution.throw_escalation(owner, node, {command.code, {}, {}});
  execution.run();
  return std::move(execution).finish();
}

struct Decide {
  const Context& context;

  Result<Decision> operator()(const Start& command) const { return start(context, command); }
  Result<Decision> operator()(const Complete& command) const { return complete(context, command); }
  Result<Decision> operator()(const Terminate& command) const {
    return terminate(context, command);
  }
  Result<Decision> operator()(const FireTimer& command) const {
    return fire_timer(context, command);
  }
  Result<Decision> operator()(const DeliverMessage& command) const {
    return deliver_message(context, command);
  }
  Result<Decision> operator()(const DeliverSignal& command) const {
    return deliver_signal(context, command);
  }
  Result<Decision> operator()(const CompleteJob& command) const {
    return fire_one(context, command.wait, WaitKind::job, command.variables);
  }
  Result<Decision> operator()(const FailJob& command) const { return fail_job(context, command); }
  Result<Decision> operator()(const ThrowJobError& command) const {
    return throw_job_error(context, command);
  }
  Result<Decision> operator()(const CompleteCall& command) const {
    return fire_one(context, command.wait, WaitKind::call, command.variables);
  }
  Result<Decision> operator()(const FailCall& command) const { return fail_call(context, command); }
  Result<Decision> operator()(const EscalateCall& command) const {
    return escalate_call(context, command);
  }
  Result<Decision> operator()(const ChangeData& command) const {
    return verbs::change_data(context, command);
  }
  Result<Decision> operator()(const RetryIncident& command) const {
    return verbs::retry_incident(context, command);
  }
  Result<Decision> operator()(const SkipIncident& command) const {
    return verbs::skip_incident(context, command);
  }
  Result<Decision> operator()(const Claim& command) const { return verbs::claim(context, command); }
  Result<Decision> operator()(const Unclaim& command) const {
    return verbs::unclaim(context, command);
  }
  Result<Decision> operator()(const Transfer& command) const {
    return verbs::transfer(context, command);
  }
  Result<Decision> operator()(const Delegate& command) const {
    return verbs::delegate(context, command);
  }
  Result<Decision> operator()(const Resolve& command) const {
    return verbs::resolve(context, command);
  }
  Result<Decision> operator()(const AddParticipants& command) const {
    return verbs::add_participants(context, command);
  }
  Result<Decision> operator()(const RemoveParticipant& command) const {
    return verbs::remove_participant(context, command);
  }
  Result<Decision> operator()(const Return& command) const {
    return verbs::send_back(context, command);
  }
  Result<Decision> operator()(const Withdraw& command) const {
    return verbs::withdraw(context, command);
  }
  Result<Decision> operator()(const TakeBack& command) const {
    return verbs::take_back(context, command);
  }
  Result<Decision> operator()(const Urge& command) const { return verbs::urge(context, command); }
  Result<Decision> operator()(const SendNotice& command) const {
    return verbs::send_notice(context, command);
  }
  Result<Decision> operator()(const ReadNotice& command) const {
    return verbs::read_notice(context, command);
  }
  Result<Decision> operator()(const Suspend& command) const {
    return verbs::suspend(context, command);
  }
  Result<Decision> operator()(const Resume& command) const {
    return verbs::resume(context, command);
  }
  Result<Decision> operator()(const Jump& command) const { return verbs::jump(context, command); }
  Result<Decision> operator()(const Reactivate& command) const {
    return verbs::reactivate(context, command);
  }
  Result<Decision> operator()(const Migrate& command) const {
    return verbs::migrate(context, command);
  }
};

}  // namespace

Status verbs::check_running(const Instance& instance) {
  if (instance.state == InstanceState::running) return {};
  return fail(Code::failed_precondition, reasons::kInstanceNotRunning,
              "the instance is " + std::string(name(instance.state)));
}

Result<Decision> decide(const ProcessDefinition& definition, const form::FormDefinition& form,
                        const Instance& before, const Command& command,
                        const Environment& environment) {
  const Context context{definition, form, before, environment};
  return std::visit(Decide{context}, command);
}

}  // namespace cinnabar::process
