// Participants who are added to a task that is open, and removed from it.
#include "domain/process/participants.h"
#include "domain/process/verbs/common.h"
#include "domain/process/votes.h"
#include "vocab/limits.h"

#include <set>

namespace cinnabar::process::verbs {
namespace {

Status check_added(const Context& context, const OpenItem& open, const AddParticipants& command) {
  switch (command.position) {
    case AddedAs::before:
    case AddedAs::after:
    case AddedAs::parallel:
      break;
    case AddedAs::none:
    case AddedAs::again:
      return refuse(Code::invalid_argument, reasons::kArgumentMalformed,
                    "participants are added before, after or in parallel");
  }
  if (command.users.empty()) {
    return refuse(Code::invalid_argument, reasons::kParticipantMissing, "nobody is to be added");
  }
  if (open.activity->work_items.size() + command.users.size() > limits::kParticipantsMax) {
    return refuse(Code::invalid_argument, reasons::kParticipantLimit,
                  "more participants than an activity may have");
  }
  std::set<UserId> seen;
  for (const UserId user : command.users) {
    CINNABAR_CHECK_OK(check_new_participant(context, *open.activity, user));
    if (!seen.insert(user).second) {
      return refuse(reasons::kParticipantRepeated, "a person is named twice");
    }
  }
  return {};
}

}  // namespace

Result<Decision> add_participants(const Context& context, const AddParticipants& command) {
  CINNABAR_TRY(const OpenItem open, find_open(context, command.item));
  const WorkItem item = *open.item;
  CINNABAR_CHECK_OK(check_theirs(context, item, command.by, command.for_others));
  if (!command.for_others) CINNABAR_CHECK_OK(check_turn(item));
  CINNABAR_CHECK_OK(check_added(context, open, command));

  Execution execution = begin(context);
  const ActivityInstanceId activity = open.activity->id;
  execution.emit(
      ParticipantsAdded{item.id, command.position, command.users, command.by, command.comment});
  for (const UserId user : command.users) {
    WorkItemOffered event;
    event.item = WorkItemId{execution.fresh_id()};
    event.activity = activity;
    event.assignee = user;
    event.waiting = item.waiting || command.position == AddedAs::after;
    event.weight = vote_weight(*open.task, execution.directory(), user, {});
    event.added_to = item.id;
    event.added = command.position;
    execution.emit(std::move(event));
  }
  update_turns(execution, activity);
  return finish(std::move(execution));
}

Result<Decision> remove_participant(const Context& context, const RemoveParticipant& command) {
  CINNABAR_TRY(const OpenItem open, find_open(context, command.item));
  const WorkItem& first = first_of(*open.activity, *open.item);
  if (!command.for_others) {
    if (first.added == AddedAs::none) {
      return refuse(reasons::kWorkItemNotAdded, "this participant was not added by anybody");
    }
    const WorkItem* adder = context.before.find_item(first.added_to);
    const bool is_adder =
        adder != nullptr && (adder->assignee == command.by || adder->decided_by == command.by ||
                             adder->owner == command.by);
    if (!is_adder || !command.by.is_assigned()) {
      return refuse(Code::permission_denied, reasons::kWorkItemNotYours,
                    "somebody else added this participant");
    }
  }
  if (tally_of(All{}, *open.activity).participants <= 1) {
    return refuse(reasons::kParticipantMissing, "nobody would be left to decide");
  }
  Execution execution = begin(context);
  const ActivityInstanceId activity = open.activity->id;
  execution.emit(ParticipantRemoved{command.item, command.by, command.comment});
  settle(execution, activity, std::nullopt);
  return finish(std::move(execution));
}

}  // namespace cinnabar::process::verbs
