// Where an instance stands and who has the work there, in words for lists. Pure; any thread.
#pragma once

#include "domain/process/definition.h"
#include "domain/process/instance.h"
#include "services/people.h"

#include <string>

namespace cinnabar::services {

// Names in a list are divided by commas and occur once; lists of people end after
// kAssigneesShown of them.
inline constexpr std::size_t kAssigneesShown = 50;

struct CurrentPosition {
  std::string node_id;     // where it has stood longest; empty: it has ended
  std::string node_names;  // of all tasks that people have, else of what else it waits at
  std::string assignees;   // people as person_label, groups by their name
};

CurrentPosition current_position(const process::Instance& instance,
                                 const process::ProcessDefinition& graph, const People& people);

// The first position that a person has; unassigned without one.
GroupId position_of(const People& people, UserId user);
// "position-name"; the name alone without a position, empty for nobody.
std::string person_label(const People& people, UserId user);

}  // namespace cinnabar::services
