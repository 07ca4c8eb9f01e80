#include "outbound/system_clock.h"

#include <chrono>

namespace cinnabar::outbound {

Instant SystemClock::now() {
  const std::int64_t system = std::chrono::duration_cast<std::chrono::microseconds>(
                                  std::chrono::system_clock::now().time_since_epoch())
                                  .count();
  std::int64_t latest = latest_.load(std::memory_order_relaxed);
  while (latest < system &&
         !latest_.compare_exchange_weak(latest, system, std::memory_order_relaxed)) {
  }
  return Instant{latest < system ? system : latest};
}

}  // namespace cinnabar::outbound
