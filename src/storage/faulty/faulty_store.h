// Wraps a store and breaks it by plan, so that the layers above meet conflicts, lost replies and
// full queues in tests and simulation. The same seed gives the same faults for the same order of
// `submit` calls; `inject_next` takes precedence over the dice.
//
// Ownership: borrows the store, which must outlive it. Threads: safe from any; with several
// submitters the order of the dice is theirs. Errors: the wrapped store's, and the injected ones.
#pragma once

#include "base/random.h"
#include "ports/store.h"

#include <cstdint>
#include <deque>
#include <mutex>

namespace cinnabar::faulty {

enum class Fault : std::uint8_t {
  none,
  conflict,     // the work runs, nothing is written, the answer is conflict/version_conflict
  unavailable,  // the work runs, nothing is written, the answer is unavailable
  lost_reply,   // the work is committed, the answer is unavailable all the same
  queue_full,   // submit itself fails
};

// Chances in a thousand, tried in this order; together at most 1000.
struct FaultPlan {
  std::uint64_t seed = 1;
  std::uint32_t conflict = 0;
  std::uint32_t unavailable = 0;
  std::uint32_t lost_reply = 0;
  std::uint32_t queue_full = 0;
};

class FaultyStore final : public ports::Store {
 public:
  FaultyStore(ports::Store& store, FaultPlan plan);

  // The next command without an injected fault yet meets this one.
  void inject_next(Fault fault);
  // From here on nothing breaks; faults of commands that are queued still happen.
  void heal();
  [[nodiscard]] std::int64_t injected() const;

  [[nodiscard]] Status submit(ports::WriteCommand command) override;
  [[nodiscard]] Result<std::unique_ptr<ports::ReadTransaction>> read() override;
  [[nodiscard]] ports::StoreHealth health() override;
  [[nodiscard]] Status migrate() override;
  void stop() override;

 private:
  [[nodiscard]] Fault draw();

  ports::Store& store_;
  mutable std::mutex mutex_;  // everything below
  FaultPlan plan_;
  SeededRandom random_;
  std::deque<Fault> next_;
  std::int64_t injected_ = 0;
};

}  // namespace cinnabar::faulty
