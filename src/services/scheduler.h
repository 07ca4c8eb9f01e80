// What happens by itself: timers that are due, start events by the clock, and what earlier
// commands left in the outbox. Each becomes an ordinary command of the store's writer. The rows are
// the truth and nothing is remembered here, so a crash loses nothing; a command that finds its work
// done already does nothing.
//
// Thread: one caller at a time, which may wait for commits; not the writer. Errors: those of the
// store. What fails by itself is put off for kRetryPause and logged, so that it holds up nobody.
#pragma once

#include "base/log.h"
#include "base/result.h"
#include "ports/clock.h"
#include "ports/store.h"
#include "services/engine_service.h"

#include <cstddef>
#include <optional>

namespace cinnabar::services {

class Scheduler {
 public:
  Scheduler(ports::Store& store, ports::Clock& clock, EngineService& engine, Logger logger = {});

  // Does a page of each kind; returns how much there was. Call again at once while there is more.
  Result<std::size_t> tick();
  // When the next thing is due; nullopt: nothing waits for the clock.
  Result<std::optional<Instant>> next_due();

 private:
  struct Due {
    const ports::Table* table = nullptr;
    std::int64_t id = 0;
    std::uint16_t due_column = 0;
    Status (EngineService::*work)(ports::WriteTransaction&, std::int64_t) = nullptr;
  };

  Result<std::vector<Due>> find_due(ports::ReadTransaction& snapshot, Instant now);
  Status run_all(const std::vector<Due>& due);
  void put_off(const Due& due, const Error& error);

  ports::Store& store_;
  ports::Clock& clock_;
  EngineService& engine_;
  Logger logger_;
};

}  // namespace cinnabar::services
