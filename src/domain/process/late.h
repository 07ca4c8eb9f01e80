// Due dates and reminders of user tasks, and what happens when a task is late. Inside of the
// engine. Thread: that of the execution.
#pragma once

#include "domain/process/execution.h"

#include <string_view>

namespace cinnabar::process {

// Names of the two timers; their node is the task.
inline constexpr std::string_view kDueTimer = "due";
inline constexpr std::string_view kReminderTimer = "reminder";

// Starts the timers of a task that was just offered. A due date that can not be computed is a
// remark; the task is asked without one.
void start_deadline(Execution& execution, const Node& node, ActivityInstanceId activity);

// One of them fired; the wait has ended. A reminder urges. Late, the task does what its definition
// says: urge; hand the open work items to the managers of who has them (who has none is urged);
// complete with an outcome; go back to the user task before (urge when there is none).
void follow_deadline(Execution& execution, const Node& node, const Wait& wait);

}  // namespace cinnabar::process
