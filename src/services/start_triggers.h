// The rows by which messages, signals, facts and the clock start the current definition of a
// process.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "ports/store.h"
#include "vocab/ids.h"

#include <string_view>

namespace cinnabar::services {

struct TriggerTime {
  Instant now;
  UtcOffset utc_offset;  // of dates that are written without one
};

// Replaces the rows of the process by those of the new definition. A timer whose start event and
// rule stay the same goes on as it was, and when it had ended in `former_bpmn` (empty: there was no
// definition) it does not begin again. Start events whose name or time can not be computed without
// an instance start nothing.
Status write_start_triggers(ports::WriteTransaction& transaction, ProcessId process,
                            ProcessDefinitionId definition, std::string_view bpmn,
                            std::string_view former_bpmn, const TriggerTime& time);

}  // namespace cinnabar::services
