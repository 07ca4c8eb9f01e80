// How much memory the bodies of all requests may take together. Each request holds a share that
// grows with what arrived and ends with the request, wherever that is then.
//
// Ownership: shares own the budget together; it borrows its metrics. Thread: a budget is safe from
// any; a share belongs to who builds the request, and may end on any thread.
#pragma once

#include "platform/metrics.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace cinnabar::http {

class BodyBudget {
 public:
  BodyBudget(std::uint64_t bytes_max, MetricsRegistry& metrics)
      : bytes_max_(bytes_max),
        in_use_gauge_(metrics.gauge("cinnabar_http_body_bytes",
                                    "Memory that bodies of requests take at the moment.")),
        refused_(metrics.counter("cinnabar_http_body_memory_refused_total",
                                 "Requests refused because bodies took all their memory.")) {}

  // False, and nothing taken, when it would be too much.
  [[nodiscard]] bool take(std::uint64_t bytes) {
    if (in_use_.fetch_add(bytes, std::memory_order_relaxed) + bytes > bytes_max_) {
      in_use_.fetch_sub(bytes, std::memory_order_relaxed);
      refused_.add();
      return false;
    }
    in_use_gauge_.add(static_cast<std::int64_t>(bytes));
    return true;
  }
  void give_back(std::uint64_t bytes) {
    in_use_.fetch_sub(bytes, std::memory_order_relaxed);
    in_use_gauge_.add(-static_cast<std::int64_t>(bytes));
  }

 private:
  const std::uint64_t bytes_max_;
  std::atomic<std::uint64_t> in_use_{0};
  Gauge& in_use_gauge_;
  Counter& refused_;
};

class BodyShare {
 public:
  explicit BodyShare(std::shared_ptr<BodyBudget> budget) : budget_(std::move(budget)) {}
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;
  ~BodyShare() { budget_->give_back(bytes_); }

  // False when the budget is used up.
  [[nodiscard]] bool grow_to(std::uint64_t bytes) {
    if (bytes <= bytes_) return true;
    if (!budget_->take(bytes - bytes_)) return false;
    bytes_ = bytes;
    return true;
  }

 private:
  const std::shared_ptr<BodyBudget> budget_;
  std::uint64_t bytes_ = 0;
};

}  // namespace cinnabar::http
