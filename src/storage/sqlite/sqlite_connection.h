// One SQLite connection behind the adapter port, with its prepared statements cached by text.
//
// `$n` becomes an anonymous `?`, which is right because placeholders come in order, each once.
// SQLite takes `$n` for a name and numbers names by their place in the text, and a statement with
// ten thousand named or numbered placeholders costs it quadratic time. Values are bound without a
// copy, so they are borrowed until the call returns.
//
// Ownership: owns the handle. Thread: one at a time; the handle has no mutex.
#pragma once

#include "base/result.h"
#include "storage/sql/connection.h"

#include <filesystem>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace cinnabar::sqlite {

class SqliteConnection final : public sql::Connection {
 public:
  enum class Mode : std::uint8_t { read_write, read_only };
  struct Settings {
    Mode mode = Mode::read_write;
    std::string vfs;  // empty: the default
    std::int64_t cache_bytes = 16LL * 1024 * 1024;
    std::int64_t mmap_bytes = 0;
  };

  // Creates the file in read_write mode. A read_write connection runs in WAL mode with
  // synchronous=FULL and never checkpoints by itself.
  [[nodiscard]] static Result<std::unique_ptr<SqliteConnection>> open(
      const std::filesystem::path& path, const Settings& settings);
  ~SqliteConnection() override;

  [[nodiscard]] const sql::Tokens& tokens() const override;
  [[nodiscard]] Result<std::int64_t> execute(std::string_view text,
                                             std::span<const sql::BoundValue> values) override;
  [[nodiscard]] Result<std::vector<ports::Row>> query(
      std::string_view text, std::span<const sql::BoundValue> values,
      std::span<const ports::ColumnType> columns) override;
  [[nodiscard]] Status run_script(std::string_view text) override;
  [[nodiscard]] Status begin_write() override;
  [[nodiscard]] Status commit() override;
  void rollback() override;

  // A snapshot of the last commit, held until `rollback`.
  [[nodiscard]] Status begin_read();
  // SQLite ends a transaction by itself after some errors; whatever ran before is gone then.
  [[nodiscard]] bool is_in_transaction() const;
  // The first unavailable or data_loss error since begin_write, whoever got it.
  [[nodiscard]] const std::optional<Error>& transaction_error() const { return transaction_error_; }
  [[nodiscard]] Status savepoint();
  [[nodiscard]] Status release_savepoint();
  [[nodiscard]] Status rollback_to_savepoint();

  struct WalState {
    std::int64_t frames = 0;        // in the log
    std::int64_t checkpointed = 0;  // of them in the database file
  };
  // Copies what no reader needs from the log into the database file; `restart` waits (bounded) for
  // readers, so that the log begins anew.
  [[nodiscard]] Result<WalState> checkpoint(bool restart);
  // Frames in the log after the last commit of this connection.
  [[nodiscard]] std::int64_t wal_frames() const { return wal_frames_; }
  // "ok", or what is broken.
  [[nodiscard]] Result<std::string> integrity_check();
  // Writes a consistent copy of the database to `target`, one file, synced. The connection must
  // hold no transaction.
  [[nodiscard]] Status copy_to(const std::filesystem::path& target);

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  using StatementPtr = std::unique_ptr<sqlite3_stmt, Finalizer>;
  struct Cached {
    std::string text;
    StatementPtr statement;
  };
  // Either borrowed from the cache or owned for one use.
  struct Prepared {
    sqlite3_stmt* statement = nullptr;
    StatementPtr owned;
  };

  explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}
  [[nodiscard]] Status configure(const Settings& settings);
  [[nodiscard]] Result<Prepared> prepare(std::string_view text);
  [[nodiscard]] Result<StatementPtr> compile(std::string_view text, bool is_kept);
  [[nodiscard]] Status bind(sqlite3_stmt* statement, std::span<const sql::BoundValue> values);
  [[nodiscard]] Status run(std::string_view text);
  // The error of the last call, remembered when it endangers the transaction.
  [[nodiscard]] Error last_error();

  sqlite3* handle_;
  std::list<Cached> cache_;  // most recently used first
  std::unordered_map<std::string_view, std::list<Cached>::iterator> by_text_;
  std::int64_t wal_frames_ = 0;
  std::optional<Error> transaction_error_;
};

// The error of a primary or extended SQLite result code.
[[nodiscard]] Error classify_error(int code);

}  // namespace cinnabar::sqlite
