#include "domain/process/verbs/redirect.h"

#include "base/assert.h"
#include "domain/process/verbs/common.h"
#include "domain/process/verbs/people.h"

#include <algorithm>
#include <map>

namespace cinnabar::process::verbs {
namespace {

const Node& node_of(const ProcessDefinition& definition, const ActivityInstance& activity) {
  const auto index = definition.find_node(activity.node_id);
  CINNABAR_ASSERT(index.has_value());
  return definition.node(*index);
}

ScopeIndex index_of_scope(const ProcessDefinition& definition, const Instance& instance,
                          ActivityInstanceId scope) {
  if (!scope.is_assigned()) return 0;
  const ActivityInstance* activity = instance.find_activity(scope);
  CINNABAR_ASSERT(activity != nullptr);
  const auto* inner = node_of(definition, *activity).get<SubProcess>();
  CINNABAR_ASSERT(inner != nullptr);
  return inner->body;
}

// The activity directly in the scope that is this one or has it inside.
const ActivityInstance& within_scope(const Instance& instance, ActivityInstanceId activity,
                                     ActivityInstanceId scope) {
  const ActivityInstance* at = instance.find_activity(activity);
  while (at != nullptr && at->parent != scope) at = instance.find_activity(at->parent);
  CINNABAR_ASSERT(at != nullptr);
  return *at;
}

Status check_target(const Node& node) {
  const bool is_possible = node.kind != NodeKind::start_event &&
                           node.kind != NodeKind::boundary_event && !node.is_for_compensation;
  const auto* inner = node.get<SubProcess>();
  if (is_possible && (inner == nullptr || !inner->is_triggered_by_event)) return {};
  return refuse(reasons::kTargetNotPossible, "nothing can go on at " + node.id);
}

// The innermost scope around all sources that the target lies in.
ActivityInstanceId common_scope(const ProcessDefinition& definition, const Instance& instance,
                                const std::vector<ActivityInstanceId>& sources,
                                const std::vector<ScopeIndex>& path) {
  if (sources.empty()) return {};
  const ActivityInstance* first = instance.find_activity(sources.front());
  CINNABAR_ASSERT(first != nullptr);
  ActivityInstanceId scope = instance.scope_of(*first);
  const auto holds_all = [&] {
    const ScopeIndex index = index_of_scope(definition, instance, scope);
    return std::ranges::find(path, index) != path.end() &&
           std::ranges::all_of(sources, [&](ActivityInstanceId source) {
             return source != scope && instance.is_within(source, scope);
           });
  };
  while (scope.is_assigned() && !holds_all()) {
    const ActivityInstance* around = instance.find_activity(scope);
    CINNABAR_ASSERT(around != nullptr);
    scope = instance.scope_of(*around);
  }
  return scope;
}

}  // namespace

Result<Move> plan_move(const ProcessDefinition& definition, const Instance& instance,
                       const std::vector<ActivityInstanceId>& sources, NodeIndex target) {
  CINNABAR_CHECK_OK(check_target(definition.node(target)));
  const std::vector<ScopeIndex> path = definition.path_of(definition.node(target).scope);
  Move move;
  move.target = move.at = target;
  move.scope = common_scope(definition, instance, sources, path);
  move.scope_index = index_of_scope(definition, instance, move.scope);
  for (const ScopeIndex scope : path) {
    if (scope == move.scope_index) break;
    const auto owner = definition.scope(scope).owner;
    CINNABAR_ASSERT(owner.has_value());
    const Node& node = definition.node(*owner);
    const auto* inner = node.get<SubProcess>();
    if (!std::holds_alternative<std::monostate>(node.loop)) {
      return refuse(reasons::kTargetNotPossible,
                    "the target lies in the loop " + node.id + ", which is not open here");
    }
    if (inner->is_triggered_by_event || node.is_for_compensation) {
      return refuse(reasons::kTargetNotPossible,
                    "the target lies in " + node.id + ", which only an event starts");
    }
    move.inside.insert(move.inside.begin(), *owner);
    move.at = *owner;
  }
  for (const ActivityInstanceId source : sources) {
    const ActivityInstance& activity = within_scope(instance, source, move.scope);
    if (std::ranges::find(move.from, activity.id) != move.from.end()) continue;
    move.from.push_back(activity.id);
    const auto index = definition.find_node(activity.node_id);
    CINNABAR_ASSERT(index.has_value());
    move.from_nodes.push_back(*index);
  }
  return move;
}

bool leads_back(const ProcessDefinition& definition, const Move& move) {
  const ScopeGraph graph(definition, move.scope_index);
  const Region region = region_of(graph, move.at, move.from_nodes);
  return std::ranges::all_of(move.from_nodes, [&](NodeIndex source) -> bool {
    if (source == move.at) return false;
    if (region.top == move.at) return definition.is_reachable(move.at, source);
    std::vector<NodeIndex> blocked;
    if (region.top && *region.top != source) blocked.push_back(*region.top);
    return graph.reachable(move.at, blocked)[source];
  });
}

bool has_gone_past(const ProcessDefinition& definition, const Instance& instance,
                   const Move& move) {
  const ScopeGraph graph(definition, move.scope_index);
  const Region region = region_of(graph, move.at, move.from_nodes);
  std::vector<NodeIndex> blocked;
  if (region.top && *region.top != move.at) blocked.push_back(*region.top);
  for (const NodeIndex node : graph.nodes()) {
    const bool is_boundary = definition.node(node).kind == NodeKind::boundary_event;
    if (is_boundary && !definition.node(node).event()->is_interrupting) blocked.push_back(node);
  }
  const std::vector<bool> way = graph.reachable(move.at, blocked);
  const auto is_on_way = [&](NodeIndex node) -> bool { return way[node]; };
  if (std::ranges::any_of(move.from_nodes, is_on_way)) return false;
  bool is_past = false;
  for (const ActivityInstance& activity : instance.activities) {
    const auto index = definition.find_node(activity.node_id);
    CINNABAR_ASSERT(index.has_value());
    if (activity.parent != move.scope || !way[*index]) continue;
    if (region.undone[*index]) return false;
    is_past = true;
  }
  for (const auto& [key, count] : instance.arrivals) {
    const auto& [scope, join, flow] = key;
    const auto index = definition.find_flow(flow);
    if (scope != move.scope || !index) continue;
    const SequenceFlow& arrived = definition.flows[*index];
    if (!way[arrived.source]) continue;
    if (region.undone[arrived.source] || region.undone[arrived.target]) return false;
    is_past = true;
  }
  return is_past;
}

namespace {

bool is_undone(const Execution& execution, const Move& move, const Region& region,
               const ActivityInstance& activity) {
  if (std::ranges::find(move.from, activity.id) != move.from.end()) return true;
  const auto index = execution.definition().find_node(activity.node_id);
  CINNABAR_ASSERT(index.has_value());
  return region.undone[*index];
}

std::vector<ActivityInstanceId> undone_activities(const Execution& execution, const Move& move,
                                                  const Region& region) {
  std::vector<ActivityInstanceId> undone;
  for (const ActivityInstance& activity : execution.instance().activities) {
    if (activity.parent == move.scope && is_undone(execution, move, region, activity)) {
      undone.push_back(activity.id);
    }
  }
  return undone;
}

std::vector<const Incident*> undone_incidents(const Execution& execution, const Move& move,
                                              const Region& region) {
  std::vector<const Incident*> undone;
  for (const Incident& incident : execution.instance().incidents) {
    if (!incident.holds_token || incident.scope != move.scope) continue;
    const auto index = execution.definition().find_node(incident.node_id);
    if (index && region.undone[*index]) undone.push_back(&incident);
  }
  return undone;
}

void mark_arrivals(const Instance& instance, ActivityInstanceId scope, Marking& marking) {
  for (const auto& [key, count] : instance.arrivals) {
    const auto& [at, join, flow] = key;
    for (std::int32_t i = 0; at == scope && i < count; ++i)
      marking.arrivals.emplace_back(join, flow);
  }
}

// A loop starts over as a whole; a sub-process goes on where it stood.
void mark(const Execution& execution, ActivityInstanceId id, Marking& marking) {
  const Instance& instance = execution.instance();
  std::vector<ActivityInstanceId> open{id};
  while (!open.empty()) {
    const ActivityInstance& activity = execution.activity(open.back());
    open.pop_back();
    const bool is_inside = activity.role == ActivityRole::plain &&
                           execution.node_of(activity).kind == NodeKind::sub_process;
    if (!is_inside) {
      // Handlers run on behalf of who compensates; that one is marked itself.
      if (activity.role != ActivityRole::compensation) marking.nodes.push_back(activity.node_id);
      continue;
    }
    const std::size_t before = open.size();
    for (const ActivityInstance& child : instance.activities) {
      if (child.parent == activity.id) open.push_back(child.id);
    }
    std::reverse(open.begin() + static_cast<std::ptrdiff_t>(before), open.end());
    mark_arrivals(instance, activity.id, marking);
    for (const Incident& incident : instance.incidents) {
      if (incident.holds_token && incident.scope == activity.id) {
        marking.nodes.push_back(incident.node_id);
      }
    }
  }
}

void terminate_handlers_without_cause(Execution& execution) {
  while (true) {
    const Instance& instance = execution.instance();
    const auto it = std::ranges::find_if(instance.activities, [&](const ActivityInstance& at) {
      return at.role == ActivityRole::compensation && at.cause.is_assigned() &&
             instance.find_activity(at.cause) == nullptr;
    });
    if (it == instance.activities.end()) return;
    execution.terminate_activity(it->id);
  }
}

void change_joins(Execution& execution, const ScopeGraph& graph, const Region& region,
                  NodeIndex target, ActivityInstanceId scope) {
  const ProcessDefinition& definition = execution.definition();
  const JoinChanges changes = join_changes(graph, region, target, execution.instance(), scope);
  for (const auto& [join, flow] : changes.dropped) {
    execution.emit(ArrivalsDropped{definition.node(join).id, definition.flows[flow].id, scope});
  }
  for (const auto& [join, flow] : changes.arrived) {
    execution.emit(JoinArrived{definition.node(join).id, definition.flows[flow].id, scope});
  }
}

// A sub-process that starts in its middle. False when its inputs can not be computed; then it is
// stuck with an incident.
bool open_container(Execution& execution, NodeIndex index, ActivityInstanceId& scope) {
  const Node& node = execution.node(index);
  const ActivityInstanceId id{execution.fresh_id()};
  execution.emit(
      ActivityActivated{id, node.id, scope, ActivityRole::plain, 0, {}, execution.now()});
  execution.await_boundary(node, id);
  scope = id;
  if (!execution.write_inputs(node, id)) return false;
  const auto* inner = node.get<SubProcess>();
  CINNABAR_ASSERT(inner != nullptr);
  execution.open_scope(id, inner->body);
  return true;
}

}  // namespace

Marking marking_of(const Execution& execution, const Move& move) {
  const ScopeGraph graph(execution.definition(), move.scope_index);
  const Region region = region_of(graph, move.at, move.from_nodes);
  Marking marking;
  for (const ActivityInstanceId id : undone_activities(execution, move, region)) {
    mark(execution, id, marking);
  }
  for (const Incident* incident : undone_incidents(execution, move, region)) {
    marking.nodes.push_back(incident->node_id);
  }
  const JoinChanges changes =
      join_changes(graph, region, move.at, execution.instance(), move.scope);
  for (const auto& [join, flow] : changes.dropped) {
    const std::string& join_id = execution.node(join).id;
    const std::string& flow_id = execution.definition().flows[flow].id;
    const std::int32_t count = execution.instance().arrivals.at({move.scope, join_id, flow_id});
    for (std::int32_t i = 0; i < count; ++i) marking.arrivals.emplace_back(join_id, flow_id);
  }
  return marking;
}

void undo(Execution& execution, const Move& move) {
  const ScopeGraph graph(execution.definition(), move.scope_index);
  const Region region = region_of(graph, move.at, move.from_nodes);
  for (const ActivityInstanceId id : undone_activities(execution, move, region)) {
    execution.terminate_activity(id);
  }
  terminate_handlers_without_cause(execution);
  std::vector<IncidentId> resolved;
  for (const Incident* incident : undone_incidents(execution, move, region)) {
    resolved.push_back(incident->id);
  }
  for (const IncidentId incident : resolved) {
    execution.emit(IncidentResolved{incident, {}, {}});
  }
  change_joins(execution, graph, region, move.at, move.scope);
}

ActivityInstanceId go(Execution& execution, const Move& move) {
  ActivityInstanceId scope = move.scope;
  for (std::size_t i = 0; i < move.inside.size(); ++i) {
    if (!open_container(execution, move.inside[i], scope)) return {};
    const NodeIndex next = i + 1 < move.inside.size() ? move.inside[i + 1] : move.target;
    const ScopeGraph graph(execution.definition(), execution.scope_index_of(scope));
    change_joins(execution, graph, region_of(graph, next, {}), next, scope);
  }
  execution.arrive(move.target, Token{scope, std::nullopt});
  const std::string& node_id = execution.node(move.target).id;
  const auto& activities = execution.instance().activities;
  const auto it = std::ranges::find_if(
      activities.rbegin(), activities.rend(), [&](const ActivityInstance& activity) {
        return activity.parent == scope && activity.node_id == node_id;
      });
  return it == activities.rend() ? ActivityInstanceId{} : it->id;
}

namespace {

// A place to go on at, after a straight way back.
struct Stop {
  NodeIndex node = 0;
  Move move;
};

class StraightBack {
 public:
  StraightBack(Execution& execution, const ActivityInstance& gone)
      : execution_(execution), marking_(*gone.straight_back), gone_(gone) {}

  bool run() {
    if (!find_stops()) return false;
    execution_.emit(Redirected{
        Redirection::straight_back, gone_.id, execution_.node(stops_.front()).id, {}, {}});
    clear();
    opened_.emplace(scope_index_, scope_);
    for (const NodeIndex stop : stops_) {
      ActivityInstanceId scope;
      if (open(execution_.node(stop).scope, scope)) {
        execution_.arrive(stop, Token{scope, std::nullopt});
      }
    }
    restore_arrivals();
    return true;
  }

 private:
  // All of them still exist, and the scope that is around them and around where we are.
  bool find_stops() {
    const ProcessDefinition& definition = execution_.definition();
    std::vector<ScopeIndex> common;
    for (const std::string& id : marking_.nodes) {
      const auto index = definition.find_node(id);
      if (!index) return false;
      stops_.push_back(*index);
      const auto path = definition.path_of(definition.node(*index).scope);
      if (stops_.size() == 1) {
        common = path;
      } else {
        std::erase_if(
            common, [&](ScopeIndex scope) { return std::ranges::find(path, scope) == path.end(); });
      }
    }
    if (stops_.empty()) return false;
    scope_ = gone_.parent;
    while (std::ranges::find(common, execution_.scope_index_of(scope_)) == common.end()) {
      scope_ = execution_.instance().scope_of(execution_.activity(scope_));
    }
    scope_index_ = execution_.scope_index_of(scope_);
    return std::ranges::all_of(stops_, [&](NodeIndex stop) { return can_enter(stop); });
  }

  bool can_enter(NodeIndex stop) const {
    const ProcessDefinition& definition = execution_.definition();
    for (const ScopeIndex scope : definition.path_of(definition.node(stop).scope)) {
      if (scope == scope_index_) return true;
      const Node& owner = definition.node(*definition.scope(scope).owner);
      const bool has_loop = !std::holds_alternative<std::monostate>(owner.loop);
      if (has_loop || owner.get<SubProcess>()->is_triggered_by_event) return false;
    }
    return false;
  }

  // What has come to stand in the region meanwhile.
  void clear() {
    const ProcessDefinition& definition = execution_.definition();
    Move move;
    move.scope = scope_;
    move.scope_index = scope_index_;
    move.at = move.target = node_in_scope(*definition.find_node(gone_.node_id));
    for (const NodeIndex stop : stops_) move.from_nodes.push_back(node_in_scope(stop));
    const ScopeGraph graph(definition, scope_index_);
    Region region = region_of(graph, move.at, move.from_nodes);
    for (const ActivityInstanceId id : undone_activities(execution_, move, region)) {
      execution_.terminate_activity(id);
    }
    terminate_handlers_without_cause(execution_);
    std::vector<IncidentId> resolved;
    for (const Incident* incident : undone_incidents(execution_, move, region)) {
      resolved.push_back(incident->id);
    }
    for (const IncidentId incident : resolved) {
      execution_.emit(IncidentResolved{incident, {}, {}});
    }
    for (const auto& [join, flow] :
         join_changes(graph, region, move.at, execution_.instance(), scope_).dropped) {
      execution_.emit(ArrivalsDropped{definition.node(join).id, definition.flows[flow].id, scope_});
    }
  }

  [[nodiscard]] NodeIndex node_in_scope(NodeIndex node) const {
    const ProcessDefinition& definition = execution_.definition();
    while (definition.node(node).scope != scope_index_) {
      node = *definition.scope(definition.node(node).scope).owner;
    }
    return node;
  }

  // Opens what is around the scope once. False when that is stuck with an incident.
  bool open(ScopeIndex wanted, ActivityInstanceId& scope) {
    const ProcessDefinition& definition = execution_.definition();
    std::vector<ScopeIndex> path = definition.path_of(wanted);
    path.erase(std::ranges::find(path, scope_index_), path.end());
    scope = scope_;
    for (auto it = path.rbegin(); it != path.rend(); ++it) {
      const auto known = opened_.find(*it);
      if (known != opened_.end()) {
        scope = known->second;
        if (!scope.is_assigned()) return false;
        continue;
      }
      const bool is_open = open_container(execution_, *definition.scope(*it).owner, scope);
      opened_.emplace(*it, is_open ? scope : ActivityInstanceId{});
      if (!is_open) return false;
    }
    return true;
  }

  void restore_arrivals() {
    const ProcessDefinition& definition = execution_.definition();
    for (const auto& [join, flow] : marking_.arrivals) {
      const auto index = definition.find_node(join);
      if (!index || !definition.find_flow(flow)) continue;
      const auto at = opened_.find(definition.node(*index).scope);
      if (at == opened_.end()) continue;
      if (at->first != 0 && !at->second.is_assigned()) continue;
      execution_.emit(JoinArrived{join, flow, at->second});
    }
  }

  Execution& execution_;
  const Marking marking_;
  const ActivityInstance& gone_;
  std::vector<NodeIndex> stops_;
  ActivityInstanceId scope_;
  ScopeIndex scope_index_ = 0;
  std::map<ScopeIndex, ActivityInstanceId> opened_;
};

}  // namespace

void go_straight_back(Execution& execution, const ActivityInstance& gone) {
  CINNABAR_ASSERT(gone.straight_back.has_value());
  if (StraightBack(execution, gone).run()) return;
  // The definition has changed meanwhile, or the way leads into a loop: node by node, then.
  execution.leave(execution.node_of(gone), gone.parent);
}

}  // namespace cinnabar::process::verbs
