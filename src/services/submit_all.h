// Many write commands at once, so that they share commits, each of which succeeds or fails by
// itself: for what the server does in the background. Thread: any that may wait for commits.
#pragma once

#include "base/result.h"
#include "ports/store.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace cinnabar::services {

// What may be over when it is tried again.
bool is_temporary(const Error& error);

struct SubmittedAll {
  std::vector<std::optional<Status>> results;  // nullopt: the store did not take the command
  Status refused;                              // why it did not, if there was one
};
// Runs `work` for each number below `count`, in that order, and waits for all commits.
SubmittedAll submit_all(
    ports::Store& store, std::size_t count,
    const std::function<Status(ports::WriteTransaction& transaction, std::size_t i)>& work);

}  // namespace cinnabar::services
