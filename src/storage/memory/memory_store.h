// The reference storage: rows in ordered maps, filters evaluated on them. For unit tests and
// simulation; nothing survives the object.
//
// Threads: safe from any. Commands run one after the other, each as a group of its own, on the
// thread whose `submit` found nobody else at work; `submit` therefore usually returns after `done`.
// A command submitted from inside `work` or `done` runs after the current one, still inside the
// outer `submit`. Readers see immutable tables: a table is copied when it is written while a
// ReadTransaction still holds it. Errors: as ports/store.h; never unavailable before `stop`.
#pragma once

#include "ports/store.h"

#include <memory>

namespace cinnabar::memory {

class MemoryStore final : public ports::Store {
 public:
  struct Options {
    std::size_t queue_max = 4'096;
  };
  MemoryStore();
  explicit MemoryStore(Options options);
  ~MemoryStore() override;

  [[nodiscard]] Status submit(ports::WriteCommand command) override;
  [[nodiscard]] Result<std::unique_ptr<ports::ReadTransaction>> read() override;
  [[nodiscard]] ports::StoreHealth health() override;
  [[nodiscard]] Status migrate() override;
  void stop() override;

 private:
  class Core;
  std::shared_ptr<Core> core_;  // shared with the ReadTransactions, which may outlive the store
};

}  // namespace cinnabar::memory
