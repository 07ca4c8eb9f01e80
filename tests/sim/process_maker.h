// Random processes for the simulator, built from blocks that leave nothing half done: whoever keeps
// deciding, working, sending and waiting reaches the end. The blocks are sequences, exclusive,
// inclusive and parallel branches, loops, event-based gateways, sub-processes (plain, repeated,
// with boundary events, ended by an error), calls, compensation; at their leaves user tasks with
// every completion rule, scripts, jobs, timers, messages, signals and conditions.
//
// The same random numbers give the same process everywhere. Thread: one.
#pragma once

#include "base/random.h"
#include "domain/process/definition.h"

namespace cinnabar::sim {

// A process of about a dozen nodes. `may_call`: it may call the process "child".
process::ProcessDefinition make_process(Random& random, bool may_call);

// Names that made processes wait for and throw.
inline constexpr int kMessageNames = 3;  // m1 ... keys t1 ...
inline constexpr int kSignalNames = 2;   // s1 ...
inline constexpr int kTitles = 3;        // t1 ... of records, and keys of messages

}  // namespace cinnabar::sim
