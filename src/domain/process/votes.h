// The votes of a user task: whose turn it is, what counts and what the votes come to. Work items
// that participants added, and those that took the place of others, are understood here and nowhere
// else. Pure but for what it emits; thread: that of the execution.
//
// Words. A *place* is a work item together with those that took its place after its decision was
// taken back (AddedAs::again); only the last of them counts. A *line* is a place with everybody who
// was added before or after it; who was added in parallel to a participant of the rules stands in a
// line of his own.
#pragma once

#include "domain/process/completion_rule.h"
#include "domain/process/definition.h"
#include "domain/process/instance.h"

#include <optional>
#include <vector>

namespace cinnabar::process {

class Execution;

bool is_consent(Outcome outcome);

// Every place is a voter, but those that were removed. Under Any a line votes as one: it consents
// when all of it does and rejects as soon as one of it does.
Tally tally_of(const CompletionRule& rule, const ActivityInstance& activity);

// The outcome of the activity once it is decided. The rule says which way; `last`, the decision
// that settled it if one did, says how it is called.
std::optional<Outcome> activity_outcome(const UserTask& task, const ActivityInstance& activity,
                                        std::optional<Outcome> last);

// For each work item: whether it has to wait. Somebody in front of it has not decided yet: an
// earlier participant of InOrder, who was added before it, or whom it was added after.
std::vector<bool> held_items(const CompletionRule& rule, const ActivityInstance& activity);

// Opens and holds work items so that exactly those wait that have to.
void update_turns(Execution& execution, ActivityInstanceId activity);

// After a decision or a change of participants: the activity completes when it is decided, else the
// turns are updated. `last` is the decision that may have settled it. Does not run the execution.
void settle(Execution& execution, ActivityInstanceId activity, std::optional<Outcome> last);

// The work item that stands for the place of this one now: itself, or what took its place. `item`
// is one of the activity's list.
const WorkItem& latest_of(const ActivityInstance& activity, const WorkItem& item);
// The one that the place began with: it says who added it, and how.
const WorkItem& first_of(const ActivityInstance& activity, const WorkItem& item);

}  // namespace cinnabar::process
