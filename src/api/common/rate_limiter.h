// How often a caller may call: at most so many calls within any second, counted per key.
//
// A sliding window: the times of the last calls are kept, and a call that is refused does not
// count. Held in memory, so each process counts for itself. Thread: any. Keys that were idle for
// longer than a second are forgotten when there are many.
#pragma once

#include "base/time.h"

#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cinnabar::api {

class RateLimiter {
 public:
  // False when `key` had `per_second` calls in the second before `now`.
  [[nodiscard]] bool admit(std::string_view key, std::size_t per_second, Instant now);

 private:
  void forget_idle(Instant now);

  std::mutex mutex_;
  std::unordered_map<std::string, std::deque<Instant>> calls_;
};

}  // namespace cinnabar::api
