// Random processes for property tests: built from blocks (sequence, exclusive, parallel, inclusive,
// loop, user task), so that every one of them is sound: whoever keeps deciding work items reaches
// the end, with no incident on the way. The same seed gives the same process everywhere.
//
// Thread: one.
#pragma once

#include "base/random.h"
#include "domain/process/command.h"
#include "domain/process/definition.h"
#include "domain/process/instance.h"
#include "domain/process/testing/people.h"

#include <optional>
#include <string>

namespace cinnabar::process::testing {

struct GeneratorOptions {
  int depth_max = 3;              // blocks in blocks
  int tasks_max = 12;             // about; the last block may add a few
  bool with_dying_tokens = true;  // branches that end before their inclusive join
  bool with_terminate = true;     // branches that end the whole instance
};

// The form that generated processes read and write: title, decision (status), amount, owner, team.
form::FormDefinition generated_form();
// u1 to u8, and the groups g1 (u1, u2, u3) and g2 (u4, u5).
void add_generated_people(People& people);
ProcessDefinition generate_process(Random& random, const GeneratorOptions& options = {});

// Values for generated_form(); never empty ones for owner and team, so that somebody is asked.
FieldValues generated_record(Random& random, const People& people);
// The decision of some work item that can be decided now; nullopt when there is none.
std::optional<Complete> generated_completion(Random& random, const ProcessDefinition& definition,
                                             const Instance& instance, const People& people);
// One that has to be refused: a stranger, a work item that is closed or not its turn, ids of
// nothing, a quick action that does not exist.
Complete generated_misuse(Random& random, const Instance& instance, const People& people);

}  // namespace cinnabar::process::testing
