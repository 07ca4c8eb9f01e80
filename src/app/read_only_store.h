// A database read beside the process that owns it: for backups, checks and lists while serving.
//
// It neither writes nor takes the lock, and its snapshots are as consistent as everybody's. Thread:
// as ReaderPool. Errors: not_found (storage_unavailable) when there is no database.
#pragma once

#include "ports/store.h"
#include "storage/sqlite/reader_pool.h"

#include <filesystem>
#include <memory>

namespace cinnabar::app {

class ReadOnlyStore final : public ports::Store {
 public:
  static Result<std::unique_ptr<ReadOnlyStore>> open(const std::filesystem::path& path);

  [[nodiscard]] Status submit(ports::WriteCommand command) override;
  [[nodiscard]] Result<std::unique_ptr<ports::ReadTransaction>> read() override;
  [[nodiscard]] ports::StoreHealth health() override;
  [[nodiscard]] Status migrate() override;
  void stop() override {}

  // A consistent copy as one synced file; `target` must not exist.
  [[nodiscard]] Status copy_to(const std::filesystem::path& target);

 private:
  ReadOnlyStore(std::filesystem::path path, std::shared_ptr<sqlite::ReaderPool> pool)
      : path_(std::move(path)), pool_(std::move(pool)) {}

  std::filesystem::path path_;
  std::shared_ptr<sqlite::ReaderPool> pool_;
};

// ok, failed_precondition (schema_changed, schema_too_new): which schema the database has.
Status check_schema(const std::filesystem::path& path);

}  // namespace cinnabar::app
