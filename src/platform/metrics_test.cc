#include "platform/metrics.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

namespace cinnabar {
namespace {

TEST(Metrics, same_name_and_labels_are_the_same_counter) {
  MetricsRegistry registry;
  Counter& one = registry.counter("requests_total", "Requests.", {{"status", "2xx"}});
  Counter& other = registry.counter("requests_total", "Requests.", {{"status", "4xx"}});
  EXPECT_EQ(&one, &registry.counter("requests_total", "Requests.", {{"status", "2xx"}}));
  EXPECT_NE(&one, &other);
}

TEST(Metrics, text_lists_every_series_with_escaped_labels) {
  MetricsRegistry registry;
  registry.counter("requests_total", "Requests.", {{"path", "a\"b\\c\n"}}).add(3);
  registry.gauge("open", "Open now.").set(-2);
  EXPECT_EQ(registry.print(),
            "# HELP requests_total Requests.\n# TYPE requests_total counter\n"
            "requests_total{path=\"a\\\"b\\\\c\\n\"} 3\n"
            "# HELP open Open now.\n# TYPE open gauge\nopen -2\n");
}

TEST(Metrics, histogram_buckets_are_cumulative_seconds) {
  MetricsRegistry registry;
  const std::array bounds = {microseconds(500), seconds(1)};
  Histogram& histogram = registry.histogram("took_seconds", "Time.", {{"a", "b"}}, bounds);
  histogram.observe(microseconds(500));
  histogram.observe(microseconds(501));
  histogram.observe(seconds(2));
  EXPECT_EQ(histogram.count(), 3U);
  EXPECT_EQ(registry.print(),
            "# HELP took_seconds Time.\n# TYPE took_seconds histogram\n"
            "took_seconds_bucket{a=\"b\",le=\"0.0005\"} 1\n"
            "took_seconds_bucket{a=\"b\",le=\"1\"} 2\n"
            "took_seconds_bucket{a=\"b\",le=\"+Inf\"} 3\n"
            "took_seconds_sum{a=\"b\"} 2.001001\n"
            "took_seconds_count{a=\"b\"} 3\n");
}

TEST(Metrics, updates_from_several_threads_all_count) {
  MetricsRegistry registry;
  Counter& counter = registry.counter("n", "N.");
  Histogram& histogram = registry.histogram("h", "H.");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        counter.add();
        histogram.observe(milliseconds(i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 4000U);
  EXPECT_EQ(histogram.count(), 4000U);
}

}  // namespace
}  // namespace cinnabar
