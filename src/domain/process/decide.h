// The engine: decide() says what a command leads to, evolve() applies what happened. Both are pure:
// no clock, no I/O, no threads, and the same inputs give the same events on every machine.
//
// decide() runs the instance on until it waits again. User mistakes are errors: not_found
// (activity_unknown, work_item_unknown), failed_precondition (activity_not_open,
// work_item_already_completed, instance_not_running, quick_action_unknown, start_validation_failed
// with the rule's message as detail), permission_denied (work_item_not_yours). What goes wrong
// inside the instance (nobody to ask, no flow matches, a failing expression, too many steps) is an
// incident event, not an error, except in Start's checks.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "domain/form/form_definition.h"
#include "domain/org/directory.h"
#include "domain/process/calendar.h"
#include "domain/process/command.h"
#include "domain/process/definition.h"
#include "domain/process/event.h"
#include "domain/process/instance.h"

#include <vector>

namespace cinnabar::process {

// Fresh runtime ids; never repeats within the store.
class IdSource {
 public:
  IdSource() = default;
  IdSource(const IdSource&) = delete;
  IdSource& operator=(const IdSource&) = delete;
  virtual ~IdSource() = default;
  [[nodiscard]] virtual std::int64_t next() = 0;
};

struct Environment {
  Instant now;
  const org::Directory* directory = nullptr;
  IdSource* ids = nullptr;
  UtcOffset utc_offset = {};               // of dates and times that are written without one
  const WorkCalendar* calendar = nullptr;  // due dates in working time; none: plain time
};

struct Decision {
  std::vector<Event> events;
  Instance after;  // `before` with the events folded in
};

[[nodiscard]] Result<Decision> decide(const ProcessDefinition& definition,
                                      const form::FormDefinition& form, const Instance& before,
                                      const Command& command, const Environment& environment);

// Total: an event that does not fit the state breaks an assertion, because only decide() makes
// them.
void evolve(Instance& instance, const Event& event);

}  // namespace cinnabar::process
