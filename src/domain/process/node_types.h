// The registry of node kinds. Thread: immutable.
#pragma once

#include "domain/process/node_behavior.h"

namespace cinnabar::process {

std::span<const NodeBehavior* const> node_types();
const NodeBehavior& behavior_of(NodeKind kind);

extern const NodeBehavior kStartEvent;
extern const NodeBehavior kEndEvent;
extern const NodeBehavior kTerminateEndEvent;
extern const NodeBehavior kUserTask;
extern const NodeBehavior kExclusiveGateway;
extern const NodeBehavior kParallelGateway;
extern const NodeBehavior kInclusiveGateway;

}  // namespace cinnabar::process
