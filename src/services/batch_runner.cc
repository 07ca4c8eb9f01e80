#include "ports/schema.h"
#include "services/batch_service.h"
#include "services/rows.h"
#include "services/submit_all.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;
namespace batches = schema::batch;
namespace items = schema::batch_item;

constexpr std::int64_t kBatchesAtOnce = 200;
constexpr std::int64_t kItemsAtOnce = 400;

}  // namespace

BatchRunner::BatchRunner(ports::Store& store, ports::Clock& clock, BatchService service,
                         Logger logger)
    : store_(store), clock_(clock), service_(service), logger_(std::move(logger)) {}

// The first items of every batch, then the second ones, so that a long batch holds up no other.
Result<std::vector<BatchRunner::Turn>> BatchRunner::find_turns() {
  CINNABAR_TRY(auto snapshot, store_.read());
  ports::Select unfinished;
  unfinished.table = &batches::kTable;
  unfinished.filter = where_equal(batches::finished_at, CellValue{});
  unfinished.order = {{batches::id, false}};
  unfinished.limit = kBatchesAtOnce;
  CINNABAR_TRY(const auto rows, snapshot->select(unfinished));
  std::vector<std::pair<std::int64_t, Turn>> turns;  // by how many of its batch come before
  if (rows.empty()) return std::vector<Turn>{};
  const std::int64_t share = std::max<std::int64_t>(kItemsAtOnce / std::ssize(rows), 1);
  for (const ports::Row& row : rows) {
    const std::int64_t id = int_of(row, batches::id);
    CINNABAR_TRY(const auto page, snapshot->select(BatchService::waiting_items(id, share)));
    std::int64_t place = 0;
    for (const ports::Row& item : page) {
      turns.push_back({place++, Turn{id, int_of(item, items::position)}});
    }
  }
  std::ranges::sort(turns, {},
                    [](const auto& turn) { return std::pair(turn.first, turn.second.batch); });
  std::vector<Turn> out;
  out.reserve(turns.size());
  for (const auto& [place, turn] : turns) out.push_back(turn);
  return out;
}

Result<std::size_t> BatchRunner::tick() {
  CINNABAR_TRY(const std::vector<Turn> turns, find_turns());
  const SubmittedAll all =
      submit_all(store_, turns.size(), [&](ports::WriteTransaction& transaction, std::size_t i) {
        return service_.run_item(transaction, turns[i].batch, turns[i].position);
      });
  std::size_t settled = 0;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    if (settle(turns[i], all.results[i].value_or(all.refused))) ++settled;
  }
  return settled;
}

// An item that can not be decided fails; one that only could not be decided now waits.
bool BatchRunner::settle(const Turn& turn, const Status& result) {
  if (result) return true;
  const Error& error = result.error();
  logger_.warning(
      "batch.item_failed",
      {{"batch", turn.batch}, {"position", turn.position}, {"error", to_string(error)}});
  if (is_temporary(error)) return false;
  const Status failed = ports::submit_and_wait(store_, [&](ports::WriteTransaction& transaction) {
    return service_.fail_item(transaction, turn.batch, turn.position, BatchObstacle::refused);
  });
  return failed.has_value();
}

Result<std::size_t> BatchRunner::forget_old() {
  constexpr std::int64_t kPage = 100;
  std::size_t removed = 0;
  const Instant before = clock_.now() - kBatchKept;
  CINNABAR_CHECK_OK(
      ports::submit_and_wait(store_, [&](ports::WriteTransaction& transaction) -> Status {
        ports::Select old;
        old.table = &batches::kTable;
        old.filter = all_of({where(batches::finished_at, FilterOp::greater, CellValue{INT64_MIN}),
                             where(batches::finished_at, FilterOp::less, cell(before))});
        old.limit = kPage;
        CINNABAR_TRY(const auto rows, transaction.select(old));
        for (const ports::Row& row : rows) {
          const std::int64_t total = int_of(row, batches::total);
          for (std::int64_t position = 0; position < total; ++position) {
            transaction.erase(items::kTable, {row[batches::id], cell(position)});
          }
          transaction.erase(batches::kTable, {row[batches::id]});
        }
        removed = rows.size();
        return {};
      }));
  return removed;
}

}  // namespace cinnabar::services
