#include "app/read_only_store.h"

#include "storage/sql/migrate.h"
#include "vocab/reasons.h"

namespace cinnabar::app {
namespace {

constexpr std::chrono::milliseconds kReaderWait{10'000};

sqlite::SqliteConnection::Settings read_only() {
  sqlite::SqliteConnection::Settings settings;
  settings.mode = sqlite::SqliteConnection::Mode::read_only;
  return settings;
}

Error cannot_write() {
  return make_error(Code::failed_precondition, reasons::kStorageUnavailable,
                    "the database is open for reading only");
}

}  // namespace

Result<std::unique_ptr<ReadOnlyStore>> ReadOnlyStore::open(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    return make_error(Code::not_found, reasons::kStorageUnavailable,
                      "there is no database at " + path.string());
  }
  CINNABAR_TRY(auto pool, sqlite::ReaderPool::open(path, read_only(), 2, kReaderWait, nullptr));
  return std::unique_ptr<ReadOnlyStore>(new ReadOnlyStore(path, std::move(pool)));
}

Status ReadOnlyStore::submit(ports::WriteCommand) {
  return cannot_write();
}

Result<std::unique_ptr<ports::ReadTransaction>> ReadOnlyStore::read() {
  return pool_->begin();
}

ports::StoreHealth ReadOnlyStore::health() {
  return ports::StoreHealth{false, "open for reading only"};
}

Status ReadOnlyStore::migrate() {
  return cannot_write();
}

Status ReadOnlyStore::copy_to(const std::filesystem::path& target) {
  CINNABAR_TRY(auto connection, sqlite::SqliteConnection::open(path_, read_only()));
  return connection->copy_to(target);
}

Status check_schema(const std::filesystem::path& path) {
  CINNABAR_TRY(auto connection, sqlite::SqliteConnection::open(path, read_only()));
  return sql::check_migrated(*connection, sql::embedded_migrations());
}

}  // namespace cinnabar::app
