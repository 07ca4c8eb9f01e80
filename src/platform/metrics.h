// Counters, gauges and histograms with Prometheus text output.
//
// Register once at start and keep the reference: it stays valid as long as the registry. Asking for
// the same name and labels again answers the same object. Updates are lock-free and may come from
// any thread; registering and printing take a lock. Label values are fixed at registration, so that
// nothing a caller sends can make the set grow. Durations are printed in seconds.
#pragma once

#include "base/time.h"

#include <atomic>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar {

class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// How long things took. A value equal to a bound counts below it, as Prometheus' "le" does.
class Histogram {
 public:
  // Ascending upper bounds; at most kBoundsMax.
  explicit Histogram(std::span<const Duration> bounds);
  void observe(Duration value);
  [[nodiscard]] std::uint64_t count() const;
  [[nodiscard]] Duration sum() const { return Duration{sum_.load(std::memory_order_relaxed)}; }
  [[nodiscard]] const std::vector<Duration>& bounds() const { return bounds_; }
  // Observations in bucket `index`; the one after the last bound holds everything longer.
  [[nodiscard]] std::uint64_t bucket(std::size_t index) const;

  static constexpr std::size_t kBoundsMax = 32;

 private:
  std::vector<Duration> bounds_;
  std::deque<std::atomic<std::uint64_t>> buckets_;
  std::atomic<std::int64_t> sum_{0};
};

// 0.5 ms to 10 s, for answers over a network.
std::span<const Duration> default_latency_bounds();

class MetricsRegistry {
 public:
  struct Label {
    std::string name;
    std::string value;
  };
  using Labels = std::vector<Label>;

  MetricsRegistry() = default;
  MetricsRegistry(const MetricsRegistry&) = delete;
  MetricsRegistry& operator=(const MetricsRegistry&) = delete;

  // Names and label names are [a-z_][a-z0-9_]*; one name has one kind and one help text. Both are
  // the programmer's business and asserted.
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, const Labels& labels = {},
                       std::span<const Duration> bounds = default_latency_bounds());

  // The text exposition format, version 0.0.4.
  [[nodiscard]] std::string print() const;

 private:
  enum class Kind : std::uint8_t { counter, gauge, histogram };
  struct Series {
    std::string labels;  // a="b",c="d", already escaped
    Counter* counter = nullptr;
    Gauge* gauge = nullptr;
    Histogram* histogram = nullptr;
  };
  struct Family {
    std::string name;
    std::string help;
    Kind kind = Kind::counter;
    std::deque<Series> series;
  };

  Series& series(Kind kind, std::string_view name, std::string_view help, const Labels& labels);
  static void print_histogram(std::string& out, const Family& family, const Series& series);

  mutable std::mutex mutex_;
  std::deque<Family> families_;
  std::deque<Counter> counters_;
  std::deque<Gauge> gauges_;
  std::deque<Histogram> histograms_;
};

}  // namespace cinnabar
