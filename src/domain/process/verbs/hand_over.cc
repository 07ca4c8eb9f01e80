// Work items that change hands: claim, unclaim, transfer, delegate, resolve.
#include "domain/process/verbs/common.h"

#include <utility>

namespace cinnabar::process::verbs {
namespace {

Result<Decision> reassign(const Context& context, WorkItemReassigned event) {
  Execution execution = begin(context);
  execution.emit(std::move(event));
  return finish(std::move(execution));
}

}  // namespace

Result<Decision> claim(const Context& context, const Claim& command) {
  CINNABAR_TRY(const OpenItem open, find_open(context, command.item));
  const WorkItem& item = *open.item;
  if (item.assignee.is_assigned()) {
    return refuse(reasons::kWorkItemAlreadyClaimed, "somebody has the work item already");
  }
  const org::Directory& directory = *context.environment.directory;
  if (!is_of_pool(item, command.by, directory) || !directory.is_active(command.by)) {
    return refuse(Code::permission_denied, reasons::kWorkItemNotInGroup,
                  "only members of the group may claim the work item");
  }
  CINNABAR_CHECK_OK(check_turn(item));
  return reassign(context, {item.id, Handover::claim, command.by, item.owner, command.by, {}});
}

Result<Decision> unclaim(const Context& context, const Unclaim& command) {
  CINNABAR_TRY(const OpenItem open, find_open(context, command.item));
  const WorkItem& item = *open.item;
  if (!item.assignee.is_assigned()) {
    return refuse(reasons::kWorkItemNotClaimed, "nobody has claimed the work item");
  }
  CINNABAR_CHECK_OK(check_theirs(context, item, command.by, false));
  if (item.owner.is_assigned()) {
    return refuse(reasons::kWorkItemDelegated, "give it back to its owner instead");
  }
  // Other rules ask every member in person: there is no pool to give it back to.
  if (!item.group.is_assigned() || !std::holds_alternative<Any>(open.task->completion)) {
    return refuse(reasons::kWorkItemNotClaimed, "the work item was offered to this person alone");
  }
  return reassign(context, {item.id, Handover::unclaim, {}, {}, command.by, {}});
}

Result<Decision> transfer(const Context& context, const Transfer& command) {
  CINNABAR_TRY(const OpenItem open, find_open(context, command.item));
  const WorkItem& item = *open.item;
  CINNABAR_CHECK_OK(check_theirs(context, item, command.by, command.for_others));
  CINNABAR_CHECK_OK(check_new_participant(context, *open.activity, command.to));
  WorkItemReassigned event{item.id,    command.kind, command.to,
                           item.owner, command.by,   command.comment};
  switch (command.kind) {
    case Handover::transfer:
      if (item.owner.is_assigned() && !command.for_others) {
        return refuse(reasons::kWorkItemDelegated,
                      "it was delegated; give it back to its owner instead");
      }
      event.owner = {};
      break;
    case Handover::absence:
      // Whoever is away still answers for it, and can have it back.
      if (!item.owner.is_assigned()) event.owner = item.assignee;
      break;
    case Handover::departure:
      if (item.owner == command.to) event.owner = {};
      break;
    case Handover::claim:
    case Handover::unclaim:
    case Handover::delegate:
    case Handover::resolve:
      return refuse(Code::invalid_argument, reasons::kArgumentMalformed,
                    "a transfer is one by hand, for an absence or for a departure");
  }
  return reassign(context, std::move(event));
}

Result<Decision> delegate(const Context& context, const Delegate& command) {
  CINNABAR_TRY(const OpenItem open, find_open(context, command.item));
  const WorkItem& item = *open.item;
  CINNABAR_CHECK_OK(check_theirs(context, item, command.by, command.for_others));
  if (item.owner.is_assigned()) {
    return refuse(reasons::kWorkItemDelegated, "it was delegated already");
  }
  const bool is_pooled = !item.assignee.is_assigned();
  if (is_pooled && command.for_others) {
    return refuse(reasons::kWorkItemNotClaimed,
                  "nobody has claimed it, so nobody would answer for it");
  }
  CINNABAR_CHECK_OK(check_new_participant(context, *open.activity, command.to));
  const UserId owner = is_pooled ? command.by : item.assignee;
  if (owner == command.to) {
    return refuse(reasons::kParticipantRepeated, "nobody delegates to themselves");
  }
  return reassign(context,
                  {item.id, Handover::delegate, command.to, owner, command.by, command.comment});
}

Result<Decision> resolve(const Context& context, const Resolve& command) {
  CINNABAR_TRY(const OpenItem open, find_open(context, command.item));
  const WorkItem& item = *open.item;
  if (!item.owner.is_assigned()) {
    return refuse(reasons::kWorkItemNotDelegated, "the work item was not delegated");
  }
  CINNABAR_CHECK_OK(check_theirs(context, item, command.by, false));
  CINNABAR_CHECK_OK(check_new_participant(context, *open.activity, item.owner));
  return reassign(context,
                  {item.id, Handover::resolve, item.owner, {}, command.by, command.comment});
}

}  // namespace cinnabar::process::verbs
