#include "storage/sql/row_writer.h"

#include "ports/checks.h"
#include "vocab/reasons.h"

#include <string>

namespace cinnabar::sql {
namespace {

using ports::Key;
using ports::Row;
using ports::Table;

Error conflict(const Table& table, Reason reason, std::string detail) {
  return make_error(Code::conflict, reason, std::move(detail), std::string(table.name));
}

Error version_conflict(const Table& table) {
  return conflict(table, reasons::kVersionConflict,
                  "the row was changed or removed by somebody else");
}

}  // namespace

void RowWriter::insert(const Table& table, Row row) {
  writes_.push_back({Kind::insert, &table, std::move(row), 0, 0});
}

void RowWriter::update(const Table& table, Row row) {
  writes_.push_back({Kind::update, &table, std::move(row), 0, 0});
}

void RowWriter::update_if(const Table& table, Row row, std::uint16_t version_column,
                          std::int64_t expected) {
  writes_.push_back({Kind::update_if, &table, std::move(row), version_column, expected});
}

void RowWriter::put(const Table& table, Row row) {
  writes_.push_back({Kind::put, &table, std::move(row), 0, 0});
}

void RowWriter::erase(const Table& table, Key key) {
  writes_.push_back({Kind::erase, &table, std::move(key), 0, 0});
}

Status RowWriter::apply(bool& changed_before_error) {
  for (std::size_t i = 0; i < writes_.size(); ++i) {
    Status applied = apply_one(writes_[i]);
    if (applied.has_value()) continue;
    changed_before_error = i > 0;
    // The connection knows that a unique index is broken, but not whose.
    if (applied.error().reason != reasons::kUniqueViolation) return applied;
    return conflict(*writes_[i].table, reasons::kUniqueViolation,
                    "another row has the same key or unique value");
  }
  return {};
}

Status RowWriter::apply_one(const Write& write) {
  const Table& table = *write.table;
  if (write.kind == Kind::erase) {
    CINNABAR_CHECK_OK(ports::check_key(table, write.row));
    CINNABAR_CHECK_OK(connection_.execute(book_.of(table).erase, bind_cells(table, write.row)));
    return {};
  }
  CINNABAR_CHECK_OK(ports::check_row(table, write.row));
  if (write.kind == Kind::insert || write.kind == Kind::put) {
    const TableStatements& statements = book_.of(table);
    const std::string& text = write.kind == Kind::insert ? statements.insert : statements.put;
    CINNABAR_CHECK_OK(connection_.execute(text, bind_cells(table, write.row)));
    return {};
  }
  return apply_update(write);
}

Status RowWriter::apply_update(const Write& write) {
  const Table& table = *write.table;
  const bool is_versioned = write.kind == Kind::update_if;
  if (is_versioned && write.version_column >= table.columns.size()) {
    return make_error(Code::invalid_argument, reasons::kUnknownColumn,
                      std::string(table.name) + " has no such column",
                      std::to_string(write.version_column));
  }
  const Key key(write.row.begin(), write.row.begin() + table.key_columns);
  CINNABAR_TRY(const std::optional<Row> stored, reader_.get(table, key));
  const CellValue expected{write.expected};
  if (is_versioned && (!stored || (*stored)[write.version_column] != expected)) {
    return version_conflict(table);
  }
  if (!stored) return conflict(table, reasons::kRowMissing, "there is no row with this key");

  std::uint64_t changed = 0;
  std::vector<BoundValue> values;
  for (std::size_t i = table.key_columns; i < write.row.size(); ++i) {
    if (write.row[i] == (*stored)[i]) continue;
    changed |= std::uint64_t{1} << i;
    values.push_back({&write.row[i], table.columns[i].type});
  }
  if (changed == 0) return {};
  for (std::size_t i = 0; i < key.size(); ++i) values.push_back({&key[i], table.columns[i].type});
  // Asked again in the statement, because another process may write where there is no single
  // writer.
  if (is_versioned) values.push_back({&expected, ports::ColumnType::integer});
  const std::string& text =
      book_.update_of(table, changed, is_versioned ? &write.version_column : nullptr);
  CINNABAR_TRY(const std::int64_t rows, connection_.execute(text, values));
  if (rows == 1) return {};
  if (is_versioned) return version_conflict(table);
  return conflict(table, reasons::kRowMissing, "there is no row with this key");
}

}  // namespace cinnabar::sql
