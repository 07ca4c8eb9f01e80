#include "domain/process/node_types.h"

#include "base/assert.h"

#include <array>

namespace cinnabar::process {
namespace {

// In the order of NodeKind.
constexpr std::array kNodeTypes = {
    &kStartEvent,      &kEndEvent,         &kCatchEvent,   &kThrowEvent, &kBoundaryEvent,
    &kNoneTask,        &kManualTask,       &kUserTask,     &kScriptTask, &kServiceTask,
    &kSendTask,        &kReceiveTask,      &kCallActivity, &kSubProcess, &kExclusiveGateway,
    &kParallelGateway, &kInclusiveGateway, &kEventGateway};
static_assert(kNodeTypes.size() == static_cast<std::size_t>(NodeKind::event_gateway) + 1);

}  // namespace

std::span<const NodeBehavior* const> node_types() {
  return kNodeTypes;
}

const NodeBehavior& behavior_of(NodeKind kind) {
  const NodeBehavior& behavior = *kNodeTypes[static_cast<std::size_t>(kind)];
  CINNABAR_ASSERT(behavior.kind == kind);
  return behavior;
}

}  // namespace cinnabar::process
