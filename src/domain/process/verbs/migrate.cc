#include "domain/process/verbs/migrate.h"

#include "base/assert.h"
#include "domain/process/verbs/common.h"

#include <algorithm>

namespace cinnabar::process::verbs {
namespace {

constexpr std::size_t kProblemsNamedMax = 20;

bool comes_from_outside(const Node& event) {
  switch (event.event()->trigger.kind) {
    case TriggerKind::message:
    case TriggerKind::timer:
    case TriggerKind::signal:
    case TriggerKind::condition:
      return true;
    default:
      return false;
  }
}

class Check {
 public:
  Check(const ProcessDefinition& definition, const Instance& instance,
        const ProcessDefinition& target, const std::map<std::string, std::string>& nodes)
      : definition_(definition), instance_(instance), target_(target), names_(nodes) {}

  std::vector<std::string> run() {
    for (const ActivityInstance& activity : instance_.activities) check_activity(activity);
    for (const Wait& wait : instance_.waits) check_wait(wait);
    for (const auto& [key, count] : instance_.arrivals) {
      check_arrival(std::get<0>(key), std::get<1>(key), std::get<2>(key));
    }
    for (const Incident& incident : instance_.incidents) check_incident(incident);
    for (const CompensationRecord& record : instance_.compensations) check_record(record);
    return std::move(problems_);
  }

 private:
  void problem(const std::string& node, const std::string& what) {
    problems_.push_back(node + ": " + what);
  }

  // The node in the target, if it is there and of the same kind.
  const Node* place_of(const std::string& id) {
    const auto name = names_.find(id);
    const std::string& new_id = name == names_.end() ? id : name->second;
    const auto index = target_.find_node(new_id);
    if (!index) {
      problem(id, "the other version has no node " + new_id);
      return nullptr;
    }
    const Node& node = target_.node(*index);
    const Node& old = node_of(id);
    if (node.kind != old.kind) {
      problem(id, "is a " + std::string(name_of(node.kind)) + " in the other version, no " +
                      std::string(name_of(old.kind)));
      return nullptr;
    }
    return &node;
  }
  static std::string_view name_of(NodeKind kind) { return process::name(kind); }

  const Node& node_of(const std::string& id) const {
    const auto index = definition_.find_node(id);
    CINNABAR_ASSERT(index.has_value());
    return definition_.node(*index);
  }

  // The scope of the target that an alive scope becomes.
  std::optional<ScopeIndex> scope_of(ActivityInstanceId scope) {
    if (!scope.is_assigned()) return 0;
    const ActivityInstance* activity = instance_.find_activity(scope);
    CINNABAR_ASSERT(activity != nullptr);
    const auto name = names_.find(activity->node_id);
    const auto index = target_.find_node(name == names_.end() ? activity->node_id : name->second);
    if (!index) return std::nullopt;
    const auto* inner = target_.node(*index).get<SubProcess>();
    if (inner == nullptr) return std::nullopt;
    return inner->body;
  }

  bool check_scope(const std::string& id, const Node& place, ActivityInstanceId scope) {
    if (scope_of(scope) == place.scope) return true;
    problem(id, "lies in another scope in the other version");
    return false;
  }

  void check_activity(const ActivityInstance& activity) {
    const Node* place = place_of(activity.node_id);
    if (place == nullptr) return;
    if (activity.role != ActivityRole::compensation || !place->is_for_compensation) {
      check_scope(activity.node_id, *place, instance_.scope_of(activity));
    }
    if (place->loop.index() != node_of(activity.node_id).loop.index()) {
      problem(activity.node_id, "has another kind of loop in the other version");
    }
  }

  void check_wait(const Wait& wait) {
    const Node* place = place_of(wait.node_id);
    if (place == nullptr) return;
    const Node& old = node_of(wait.node_id);
    const EventNode* event = place->event();
    if (event == nullptr) return;
    if (event->trigger.kind != old.event()->trigger.kind) {
      problem(wait.node_id, "waits for something else in the other version");
    } else if (event->attached_to) {
      const ActivityInstance* host = instance_.find_activity(wait.owner);
      CINNABAR_ASSERT(host != nullptr);
      const auto name = names_.find(host->node_id);
      const std::string& host_id = name == names_.end() ? host->node_id : name->second;
      if (target_.node(*event->attached_to).id != host_id) {
        problem(wait.node_id, "is attached to another activity in the other version");
      }
    }
  }

  void check_arrival(ActivityInstanceId scope, const std::string& join, const std::string& flow) {
    const Node* place = place_of(join);
    if (place == nullptr || !check_scope(join, *place, scope)) return;
    const auto index = target_.find_flow(flow);
    if (!index || &target_.node(target_.flows[*index].target) != place) {
      problem(join, "the flow " + flow + " does not lead to it in the other version");
    }
  }

  void check_incident(const Incident& incident) {
    if (!incident.holds_token) return;
    const Node* place = place_of(incident.node_id);
    if (place == nullptr || !check_scope(incident.node_id, *place, incident.scope)) return;
    if (incident.flow_id.empty()) return;
    const auto index = target_.find_flow(incident.flow_id);
    if (!index || &target_.node(target_.flows[*index].target) != place) {
      problem(incident.node_id,
              "the flow " + incident.flow_id + " does not lead to it in the other version");
    }
  }

  void check_record(const CompensationRecord& record) {
    const Node* place = place_of(record.node_id);
    if (place == nullptr) return;
    const bool had = node_of(record.node_id).compensation_handler.has_value();
    if (had && !place->compensation_handler) {
      problem(record.node_id, "can not be compensated in the other version");
    }
  }

  const ProcessDefinition& definition_;
  const Instance& instance_;
  const ProcessDefinition& target_;
  const std::map<std::string, std::string>& names_;
  std::vector<std::string> problems_;
};

// Events that the former version did not have begin to be waited for.
void await_new_events(Execution& execution, const ProcessDefinition& former,
                      const std::map<std::string, std::string>& nodes) {
  const auto is_new = [&](const Node& event) {
    const bool was_renamed =
        std::ranges::any_of(nodes, [&](const auto& entry) { return entry.second == event.id; });
    return !was_renamed && !former.find_node(event.id) && comes_from_outside(event);
  };
  std::vector<std::pair<NodeIndex, ActivityInstanceId>> started;
  const auto add_starts = [&](ActivityInstanceId scope) {
    const ProcessDefinition& definition = execution.definition();
    for (const NodeIndex sub :
         definition.scope(execution.scope_index_of(scope)).event_subprocesses) {
      const auto& body = definition.scope(definition.node(sub).get<SubProcess>()->body);
      for (const NodeIndex start : body.event_starts) {
        if (is_new(definition.node(start))) started.emplace_back(start, scope);
      }
    }
  };
  add_starts({});
  for (const ActivityInstance& activity : execution.instance().activities) {
    const Node& node = execution.node_of(activity);
    const bool is_host =
        activity.role == ActivityRole::plain || activity.role == ActivityRole::loop_body;
    for (const NodeIndex boundary : node.boundary) {
      if (is_host && is_new(execution.node(boundary))) started.emplace_back(boundary, activity.id);
    }
    if (activity.role != ActivityRole::loop_body && node.kind == NodeKind::sub_process) {
      add_starts(activity.id);
    }
  }
  for (const auto& [event, owner] : started) {
    execution.await(event, execution.node(event).event()->trigger, owner);
  }
}

}  // namespace

std::vector<std::string> migration_problems(const ProcessDefinition& definition,
                                            const Instance& instance,
                                            const ProcessDefinition& target,
                                            const std::map<std::string, std::string>& nodes) {
  return Check(definition, instance, target, nodes).run();
}

Result<Decision> migrate(const Context& context, const Migrate& command) {
  if (context.before.state != InstanceState::suspended) {
    CINNABAR_CHECK_OK(check_running(context.before));
  }
  CINNABAR_ASSERT(command.target != nullptr);
  const std::vector<std::string> problems =
      migration_problems(context.definition, context.before, *command.target, command.nodes);
  if (!problems.empty()) {
    std::string detail;
    for (std::size_t i = 0; i < std::min(problems.size(), kProblemsNamedMax); ++i) {
      detail += (i == 0 ? "" : "; ") + problems[i];
    }
    if (problems.size() > kProblemsNamedMax) {
      detail += "; and " + std::to_string(problems.size() - kProblemsNamedMax) + " more";
    }
    return refuse(reasons::kMigrationNotPossible, std::move(detail));
  }
  Execution execution = begin(context);
  execution.emit(InstanceMigrated{command.definition, command.by, command.nodes});
  execution.use_definition(*command.target);
  await_new_events(execution, context.definition, command.nodes);
  if (context.before.state == InstanceState::suspended) return std::move(execution).finish();
  execution.look_at_conditions();
  return finish(std::move(execution));
}

}  // namespace cinnabar::process::verbs
