// What happens by itself: timers that are due, start events by the clock, and what earlier
// commands left in the outbox. Each becomes an ordinary command of the store's writer. The rows are
// the truth and nothing is remembered here, so a crash loses nothing; a command that finds its work
// done already does nothing.
//
// Thread: one caller at a time, which may wait for commits; not the writer. Errors: those of the
// store. What fails by itself is put off for a minute and logged, so that it holds up nobody. A
// delivery is put off for twice as long each time, up to an hour; after kDeliveryAttemptsMax
// attempts, or at once when it can not be read, it is given up: it stays where it is, an error in
// the log says so, and EngineService::failed_deliveries lists it.
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
  void put_off_row(const Due& due, const Error& error, ports::Row& row) const;

  ports::Store& store_;
  ports::Clock& clock_;
  EngineService& engine_;
  Logger logger_;
};

}  // namespace cinnabar::services
