#include "domain/process/decide.h"

#include "base/assert.h"
#include "domain/process/execution.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <utility>

namespace cinnabar::process {
namespace {

Error fail(Code code, Reason reason, std::string detail) {
  return make_error(code, reason, std::move(detail));
}

Status check_running(const Instance& instance) {
  if (instance.state == InstanceState::running) return {};
  return fail(Code::failed_precondition, reasons::kInstanceNotRunning,
              "the instance is " + std::string(name(instance.state)));
}

// What all verbs share.
struct Context {
  const ProcessDefinition& definition;
  const form::FormDefinition& form;
  const Instance& before;
  const Environment& environment;
};

Status check_start(const Context& context, const Start& command) {
  const StartEvent* start = context.definition.node(context.definition.start).start_event();
  if (start == nullptr) return {};
  const Headers headers;
  const InstanceScope scope(context.form, command.fields, headers, command.initiator,
                            Outcome::none);
  for (const StartCheck& check : start->checks) {
    CINNABAR_TRY(const bool holds, check.condition.eval_condition(scope));
    if (!holds) {
      return fail(Code::failed_precondition, reasons::kStartValidationFailed, check.message);
    }
  }
  return {};
}

Result<Decision> start(const Context& context, const Start& command) {
  CINNABAR_ASSERT(context.before.history_size == 0);
  CINNABAR_CHECK_OK(check_start(context, command));
  Execution execution(context.definition, context.form, context.environment, context.before);
  execution.emit(InstanceStarted{command.instance, command.definition, command.initiator,
                                 context.environment.now});
  execution.change_fields(command.fields);
  execution.run(context.definition.start);
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

bool is_consent(Outcome outcome) {
  return outcome == Outcome::submitted || outcome == Outcome::approved;
}

Tally tally_of(const ActivityInstance& activity) {
  Tally tally;
  for (const WorkItem& item : activity.work_items) {
    ++tally.participants;
    if (item.state != WorkItemState::completed) continue;
    if (is_consent(item.outcome)) {
      ++tally.consents;
    } else {
      ++tally.rejections;
    }
  }
  return tally;
}

// The rule says which way; the decision that settled it says how it is called.
std::optional<Outcome> activity_outcome(const UserTask& task, const ActivityInstance& activity,
                                        Outcome last) {
  const auto decided = decide_outcome(task.completion, tally_of(activity));
  if (!decided) return std::nullopt;
  return is_consent(*decided) == is_consent(last) ? last : *decided;
}

// The incidents of a finished activity end with it, but those that hold a token at its node stay.
void resolve_incidents_of(Execution& execution, const std::string& node_id) {
  std::vector<Incident> kept;
  bool any = false;
  for (const Incident& incident : execution.instance().incidents) {
    if (incident.node_id != node_id) continue;
    if (holds_token(incident)) {
      kept.push_back(incident);
    } else {
      any = true;
    }
  }
  const bool is_alive_elsewhere = std::ranges::any_of(
      execution.instance().activities,
      [&](const ActivityInstance& activity) { return activity.node_id == node_id; });
  if (!any || is_alive_elsewhere) return;
  execution.emit(IncidentResolved{node_id});
  for (Incident& incident : kept) {
    execution.emit(IncidentRaised{incident.kind, node_id, std::move(incident.detail)});
  }
}

void finish_activity(Execution& execution, ActivityInstanceId activity, const Node& node,
                     Outcome outcome) {
  execution.supersede_open_items(activity);
  execution.emit(ActivityCompleted{activity, outcome});
  resolve_incidents_of(execution, node.id);
  execution.set_outcome(outcome);
  execution.leave(node);
  execution.run();
}

void open_next(Execution& execution, const ActivityInstance& activity) {
  const auto next = std::ranges::find_if(activity.work_items, [](const WorkItem& item) {
    return item.state == WorkItemState::open && item.waiting;
  });
  if (next != activity.work_items.end()) execution.emit(WorkItemOpened{next->id});
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
    execution.assign(quick_action->assignments, node);
  } else {
    execution.change_fields(command.changes);
  }
  if (item == nullptr) {
    finish_activity(execution, command.activity, node, outcome);
    return std::move(execution).finish();
  }
  execution.emit(WorkItemCompleted{item->id, command.by, outcome,
                                   quick_action != nullptr ? quick_action->key : std::string(),
                                   command.comment});
  const ActivityInstance* after = execution.instance().find_activity(command.activity);
  CINNABAR_ASSERT(after != nullptr);
  if (const auto decided = activity_outcome(*task, *after, outcome)) {
    finish_activity(execution, command.activity, node, *decided);
  } else if (std::holds_alternative<InOrder>(task->completion)) {
    open_next(execution, *after);
  }
  return std::move(execution).finish();
}

Result<Decision> terminate(const Context& context, const Terminate& command) {
  if (context.before.state != InstanceState::suspended) {
    CINNABAR_CHECK_OK(check_running(context.before));
  }
  Execution execution(context.definition, context.form, context.environment, context.before);
  execution.terminate_activities();
  execution.resolve_all_incidents();
  execution.emit(InstanceTerminated{command.by, command.comment});
  return std::move(execution).finish();
}

}  // namespace

Result<Decision> decide(const ProcessDefinition& definition, const form::FormDefinition& form,
                        const Instance& before, const Command& command,
                        const Environment& environment) {
  const Context context{definition, form, before, environment};
  if (const auto* verb = std::get_if<Start>(&command)) return start(context, *verb);
  if (const auto* verb = std::get_if<Complete>(&command)) return complete(context, *verb);
  return terminate(context, std::get<Terminate>(command));
}

}  // namespace cinnabar::process
