// Reads rows over a connection: the part of a transaction that is the same in every database.
//
// Ownership: borrows the connection and the book. Thread: the connection's.
#pragma once

#include "ports/store.h"
#include "storage/sql/connection.h"
#include "storage/sql/statements.h"

namespace cinnabar::sql {

class RowReader {
 public:
  RowReader(Connection& connection, StatementBook& book) : connection_(connection), book_(book) {}

  [[nodiscard]] Result<std::optional<ports::Row>> get(const ports::Table& table,
                                                      const ports::Key& key);
  [[nodiscard]] Result<std::vector<ports::Row>> select(const ports::Select& select);
  [[nodiscard]] Result<std::int64_t> count(const ports::Table& table, const FilterNode& filter);
  [[nodiscard]] Result<std::vector<ports::SequencePosition>> sequences();

 private:
  Connection& connection_;
  StatementBook& book_;
};

// Cells as values for the first columns of the table; the cells must outlive the result.
[[nodiscard]] std::vector<BoundValue> bind_cells(const ports::Table& table,
                                                 const std::vector<CellValue>& cells);

}  // namespace cinnabar::sql
