// Leaves out steps of a failing world as long as the same invariant breaks. Thread: one.
#pragma once

#include "sim/world.h"

namespace cinnabar::sim {

// `options` of a run that fails; the result fails too, with the fewest steps that were found in
// `runs_max` runs.
Options shrink(const Options& options, int runs_max = 400);

// For people: invariant, seed, the steps that are left, and what happened in them.
std::string report(const Options& options, const Ending& ending);

}  // namespace cinnabar::sim
