#include "storage/sql/row_reader.h"

#include "ports/checks.h"
#include "storage/sql/select_compiler.h"

#include <array>

namespace cinnabar::sql {

using ports::Row;

std::vector<BoundValue> bind_cells(const ports::Table& table, const std::vector<CellValue>& cells) {
  std::vector<BoundValue> values;
  values.reserve(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    values.push_back({&cells[i], table.columns[i].type});
  }
  return values;
}

Result<std::optional<Row>> RowReader::get(const ports::Table& table, const ports::Key& key) {
  CINNABAR_CHECK_OK(ports::check_key(table, key));
  const TableStatements& statements = book_.of(table);
  CINNABAR_TRY(std::vector<Row> rows,
               connection_.query(statements.get, bind_cells(table, key), statements.types));
  if (rows.empty()) return std::optional<Row>{};
  return std::optional<Row>{std::move(rows.front())};
}

Result<std::vector<Row>> RowReader::select(const ports::Select& select) {
  CINNABAR_CHECK_OK(ports::check_select(select));
  const TableStatements& statements = book_.of(*select.table);
  const CompiledQuery query = compile_select(select, statements.columns, connection_.tokens());
  return connection_.query(query.text, query.values, statements.types);
}

Result<std::int64_t> RowReader::count(const ports::Table& table, const FilterNode& filter) {
  CINNABAR_CHECK_OK(ports::check_filter(table, filter));
  const CompiledQuery query = compile_count(table, filter, connection_.tokens());
  constexpr std::array kTypes{ports::ColumnType::integer};
  CINNABAR_TRY(const std::vector<Row> rows, connection_.query(query.text, query.values, kTypes));
  return std::get<std::int64_t>(rows.front().front());
}

Result<std::vector<ports::SequencePosition>> RowReader::sequences() {
  constexpr std::array kTypes{ports::ColumnType::text, ports::ColumnType::integer};
  CINNABAR_TRY(const std::vector<Row> rows,
               connection_.query("SELECT name, next FROM sequence ORDER BY name", {}, kTypes));
  std::vector<ports::SequencePosition> positions;
  positions.reserve(rows.size());
  for (const Row& row : rows) {
    positions.push_back({std::get<std::string>(row[0]), std::get<std::int64_t>(row[1])});
  }
  return positions;
}

}  // namespace cinnabar::sql
