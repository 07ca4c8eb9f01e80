// Jobs of service tasks and of send tasks without a message. Inside of the engine. Thread: that of
// the execution.
#pragma once

#include "domain/process/execution.h"

namespace cinnabar::process {

void start_job(Execution& execution, NodeIndex node, ActivityInstanceId activity);
void complete_job(Execution& execution, NodeIndex node, const Wait& wait,
                  const expr::Variables& brought);

}  // namespace cinnabar::process
