#include "api/common/rate_limiter.h"

#include <gtest/gtest.h>

namespace cinnabar::api {
namespace {

TEST(RateLimiter, admits_so_many_within_any_second) {
  RateLimiter limiter;
  const Instant start{1'000'000'000};
  EXPECT_TRUE(limiter.admit("a", 2, start));
  EXPECT_TRUE(limiter.admit("a", 2, start + milliseconds(900)));
  EXPECT_FALSE(limiter.admit("a", 2, start + milliseconds(999)));
  EXPECT_TRUE(limiter.admit("b", 2, start + milliseconds(999)));
  EXPECT_TRUE(limiter.admit("a", 2, start + seconds(1)));
  EXPECT_FALSE(limiter.admit("a", 2, start + milliseconds(1'100)));
}

TEST(RateLimiter, a_refused_call_does_not_count) {
  RateLimiter limiter;
  const Instant start{1'000'000'000};
  EXPECT_TRUE(limiter.admit("a", 1, start));
  for (int i = 1; i < 10; ++i) EXPECT_FALSE(limiter.admit("a", 1, start + milliseconds(i * 100)));
  EXPECT_TRUE(limiter.admit("a", 1, start + seconds(1)));
}

TEST(RateLimiter, forgets_who_was_idle) {
  RateLimiter limiter;
  const Instant start{1'000'000'000};
  for (int i = 0; i < 20'000; ++i) {
    EXPECT_TRUE(limiter.admit(std::to_string(i), 1, start + milliseconds(i)));
  }
}

}  // namespace
}  // namespace cinnabar::api
