// What a kind of node does. To add a kind: write nodes/<kind>.cc with one NodeBehavior, add one
// line to node_types.cc and its enumerator to NodeKind; the compiler names every switch that must
// know it.
//
// Contract. A behaviour is a set of functions without state of their own: all state is in the
// instance and changes only through Execution::emit(). A function takes each token that it is
// given exactly once: it passes it on, parks it (an activity, an arrival at a join, an incident
// that holds it) or consumes it. It returns at once; waiting means parking. It never fails: what
// goes wrong is an incident.
//
// Thread: immutable tables.
#pragma once

#include "domain/process/definition.h"

#include <span>
#include <string_view>

namespace cinnabar::process {

class Execution;

struct NodeBehavior {
  NodeKind kind = NodeKind::start_event;
  // BPMN element, and the event definition inside of it that makes this kind ("" for none).
  std::string_view element;
  std::string_view event_definition;
  // A token comes in along a flow; null pointer of `flow` at the start of the instance.
  void (*on_arrive)(Execution& execution, NodeIndex node, const FlowIndex* flow) = nullptr;
  // Nothing moves any more. True when the node used that to move on. Null pointer: it never waits
  // for others. With `is_deadlock`, nothing else in the instance can ever move again.
  bool (*on_quiet)(Execution& execution, NodeIndex node, bool is_deadlock) = nullptr;
};

}  // namespace cinnabar::process
