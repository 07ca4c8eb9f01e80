// The only clock of the product. Production reads the system's; tests move their own by hand.
#pragma once

#include "base/time.h"

namespace cinnabar::ports {

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  // UTC wall time. Never goes backwards within one process. Any thread.
  [[nodiscard]] virtual Instant now() = 0;
};

// Stands still until moved. Not thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant at) : at_(at) {}
  [[nodiscard]] Instant now() override { return at_; }
  void advance(Duration by) { at_ = at_ + by; }

 private:
  Instant at_;
};

}  // namespace cinnabar::ports
