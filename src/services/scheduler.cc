#include "services/scheduler.h"

#include "ports/schema.h"
#include "services/rows.h"
#include "services/submit_all.h"

#include <algorithm>
#include <vector>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;

constexpr std::int64_t kPageRows = 100;
constexpr Duration kRetryPause = minutes(1);
constexpr Duration kRetryPauseMax = hours(1);

// What the clock brings, per table; waits only of running instances.
struct Source {
  const ports::Table* table;
  std::uint16_t due_column;
  Status (EngineService::*work)(ports::WriteTransaction&, std::int64_t);
  FilterNode (*filter)();
};

FilterNode active_timers() {
  return all_of({where_equal(schema::wait::active, cell(true)),
                 where_equal(schema::wait::kind, cell(WaitKind::timer))});
}
FilterNode start_timers() {
  return where_equal(schema::start_trigger::kind, cell(WaitKind::timer));
}
FilterNode everything() {
  return FilterNode{AllOf{}};
}

constexpr Source kSources[] = {
    {&schema::wait::kTable, schema::wait::due_at, &EngineService::fire_timer_row, active_timers},
    {&schema::start_trigger::kTable, schema::start_trigger::due_at,
     &EngineService::fire_start_trigger, start_timers},
    {&schema::outbox::kTable, schema::outbox::due_at, &EngineService::deliver_parked, everything},
};

}  // namespace

Scheduler::Scheduler(ports::Store& store, ports::Clock& clock, EngineService& engine, Logger logger)
    : store_(store), clock_(clock), engine_(engine), logger_(std::move(logger)) {}

Result<std::vector<Scheduler::Due>> Scheduler::find_due(ports::ReadTransaction& snapshot,
                                                        Instant now) {
  std::vector<Due> due;
  for (const Source& source : kSources) {
    ports::Select select;
    select.table = source.table;
    select.filter =
        all_of({source.filter(), where(source.due_column, FilterOp::less_equal, cell(now))});
    select.order = {{source.due_column, false}};
    select.limit = kPageRows;
    CINNABAR_TRY(const auto rows, snapshot.select(select));
    for (const ports::Row& row : rows) {
      due.push_back({source.table, int_of(row, 0), source.due_column, source.work});
    }
  }
  return due;
}

Result<std::size_t> Scheduler::tick() {
  std::vector<Due> due;
  {
    CINNABAR_TRY(auto snapshot, store_.read());
    CINNABAR_TRY(due, find_due(*snapshot, clock_.now()));
  }
  CINNABAR_CHECK_OK(run_all(due));
  return due.size();
}

// All at once, so that they share commits, each with rows of its own.
Status Scheduler::run_all(const std::vector<Due>& due) {
  const SubmittedAll all =
      submit_all(store_, due.size(), [&](ports::WriteTransaction& transaction, std::size_t i) {
        return (engine_.*due[i].work)(transaction, due[i].id);
      });
  for (std::size_t i = 0; i < due.size(); ++i) {
    if (all.results[i] && !*all.results[i]) put_off(due[i], all.results[i]->error());
  }
  return all.refused;
}

void Scheduler::put_off(const Due& due, const Error& error) {
  logger_.warning("scheduler.failed",
                  {{"table", due.table->name}, {"id", due.id}, {"error", to_string(error)}});
  const Status moved =
      ports::submit_and_wait(store_, [&](ports::WriteTransaction& transaction) -> Status {
        CINNABAR_TRY(auto row, transaction.get(*due.table, {cell(due.id)}));
        if (!row) return {};
        // It happened all the same, only the answer was lost; what is planned next stays as it is.
        const auto planned = optional_instant_of(*row, due.due_column);
        if (!planned || *planned > clock_.now()) return {};
        put_off_row(due, error, *row);
        transaction.update(*due.table, std::move(*row));
        return {};
      });
  if (!moved) {
    logger_.warning("scheduler.put_off_failed", {{"error", to_string(moved.error())}});
  }
}

void Scheduler::put_off_row(const Due& due, const Error& error, ports::Row& row) const {
  namespace outbox = schema::outbox;
  if (due.table != &outbox::kTable) {
    row[due.due_column] = cell(clock_.now() + kRetryPause);
    return;
  }
  const std::int64_t attempts = int_of(row, outbox::attempts) + 1;
  row[outbox::attempts] = cell(attempts);
  if (attempts < kDeliveryAttemptsMax && error.code != Code::data_loss) {
    const std::int64_t doubled = kRetryPause.micros() << std::min<std::int64_t>(attempts - 1, 10);
    row[outbox::due_at] = cell(clock_.now() + std::min(Duration{doubled}, kRetryPauseMax));
    return;
  }
  row[outbox::due_at] = cell(kDeliveryNever);
  logger_.error("delivery.given_up",
                {{"id", due.id}, {"attempts", attempts}, {"error", to_string(error)}});
}

Result<std::optional<Instant>> Scheduler::next_due() {
  CINNABAR_TRY(auto snapshot, store_.read());
  std::optional<Instant> next;
  for (const Source& source : kSources) {
    ports::Select select;
    select.table = source.table;
    select.filter = all_of(
        {source.filter(), where(source.due_column, FilterOp::greater, CellValue{INT64_MIN})});
    select.order = {{source.due_column, false}};
    select.limit = 1;
    CINNABAR_TRY(const auto rows, snapshot->select(select));
    if (rows.empty()) continue;
    const Instant due = instant_of(rows.front(), source.due_column);
    if (due == kDeliveryNever) continue;
    if (!next || due < *next) next = due;
  }
  return next;
}

}  // namespace cinnabar::services
