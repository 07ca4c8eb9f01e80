// Who has to do with a task, as the verbs look at it. Inside of the engine. Thread: that of the
// caller.
#pragma once

#include "domain/process/execution.h"

#include <optional>
#include <vector>

namespace cinnabar::process::verbs {

// The node is a user task one of whose rules is the initiator, or at which they have decided.
bool asks_initiator(const ProcessDefinition& definition, const Instance& instance, NodeIndex node);
// The first user tasks that a token from the beginning of the process comes to, in document order.
std::vector<NodeIndex> first_user_tasks(const ProcessDefinition& definition);
// A task whose participants were chosen is going to be asked again: chosen are those who have
// decided there before, as whoever chose them does not do so again.
void choose_again(Execution& execution, NodeIndex node);

}  // namespace cinnabar::process::verbs
