#include "platform/workers.h"

#include "base/assert.h"

#include <pthread.h>

#include <exception>

namespace cinnabar {

Workers::Workers(std::string name, int threads, std::size_t queue_capacity, Logger logger)
    : name_(std::move(name)), queue_capacity_(queue_capacity), logger_(std::move(logger)) {
  CINNABAR_ASSERT(threads > 0);
  CINNABAR_ASSERT(queue_capacity > 0);
  threads_.reserve(static_cast<std::size_t>(threads));
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

Workers::~Workers() {
  stop();
}

bool Workers::submit(std::function<void()> job) {
  {
    const std::scoped_lock lock(mutex_);
    if (is_stopped_ || jobs_.size() >= queue_capacity_) return false;
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void Workers::stop() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopped_ = true;
  }
  wake_.notify_all();
  const std::scoped_lock lock(join_mutex_);
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::size_t Workers::queued() const {
  const std::scoped_lock lock(mutex_);
  return jobs_.size();
}

void Workers::run() {
  // The kernel keeps 15 characters.
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  while (true) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return is_stopped_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    run_job(job);
  }
}

void Workers::run_job(const std::function<void()>& job) {
  try {
    job();
  } catch (const std::exception& error) {
    failed_.fetch_add(1, std::memory_order_relaxed);
    logger_.error("worker.job_failed", {{"pool", name_}, {"what", error.what()}});
  } catch (...) {
    failed_.fetch_add(1, std::memory_order_relaxed);
    logger_.error("worker.job_failed", {{"pool", name_}, {"what", "unknown exception"}});
  }
}

}  // namespace cinnabar
