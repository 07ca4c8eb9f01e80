// The embedded storage: one SQLite file in WAL mode with synchronous=FULL, one writer with group
// commit, a pool of readers on snapshots.
//
// Ownership: owns its connections, its writer thread and the lock of the folder the file lies in,
// so one process (and one store) uses a folder. ReadTransactions may outlive the store. Threads:
// safe from any; `migrate`, `backup` and `stop` not from `work` or `done`. Errors: as
// ports/store.h; resource_exhausted (queue_full) also when all readers stay busy;
// failed_precondition (storage_locked, schema_too_new, schema_changed).
#pragma once

#include "base/log.h"
#include "base/time.h"
#include "ports/store.h"
#include "vocab/limits.h"

#include <filesystem>
#include <memory>
#include <string>

namespace cinnabar::sqlite {

struct SqliteOptions {
  std::filesystem::path path;  // its folder must exist
  std::size_t reader_connections = 4;
  std::size_t queue_max = limits::kWriterQueueMax;
  std::size_t group_max = limits::kBatchCommandsMax;
  Duration reader_wait_max = seconds(10);
  std::int64_t writer_cache_bytes = 64LL * 1024 * 1024;
  std::int64_t reader_cache_bytes = 8LL * 1024 * 1024;
  // Readers map this much of the file; the log is always read by copying.
  // Off by default: a mapped page is looked up in the log each time it is read, a cached one once
  // per snapshot, and the log of a busy server is long.
  std::int64_t reader_mmap_bytes = 0;
  // The log is copied into the file when it has this many pages and nothing is queued, and in any
  // case at ten times as many; at forty times as many the writer waits shortly for readers.
  std::int64_t checkpoint_pages = 2'000;
  std::string vfs;  // empty: the system's; tests name one that loses power
  Logger logger;
};

class SqliteStore final : public ports::Store {
 public:
  // Creates the file when it is missing and makes that durable; call `migrate` next.
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(SqliteOptions options);
  ~SqliteStore() override;

  [[nodiscard]] Status submit(ports::WriteCommand command) override;
  [[nodiscard]] Result<std::unique_ptr<ports::ReadTransaction>> read() override;
  [[nodiscard]] ports::StoreHealth health() override;
  [[nodiscard]] Status migrate() override;
  void stop() override;

  // Writes a consistent copy to `target` while serving: into a temporary file beside it, checked,
  // synced, then renamed. An existing file is replaced; on an error it stays.
  [[nodiscard]] Status backup(const std::filesystem::path& target);
  // Reads a database that nobody needs to have open: undamaged, and with exactly the schema of this
  // binary. data_loss (storage_corrupt), failed_precondition (schema_too_new, schema_changed).
  [[nodiscard]] static Status verify(const std::filesystem::path& path);

 private:
  class Parts;
  explicit SqliteStore(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace cinnabar::sqlite
