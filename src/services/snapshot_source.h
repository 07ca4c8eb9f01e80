// Holds the present one of a kind of immutable snapshots and swaps it.
//
// `Snapshot` has `static Result<std::shared_ptr<const Snapshot>> load(ports::ReadTransaction&)`.
// Thread: safe from any; who got a snapshot keeps it as long as it likes.
#pragma once

#include "base/result.h"
#include "ports/store.h"

#include <memory>
#include <mutex>
#include <utility>

namespace cinnabar::services {

template <typename Snapshot>
class SnapshotSource {
 public:
  // Null pointer before the first reload.
  [[nodiscard]] std::shared_ptr<const Snapshot> current() const {
    const std::scoped_lock lock(mutex_);
    return current_;
  }

  // Reads a fresh snapshot and publishes it. Call at start and after a committed change.
  Status reload(ports::Store& store) {
    CINNABAR_TRY(auto transaction, store.read());
    CINNABAR_TRY(auto fresh, Snapshot::load(*transaction));
    const std::scoped_lock lock(mutex_);
    current_ = std::move(fresh);
    return {};
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> current_;
};

}  // namespace cinnabar::services
