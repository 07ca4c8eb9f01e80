// Messages and signals on their way out of an instance: throwing events and send tasks. Inside of
// the engine. Thread: that of the execution.
#pragma once

#include "domain/process/execution.h"

namespace cinnabar::process {

// Emits the event that carries them, with the node's inputs as variables. False when the token must
// not go on: it is held at the node, because a name, key or input can not be computed, or a signal
// ended it.
bool throw_to_others(Execution& execution, const Node& node, const Trigger& trigger,
                     ActivityInstanceId seen_by);

}  // namespace cinnabar::process
