// Going on somewhere without a sequence flow: the common ground of return, straight back, withdraw,
// taking back, jump and reactivation. Inside of the engine. Thread: that of the execution.
#pragma once

#include "domain/process/execution.h"
#include "domain/process/verbs/region.h"
#include "domain/process/verbs/verbs.h"

#include <optional>
#include <string_view>
#include <vector>

namespace cinnabar::process::verbs {

// How to get from some activities to a node.
struct Move {
  ActivityInstanceId scope;  // where it happens: the innermost one around both
  ScopeIndex scope_index = 0;
  std::vector<ActivityInstanceId> from;  // those directly in it, or loops there, that the sources
                                         // are or are inside of; empty: all of it
  std::vector<NodeIndex> from_nodes;
  NodeIndex at = 0;               // the target, or the sub-process in this scope around it
  std::vector<NodeIndex> inside;  // sub-processes to open on the way, the outermost first
  NodeIndex target = 0;
};

// `sources` empty: everything. Errors: target_not_possible for starts, boundary events, handlers of
// compensation, and what lies inside of a loop or an event sub-process that is not open.
Result<Move> plan_move(const ProcessDefinition& definition, const Instance& instance,
                       const std::vector<ActivityInstanceId>& sources, NodeIndex target);
// True when one can be sent back along the move: its target was passed on the way to the source.
bool leads_back(const ProcessDefinition& definition, const Move& move);

// True when the sources run beside the way from the target, begun by an event that did not
// interrupt it, and the token of that way has left all that would be undone: going back would make
// it come a second time.
bool has_gone_past(const ProcessDefinition& definition, const Instance& instance, const Move& move);

// Where the region stands, before it is undone.
Marking marking_of(const Execution& execution, const Move& move);
// Ends what is undone and corrects what joins wait for.
void undo(Execution& execution, const Move& move);
// Opens the sub-processes on the way and lets a token in at the target. Returns the activity there,
// unassigned when it was passed at once.
ActivityInstanceId go(Execution& execution, const Move& move);

// Sends the activity back to the user task before it, as the engine; false when there is none.
bool send_back_late(Execution& execution, ActivityInstanceId activity);

}  // namespace cinnabar::process::verbs
