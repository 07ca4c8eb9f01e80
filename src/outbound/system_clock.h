// The system's wall clock, kept from running backwards within this process.
#pragma once

#include "ports/clock.h"

#include <atomic>
#include <cstdint>

namespace cinnabar::outbound {

// Thread: safe from any. When the system's clock is set back, time stands still until it catches
// up.
class SystemClock final : public ports::Clock {
 public:
  [[nodiscard]] Instant now() override;

 private:
  std::atomic<std::int64_t> latest_{0};
};

}  // namespace cinnabar::outbound
