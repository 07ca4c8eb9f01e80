// Read-only connections that are lent out one snapshot at a time. They can neither write nor
// checkpoint.
//
// Ownership: a ReadTransaction keeps the pool alive and gives its connection back when it ends.
// Thread: `begin` is safe from any thread and waits, bounded, while all connections are lent.
// Errors: resource_exhausted (queue_full) after the wait; unavailable, data_loss.
#pragma once

#include "ports/store.h"
#include "storage/sql/statements.h"
#include "storage/sqlite/commit_counter.h"
#include "storage/sqlite/sqlite_connection.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace cinnabar::sqlite {

class ReaderPool : public std::enable_shared_from_this<ReaderPool> {
 public:
  struct Lane {
    std::unique_ptr<SqliteConnection> connection;
    sql::StatementBook book;
  };

  // `commits` of the writer of this process; null pointer: another one writes.
  [[nodiscard]] static Result<std::shared_ptr<ReaderPool>> open(
      const std::filesystem::path& path, const SqliteConnection::Settings& settings,
      std::size_t connections, std::chrono::milliseconds wait_max,
      std::shared_ptr<const CommitCounter> commits);

  [[nodiscard]] Result<std::unique_ptr<ports::ReadTransaction>> begin();
  void give_back(std::unique_ptr<Lane> lane);

 private:
  ReaderPool(std::chrono::milliseconds wait_max, std::shared_ptr<const CommitCounter> commits)
      : wait_max_(wait_max), commits_(std::move(commits)) {}

  const std::chrono::milliseconds wait_max_;
  const std::shared_ptr<const CommitCounter> commits_;
  std::mutex mutex_;  // free_
  std::condition_variable lane_free_;
  std::vector<std::unique_ptr<Lane>> free_;
};

}  // namespace cinnabar::sqlite
