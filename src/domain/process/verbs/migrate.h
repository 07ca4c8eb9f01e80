// Migration to another version of a definition: what stands in its way. Pure; thread: any.
#pragma once

#include "domain/process/command.h"
#include "domain/process/definition.h"
#include "domain/process/instance.h"

#include <string>
#include <vector>

namespace cinnabar::process::verbs {

// One sentence for everything alive that has no place in the target: activities, waits, arrivals at
// joins, tokens held by incidents, records of compensation. A place is a node of the same kind,
// with the same kind of loop or trigger, in the same scope. Empty: the migration is possible.
std::vector<std::string> migration_problems(const ProcessDefinition& definition,
                                            const Instance& instance,
                                            const ProcessDefinition& target,
                                            const std::map<std::string, std::string>& nodes);

}  // namespace cinnabar::process::verbs
