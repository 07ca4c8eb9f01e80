// The registry of node kinds. Thread: immutable.
#pragma once

#include "domain/process/node_behavior.h"

namespace cinnabar::process {

std::span<const NodeBehavior* const> node_types();
const NodeBehavior& behavior_of(NodeKind kind);

extern const NodeBehavior kStartEvent;
extern const NodeBehavior kEndEvent;
extern const NodeBehavior kCatchEvent;
extern const NodeBehavior kThrowEvent;
extern const NodeBehavior kBoundaryEvent;
extern const NodeBehavior kNoneTask;
extern const NodeBehavior kManualTask;
extern const NodeBehavior kUserTask;
extern const NodeBehavior kScriptTask;
extern const NodeBehavior kServiceTask;
extern const NodeBehavior kSendTask;
extern const NodeBehavior kReceiveTask;
extern const NodeBehavior kCallActivity;
extern const NodeBehavior kSubProcess;
extern const NodeBehavior kExclusiveGateway;
extern const NodeBehavior kParallelGateway;
extern const NodeBehavior kInclusiveGateway;
extern const NodeBehavior kEventGateway;

}  // namespace cinnabar::process
