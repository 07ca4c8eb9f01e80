// How many rows a second the SQLite storage makes durable: 64 submitters, each waiting for its
// commit before it sends the next command of six inserted rows (a ticket's worth).
#include "ports/schema.h"
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

Status write_ticket(WriteTransaction& tx) {
  CINNABAR_TRY(const std::int64_t id, tx.next_number("ids"));
  for (const Table* table :
       {&schema::process_instance::kTable, &schema::record::kTable,
        &schema::activity_instance::kTable, &schema::history::kTable, &schema::audit::kTable}) {
    tx.insert(*table, filled(*table, id));
  }
  Row item = filled(schema::work_item::kTable, id);
  item[schema::work_item::state] = std::int64_t{1};
  tx.insert(schema::work_item::kTable, std::move(item));
  return {};
}

// Sends the next command from the answer of the last one, so that 64 are always under way.
struct Load {
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
  Load load{**opened, begin + length};
  for (int i = 0; i < kSubmitters; ++i) load.send();
  {
    std::unique_lock lock(load.mutex);
    load.over.wait(lock, [&load] { return load.running == 0; });
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const double rate = static_cast<double>(load.committed) / took.count();
  std::printf("%.0f commands/s, %.0f rows/s, %lld failed\n", rate, rate * kRowsEach,
              static_cast<long long>(load.failed));
  return load.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace cinnabar

int main() {
  std::string name = (std::filesystem::temp_directory_path() / "cinnabar-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return 1;
  const int result = cinnabar::run(name, std::chrono::seconds(4));
  std::filesystem::remove_all(name);
  return result;
}
