// Return: to an earlier user task, by a participant or, when a task is late, by the engine.
#include "base/assert.h"
#include "domain/process/verbs/common.h"
#include "domain/process/verbs/people.h"
#include "domain/process/verbs/redirect.h"

#include <algorithm>

namespace cinnabar::process::verbs {
namespace {

constexpr std::string_view kInitiator = "$initiator";

// When somebody decided there last; nullopt: never.
std::optional<std::int64_t> decided_at(const Instance& instance, const std::string& node_id) {
  std::optional<std::int64_t> last;
  for (const PastDecision& past : instance.decisions) {
    if (past.node_id == node_id) last = std::max(last.value_or(0), past.position);
  }
  return last;
}

// A user task that was decided, and from which the way leads to the activity.
Result<Move> way_back(const ProcessDefinition& definition, const Instance& instance,
                      ActivityInstanceId from, NodeIndex target) {
  const Node& node = definition.node(target);
  if (node.user_task() == nullptr) {
    return refuse(reasons::kTargetNotPossible, node.id + " is no user task");
  }
  if (!decided_at(instance, node.id)) {
    return refuse(reasons::kTargetNotDecided, "nobody has decided at " + node.id + " yet");
  }
  CINNABAR_TRY(Move move, plan_move(definition, instance, {from}, target));
  if (!leads_back(definition, move)) {
    return refuse(reasons::kTargetNotBefore, node.id + " does not come before this task");
  }
  if (has_gone_past(definition, instance, move)) {
    return refuse(reasons::kTargetNotPossible,
                  "what was decided at " + node.id + " has gone on past this task");
  }
  return move;
}

// The one that was decided last.
Result<Move> way_to_previous(const ProcessDefinition& definition, const Instance& instance,
                             ActivityInstanceId from) {
  std::optional<Move> best;
  std::int64_t best_position = -1;
  for (NodeIndex i = 0; i < definition.nodes.size(); ++i) {
    const auto position = decided_at(instance, definition.node(i).id);
    if (!position || *position <= best_position) continue;
    auto move = way_back(definition, instance, from, i);
    if (!move) continue;
    best = std::move(*move);
    best_position = *position;
  }
  if (best) return *std::move(best);
  return refuse(reasons::kTargetNotDecided, "no user task before this one was decided");
}

Result<Move> way_to_initiator(const ProcessDefinition& definition, const Instance& instance,
                              ActivityInstanceId from) {
  for (const NodeIndex node : first_user_tasks(definition)) {
    if (asks_initiator(definition, instance, node)) {
      return way_back(definition, instance, from, node);
    }
  }
  return refuse(reasons::kTargetNotPossible,
                "the process does not begin with a task of its initiator");
}

Result<Move> find_way(const ProcessDefinition& definition, const Instance& instance,
                      ActivityInstanceId from, const std::string& to) {
  if (to.empty()) return way_to_previous(definition, instance, from);
  if (to == kInitiator) return way_to_initiator(definition, instance, from);
  const auto target = definition.find_node(to);
  if (!target) {
    return refuse(Code::not_found, reasons::kTargetUnknown, "the process has no node " + to);
  }
  return way_back(definition, instance, from, *target);
}

}  // namespace

Result<Decision> send_back(const Context& context, const Return& command) {
  CINNABAR_TRY(const OpenItem open, find_open(context, command.item));
  CINNABAR_CHECK_OK(check_theirs(context, *open.item, command.by, command.for_others));
  CINNABAR_CHECK_OK(check_turn(*open.item));
  const ActivityInstanceId from = open.activity->id;
  CINNABAR_TRY(const Move move, find_way(context.definition, context.before, from, command.to));

  Execution execution = begin(context);
  execution.set_outcome(Outcome::returned);
  execution.change_fields(command.changes);
  execution.emit(
      WorkItemCompleted{open.item->id, command.by, Outcome::returned, {}, command.comment});
  execution.emit(Redirected{Redirection::returned, from, execution.node(move.target).id, command.by,
                            command.comment});
  Marking marking;
  if (command.straight_back) marking = marking_of(execution, move);
  undo(execution, move);
  choose_again(execution, move.target);
  const ActivityInstanceId again = go(execution, move);
  if (command.straight_back && again.is_assigned()) {
    execution.emit(StraightBackSet{again, std::move(marking)});
  }
  return finish(std::move(execution));
}

bool send_back_late(Execution& execution, ActivityInstanceId from) {
  const auto move = way_to_previous(execution.definition(), execution.instance(), from);
  if (!move) return false;
  execution.emit(Redirected{Redirection::returned, from, execution.node(move->target).id, {}, {}});
  undo(execution, *move);
  choose_again(execution, move->target);
  go(execution, *move);
  return true;
}

}  // namespace cinnabar::process::verbs
