#include "storage/sqlite/sqlite_store.h"

#include "storage/sql/migrate.h"
#include "storage/sqlite/file_guard.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/sqlite_connection.h"
#include "storage/sqlite/writer.h"
#include "vocab/reasons.h"

#include <system_error>

namespace cinnabar::sqlite {
namespace {

std::filesystem::path folder_of(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.parent_path();
  return folder.empty() ? std::filesystem::path(".") : folder;
}

Status check_integrity(SqliteConnection& connection) {
  CINNABAR_TRY(const std::string found, connection.integrity_check());
  if (found == "ok") return {};
  return make_error(Code::data_loss, reasons::kStorageCorrupt, found);
}

Error file_failure(const std::error_code& error) {
  return make_error(Code::unavailable, reasons::kStorageUnavailable, error.message());
}

}  // namespace

// Destroyed in reverse: the readers close before the writer, whose connection is the one that may
// checkpoint at the end, and the lock goes last.
class SqliteStore::Parts {
 public:
  Parts(SqliteOptions settings, FolderLock folder_lock, std::unique_ptr<Writer> the_writer,
        std::shared_ptr<ReaderPool> the_readers)
      : options(std::move(settings)),
        lock(std::move(folder_lock)),
        writer(std::move(the_writer)),
        readers(std::move(the_readers)) {}

  SqliteOptions options;
  FolderLock lock;
  std::unique_ptr<Writer> writer;
  std::shared_ptr<ReaderPool> readers;
};

SqliteStore::SqliteStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SqliteStore::~SqliteStore() {
  parts_->writer->stop();
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteOptions options) {
  const std::filesystem::path folder = folder_of(options.path);
  CINNABAR_TRY(FolderLock lock, FolderLock::take(folder));
  SqliteConnection::Settings settings;
  settings.vfs = options.vfs;
  settings.cache_bytes = options.writer_cache_bytes;
  CINNABAR_TRY(std::unique_ptr<SqliteConnection> connection,
               SqliteConnection::open(options.path, settings));
  CINNABAR_CHECK_OK(sync_folder(folder));

  settings.mode = SqliteConnection::Mode::read_only;
  settings.cache_bytes = options.reader_cache_bytes;
  settings.mmap_bytes = options.reader_mmap_bytes;
  const auto commits = std::make_shared<CommitCounter>();
  CINNABAR_TRY(
      std::shared_ptr<ReaderPool> readers,
      ReaderPool::open(options.path, settings, options.reader_connections,
                       std::chrono::milliseconds(options.reader_wait_max.millis()), commits));
  Writer::Options writing;
  writing.queue_max = options.queue_max;
  writing.group_max = options.group_max;
  writing.checkpoint_frames_idle = options.checkpoint_pages;
  writing.checkpoint_frames_busy = options.checkpoint_pages * 10;
  writing.checkpoint_frames_restart = options.checkpoint_pages * 40;
  auto writer = std::make_unique<Writer>(std::move(connection), writing, commits, options.logger);
  auto parts = std::make_unique<Parts>(std::move(options), std::move(lock), std::move(writer),
                                       std::move(readers));
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(parts)));
}

Status SqliteStore::submit(ports::WriteCommand command) {
  return parts_->writer->submit(std::move(command));
}

Result<std::unique_ptr<ports::ReadTransaction>> SqliteStore::read() {
  return parts_->readers->begin();
}

ports::StoreHealth SqliteStore::health() {
  return parts_->writer->health();
}

Status SqliteStore::migrate() {
  return parts_->writer->run_exclusive([](SqliteConnection& connection) {
    return sql::migrate(connection, sql::embedded_migrations());
  });
}

void SqliteStore::stop() {
  parts_->writer->stop();
}

Status SqliteStore::backup(const std::filesystem::path& target) {
  std::filesystem::path unfinished = target;
  unfinished += ".unfinished";
  std::error_code error;
  std::filesystem::remove(unfinished, error);
  SqliteConnection::Settings settings;
  settings.mode = SqliteConnection::Mode::read_only;
  settings.vfs = parts_->options.vfs;
  {
    CINNABAR_TRY(const std::unique_ptr<SqliteConnection> source,
                 SqliteConnection::open(parts_->options.path, settings));
    CINNABAR_CHECK_OK(source->copy_to(unfinished));
  }
  CINNABAR_CHECK_OK(sync_file(unfinished));
  CINNABAR_CHECK_OK(verify(unfinished));
  std::filesystem::rename(unfinished, target, error);
  if (error) return file_failure(error);
  return sync_folder(folder_of(target));
}

Status SqliteStore::verify(const std::filesystem::path& path) {
  SqliteConnection::Settings settings;
  settings.mode = SqliteConnection::Mode::read_only;
  CINNABAR_TRY(const std::unique_ptr<SqliteConnection> connection,
               SqliteConnection::open(path, settings));
  CINNABAR_CHECK_OK(check_integrity(*connection));
  return sql::check_migrated(*connection, sql::embedded_migrations());
}

}  // namespace cinnabar::sqlite
