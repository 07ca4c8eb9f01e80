// Work for people: an activity with one work item for each participant. Deciding a work item is in
// decide.cc, what the votes come to in votes.h. Its due date and its reminder are timers of its
// own, named below.
#include "base/assert.h"
#include "domain/process/execution.h"
#include "domain/process/late.h"
#include "domain/process/node_types.h"
#include "domain/process/participants.h"
#include "domain/process/votes.h"

#include <algorithm>

namespace cinnabar::process {
namespace {

void offer(Execution& execution, ActivityInstanceId activity, const Offer& offer, bool waiting) {
  WorkItemOffered event;
  event.item = WorkItemId{execution.fresh_id()};
  event.activity = activity;
  event.assignee = offer.assignee;
  event.group = offer.group;
  event.waiting = waiting;
  event.weight = offer.weight;
  event.owner = offer.owner;
  execution.emit(std::move(event));
}

// Decides for those whom a policy lets pass, also ahead of their turn: they are not asked. False
// when that finished the activity.
bool let_pass(Execution& execution, ActivityInstanceId id, const std::vector<bool>& passes) {
  const UserTask* task = execution.node_of(execution.activity(id)).user_task();
  for (std::size_t i = 0; i < passes.size(); ++i) {
    if (!passes[i]) continue;
    const WorkItem item = execution.activity(id).work_items[i];
    if (item.waiting) execution.emit(WorkItemOpened{item.id});
    execution.emit(WorkItemCompleted{item.id, {}, Outcome::approved, {}, "passed by policy"});
    if (activity_outcome(*task, execution.activity(id), Outcome::approved)) {
      settle(execution, id, Outcome::approved);
      return false;
    }
    update_turns(execution, id);
  }
  return true;
}

void on_activate(Execution& execution, NodeIndex index, ActivityInstanceId id) {
  const Node& node = execution.node(index);
  const UserTask* task = node.user_task();
  CINNABAR_ASSERT(task != nullptr);
  // The participants may depend on what is assigned here.
  execution.assign(task->on_activate, node, id);

  const Offers offers =
      offers_for({execution.definition(), node, execution.instance(), id, execution.directory(),
                  execution.now(), [&](const expr::Expression& expression) {
                    return execution.evaluate(expression, id);
                  }});
  if (offers.is_skipped) {
    execution.set_outcome(Outcome::approved);
    execution.complete_activity(id, Outcome::approved);
    return;
  }
  if (!offers.problem.empty()) {
    execution.raise(IncidentKind::expression_failed, id, offers.problem);
    return;
  }
  if (offers.list.empty()) {
    execution.raise(IncidentKind::no_participant, id,
                    offers.is_too_many ? "more participants than an activity may have"
                                       : "nobody active matches the participant rules");
    return;
  }
  const bool in_order = std::holds_alternative<InOrder>(task->completion);
  std::vector<bool> passes;
  for (const Offer& each : offers.list) {
    offer(execution, id, each, in_order && !passes.empty());
    passes.push_back(each.passes);
  }
  if (let_pass(execution, id, passes)) start_deadline(execution, node, id);
}

void on_wait(Execution& execution, NodeIndex index, const Wait& wait,
             const expr::Variables& /*brought*/) {
  follow_deadline(execution, execution.node(index), wait);
}

}  // namespace

constexpr NodeBehavior kUserTask{.kind = NodeKind::user_task,
                                 .element = "userTask",
                                 .on_activate = on_activate,
                                 .on_wait = on_wait};

}  // namespace cinnabar::process
