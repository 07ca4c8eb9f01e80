// Incidents: trying again, and going on behind what is stuck.
#include "base/assert.h"
#include "domain/process/node_types.h"
#include "domain/process/verbs/common.h"
#include "vocab/limits.h"

#include <algorithm>

namespace cinnabar::process::verbs {
namespace {

Result<Incident> find_incident(const Context& context, IncidentId id) {
  CINNABAR_CHECK_OK(check_running(context.before));
  const Incident* incident = context.before.find_incident(id);
  if (incident != nullptr) return *incident;
  return refuse(Code::not_found, reasons::kIncidentUnknown,
                "the instance has no such open incident");
}

const Node& node_of(const Execution& execution, const Incident& incident) {
  const auto index = execution.definition().find_node(incident.node_id);
  CINNABAR_ASSERT(index.has_value());
  return execution.node(*index);
}

std::optional<WaitId> job_of(const Instance& instance, ActivityInstanceId activity) {
  const auto it = std::ranges::find_if(instance.waits, [&](const Wait& wait) {
    return wait.owner == activity && wait.kind == WaitKind::job;
  });
  if (it == instance.waits.end()) return std::nullopt;
  return it->id;
}

bool is_gateway(NodeKind kind) {
  return kind == NodeKind::exclusive_gateway || kind == NodeKind::parallel_gateway ||
         kind == NodeKind::inclusive_gateway;
}

void retry_activity(Execution& execution, const Incident& incident, const RetryIncident& command) {
  const NodeBehavior& behavior = behavior_of(node_of(execution, incident).kind);
  if (incident.kind == IncidentKind::job_failed) {
    // The job is still there; whoever works on it may take it again.
    if (const auto job = job_of(execution.instance(), incident.activity)) {
      const std::int32_t retries = std::clamp(command.retries, 1, limits::kJobRetriesMax);
      execution.emit(JobRetried{*job, retries, command.by});
      return;
    }
  }
  if (incident.is_at_end) {
    execution.complete_activity(incident.activity);
  } else if (behavior.on_retry != nullptr) {
    behavior.on_retry(execution, execution.index_of(node_of(execution, incident)), incident);
  } else {
    execution.reactivate(incident.activity);
  }
}

// A token that came along a flow is let in. One that is through with the node leaves it, unless the
// node is the kind that decides where to.
void retry_token(Execution& execution, const Incident& incident) {
  const Node& node = node_of(execution, incident);
  const NodeIndex index = execution.index_of(node);
  const NodeBehavior& behavior = behavior_of(node.kind);
  if (!incident.flow_id.empty()) {
    execution.arrive(index,
                     Token{incident.scope, execution.definition().find_flow(incident.flow_id)});
  } else if (behavior.on_retry != nullptr) {
    behavior.on_retry(execution, index, incident);
  } else if (incident.kind == IncidentKind::no_flow_matches && !is_gateway(node.kind)) {
    execution.leave(node, incident.scope);
  } else {
    execution.arrive(index, Token{incident.scope, std::nullopt});
  }
}

// Behind the node. Where several ways lead on, the conditions decide, as they see things now.
void skip_token(Execution& execution, const Incident& incident) {
  const Node& node = node_of(execution, incident);
  if (node.outgoing.size() == 1) {
    execution.take(node.outgoing.front(), incident.scope);
  } else if (is_gateway(node.kind)) {
    execution.arrive(execution.index_of(node), Token{incident.scope, std::nullopt});
  } else {
    execution.leave(node, incident.scope);
  }
}

}  // namespace

Result<Decision> retry_incident(const Context& context, const RetryIncident& command) {
  CINNABAR_TRY(const Incident incident, find_incident(context, command.incident));
  Execution execution = begin(context);
  execution.emit(IncidentResolved{incident.id, command.by, {}});
  if (incident.activity.is_assigned()) {
    retry_activity(execution, incident, command);
  } else if (incident.holds_token) {
    retry_token(execution, incident);
  } else {
    // A remark about a condition: it is looked at again.
    execution.look_at_conditions();
  }
  return finish(std::move(execution));
}

Result<Decision> skip_incident(const Context& context, const SkipIncident& command) {
  CINNABAR_TRY(const Incident incident, find_incident(context, command.incident));
  Execution execution = begin(context);
  execution.emit(IncidentResolved{incident.id, command.by, command.comment});
  if (incident.activity.is_assigned()) {
    execution.skip_activity(incident.activity, command.variables);
  } else {
    if (!command.variables.empty()) execution.set_variables(incident.scope, command.variables);
    if (incident.holds_token) skip_token(execution, incident);
  }
  return finish(std::move(execution));
}

}  // namespace cinnabar::process::verbs
