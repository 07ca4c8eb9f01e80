// How many rows a second the SQLite storage makes durable: 64 submitters, each waiting for its
// commit before it sends the next command of six inserted rows (a ticket's worth). Before it, the
// limit: the same rows through one bare connection, 64 tickets a commit.
#include "ports/schema.h"
#include "storage/sql/migrate.h"
#include "storage/sql/row_reader.h"
#include "storage/sql/statements.h"
#include "storage/sqlite/sqlite_connection.h"
#include "storage/sqlite/sqlite_store.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

namespace cinnabar {
namespace {

namespace schema = ports::schema;
using ports::Row;
using ports::Table;
using ports::WriteTransaction;

constexpr int kSubmitters = 64;
constexpr int kRowsEach = 6;

Row filled(const Table& table, std::int64_t id) {
  Row row;
  for (const ports::Column& column : table.columns) {
    if (column.type == ports::ColumnType::integer) {
      row.emplace_back(id);
    } else {
      row.emplace_back(std::string("a short text of a ticket"));
    }
  }
  return row;
}

std::vector<std::pair<const Table*, Row>> ticket(std::int64_t id) {
  std::vector<std::pair<const Table*, Row>> rows;
  for (const Table* table :
       {&schema::process_instance::kTable, &schema::record::kTable,
        &schema::activity_instance::kTable, &schema::history::kTable, &schema::audit::kTable}) {
    rows.emplace_back(table, filled(*table, id));
  }
  Row item = filled(schema::work_item::kTable, id);
  item[schema::work_item::state] = std::int64_t{1};
  rows.emplace_back(&schema::work_item::kTable, std::move(item));
  return rows;
}

Status write_ticket(WriteTransaction& tx) {
  CINNABAR_TRY(const std::int64_t id, tx.next_number("ids"));
  for (auto& [table, row] : ticket(id)) tx.insert(*table, std::move(row));
  return {};
}

Status run_bare(const std::filesystem::path& folder, std::chrono::seconds length) {
  using sqlite::SqliteConnection;
  CINNABAR_TRY(const auto connection,
               SqliteConnection::open(folder / "bare.db", SqliteConnection::Settings{}));
  CINNABAR_CHECK_OK(sql::migrate(*connection, sql::embedded_migrations()));
  sql::StatementBook book;
  const auto begin = std::chrono::steady_clock::now();
  std::int64_t id = 0;
  while (std::chrono::steady_clock::now() < begin + length) {
    CINNABAR_CHECK_OK(connection->begin_write());
    for (int i = 0; i < kSubmitters; ++i) {
      for (const auto& [table, row] : ticket(++id)) {
        CINNABAR_CHECK_OK(
            connection->execute(book.of(*table).insert, sql::bind_cells(*table, row)));
      }
    }
    CINNABAR_CHECK_OK(connection->commit());
    if (connection->wal_frames() > 20'000) CINNABAR_CHECK_OK(connection->checkpoint(false));
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("bare:  %.0f commands/s, %.0f rows/s\n", static_cast<double>(id) / took.count(),
              static_cast<double>(id) * kRowsEach / took.count());
  return {};
}

// Sends the next command from the answer of the last one, so that 64 are always under way.
class Load {
 public:
  Load(ports::Store& the_store, std::chrono::steady_clock::time_point the_end)
      : store(the_store), until(the_end) {}

  ports::Store& store;
  std::chrono::steady_clock::time_point until;
  std::atomic<std::int64_t> committed{0};
  std::atomic<std::int64_t> failed{0};
  std::atomic<int> running{kSubmitters};
  std::mutex mutex;
  std::condition_variable over;

  void send() {
    ports::WriteCommand command;
    command.work = write_ticket;
    command.done = [this](const Status& status) {
      ++(status.has_value() ? committed : failed);
      if (std::chrono::steady_clock::now() < until) return send();
      const std::scoped_lock lock(mutex);
      if (--running == 0) over.notify_all();
    };
    if (!store.submit(std::move(command)).has_value()) ++failed;
  }
};

int run(const std::filesystem::path& folder, std::chrono::seconds length) {
  sqlite::SqliteOptions options;
  options.path = folder / "bench.db";
  auto opened = sqlite::SqliteStore::open(std::move(options));
  if (!opened.has_value() || !(*opened)->migrate().has_value()) return 1;
  const auto begin = std::chrono::steady_clock::now();
  Load load(**opened, begin + length);
  for (int i = 0; i < kSubmitters; ++i) load.send();
  {
    std::unique_lock lock(load.mutex);
    load.over.wait(lock, [&load] { return load.running == 0; });
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const double rate = static_cast<double>(load.committed) / took.count();
  std::printf("store: %.0f commands/s, %.0f rows/s, %lld failed\n", rate, rate * kRowsEach,
              static_cast<long long>(load.failed));
  return load.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace cinnabar

int main() {
  std::string name = (std::filesystem::temp_directory_path() / "cinnabar-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return 1;
  if (!cinnabar::run_bare(name, std::chrono::seconds(4)).has_value()) return 1;
  const int result = cinnabar::run(name, std::chrono::seconds(4));
  std::filesystem::remove_all(name);
  return result;
}
