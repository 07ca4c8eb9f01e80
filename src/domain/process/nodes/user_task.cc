// Work for people: an activity with one work item for each participant. Deciding a work item is in
// decide.cc.
#include "base/assert.h"
#include "domain/process/execution.h"
#include "domain/process/node_types.h"
#include "domain/process/participants.h"

namespace cinnabar::process {
namespace {

void on_activate(Execution& execution, NodeIndex index, ActivityInstanceId activity) {
  const Node& node = execution.node(index);
  const UserTask* task = node.user_task();
  CINNABAR_ASSERT(task != nullptr);
  // The participants may depend on what is assigned here.
  execution.assign(task->on_activate, node, activity);

  const Offers offers = offers_for(*task, execution.instance(), execution.directory());
  if (offers.list.empty()) {
    execution.raise(IncidentKind::no_participant, activity,
                    offers.is_too_many ? "more participants than an activity may have"
                                       : "nobody active matches the participant rules");
    return;
  }
  const bool in_order = std::holds_alternative<InOrder>(task->completion);
  bool waiting = false;
  for (const Offer& offer : offers.list) {
    WorkItemOffered offered;
    offered.item = WorkItemId{execution.fresh_id()};
    offered.activity = activity;
    offered.assignee = offer.assignee;
    offered.group = offer.group;
    offered.waiting = waiting;
    execution.emit(std::move(offered));
    waiting = in_order;
  }
}

}  // namespace

constexpr NodeBehavior kUserTask{
    .kind = NodeKind::user_task, .element = "userTask", .on_activate = on_activate};

}  // namespace cinnabar::process
