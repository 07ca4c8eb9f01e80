// Taking one's last decision back, while whoever comes next has not acted.
#include "base/assert.h"
#include "domain/process/verbs/common.h"
#include "domain/process/verbs/people.h"
#include "domain/process/verbs/redirect.h"
#include "domain/process/votes.h"

#include <algorithm>

namespace cinnabar::process::verbs {
namespace {

Result<PastDecision> find_decision(const Context& context, const TakeBack& command) {
  const PastDecision* found = nullptr;
  for (const PastDecision& past : context.before.decisions) {
    if (!past.by.is_assigned() || past.by != command.by) continue;
    if (command.item && past.item != *command.item) continue;
    if (found == nullptr || found->position < past.position) found = &past;
  }
  if (found != nullptr && found->outcome != Outcome::returned) return *found;
  return refuse(reasons::kNothingToTakeBack, found == nullptr
                                                 ? "this person has decided nothing here"
                                                 : "what was returned is not taken back");
}

// ---- the activity is still open: only the vote ----

Status check_vote(const ActivityInstance& activity, const UserTask& task, const WorkItem& item) {
  if (item.state != WorkItemState::completed || &latest_of(activity, item) != &item) {
    return refuse(reasons::kNothingToTakeBack, "the decision was taken back already");
  }
  // As if it had not been made: nobody may have decided whose turn comes after it.
  ActivityInstance reopened = activity;
  const auto at = static_cast<std::size_t>(&item - activity.work_items.data());
  reopened.work_items[at].state = WorkItemState::open;
  const std::vector<bool> held = held_items(task.completion, reopened);
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (held[i] && i != at && reopened.work_items[i].state == WorkItemState::completed) {
      return refuse(reasons::kNextAlreadyActed, "somebody has decided after that");
    }
  }
  return {};
}

Result<Decision> take_vote_back(const Context& context, const TakeBack& command,
                                const ActivityInstance& activity, const PastDecision& past) {
  const WorkItem* found = context.before.find_item(past.item);
  const auto index = context.definition.find_node(activity.node_id);
  CINNABAR_ASSERT(found != nullptr && index.has_value());
  const UserTask* task = context.definition.node(*index).user_task();
  CINNABAR_ASSERT(task != nullptr);
  CINNABAR_CHECK_OK(check_vote(activity, *task, *found));
  const WorkItem item = *found;
  Execution execution = begin(context);
  execution.emit(Redirected{Redirection::taken_back, activity.id, activity.node_id, command.by,
                            command.comment});
  WorkItemOffered again;
  again.item = WorkItemId{execution.fresh_id()};
  again.activity = past.activity;
  again.assignee = item.assignee.is_assigned() ? item.assignee : command.by;
  again.group = item.group;
  again.weight = item.weight;
  again.owner = item.owner;
  again.added_to = item.id;
  again.added = AddedAs::again;
  execution.emit(std::move(again));
  update_turns(execution, past.activity);
  return finish(std::move(execution));
}

// ---- the token has gone on ----

// Where the token of a completed node stands when nobody has acted since: behind nodes that only
// pass tokens on.
struct Front {
  std::vector<bool> passed;  // the node itself, and what passed the token on
  std::vector<bool> stops;   // where it may stand
};

bool only_passes(const Node& node) {
  switch (node.kind) {
    case NodeKind::exclusive_gateway:
    case NodeKind::parallel_gateway:
    case NodeKind::inclusive_gateway:
    case NodeKind::none_task:
    case NodeKind::manual_task:
    case NodeKind::script_task:
      return true;
    case NodeKind::catch_event:
    case NodeKind::throw_event:
      return node.is_event(TriggerKind::link) || node.is_event(TriggerKind::none);
    default:
      return false;
  }
}

Front front_of(const ProcessDefinition& definition, NodeIndex node) {
  Front front;
  front.passed.assign(definition.nodes.size(), false);
  front.stops.assign(definition.nodes.size(), false);
  front.passed[node] = true;
  std::vector<NodeIndex> open{node};
  while (!open.empty()) {
    const NodeIndex at = open.back();
    open.pop_back();
    for (const NodeIndex next : definition.successors(at)) {
      if (front.passed[next] || definition.node(next).kind == NodeKind::boundary_event) continue;
      if (only_passes(definition.node(next))) {
        front.passed[next] = true;
        open.push_back(next);
      } else {
        front.stops[next] = true;
      }
    }
  }
  return front;
}

Status check_untouched(const Context& context, const PastDecision& past, const Front& front) {
  for (const PastDecision& other : context.before.decisions) {
    const auto index = context.definition.find_node(other.node_id);
    if (!index || other.position <= past.position || other.scope != past.scope) continue;
    if (front.stops[*index]) {
      return refuse(reasons::kNextAlreadyActed, "somebody has decided after that");
    }
  }
  return {};
}

// Where the token is now: activities that it stands at, else the joins that it has arrived at, by
// the nodes from which it came there.
struct Whereabouts {
  std::vector<ActivityInstanceId> stands;
  std::vector<NodeIndex> nodes;
};

// Who stands in front. Only people and events wait unseen; anything else has begun to work.
Result<Whereabouts> find_front(const Context& context, const PastDecision& past,
                               const Front& front) {
  Whereabouts found;
  for (const ActivityInstance& activity : context.before.activities) {
    if (activity.parent != past.scope) continue;
    const auto index = context.definition.find_node(activity.node_id);
    CINNABAR_ASSERT(index.has_value());
    if (!front.stops[*index]) continue;
    const NodeKind kind = context.definition.node(*index).kind;
    const bool is_unseen = kind == NodeKind::user_task || kind == NodeKind::catch_event ||
                           kind == NodeKind::receive_task || kind == NodeKind::event_gateway;
    if (!is_unseen) {
      return refuse(reasons::kNextAlreadyActed, activity.node_id + " has begun already");
    }
    found.stands.push_back(activity.id);
    found.nodes.push_back(*index);
  }
  if (!found.stands.empty()) return found;
  for (const auto& [key, count] : context.before.arrivals) {
    const auto& [scope, join, flow] = key;
    const auto index = context.definition.find_flow(flow);
    if (scope != past.scope || !index) continue;
    const NodeIndex source = context.definition.flows[*index].source;
    // Past a join that has fired already, the branches that it took are undone with it.
    if (front.passed[source]) found.nodes.push_back(source);
  }
  if (!found.nodes.empty()) return found;
  return refuse(reasons::kNextAlreadyActed, "the instance has gone on from there");
}

// Whoever decided is asked again, although the rules may name others: the task was handed to them,
// or they were added to it. An item of somebody who has not decided there is theirs now; when there
// is none, they decide after somebody who has.
void ask_deciders(Execution& execution, const PastDecision& past, ActivityInstanceId again) {
  std::vector<UserId> deciders;
  for (const PastDecision& one : execution.instance().decisions) {
    if (one.activity == past.activity && one.by.is_assigned()) deciders.push_back(one.by);
  }
  const auto has_decided = [&](const WorkItem& item) {
    return std::ranges::find(deciders, item.assignee) != deciders.end();
  };
  for (const UserId decider : deciders) {
    const auto& items = execution.activity(again).work_items;
    const bool is_asked = std::ranges::any_of(items, [&](const WorkItem& item) {
      return item.assignee == decider || !item.assignee.is_assigned();
    });
    if (is_asked) continue;
    const auto free = std::ranges::find_if(items, [&](const WorkItem& item) {
      return item.state == WorkItemState::open && !has_decided(item);
    });
    if (free != items.end()) {
      execution.emit(WorkItemReassigned{free->id, Handover::transfer, decider, {}, {}, {}});
      continue;
    }
    const auto other = std::ranges::find_if(items, has_decided);
    if (decider != past.by || other == items.end()) continue;
    WorkItemOffered offer;
    offer.added_to = other->id;
    offer.weight = other->weight;
    offer.item = WorkItemId{execution.fresh_id()};
    offer.activity = again;
    offer.assignee = decider;
    offer.waiting = true;
    offer.added = AddedAs::after;
    execution.emit(std::move(offer));
  }
}

// The votes of the others still hold.
void restore_votes(Execution& execution, const PastDecision& past, ActivityInstanceId again) {
  if (!again.is_assigned() || execution.activity(again).work_items.empty()) return;
  ask_deciders(execution, past, again);
  std::vector<PastDecision> others;
  for (const PastDecision& other : execution.instance().decisions) {
    if (other.activity == past.activity && other.by != past.by) others.push_back(other);
  }
  std::ranges::sort(others, {}, &PastDecision::position);
  for (const PastDecision& other : others) {
    const auto& items = execution.activity(again).work_items;
    const auto it = std::ranges::find_if(items, [&](const WorkItem& item) {
      return item.state == WorkItemState::open && item.assignee == other.by;
    });
    if (it == items.end()) continue;
    const WorkItem item = *it;
    if (item.waiting) execution.emit(WorkItemOpened{item.id});
    execution.emit(WorkItemCompleted{item.id, other.by, other.outcome, {}, {}});
  }
  settle(execution, again, std::nullopt);
}

Result<Decision> take_token_back(const Context& context, const TakeBack& command,
                                 const PastDecision& past) {
  const ProcessDefinition& definition = context.definition;
  const auto node = definition.find_node(past.node_id);
  const bool is_scope_open =
      !past.scope.is_assigned() || context.before.find_activity(past.scope) != nullptr;
  if (!node || !is_scope_open) {
    return refuse(reasons::kNextAlreadyActed, "what was around that task has ended");
  }
  const bool is_asked_again =
      std::ranges::any_of(context.before.activities, [&](const ActivityInstance& activity) {
        return activity.parent == past.scope && activity.node_id == past.node_id;
      });
  if (is_asked_again) {
    return refuse(reasons::kNothingToTakeBack, "the task is open again, or its loop goes on");
  }
  const Front front = front_of(definition, *node);
  CINNABAR_CHECK_OK(check_untouched(context, past, front));
  CINNABAR_TRY(Whereabouts found, find_front(context, past, front));

  Move move;
  move.scope = past.scope;
  move.scope_index = definition.node(*node).scope;
  move.at = move.target = *node;
  move.from = std::move(found.stands);
  move.from_nodes = std::move(found.nodes);
  Execution execution = begin(context);
  execution.emit(Redirected{Redirection::taken_back, past.activity, past.node_id, command.by,
                            command.comment});
  undo(execution, move);
  choose_again(execution, *node);
  restore_votes(execution, past, go(execution, move));
  return finish(std::move(execution));
}

}  // namespace

Result<Decision> take_back(const Context& context, const TakeBack& command) {
  CINNABAR_CHECK_OK(check_running(context.before));
  CINNABAR_TRY(const PastDecision past, find_decision(context, command));
  const ActivityInstance* open = context.before.find_activity(past.activity);
  if (open != nullptr) return take_vote_back(context, command, *open, past);
  return take_token_back(context, command, past);
}

}  // namespace cinnabar::process::verbs
