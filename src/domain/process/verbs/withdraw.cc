// Withdrawing an instance by whoever started it.
#include "domain/process/verbs/common.h"
#include "domain/process/verbs/people.h"
#include "domain/process/verbs/redirect.h"

#include <algorithm>

namespace cinnabar::process::verbs {
namespace {

// The task at the beginning that the initiator did, if there is one.
std::optional<NodeIndex> own_task(const ProcessDefinition& definition, const Instance& instance) {
  for (const NodeIndex node : first_user_tasks(definition)) {
    if (asks_initiator(definition, instance, node)) return node;
  }
  return std::nullopt;
}

// Since the initiator did their own task last.
bool has_anybody_decided(const Context& context, std::optional<NodeIndex> own) {
  std::int64_t since = -1;
  for (const PastDecision& past : context.before.decisions) {
    if (own && past.node_id == context.definition.node(*own).id &&
        past.by == context.before.initiator) {
      since = past.position;
    }
  }
  return std::ranges::any_of(context.before.decisions, [&](const PastDecision& past) {
    return past.position > since && past.by != context.before.initiator;
  });
}

}  // namespace

Result<Decision> withdraw(const Context& context, const Withdraw& command) {
  CINNABAR_CHECK_OK(check_running(context.before));
  if (command.by != context.before.initiator && !command.for_others) {
    return refuse(Code::permission_denied, reasons::kNotInitiator,
                  "only who started the instance withdraws it");
  }
  const auto own = own_task(context.definition, context.before);
  if (!command.for_others && has_anybody_decided(context, own)) {
    return refuse(reasons::kAlreadyDecided, "somebody has decided already");
  }
  const bool stands_there =
      own && std::ranges::any_of(context.before.activities, [&](const ActivityInstance& activity) {
        return activity.node_id == context.definition.node(*own).id;
      });
  std::optional<Move> move;
  if (own && !stands_there) {
    auto planned = plan_move(context.definition, context.before, {}, *own);
    if (planned) move = *std::move(planned);
  }
  Execution execution = begin(context);
  if (!move) {
    execution.terminate_inside({});
    execution.end_waits_of({});
    execution.resolve_all_incidents();
    execution.emit(InstanceTerminated{command.by, command.comment, true});
    return std::move(execution).finish();
  }
  execution.emit(
      Redirected{Redirection::withdrawn, {}, execution.node(*own).id, command.by, command.comment});
  undo(execution, *move);
  choose_again(execution, *own);
  go(execution, *move);
  return finish(std::move(execution));
}

}  // namespace cinnabar::process::verbs
