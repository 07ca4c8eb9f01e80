#include "storage/faulty/faulty_store.h"

#include "vocab/reasons.h"

#include <utility>

namespace cinnabar::faulty {
namespace {

using Work = std::function<Status(ports::WriteTransaction&)>;

// Runs the work for its side effects on the caller, then drops its rows by failing.
Work fail_after(Work work, Error error) {
  return [work = std::move(work),
          error = std::move(error)](ports::WriteTransaction& transaction) -> Status {
    CINNABAR_CHECK_OK(work(transaction));
    return error;
  };
}

Error unavailable() {
  return make_error(Code::unavailable, reasons::kStorageUnavailable, "injected: no answer");
}

}  // namespace

FaultyStore::FaultyStore(ports::Store& store, FaultPlan plan)
    : store_(store), plan_(plan), random_(plan.seed) {
  CINNABAR_ASSERT(plan.conflict + plan.unavailable + plan.lost_reply + plan.queue_full <= 1000);
}

void FaultyStore::inject_next(Fault fault) {
  const std::scoped_lock lock(mutex_);
  next_.push_back(fault);
}

void FaultyStore::heal() {
  const std::scoped_lock lock(mutex_);
  next_.clear();
  plan_ = FaultPlan{};
}

std::int64_t FaultyStore::injected() const {
  const std::scoped_lock lock(mutex_);
  return injected_;
}

Fault FaultyStore::draw() {
  const std::scoped_lock lock(mutex_);
  Fault fault = Fault::none;
  std::uint64_t dice = random_.below(1000);
  if (!next_.empty()) {
    fault = next_.front();
    next_.pop_front();
  } else {
    const std::pair<Fault, std::uint32_t> chances[] = {
        {Fault::conflict, plan_.conflict},
        {Fault::unavailable, plan_.unavailable},
        {Fault::lost_reply, plan_.lost_reply},
        {Fault::queue_full, plan_.queue_full},
    };
    for (const auto& [candidate, chance] : chances) {
      if (dice < chance) {
        fault = candidate;
        break;
      }
      dice -= chance;
    }
  }
  if (fault != Fault::none) ++injected_;
  return fault;
}

Status FaultyStore::submit(ports::WriteCommand command) {
  switch (draw()) {
    case Fault::none:
      break;
    case Fault::conflict:
      command.work =
          fail_after(std::move(command.work), make_error(Code::conflict, reasons::kVersionConflict,
                                                         "injected: somebody else was faster"));
      break;
    case Fault::unavailable:
      command.work = fail_after(std::move(command.work), unavailable());
      break;
    case Fault::lost_reply:
      command.done = [done = std::move(command.done)](Status status) {
        if (!done) return;
        done(status.has_value() ? Status(unavailable()) : std::move(status));
      };
      break;
    case Fault::queue_full:
      return make_error(Code::resource_exhausted, reasons::kQueueFull,
                        "injected: the queue is full");
  }
  return store_.submit(std::move(command));
}

Result<std::unique_ptr<ports::ReadTransaction>> FaultyStore::read() {
  return store_.read();
}

ports::StoreHealth FaultyStore::health() {
  return store_.health();
}

Status FaultyStore::migrate() {
  return store_.migrate();
}

void FaultyStore::stop() {
  store_.stop();
}

}  // namespace cinnabar::faulty
