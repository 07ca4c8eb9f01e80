// The store: rows in tables, read from snapshots, written in commands that commit in groups.
//
// Reading: a ReadTransaction sees one committed state from its creation on. Writing: a command is a
// function that runs on the writer, reads through its WriteTransaction and buffers its own rows;
// if it returns an error, its rows are dropped and nobody else's are. Commands that are queued
// while a commit runs share the next commit; `done` is called after the commit is on disk.
// A command sees what was committed and what earlier commands of the same group wrote, but not its
// own writes; it reads first, decides, then writes.
//
// Threads: Store is safe from any thread. A transaction belongs to the thread that made it. `work`
// runs on the writer; `done` runs on the writer after the commit and must return quickly.
// Errors: unavailable (storage_unavailable) when the database cannot be reached or the disk is
// full; data_loss (storage_corrupt) when it is damaged; resource_exhausted (queue_full) when the
// writer's queue is full; conflict (unique_violation, subject = table) when a row breaks a unique
// index; conflict (version_conflict) when an update names a version that is no longer stored.
#pragma once

#include "base/result.h"
#include "ports/table.h"
#include "vocab/filter.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::ports {

struct Select {
  const Table* table = nullptr;
  FilterNode filter;           // AllOf{} selects everything
  std::vector<SortKey> order;  // the primary key is always the last tie breaker, ascending
  std::int64_t offset = 0;
  std::int64_t limit = -1;  // -1: all
  // Columns that are read; the cells of others are Null, whatever is stored. Empty: all.
  std::vector<std::uint16_t> columns;
};

// A named sequence and the number that it gives next; lower ones may have been given.
struct SequencePosition {
  std::string name;
  std::int64_t next = 1;
};

class ReadTransaction {
 public:
  ReadTransaction() = default;
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;
  virtual ~ReadTransaction() = default;

  [[nodiscard]] virtual Result<std::optional<Row>> get(const Table& table, const Key& key) = 0;
  [[nodiscard]] virtual Result<std::vector<Row>> select(const Select& select) = 0;
  [[nodiscard]] virtual Result<std::int64_t> count(const Table& table,
                                                   const FilterNode& filter) = 0;
  // All sequences by name, as far as they are committed: for copies to another store.
  [[nodiscard]] virtual Result<std::vector<SequencePosition>> sequences() = 0;
  // Which commit this reads the state after: equal for two transactions only if they read exactly
  // the same. nullopt when nobody can tell, as while a commit is under way.
  [[nodiscard]] virtual std::optional<std::int64_t> commit_number() const { return std::nullopt; }
};

class WriteTransaction : public ReadTransaction {
 public:
  // Buffered; errors show when the command's rows are applied and fail the command.
  virtual void insert(const Table& table, Row row) = 0;
  // Replaces the whole row with that key; a missing row fails the command (conflict, row_missing).
  virtual void update(const Table& table, Row row) = 0;
  // As update, but only if the stored row has `expected` in integer column `version_column`.
  virtual void update_if(const Table& table, Row row, std::uint16_t version_column,
                         std::int64_t expected) = 0;
  // Inserts, or replaces the row with that key.
  virtual void put(const Table& table, Row row) = 0;
  // A missing row is no error.
  virtual void erase(const Table& table, Key key) = 0;

  // The next number of a named sequence: 1, 2, 3, ... Numbers taken by a command that fails may be
  // skipped for ever; numbers taken by one that commits are never given again, also after a crash.
  // Gap-free sequences take `dense`: a failed command gives its numbers back.
  enum class Gaps : std::uint8_t { allowed, dense };
  [[nodiscard]] virtual Result<std::int64_t> next_number(std::string_view sequence,
                                                         Gaps gaps = Gaps::allowed) = 0;
  // The sequence gives no number below `position.next` from now on, even if the command fails.
  [[nodiscard]] virtual Status raise_sequence(const SequencePosition& position) = 0;
};

struct WriteCommand {
  // Runs once, or again from the start when the group has to be retried command by command.
  std::function<Status(WriteTransaction&)> work;
  // Exactly once. The status is `work`'s error, the error of applying its rows, or the commit's.
  std::function<void(Status)> done;
};

struct StoreHealth {
  bool is_writable = false;
  std::string description;  // one line for /readyz and doctor
};

class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  // Queues the command. When the queue is full the error is returned at once and `done` is not
  // called.
  [[nodiscard]] virtual Status submit(WriteCommand command) = 0;
  // Blocks while all reader connections are taken, at most the configured wait.
  [[nodiscard]] virtual Result<std::unique_ptr<ReadTransaction>> read() = 0;
  [[nodiscard]] virtual StoreHealth health() = 0;
  // Applies the numbered schema changes that are missing; safe to repeat. Before any other call.
  [[nodiscard]] virtual Status migrate() = 0;
  // Refuses new commands, finishes the queued ones, and returns when the last `done` has run.
  virtual void stop() = 0;
};

// Submits and waits for the commit: for start-up, command line and tests, never on an I/O thread.
[[nodiscard]] Status submit_and_wait(Store& store, std::function<Status(WriteTransaction&)> work);

}  // namespace cinnabar::ports
