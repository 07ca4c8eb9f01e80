// The positions of an instance in the course of time, folded from its history: for row-shaped views
// of an instance, where every hand-over freezes a row and starts the next.
#pragma once

#include "domain/process/definition.h"
#include "services/instance_service.h"

#include <span>
#include <vector>

namespace cinnabar::services {

// `history` in order, from the start. Pure.
std::vector<Position> positions_of(const process::ProcessDefinition& graph,
                                   std::span<const HistoryEntry> history);

}  // namespace cinnabar::services
