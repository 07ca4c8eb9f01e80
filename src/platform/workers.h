// A bounded pool of threads for work that blocks. When the queue is full the caller is told at once
// and answers "try again", so that load never turns into memory.
//
// Ownership: a job owns what it captures; the pool owns its threads. Thread: every member may be
// called from any thread, `stop` not from a job. A job that throws is counted and logged; it never
// ends the process.
#pragma once

#include "base/log.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace cinnabar {

class Workers {
 public:
  // `threads` and `queue_capacity` are at least one. The name shows in logs and in `top`.
  Workers(std::string name, int threads, std::size_t queue_capacity, Logger logger = {});
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();

  // False when the queue is full or the pool is stopped; the job is then dropped.
  [[nodiscard]] bool submit(std::function<void()> job);
  // Runs what is queued, then joins. Later calls do nothing.
  void stop();

  [[nodiscard]] std::size_t queued() const;
  // Jobs that ended with an exception.
  [[nodiscard]] std::uint64_t failed() const { return failed_.load(std::memory_order_relaxed); }

 private:
  void run();
  void run_job(const std::function<void()>& job);

  const std::string name_;
  const std::size_t queue_capacity_;
  const Logger logger_;
  std::atomic<std::uint64_t> failed_{0};

  mutable std::mutex mutex_;  // guards jobs_ and is_stopped_
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  bool is_stopped_ = false;

  std::mutex join_mutex_;  // guards threads_
  std::vector<std::thread> threads_;
};

}  // namespace cinnabar
