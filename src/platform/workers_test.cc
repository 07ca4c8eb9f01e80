#include "platform/workers.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

namespace cinnabar {
namespace {

TEST(Workers, stop_runs_what_is_queued) {
  std::atomic<int> done{0};
  Workers workers("test", 2, 100);
  for (int i = 0; i < 100; ++i) {
    while (!workers.submit([&] { ++done; })) std::this_thread::yield();
  }
  workers.stop();
  EXPECT_EQ(done.load(), 100);
  EXPECT_FALSE(workers.submit([] {}));
}

TEST(Workers, full_queue_refuses_at_once) {
  std::promise<void> started;
  std::promise<void> release;
  Workers workers("test", 1, 2);
  ASSERT_TRUE(workers.submit([&] {
    started.set_value();
    release.get_future().wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(workers.submit([] {}));
  EXPECT_TRUE(workers.submit([] {}));
  EXPECT_FALSE(workers.submit([] {}));
  EXPECT_EQ(workers.queued(), 2U);
  release.set_value();
  workers.stop();
  EXPECT_EQ(workers.queued(), 0U);
}

TEST(Workers, throwing_job_is_counted_and_logged_and_the_pool_goes_on) {
  std::string lines;
  const Logger logger([&](std::string_view line) { lines += line; }, nullptr, LogLevel::info,
                      false);
  std::atomic<bool> ran{false};
  Workers workers("test", 1, 8, logger);
  ASSERT_TRUE(workers.submit([] { throw std::runtime_error("broken job"); }));
  ASSERT_TRUE(workers.submit([] { throw 7; }));
  ASSERT_TRUE(workers.submit([&] { ran = true; }));
  workers.stop();
  EXPECT_TRUE(ran.load());
  EXPECT_EQ(workers.failed(), 2U);
  EXPECT_NE(lines.find("broken job"), std::string::npos);
}

}  // namespace
}  // namespace cinnabar
