#include "platform/metrics.h"

#include "base/assert.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cinnabar {
namespace {

constexpr std::array kLatencyBounds = {microseconds(500),  milliseconds(1),    milliseconds(2),
                                       milliseconds(5),    milliseconds(10),   milliseconds(20),
                                       milliseconds(50),   milliseconds(100),  milliseconds(200),
                                       milliseconds(500),  milliseconds(1000), milliseconds(2000),
                                       milliseconds(5000), milliseconds(10000)};

bool is_metric_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::ranges::all_of(
      name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

// Seconds as an exact decimal without trailing zeros: 0.0005, 1, 2.5.
std::string to_seconds(Duration duration) {
  std::string text =
      fmt::format("{}.{:06}", duration.micros() / 1'000'000, duration.micros() % 1'000'000);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

void append_sample(std::string& out, std::string_view name, std::string_view labels,
                   std::string_view value) {
  out += name;
  if (!labels.empty()) {
    out += '{';
    out += labels;
    out += '}';
  }
  out += ' ';
  out += value;
  out += '\n';
}

}  // namespace

std::span<const Duration> default_latency_bounds() {
  return kLatencyBounds;
}

Histogram::Histogram(std::span<const Duration> bounds) : bounds_(bounds.begin(), bounds.end()) {
  CINNABAR_ASSERT(bounds_.size() <= kBoundsMax);
  CINNABAR_ASSERT(std::ranges::is_sorted(bounds_));
  buckets_.resize(bounds_.size() + 1);
}

void Histogram::observe(Duration value) {
  const auto at = std::ranges::lower_bound(bounds_, value);
  buckets_[static_cast<std::size_t>(at - bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value.micros(), std::memory_order_relaxed);
}

std::uint64_t Histogram::bucket(std::size_t index) const {
  return buckets_[index].load(std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const {
  std::uint64_t total = 0;
  for (const auto& bucket : buckets_) total += bucket.load(std::memory_order_relaxed);
  return total;
}

MetricsRegistry::Series& MetricsRegistry::series(Kind kind, std::string_view name,
                                                 std::string_view help, const Labels& labels) {
  CINNABAR_ASSERT(is_metric_name(name));
  std::string text;
  for (const Label& label : labels) {
    CINNABAR_ASSERT(is_metric_name(label.name));
    if (!text.empty()) text += ',';
    text += label.name;
    text += "=\"";
    append_escaped(text, label.value, true);
    text += '"';
  }
  auto family = std::ranges::find(families_, name, &Family::name);
  if (family == families_.end()) {
    families_.push_back(
        {.name = std::string(name), .help = std::string(help), .kind = kind, .series = {}});
    family = std::prev(families_.end());
  }
  CINNABAR_ASSERT(family->kind == kind);
  const auto found = std::ranges::find(family->series, text, &Series::labels);
  if (found != family->series.end()) return *found;
  family->series.push_back({.labels = std::move(text)});
  return family->series.back();
}

Counter& MetricsRegistry::counter(std::string_view name, std::string_view help,
                                  const Labels& labels) {
  const std::scoped_lock lock(mutex_);
  Series& found = series(Kind::counter, name, help, labels);
  if (found.counter == nullptr) found.counter = &counters_.emplace_back();
  return *found.counter;
}

Gauge& MetricsRegistry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  const std::scoped_lock lock(mutex_);
  Series& found = series(Kind::gauge, name, help, labels);
  if (found.gauge == nullptr) found.gauge = &gauges_.emplace_back();
  return *found.gauge;
}

Histogram& MetricsRegistry::histogram(std::string_view name, std::string_view help,
                                      const Labels& labels, std::span<const Duration> bounds) {
  const std::scoped_lock lock(mutex_);
  Series& found = series(Kind::histogram, name, help, labels);
  if (found.histogram == nullptr) found.histogram = &histograms_.emplace_back(bounds);
  return *found.histogram;
}

void MetricsRegistry::print_histogram(std::string& out, const Family& family,
                                      const Series& series) {
  const Histogram& histogram = *series.histogram;
  const std::string comma = series.labels.empty() ? "" : series.labels + ",";
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < histogram.bounds().size(); ++i) {
    total += histogram.bucket(i);
    append_sample(out, family.name + "_bucket",
                  fmt::format("{}le=\"{}\"", comma, to_seconds(histogram.bounds()[i])),
                  std::to_string(total));
  }
  total += histogram.bucket(histogram.bounds().size());
  append_sample(out, family.name + "_bucket", comma + "le=\"+Inf\"", std::to_string(total));
  append_sample(out, family.name + "_sum", series.labels, to_seconds(histogram.sum()));
  append_sample(out, family.name + "_count", series.labels, std::to_string(total));
}

std::string MetricsRegistry::print() const {
  const std::scoped_lock lock(mutex_);
  std::string out;
  for (const Family& family : families_) {
    out += "# HELP " + family.name + ' ';
    append_escaped(out, family.help, false);
    out += "\n# TYPE " + family.name;
    switch (family.kind) {
      case Kind::counter:
        out += " counter\n";
        break;
      case Kind::gauge:
        out += " gauge\n";
        break;
      case Kind::histogram:
        out += " histogram\n";
        break;
    }
    for (const Series& one : family.series) {
      if (one.counter != nullptr) {
        append_sample(out, family.name, one.labels, std::to_string(one.counter->value()));
      } else if (one.gauge != nullptr) {
        append_sample(out, family.name, one.labels, std::to_string(one.gauge->value()));
      } else {
        print_histogram(out, family, one);
      }
    }
  }
  return out;
}

}  // namespace cinnabar
