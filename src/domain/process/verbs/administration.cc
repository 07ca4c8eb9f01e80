// Verbs of administrators: suspend and resume, jump, reactivate, and data from outside.
#include "domain/process/verbs/common.h"
#include "domain/process/verbs/people.h"
#include "domain/process/verbs/redirect.h"

#include <algorithm>

namespace cinnabar::process::verbs {

Result<Decision> suspend(const Context& context, const Suspend& command) {
  CINNABAR_CHECK_OK(check_running(context.before));
  Execution execution = begin(context);
  execution.emit(InstanceSuspended{command.by, command.comment});
  return std::move(execution).finish();
}

Result<Decision> resume(const Context& context, const Resume& command) {
  if (context.before.state != InstanceState::suspended) {
    return refuse(reasons::kInstanceNotSuspended,
                  "the instance is " + std::string(name(context.before.state)));
  }
  Execution execution = begin(context);
  execution.emit(InstanceResumed{command.by, command.comment});
  // Data may have changed meanwhile.
  execution.look_at_conditions();
  return finish(std::move(execution));
}

// A record may be edited in every state; only a running instance moves by it.
Result<Decision> change_data(const Context& context, const ChangeData& command) {
  if (context.before.history_size == 0) {
    return refuse(reasons::kInstanceNotRunning, "the instance has not started");
  }
  Execution execution = begin(context);
  execution.change_fields(command.fields);
  if (!command.variables.empty()) execution.set_variables({}, command.variables);
  if (context.before.state != InstanceState::running) return std::move(execution).finish();
  return finish(std::move(execution));
}

namespace {

Result<NodeIndex> find_target(const Context& context, const std::string& to) {
  const auto target = context.definition.find_node(to);
  if (target) return *target;
  return refuse(Code::not_found, reasons::kTargetUnknown, "the process has no node " + to);
}

}  // namespace

Result<Decision> jump(const Context& context, const Jump& command) {
  CINNABAR_CHECK_OK(check_running(context.before));
  CINNABAR_TRY(const NodeIndex target, find_target(context, command.to));
  std::vector<ActivityInstanceId> sources;
  if (command.from) {
    if (!command.from->is_assigned() || context.before.find_activity(*command.from) == nullptr) {
      return refuse(reasons::kActivityNotOpen,
                    "the instance does not stand at this activity any more");
    }
    sources.push_back(*command.from);
  }
  CINNABAR_TRY(const Move move, plan_move(context.definition, context.before, sources, target));
  Execution execution = begin(context);
  execution.emit(Redirected{Redirection::jumped, command.from.value_or(ActivityInstanceId{}),
                            command.to, command.by, command.comment});
  undo(execution, move);
  choose_again(execution, target);
  go(execution, move);
  return finish(std::move(execution));
}

Result<Decision> reactivate(const Context& context, const Reactivate& command) {
  const Instance& before = context.before;
  if (before.history_size == 0 || !has_ended(before.state)) {
    return refuse(reasons::kInstanceNotEnded, "the instance is " + std::string(name(before.state)));
  }
  if (before.caller.is_assigned()) {
    return refuse(reasons::kInstanceIsCalled,
                  "another instance called this one and has gone on without it");
  }
  CINNABAR_TRY(const NodeIndex target, find_target(context, command.to));
  CINNABAR_TRY(const Move move, plan_move(context.definition, before, {}, target));
  Execution execution = begin(context);
  execution.emit(InstanceReactivated{command.by, command.comment});
  execution.emit(Redirected{Redirection::reactivated, {}, command.to, command.by, command.comment});
  execution.await_event_subprocesses({}, 0);
  undo(execution, move);
  choose_again(execution, target);
  go(execution, move);
  return finish(std::move(execution));
}

}  // namespace cinnabar::process::verbs
