// What a kind of node does. To add a kind: write nodes/<kind>.cc with one NodeBehavior, add one
// line to node_types.cc and its enumerator to NodeKind; the compiler names every switch that must
// know it.
//
// Contract
//
// 1. A behaviour is a set of functions without state of their own: all state is in the instance and
//    changes only through Execution::emit() and what is built on it.
// 2. Events and gateways have `on_arrive`. It takes each token that it is given exactly once: it
//    passes it on (Execution::leave and its kin), parks it (activates an activity that waits, an
//    arrival at a join, an incident that holds it) or consumes it.
// 3. Activities have `on_activate` instead. The engine makes the activity instance, with its loop,
//    inputs and boundary events, and calls it for each run. It completes the activity at once
//    (Execution::complete_activity) or leaves it alive, with work items, waits or children that
//    will complete it. After the call the activity may be gone.
// 4. `on_wait` is told that something came that the node waits for: one of its waits fired. The
// wait
//    is ended already unless it repeats.
// 5. Functions return at once; waiting means parking. They never fail: what goes wrong is an
//    incident (Execution::raise), and `on_retry` tries again: for activities it is on_activate, for
//    other nodes on_arrive without a flow, unless set.
// 6. Nothing depends on anything but definition, instance, command and environment; no clock, no
//    unordered iteration, no randomness.
//
// Thread: immutable tables.
#pragma once

#include "domain/process/definition.h"
#include "domain/process/instance.h"

#include <span>
#include <string_view>

namespace cinnabar::process {

class Execution;

// Where a token is: in which scope, and along which flow it came (none: it starts here).
struct Token {
  ActivityInstanceId scope;
  std::optional<FlowIndex> flow;
};

struct NodeBehavior {
  NodeKind kind = NodeKind::start_event;
  std::string_view element;  // BPMN element
  void (*on_arrive)(Execution& execution, NodeIndex node, const Token& token) = nullptr;
  void (*on_activate)(Execution& execution, NodeIndex node, ActivityInstanceId activity) = nullptr;
  void (*on_wait)(Execution& execution, NodeIndex node, const Wait& wait,
                  const expr::Variables& brought) = nullptr;
  void (*on_retry)(Execution& execution, NodeIndex node, const Incident& incident) = nullptr;
  // Nothing moves any more. True when the node used that to move on in this scope. Null pointer: it
  // never waits for others. With `is_deadlock`, nothing else in the instance can ever move again.
  bool (*on_quiet)(Execution& execution, NodeIndex node, ActivityInstanceId scope,
                   bool is_deadlock) = nullptr;
};

}  // namespace cinnabar::process
