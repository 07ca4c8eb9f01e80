#include "storage/sqlite/sqlite_connection.h"

#include "vocab/reasons.h"

#include <sqlite3.h>

#include <array>

namespace cinnabar::sqlite {
namespace {

using ports::ColumnType;
using sql::BoundValue;

constexpr std::size_t kCachedStatementsMax = 256;
constexpr std::size_t kCachedTextBytesMax = 8 * 1024;
constexpr int kBusyTimeoutMs = 5'000;
constexpr int kRestartTimeoutMs = 200;
constexpr int kBackupPagesPerStep = 1'024;
// A log that grew beyond this is cut when it begins anew.
constexpr std::int64_t kWalBytesKept = 128LL * 1024 * 1024;

// $1, $2, ... become anonymous. Placeholders are the only place where our statements hold a '$'.
std::string anonymous_placeholders(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$') {
      out += text[i];
      continue;
    }
    std::size_t number = 0;
    while (i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9') {
      number = number * 10 + static_cast<std::size_t>(text[++i] - '0');
    }
    // Out of order, a value would silently go to another column.
    CINNABAR_ASSERT(number == ++count);
    out += '?';
  }
  return out;
}

CellValue read_cell(sqlite3_stmt* statement, int column, ColumnType type) {
  if (sqlite3_column_type(statement, column) == SQLITE_NULL) return {};
  if (type == ColumnType::integer) {
    return static_cast<std::int64_t>(sqlite3_column_int64(statement, column));
  }
  const void* bytes = type == ColumnType::blob
                          ? sqlite3_column_blob(statement, column)
                          : static_cast<const void*>(sqlite3_column_text(statement, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  if (bytes == nullptr) return std::string();
  return std::string(static_cast<const char*>(bytes), size);
}

// Resets on every way out, so that no statement keeps a snapshot or a borrowed value alive.
class ResetOnExit {
 public:
  explicit ResetOnExit(sqlite3_stmt* statement) : statement_(statement) {}
  ResetOnExit(const ResetOnExit&) = delete;
  ResetOnExit& operator=(const ResetOnExit&) = delete;
  ~ResetOnExit() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

 private:
  sqlite3_stmt* statement_;
};

int remember_wal_frames(void* counter, sqlite3* /*handle*/, const char* /*database*/, int frames) {
  *static_cast<std::int64_t*>(counter) = frames;
  return SQLITE_OK;
}

}  // namespace

Error classify_error(int code) {
  const std::string detail = std::string(sqlite3_errstr(code)) + " (" + std::to_string(code) + ")";
  switch (code) {
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_ROWID:
      return make_error(Code::conflict, reasons::kUniqueViolation, detail);
    default:
      break;
  }
  switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return make_error(Code::data_loss, reasons::kStorageCorrupt, detail);
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
      return make_error(Code::unavailable, reasons::kStorageUnavailable, detail);
    case SQLITE_TOOBIG:
      return make_error(Code::invalid_argument, reasons::kLimitExceeded, detail);
    case SQLITE_CONSTRAINT:
      return make_error(Code::invalid_argument, reasons::kArgumentMalformed, detail);
    default:
      return make_error(Code::internal, reasons::kInternal, detail);
  }
}

void SqliteConnection::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqliteConnection::~SqliteConnection() {
  by_text_.clear();
  cache_.clear();
  sqlite3_close(handle_);
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::filesystem::path& path,
                                                                 const Settings& settings) {
  const int access = settings.mode == Mode::read_write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                                       : SQLITE_OPEN_READONLY;
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                      settings.vfs.empty() ? nullptr : settings.vfs.c_str());
  if (handle == nullptr) return classify_error(SQLITE_NOMEM);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(handle));
  if (code != SQLITE_OK) return classify_error(code);
  CINNABAR_CHECK_OK(connection->configure(settings));
  return connection;
}

Status SqliteConnection::configure(const Settings& settings) {
  sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
  const std::string sizes =
      "PRAGMA cache_size = -" + std::to_string(settings.cache_bytes / 1024) +
      "; PRAGMA mmap_size = " + std::to_string(settings.mmap_bytes) +
      "; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";
  CINNABAR_CHECK_OK(run_script(sizes));
  if (settings.mode == Mode::read_only) return run_script("PRAGMA query_only = ON");
  CINNABAR_CHECK_OK(run_script(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
      "PRAGMA journal_size_limit = " +
      std::to_string(kWalBytesKept)));
  sqlite3_wal_hook(handle_, remember_wal_frames, &wal_frames_);
  constexpr std::array kText{ColumnType::text};
  CINNABAR_TRY(const std::vector<ports::Row> mode, query("PRAGMA journal_mode", {}, kText));
  if (mode.front().front() != CellValue{std::string("wal")}) {
    return make_error(Code::unavailable, reasons::kStorageUnavailable,
                      "the file system does not allow a write-ahead log");
  }
  return {};
}

const sql::Tokens& SqliteConnection::tokens() const {
  static constexpr sql::Tokens kTokens{.integer = "INTEGER",
                                       .text = "TEXT",
                                       .blob = "BLOB",
                                       .plain = "STRICT",
                                       .clustered = "STRICT, WITHOUT ROWID",
                                       .lower_open = "lower(",
                                       .lower_close = ")"};
  return kTokens;
}

Error SqliteConnection::last_error() {
  Error error = classify_error(sqlite3_extended_errcode(handle_));
  const bool is_fatal = error.code == Code::unavailable || error.code == Code::data_loss;
  if (is_fatal && !transaction_error_) transaction_error_ = error;
  return error;
}

Result<SqliteConnection::StatementPtr> SqliteConnection::compile(std::string_view text,
                                                                 bool is_kept) {
  const std::string anonymous = anonymous_placeholders(text);
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(handle_, anonymous.c_str(), static_cast<int>(anonymous.size()),
                         is_kept ? SQLITE_PREPARE_PERSISTENT : 0U, &statement, nullptr);
  if (code != SQLITE_OK) return last_error();
  return StatementPtr(statement);
}

Result<SqliteConnection::Prepared> SqliteConnection::prepare(std::string_view text) {
  if (const auto found = by_text_.find(text); found != by_text_.end()) {
    cache_.splice(cache_.begin(), cache_, found->second);
    return Prepared{found->second->statement.get(), nullptr};
  }
  const bool is_kept = text.size() <= kCachedTextBytesMax;
  CINNABAR_TRY(StatementPtr statement, compile(text, is_kept));
  if (!is_kept) {
    sqlite3_stmt* borrowed = statement.get();
    return Prepared{borrowed, std::move(statement)};
  }
  if (cache_.size() >= kCachedStatementsMax) {
    by_text_.erase(cache_.back().text);
    cache_.pop_back();
  }
  cache_.push_front({std::string(text), std::move(statement)});
  by_text_.emplace(cache_.front().text, cache_.begin());
  return Prepared{cache_.front().statement.get(), nullptr};
}

Status SqliteConnection::bind(sqlite3_stmt* statement, std::span<const BoundValue> values) {
  CINNABAR_ASSERT(sqlite3_bind_parameter_count(statement) == static_cast<int>(values.size()));
  int index = 0;
  for (const BoundValue& bound : values) {
    ++index;
    int code = SQLITE_OK;
    if (const auto* integer = std::get_if<std::int64_t>(bound.value)) {
      code = sqlite3_bind_int64(statement, index, *integer);
    } else if (const auto* text = std::get_if<std::string>(bound.value)) {
      code = bound.type == ColumnType::blob
                 ? sqlite3_bind_blob64(statement, index, text->data(), text->size(), SQLITE_STATIC)
                 : sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC,
                                       SQLITE_UTF8);
    } else {
      code = sqlite3_bind_null(statement, index);
    }
    if (code != SQLITE_OK) return classify_error(code);
  }
  return {};
}

Result<std::int64_t> SqliteConnection::execute(std::string_view text,
                                               std::span<const BoundValue> values) {
  CINNABAR_TRY(const Prepared prepared, prepare(text));
  const ResetOnExit reset(prepared.statement);
  CINNABAR_CHECK_OK(bind(prepared.statement, values));
  const int code = sqlite3_step(prepared.statement);
  if (code != SQLITE_DONE && code != SQLITE_ROW) return last_error();
  return static_cast<std::int64_t>(sqlite3_changes(handle_));
}

Result<std::vector<ports::Row>> SqliteConnection::query(std::string_view text,
                                                        std::span<const BoundValue> values,
                                                        std::span<const ColumnType> columns) {
  CINNABAR_TRY(const Prepared prepared, prepare(text));
  const ResetOnExit reset(prepared.statement);
  CINNABAR_CHECK_OK(bind(prepared.statement, values));
  std::vector<ports::Row> rows;
  for (;;) {
    const int code = sqlite3_step(prepared.statement);
    if (code == SQLITE_DONE) return rows;
    if (code != SQLITE_ROW) return last_error();
    ports::Row& row = rows.emplace_back();
    row.reserve(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      row.push_back(read_cell(prepared.statement, static_cast<int>(i), columns[i]));
    }
  }
}

Status SqliteConnection::run_script(std::string_view text) {
  const std::string script(text);
  const int code = sqlite3_exec(handle_, script.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return last_error();
  return {};
}

Status SqliteConnection::run(std::string_view text) {
  CINNABAR_CHECK_OK(execute(text, {}));
  return {};
}

Status SqliteConnection::begin_write() {
  transaction_error_.reset();
  return run("BEGIN IMMEDIATE");
}

Status SqliteConnection::commit() {
  return run("COMMIT");
}

void SqliteConnection::rollback() {
  if (!is_in_transaction()) return;
  const Status status = run("ROLLBACK");
  // Only a statement still in use or a lost handle could refuse, and we have neither.
  CINNABAR_ASSERT(status.has_value() || !is_in_transaction());
}

Status SqliteConnection::begin_read() {
  CINNABAR_CHECK_OK(run("BEGIN"));
  // The snapshot is taken by the first read, so read something small.
  constexpr std::array kTypes{ColumnType::integer};
  Result<std::vector<ports::Row>> rows = query("SELECT 1 FROM sqlite_schema LIMIT 1", {}, kTypes);
  if (rows.has_value()) return {};
  rollback();
  return std::move(rows).error();
}

bool SqliteConnection::is_in_transaction() const {
  return sqlite3_get_autocommit(handle_) == 0;
}

Status SqliteConnection::savepoint() {
  return run("SAVEPOINT command");
}

Status SqliteConnection::release_savepoint() {
  return run("RELEASE command");
}

Status SqliteConnection::rollback_to_savepoint() {
  CINNABAR_CHECK_OK(run("ROLLBACK TO command"));
  return run("RELEASE command");
}

Result<SqliteConnection::WalState> SqliteConnection::checkpoint(bool restart) {
  int frames = 0;
  int checkpointed = 0;
  if (restart) sqlite3_busy_timeout(handle_, kRestartTimeoutMs);
  const int code = sqlite3_wal_checkpoint_v2(
      handle_, nullptr, restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, &frames,
      &checkpointed);
  if (restart) sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
  // Busy says that readers hold the log; the next attempt may find them gone.
  if (code != SQLITE_OK && (code & 0xFF) != SQLITE_BUSY) return classify_error(code);
  return WalState{frames, checkpointed};
}

Result<std::string> SqliteConnection::integrity_check() {
  constexpr std::array kTypes{ColumnType::text};
  CINNABAR_TRY(const std::vector<ports::Row> rows, query("PRAGMA integrity_check(10)", {}, kTypes));
  std::string text;
  for (const ports::Row& row : rows) {
    if (!text.empty()) text += "; ";
    if (const auto* line = std::get_if<std::string>(&row.front())) text += *line;
  }
  return text;
}

Status SqliteConnection::copy_to(const std::filesystem::path& target) {
  CINNABAR_TRY(const std::unique_ptr<SqliteConnection> copy, open(target, Settings{}));
  // One snapshot for the whole copy: a commit of the writer does not start it again.
  CINNABAR_CHECK_OK(begin_read());
  sqlite3_backup* backup = sqlite3_backup_init(copy->handle_, "main", handle_, "main");
  if (backup == nullptr) {
    rollback();
    return copy->last_error();
  }
  int code = SQLITE_OK;
  while (code == SQLITE_OK) code = sqlite3_backup_step(backup, kBackupPagesPerStep);
  const int finished = sqlite3_backup_finish(backup);
  rollback();
  if (code != SQLITE_DONE) return classify_error(code);
  if (finished != SQLITE_OK) return classify_error(finished);
  // The copy must be one file that needs no log beside it.
  return copy->run_script("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE");
}

}  // namespace cinnabar::sqlite
