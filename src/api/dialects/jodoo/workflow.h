// Workflow calls: instances, tasks, logs and copies to read; approving, returning, transferring,
// adding, withdrawing, rejecting, closing and activating. Contract: docs/dialects/jodoo.md.
#pragma once

#include "api/common/route.h"

#include <span>

namespace cinnabar::jodoo {

std::span<const api::Route> workflow_routes();
std::span<const api::Route> workflow_action_routes();

}  // namespace cinnabar::jodoo
