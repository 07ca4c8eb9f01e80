// The statements of one table, written once from its descriptor.
//
// Ownership: a StatementBook owns its texts; references stay valid as long as it lives. Thread: one
// thread at a time; every connection has a book of its own.
#pragma once

#include "ports/table.h"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace cinnabar::sql {

// $1.. are the row's cells in column order for insert and put, and the key's cells for get and
// erase.
struct TableStatements {
  std::string columns;  // "id, name, ..."
  std::string get;
  std::string insert;
  std::string put;
  std::string erase;
  std::vector<ports::ColumnType> types;
};

class StatementBook {
 public:
  const TableStatements& of(const ports::Table& table);
  // Sets the columns whose bit is set in `changed` (bit i = column i, never a key column) where the
  // key and, if given, the version column match: the values come in the order changed columns, key,
  // version. `changed` must not be zero.
  const std::string& update_of(const ports::Table& table, std::uint64_t changed,
                               const std::uint16_t* version_column);

 private:
  struct Entry {
    TableStatements statements;
    std::unordered_map<std::uint64_t, std::string> updates;
    std::unordered_map<std::uint64_t, std::string> versioned_updates;
  };
  Entry& entry_of(const ports::Table& table);

  std::unordered_map<std::string_view, std::unique_ptr<Entry>> tables_;
};

}  // namespace cinnabar::sql
