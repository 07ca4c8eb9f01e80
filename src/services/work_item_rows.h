// The `actions` cell of a work item row: keys and labels of its quick actions, in order.
#pragma once

#include "services/inbox_service.h"

#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::services {

// Actions are separated by U+001F and a key from its label by U+001E; both are dropped from labels.
std::string encode_actions(const std::vector<QuickActionLabel>& actions);
std::vector<QuickActionLabel> decode_actions(std::string_view cell);

}  // namespace cinnabar::services
