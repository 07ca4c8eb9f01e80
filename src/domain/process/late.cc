#include "domain/process/late.h"

#include "base/assert.h"
#include "domain/process/timer_rule.h"
#include "domain/process/verbs/redirect.h"

#include <algorithm>

namespace cinnabar::process {
namespace {

// A duration in working time where there is a calendar, else as plain timers are read.
Result<Instant> due_at(const expr::Value& value, const Environment& environment) {
  CINNABAR_TRY(const Instant due, plan_due(value, environment.now, environment.utc_offset));
  if (environment.calendar == nullptr) return due;
  const Instant later = environment.now + hours(24);
  CINNABAR_TRY(const Instant shifted, plan_due(value, later, environment.utc_offset));
  // A date is what it says; what moves with its base is a duration.
  if (shifted == due) return due;
  const bool is_months = value.get<expr::MonthsDuration>() != nullptr;
  if (is_months) return environment.calendar->next_working(due);
  return environment.calendar->add(environment.now, due - environment.now);
}

// So long before `due`, or at a date.
Result<Instant> reminder_at(const expr::Value& value, Instant due, UtcOffset offset) {
  CINNABAR_TRY(const Instant after, plan_due(value, due, offset));
  CINNABAR_TRY(const Instant shifted, plan_due(value, due + hours(24), offset));
  return shifted == after ? after : due - (after - due);
}

void start_timer(Execution& execution, const Node& node, ActivityInstanceId activity,
                 std::string_view name, Instant due) {
  Wait wait;
  wait.id = WaitId{execution.fresh_id()};
  wait.kind = WaitKind::timer;
  wait.owner = activity;
  wait.node_id = node.id;
  wait.name = name;
  wait.due = due;
  execution.emit(WaitStarted{std::move(wait)});
}

void urge(Execution& execution, ActivityInstanceId activity) {
  execution.emit(Urged{activity, {}, {}, execution.now()});
}

// Who is asked instead of this one: the manager, or the head of the group. Nobody who is asked
// already.
std::optional<UserId> above(const Execution& execution, const ActivityInstance& activity,
                            const WorkItem& item) {
  const org::Directory& directory = execution.directory();
  const auto found = item.assignee.is_assigned() ? directory.manager_of(item.assignee)
                                                 : directory.head_of(item.group);
  if (!found || !directory.is_active(*found)) return std::nullopt;
  const bool is_asked = std::ranges::any_of(activity.work_items, [&](const WorkItem& other) {
    return other.state == WorkItemState::open && other.assignee == *found;
  });
  if (is_asked) return std::nullopt;
  return found;
}

void escalate(Execution& execution, ActivityInstanceId id) {
  std::vector<WorkItemId> open;
  for (const WorkItem& item : execution.activity(id).work_items) {
    if (item.state == WorkItemState::open) open.push_back(item.id);
  }
  bool is_urged = false;
  for (const WorkItemId item_id : open) {
    const ActivityInstance& activity = execution.activity(id);
    const WorkItem* item = execution.instance().find_item(item_id);
    if (const auto superior = above(execution, activity, *item)) {
      execution.emit(
          WorkItemReassigned{item_id, Handover::transfer, *superior, item->owner, {}, {}});
    } else if (!is_urged) {
      is_urged = true;
      urge(execution, id);
    }
  }
}

}  // namespace

void start_deadline(Execution& execution, const Node& node, ActivityInstanceId activity) {
  const UserTask* task = node.user_task();
  CINNABAR_ASSERT(task != nullptr);
  if (!task->due) return;
  const auto remark = [&](std::string_view what, const std::string& detail) {
    execution.note(IncidentKind::timer_invalid, node, execution.activity(activity).parent,
                   std::string(what) + ": " + detail);
  };
  const auto value = execution.evaluate(*task->due, activity);
  if (!value) return remark("due date", value.error().detail);
  if (value->is_null()) return;
  const auto due = due_at(*value, execution.environment());
  if (!due) return remark("due date", due.error().detail);
  start_timer(execution, node, activity, kDueTimer, *due);
  if (!task->remind) return;
  const auto before = execution.evaluate(*task->remind, activity);
  if (!before) return remark("reminder", before.error().detail);
  if (before->is_null()) return;
  const auto at = reminder_at(*before, *due, execution.environment().utc_offset);
  if (!at) return remark("reminder", at.error().detail);
  if (*at < *due) start_timer(execution, node, activity, kReminderTimer, *at);
}

void follow_deadline(Execution& execution, const Node& node, const Wait& wait) {
  const UserTask* task = node.user_task();
  CINNABAR_ASSERT(task != nullptr);
  const ActivityInstanceId activity = wait.owner;
  if (wait.name == kReminderTimer) return urge(execution, activity);
  switch (task->if_late) {
    case IfLate::nothing:
      return;
    case IfLate::notify:
      return urge(execution, activity);
    case IfLate::escalate:
      return escalate(execution, activity);
    case IfLate::approve:
      execution.set_outcome(Outcome::approved);
      return execution.complete_activity(activity, Outcome::approved);
    case IfLate::reject:
      execution.set_outcome(Outcome::rejected);
      return execution.complete_activity(activity, Outcome::rejected);
    case IfLate::send_back:
      if (!verbs::send_back_late(execution, activity)) urge(execution, activity);
      return;
  }
}

}  // namespace cinnabar::process
