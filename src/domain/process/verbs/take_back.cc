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

Error acted_already(std::string detail) {
  return refuse(reasons::kNextAlreadyActed, std::move(detail));
}

// The scope around the decision that is still open, and the way from there to the task.
struct Surroundings {
  ActivityInstanceId scope;
  ScopeIndex scope_index = 0;
  NodeIndex task = 0;
  NodeIndex at = 0;               // the task, or the ended sub-process around it
  std::vector<NodeIndex> inside;  // sub-processes that have ended, the outermost first
};

// True when a token at `from` gets to the end of its scope without anybody's doing.
bool leads_to_end(const ProcessDefinition& definition, NodeIndex from) {
  const Front front = front_of(definition, from);
  for (NodeIndex i = 0; i < definition.nodes.size(); ++i) {
    if (front.stops[i] && definition.node(i).kind != NodeKind::end_event) return false;
  }
  return true;
}

// The one open activity of a sub-process; runs of a loop can not be told apart.
const ActivityInstance* only_open(const Context& context, NodeIndex sub_process) {
  if (!std::holds_alternative<std::monostate>(context.definition.node(sub_process).loop)) {
    return nullptr;
  }
  const std::string& id = context.definition.node(sub_process).id;
  const ActivityInstance* found = nullptr;
  for (const ActivityInstance& activity : context.before.activities) {
    if (activity.node_id != id) continue;
    if (found != nullptr) return nullptr;
    found = &activity;
  }
  return found;
}

// Where an event at the border of a sub-process leads as well, a token may have come without the
// sub-process having done its work.
bool may_come_from_border(const ProcessDefinition& definition, const Surroundings& around,
                          NodeIndex node) {
  for (NodeIndex i = 0; i < definition.nodes.size(); ++i) {
    const Node& event = definition.node(i);
    if (event.kind != NodeKind::boundary_event) continue;
    const bool is_of_ended = std::ranges::any_of(
        around.inside, [&](NodeIndex ended) { return event.event()->attached_to == ended; });
    if (!is_of_ended) continue;
    const Front front = front_of(definition, i);
    if (front.stops[node] || front.passed[node]) return true;
  }
  return false;
}

Result<Surroundings> find_surroundings(const Context& context, const PastDecision& past) {
  const ProcessDefinition& definition = context.definition;
  const auto task = definition.find_node(past.node_id);
  if (!task) return acted_already("the task is not part of the process any more");
  Surroundings found{past.scope, definition.node(*task).scope, *task, *task, {}};
  while (found.scope.is_assigned() && context.before.find_activity(found.scope) == nullptr) {
    const auto owner = definition.scope(found.scope_index).owner;
    CINNABAR_ASSERT(owner.has_value());
    const Node& around = definition.node(*owner);
    const bool is_plain = std::holds_alternative<std::monostate>(around.loop) &&
                          !around.get<SubProcess>()->is_triggered_by_event &&
                          !around.is_for_compensation;
    if (!is_plain || !leads_to_end(definition, found.at)) {
      return acted_already("what was around that task has ended");
    }
    found.inside.insert(found.inside.begin(), *owner);
    found.at = *owner;
    found.scope_index = around.scope;
    found.scope = {};
    if (const auto outer = definition.scope(around.scope).owner) {
      const ActivityInstance* open = only_open(context, *outer);
      if (open == nullptr) return acted_already("what was around that task has ended");
      found.scope = open->id;
    }
  }
  return found;
}

// Of a node, or of anything inside of a sub-process.
bool happened_at(const ProcessDefinition& definition, NodeIndex decided, NodeIndex stop) {
  if (decided == stop) return true;
  const auto* inner = definition.node(stop).get<SubProcess>();
  if (inner == nullptr) return false;
  const auto path = definition.path_of(definition.node(decided).scope);
  return std::ranges::find(path, inner->body) != path.end();
}

Status check_untouched(const Context& context, const PastDecision& past, const Surroundings& around,
                       const Front& front) {
  const ProcessDefinition& definition = context.definition;
  for (const PastDecision& other : context.before.decisions) {
    const auto index = definition.find_node(other.node_id);
    if (!index || other.position <= past.position) continue;
    for (NodeIndex stop = 0; stop < definition.nodes.size(); ++stop) {
      if (!front.stops[stop] || !happened_at(definition, *index, stop)) continue;
      // Other runs of the same scope are not behind this one. Around a sub-process that has ended
      // it is not known which run it was.
      const bool is_other_run = stop == *index && other.scope != around.scope;
      if (is_other_run && around.inside.empty()) continue;
      return acted_already("somebody has decided after that");
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

bool is_untouched(const Context& context, const ActivityInstance& activity);

// The sub-process has let a token in, and it stands where nobody has acted yet.
bool is_body_untouched(const Context& context, const ActivityInstance& activity, ScopeIndex body) {
  const ProcessDefinition& definition = context.definition;
  const auto start = definition.scope(body).none_start;
  if (!start) return false;
  const Front front = front_of(definition, *start);
  const bool is_stuck = std::ranges::any_of(context.before.incidents, [&](const Incident& one) {
    return one.holds_token && one.scope == activity.id;
  });
  return !is_stuck && std::ranges::all_of(context.before.activities, [&](const auto& child) {
    if (child.parent != activity.id) return true;
    const auto at = definition.find_node(child.node_id);
    return at && front.stops[*at] && is_untouched(context, child);
  });
}

// Only people and events wait unseen; anything else has begun to work.
bool is_untouched(const Context& context, const ActivityInstance& activity) {
  const auto index = context.definition.find_node(activity.node_id);
  CINNABAR_ASSERT(index.has_value());
  const Node& node = context.definition.node(*index);
  switch (node.kind) {
    case NodeKind::user_task:
    case NodeKind::catch_event:
    case NodeKind::receive_task:
    case NodeKind::event_gateway:
      return true;
    case NodeKind::sub_process:
      break;
    default:
      return false;
  }
  if (activity.role != ActivityRole::loop_body) {
    return is_body_untouched(context, activity, node.get<SubProcess>()->body);
  }
  if (activity.loop && activity.loop->completed + activity.loop->terminated > 0) return false;
  return std::ranges::all_of(context.before.activities, [&](const ActivityInstance& iteration) {
    return iteration.parent != activity.id || is_untouched(context, iteration);
  });
}

// The nodes from which the token has come to joins. Past a join that has fired already, the
// branches that it took are undone with it.
std::vector<NodeIndex> arrived_from(const Context& context, const Surroundings& around,
                                    const Front& front) {
  std::vector<NodeIndex> sources;
  for (const auto& [key, count] : context.before.arrivals) {
    const auto& [scope, join, flow] = key;
    const auto index = context.definition.find_flow(flow);
    if (scope != around.scope || !index) continue;
    const NodeIndex source = context.definition.flows[*index].source;
    if (front.passed[source]) sources.push_back(source);
  }
  return sources;
}

Result<Whereabouts> find_front(const Context& context, const Surroundings& around,
                               const Front& front) {
  Whereabouts found;
  for (const ActivityInstance& activity : context.before.activities) {
    if (activity.parent != around.scope) continue;
    const auto index = context.definition.find_node(activity.node_id);
    CINNABAR_ASSERT(index.has_value());
    if (!front.stops[*index]) continue;
    if (!is_untouched(context, activity)) {
      return acted_already(activity.node_id + " has begun already");
    }
    found.stands.push_back(activity.id);
    found.nodes.push_back(*index);
  }
  if (found.stands.empty()) found.nodes = arrived_from(context, around, front);
  if (found.nodes.empty()) return acted_already("the instance has gone on from there");
  for (const NodeIndex node : found.nodes) {
    if (may_come_from_border(context.definition, around, node)) {
      return acted_already("an event may have ended what was around that task");
    }
  }
  return found;
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

bool is_asked_again(const Context& context, const PastDecision& past, const Surroundings& around) {
  const std::string& at = context.definition.node(around.at).id;
  return std::ranges::any_of(context.before.activities, [&](const ActivityInstance& activity) {
    if (activity.parent != around.scope) return false;
    return activity.node_id == at || activity.node_id == past.node_id;
  });
}

Result<Decision> take_token_back(const Context& context, const TakeBack& command,
                                 const PastDecision& past) {
  const ProcessDefinition& definition = context.definition;
  CINNABAR_TRY(const Surroundings around, find_surroundings(context, past));
  if (is_asked_again(context, past, around)) {
    return refuse(reasons::kNothingToTakeBack, "the task is open again, or its loop goes on");
  }
  const Front front = front_of(definition, around.at);
  CINNABAR_CHECK_OK(check_untouched(context, past, around, front));
  CINNABAR_TRY(Whereabouts found, find_front(context, around, front));

  Move move;
  move.scope = around.scope;
  move.scope_index = around.scope_index;
  move.at = around.at;
  move.inside = around.inside;
  move.target = around.task;
  move.from = std::move(found.stands);
  move.from_nodes = std::move(found.nodes);
  Execution execution = begin(context);
  execution.emit(Redirected{Redirection::taken_back, past.activity, past.node_id, command.by,
                            command.comment});
  undo(execution, move);
  choose_again(execution, move.target);
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
