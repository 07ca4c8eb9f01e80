// A process definition: an immutable graph of nodes and sequence flows, made by the BPMN importer,
// compiled by finish() and checked by validate() before it may be deployed.
//
// Nodes and flows of all sub-processes lie in the same two lists; a Scope says which of them belong
// together. Scope 0 is the process itself. A flow never leaves its scope.
//
// Thread: immutable once finished. Ownership: shared_ptr<const ProcessDefinition> crosses threads.
#pragma once

#include "domain/expr/expression.h"
#include "domain/form/validate.h"
#include "domain/process/node_settings.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cinnabar::process {

enum class NodeKind : std::uint8_t {
  start_event,
  end_event,
  catch_event,
  throw_event,
  boundary_event,
  none_task,
  manual_task,
  user_task,
  script_task,
  service_task,
  send_task,
  receive_task,
  call_activity,
  sub_process,
  exclusive_gateway,
  parallel_gateway,
  inclusive_gateway,
  event_gateway,
};
std::string_view name(NodeKind kind);
// Tasks, call activities and sub-processes: what may have boundary events and loops.
bool is_activity(NodeKind kind);

struct SequenceFlow {
  std::string id;
  std::string name;
  NodeIndex source = 0;
  NodeIndex target = 0;
  std::optional<expr::Expression> condition;
  std::int32_t line = 0;  // in the document, for findings
};

struct Node {
  std::string id;
  std::string name;
  NodeKind kind = NodeKind::user_task;
  std::int32_t line = 0;            // in the document, for findings
  ScopeIndex scope = 0;             // the scope it lies in
  std::vector<FlowIndex> incoming;  // document order
  std::vector<FlowIndex> outgoing;  // document order
  std::optional<FlowIndex> default_flow;
  NodeSettings settings;
  // Activities only.
  Loop loop;
  std::vector<Mapping> inputs;       // local variables, computed when it starts
  std::vector<Mapping> outputs;      // variables around it, computed when it completes
  bool is_for_compensation = false;  // runs only to compensate; no flow leads to it
  std::vector<NodeIndex> boundary;   // made by finish(): the events attached to it
  // Made by finish() from an association of its compensation boundary event.
  std::optional<NodeIndex> compensation_handler;

  template <typename Settings>
  [[nodiscard]] const Settings* get() const {
    return std::get_if<Settings>(&settings);
  }
  [[nodiscard]] const UserTask* user_task() const { return get<UserTask>(); }
  // Of start, end, catch, throw and boundary events.
  [[nodiscard]] const EventNode* event() const { return get<EventNode>(); }
  [[nodiscard]] bool is_event(TriggerKind trigger) const {
    const EventNode* settings_of_event = event();
    return settings_of_event != nullptr && settings_of_event->trigger.kind == trigger;
  }
};

// The process, or the inside of a sub-process.
struct ScopeDefinition {
  std::optional<NodeIndex> owner;  // the sub-process node; none for the process
  std::vector<Mapping> variables;  // data objects with a value, computed when it starts
  // Made by finish().
  std::vector<NodeIndex> nodes;               // document order
  std::optional<NodeIndex> none_start;        // the start event without a trigger
  std::vector<NodeIndex> event_starts;        // start events with a trigger, instantiating nodes
  std::vector<NodeIndex> event_subprocesses;  // nodes
};

struct ProcessDefinition {
  std::string key;
  std::string name;
  std::vector<Node> nodes;
  std::vector<SequenceFlow> flows;
  std::vector<ScopeDefinition> scopes{1};
  NodeIndex start = 0;  // the none start event of the process, else the first start
  std::optional<expr::Expression> title_rule;  // else the form's title field

  // Computes everything above that is said to be made by it, and the indexes below. Call once, when
  // all nodes, flows and scopes are there. References must be in range; anything else may be wrong.
  void finish();

  [[nodiscard]] std::optional<NodeIndex> find_node(std::string_view id) const;
  [[nodiscard]] std::optional<FlowIndex> find_flow(std::string_view id) const;
  [[nodiscard]] const Node& node(NodeIndex index) const { return nodes[index]; }
  // The scope inside of a sub-process.
  [[nodiscard]] const ScopeDefinition& scope(ScopeIndex index) const { return scopes[index]; }
  // Nodes from which a token moves on to this one within its scope: sources of flows, the activity
  // of a boundary event, the throwing side of a link.
  [[nodiscard]] const std::vector<NodeIndex>& predecessors(NodeIndex index) const {
    return predecessors_[index];
  }
  [[nodiscard]] const std::vector<NodeIndex>& successors(NodeIndex index) const {
    return successors_[index];
  }
  // True when `to` can be reached from `from` within their scope (from itself only on a cycle).
  [[nodiscard]] bool is_reachable(NodeIndex from, NodeIndex to) const;
  // The catching side of a link.
  [[nodiscard]] std::optional<NodeIndex> link_target(NodeIndex throwing) const;
  // Scopes from this one outwards to the process: scope, its parent, ..., 0.
  [[nodiscard]] std::vector<ScopeIndex> path_of(ScopeIndex scope) const;

 private:
  void index_scopes();
  void index_edges();

  std::map<std::string, NodeIndex, std::less<>> node_index_;
  std::map<std::string, FlowIndex, std::less<>> flow_index_;
  std::vector<std::vector<NodeIndex>> predecessors_;
  std::vector<std::vector<NodeIndex>> successors_;
};

// True when a condition that decides about the way on from that task looks at its outcome: on a
// flow out of it, or out of a gateway that it leads to before anything else happens.
bool asks_for_outcome(const ProcessDefinition& definition, NodeIndex task);

// One rule of the standard that a document breaks.
struct Finding {
  std::string rule;     // stable, for example "flow_target_missing"
  std::string element;  // id of the node or flow
  std::int32_t line = 0;
  std::string message;   // one sentence with what to do
  bool is_error = true;  // warnings do not forbid deployment
};

// Structure checks beyond what the importer could not read: starts and ends, every node reachable,
// flows within their scope, event-based gateways, boundary events, conditions on exclusive and
// inclusive splits, participants, fields that exist in `form`.
std::vector<Finding> validate(const ProcessDefinition& definition,
                              const form::FormDefinition* form);

}  // namespace cinnabar::process
