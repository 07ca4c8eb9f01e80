// What makers of random processes have in common: nodes and flows of a definition under
// construction, and user tasks for the people and the form of generator.h. How many random numbers
// each call takes is part of its promise, so that a seed gives the same process for ever.
//
// Ownership: borrows the random numbers. Thread: one.
#pragma once

#include "base/random.h"
#include "domain/process/definition.h"

#include <string_view>

namespace cinnabar::process::testing {

// Of an expression that is known to be one.
expr::Expression parsed(std::string_view text);

// A part of the graph with one way in and one way out.
struct Block {
  NodeIndex entry = 0;
  NodeIndex exit = 0;
};

class GraphBuilder {
 protected:
  explicit GraphBuilder(Random& random) : random_(random) {}

  bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }
  // Ids count from n1 and f1. In `scope_`.
  NodeIndex add(NodeKind kind, NodeSettings settings = {});
  NodeIndex add_event(NodeKind kind, Trigger trigger);
  FlowIndex connect(NodeIndex source, NodeIndex target, std::string_view condition = {});
  void connect_default(NodeIndex source, NodeIndex target);

  ParticipantRule participants();
  // One rule, or two.
  void invite(UserTask& task);
  // Perhaps quick actions, and assignments when it begins.
  void decorate(UserTask& task);

  Random& random_;
  ProcessDefinition out_;
  ScopeIndex scope_ = 0;
};

}  // namespace cinnabar::process::testing
