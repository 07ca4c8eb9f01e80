// The rows of the memory storage: immutable once a reader holds them, indexed by primary key and by
// the unique indexes of ports/indexes.h.
//
// Ownership: a Snapshot shares tables with the live set. Thread: a Snapshot may be read from any
// thread; LiveTables belongs to one thread at a time, and its callers must serialise `snapshot`,
// the destruction of snapshots and everything that writes.
#pragma once

#include "ports/store.h"

#include <map>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

namespace cinnabar::memory {

using RowPtr = std::shared_ptr<const ports::Row>;

struct TableData {
  std::map<ports::Key, RowPtr> rows;
  // One map per unique index of the table, in the order of ports::kIndexes.
  std::vector<std::map<ports::Key, ports::Key>> unique;
};

// Tables by name; a table that was never written is absent.
using Snapshot = std::map<std::string_view, std::shared_ptr<TableData>>;

[[nodiscard]] Result<std::optional<ports::Row>> get_row(const Snapshot& tables,
                                                        const ports::Table& table,
                                                        const ports::Key& key);
[[nodiscard]] Result<std::vector<ports::Row>> select_rows(const Snapshot& tables,
                                                          const ports::Select& select);
[[nodiscard]] Result<std::int64_t> count_rows(const Snapshot& tables, const ports::Table& table,
                                              const FilterNode& filter);

// One buffered write of a command.
struct Write {
  enum class Kind : std::uint8_t { insert, update, update_if, put, erase };
  Kind kind = Kind::insert;
  const ports::Table* table = nullptr;
  ports::Row row;  // the key alone for erase
  std::uint16_t version_column = 0;
  std::int64_t expected = 0;
};

class LiveTables {
 public:
  [[nodiscard]] const Snapshot& view() const { return tables_; }
  [[nodiscard]] Snapshot snapshot() const { return tables_; }
  // Applies all of a command's writes in order, or none.
  [[nodiscard]] Status apply(const std::vector<Write>& writes);

 private:
  struct Undo {
    const ports::Table* table;
    ports::Key key;
    RowPtr before;  // null when there was no row
  };
  [[nodiscard]] Status apply_one(const Write& write, std::vector<Undo>& undo);
  TableData& writable(const ports::Table& table);
  [[nodiscard]] Status replace(const ports::Table& table, const ports::Key& key, RowPtr row);

  Snapshot tables_;
};

}  // namespace cinnabar::memory
