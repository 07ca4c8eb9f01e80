#include "domain/process/verbs/common.h"

#include "base/assert.h"

#include <algorithm>
#include <utility>

namespace cinnabar::process::verbs {

Error refuse(Code code, Reason reason, std::string detail) {
  return make_error(code, reason, std::move(detail));
}

Error refuse(Reason reason, std::string detail) {
  return make_error(Code::failed_precondition, reason, std::move(detail));
}

Execution begin(const Context& context) {
  return {context.definition, context.form, context.environment, context.before};
}

Result<Decision> finish(Execution&& execution) {
  execution.run();
  return std::move(execution).finish();
}

Result<OpenItem> find_open(const Context& context, WorkItemId id) {
  CINNABAR_CHECK_OK(check_running(context.before));
  OpenItem found;
  found.activity = id.is_assigned() ? context.before.find_activity_of(id) : nullptr;
  if (found.activity == nullptr) {
    const auto& decisions = context.before.decisions;
    const bool was_decided =
        id.is_assigned() &&
        std::ranges::find(decisions, id, &PastDecision::item) != decisions.end();
    if (was_decided) {
      return refuse(reasons::kWorkItemAlreadyCompleted, "the work item was decided before");
    }
    return refuse(Code::not_found, reasons::kWorkItemUnknown,
                  "the instance has no such open work item");
  }
  found.item = context.before.find_item(id);
  CINNABAR_ASSERT(found.item != nullptr);
  if (found.item->state != WorkItemState::open) {
    return refuse(reasons::kWorkItemAlreadyCompleted,
                  "the work item is " + std::string(name(found.item->state)));
  }
  const auto index = context.definition.find_node(found.activity->node_id);
  CINNABAR_ASSERT(index.has_value());
  found.node = &context.definition.node(*index);
  found.task = found.node->user_task();
  CINNABAR_ASSERT(found.task != nullptr);
  return found;
}

bool is_of_pool(const WorkItem& item, UserId user, const org::Directory& directory) {
  return !item.assignee.is_assigned() && item.group.is_assigned() &&
         directory.is_member(item.group, user);
}

Status check_theirs(const Context& context, const WorkItem& item, UserId by, bool for_others) {
  if (for_others) return {};
  const bool is_own = item.assignee.is_assigned() && item.assignee == by;
  if (is_own || is_of_pool(item, by, *context.environment.directory)) return {};
  return refuse(Code::permission_denied, reasons::kWorkItemNotYours,
                "the work item is offered to somebody else");
}

Status check_turn(const WorkItem& item) {
  if (!item.waiting) return {};
  return refuse(reasons::kWorkItemNotItsTurn, "somebody before has not decided yet");
}

Status check_new_participant(const Context& context, const ActivityInstance& activity,
                             UserId user) {
  if (!user.is_assigned() || !context.environment.directory->is_active(user)) {
    return refuse(reasons::kParticipantUnknown, "there is no such active person");
  }
  const bool is_asked = std::ranges::any_of(activity.work_items, [&](const WorkItem& item) {
    return item.state == WorkItemState::open && item.assignee == user;
  });
  if (!is_asked) return {};
  return refuse(reasons::kParticipantRepeated, "this person has an open work item here already");
}

}  // namespace cinnabar::process::verbs
