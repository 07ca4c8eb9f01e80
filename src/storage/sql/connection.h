// The port of one database: what an adapter supplies so that the statements of this folder run on
// it. Statements use $1, $2, ... in this order, each exactly once, and the common subset of
// SQLite 3.40 and PostgreSQL 15; the few words that differ are Tokens.
//
// Ownership: values are borrowed for the length of a call. Thread: a connection belongs to one
// thread at a time. Errors, already classified: conflict (unique_violation, without subject),
// unavailable, data_loss, invalid_argument (limit_exceeded for a value beyond the database's
// limits), internal.
#pragma once

#include "base/result.h"
#include "ports/table.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace cinnabar::sql {

struct BoundValue {
  const CellValue* value = nullptr;
  ports::ColumnType type = ports::ColumnType::integer;  // tells text from bytes
};

// Replaces {{name}} in migrations and the ASCII case folding in searches.
struct Tokens {
  std::string_view integer;      // a 64-bit integer column
  std::string_view text;         // a text column that compares by bytes
  std::string_view blob;         // a column of bytes
  std::string_view plain;        // table options
  std::string_view clustered;    // table options: rows lie in primary key order
  std::string_view lower_open;   // before a text column that is folded to lower-case ASCII
  std::string_view lower_close;  // and after it
};

class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  [[nodiscard]] virtual const Tokens& tokens() const = 0;
  // Returns the number of rows the statement changed.
  [[nodiscard]] virtual Result<std::int64_t> execute(std::string_view text,
                                                     std::span<const BoundValue> values) = 0;
  // One Row per result row with one cell per entry of `columns`.
  [[nodiscard]] virtual Result<std::vector<ports::Row>> query(
      std::string_view text, std::span<const BoundValue> values,
      std::span<const ports::ColumnType> columns) = 0;
  // Several statements without values, for migrations.
  [[nodiscard]] virtual Status run_script(std::string_view text) = 0;
  [[nodiscard]] virtual Status begin_write() = 0;
  [[nodiscard]] virtual Status commit() = 0;
  // After it no transaction is open, whatever happened before.
  virtual void rollback() = 0;
};

}  // namespace cinnabar::sql
