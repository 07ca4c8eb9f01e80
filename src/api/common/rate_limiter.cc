#include "api/common/rate_limiter.h"

namespace cinnabar::api {
namespace {

constexpr std::size_t kKeysMax = 10'000;
constexpr Duration kWindow = seconds(1);

}  // namespace

bool RateLimiter::admit(std::string_view key, std::size_t per_second, Instant now) {
  const std::scoped_lock lock(mutex_);
  if (calls_.size() >= kKeysMax) forget_idle(now);
  std::deque<Instant>& times = calls_[std::string(key)];
  while (!times.empty() && now - times.front() >= kWindow) times.pop_front();
  if (times.size() >= per_second) return false;
  times.push_back(now);
  return true;
}

void RateLimiter::forget_idle(Instant now) {
  std::erase_if(calls_, [now](const auto& entry) {
    return entry.second.empty() || now - entry.second.back() >= kWindow;
  });
}

}  // namespace cinnabar::api
