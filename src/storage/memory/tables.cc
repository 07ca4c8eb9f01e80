#include "storage/memory/tables.h"

#include "ports/checks.h"
#include "ports/indexes.h"
#include "storage/memory/filter_eval.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::memory {
namespace {

using ports::Index;
using ports::Key;
using ports::Row;
using ports::Table;

Key key_of(const Table& table, const Row& row) {
  return Key(row.begin(), row.begin() + table.key_columns);
}

std::vector<const Index*> unique_indexes(const Table& table) {
  std::vector<const Index*> found;
  for (const Index& index : ports::kIndexes) {
    if (index.unique && index.table->name == table.name) found.push_back(&index);
  }
  return found;
}

// Nothing for a row that the index does not hold or does not restrict.
std::optional<Key> entry_of(const Index& index, const Row& row) {
  if (index.equal_column && row[*index.equal_column] != CellValue{index.equal_value}) return {};
  if (index.null_column && row[*index.null_column] != CellValue{}) return {};
  if (index.filled_column && row[*index.filled_column] == CellValue{}) return {};
  Key entry;
  for (const std::uint16_t column : index.column_list()) {
    if (std::holds_alternative<std::monostate>(row[column])) return {};
    entry.push_back(row[column]);
  }
  return entry;
}

Error unique_violation(const Table& table) {
  return make_error(Code::conflict, reasons::kUniqueViolation,
                    "another row has the same key or unique value", std::string(table.name));
}

const TableData* find_table(const Snapshot& tables, const Table& table) {
  const auto found = tables.find(table.name);
  return found == tables.end() ? nullptr : found->second.get();
}

std::vector<const Row*> matching_rows(const Snapshot& tables, const Table& table,
                                      const FilterNode& filter);

// Relations become lists of the values that they lead to; check_filter has bounded the depth.
FilterNode resolve(const Snapshot& tables, const FilterNode& filter) {
  const auto resolve_all = [&tables](std::vector<FilterNode> parts) {
    for (FilterNode& part : parts) part = resolve(tables, part);
    return parts;
  };
  if (const auto* all = std::get_if<AllOf>(&filter.node)) {
    return FilterNode{AllOf{resolve_all(all->parts)}};
  }
  if (const auto* any = std::get_if<AnyOf>(&filter.node)) {
    return FilterNode{AnyOf{resolve_all(any->parts)}};
  }
  if (const auto* none = std::get_if<NoneOf>(&filter.node)) {
    return FilterNode{NoneOf{resolve_all(none->parts)}};
  }
  const auto* related = std::get_if<RelatedTo>(&filter.node);
  if (related == nullptr) return filter;
  Condition values{related->column, FilterOp::one_of, {}};
  const FilterNode inner{AllOf{related->parts}};
  for (const Row* row : matching_rows(tables, *ports::find_table(related->table), inner)) {
    const CellValue& value = (*row)[related->other];
    if (!std::holds_alternative<std::monostate>(value)) values.values.push_back(value);
  }
  return FilterNode{std::move(values)};
}

std::vector<const Row*> matching_rows(const Snapshot& tables, const Table& table,
                                      const FilterNode& filter) {
  std::vector<const Row*> found;
  const TableData* data = find_table(tables, table);
  if (data == nullptr) return found;
  const FilterNode resolved = resolve(tables, filter);
  for (const auto& [key, row] : data->rows) {
    if (matches(resolved, *row)) found.push_back(row.get());
  }
  return found;
}

}  // namespace

Result<std::optional<Row>> get_row(const Snapshot& tables, const Table& table, const Key& key) {
  CINNABAR_CHECK_OK(ports::check_key(table, key));
  const TableData* data = find_table(tables, table);
  if (data == nullptr) return std::optional<Row>{};
  const auto found = data->rows.find(key);
  if (found == data->rows.end()) return std::optional<Row>{};
  return std::optional<Row>{*found->second};
}

namespace {

Row read_part(const Row& stored, const ports::Select& select) {
  if (select.columns.empty()) return stored;
  Row row(stored.size());
  for (const std::uint16_t column : select.columns) row[column] = stored[column];
  return row;
}

}  // namespace

Result<std::vector<Row>> select_rows(const Snapshot& tables, const ports::Select& select) {
  CINNABAR_CHECK_OK(ports::check_select(select));
  std::vector<const Row*> found = matching_rows(tables, *select.table, select.filter);
  if (!select.order.empty()) {
    // Rows come in key order, so a stable sort leaves the primary key as the last tie breaker.
    std::stable_sort(found.begin(), found.end(), [&select](const Row* a, const Row* b) {
      return comes_before(select.order, *a, *b);
    });
  }
  const std::size_t first =
      std::min(found.size(), static_cast<std::size_t>(std::max<std::int64_t>(select.offset, 0)));
  std::size_t count = found.size() - first;
  if (select.limit >= 0) count = std::min(count, static_cast<std::size_t>(select.limit));
  std::vector<Row> rows;
  rows.reserve(count);
  for (std::size_t i = 0; i < count; ++i) rows.push_back(read_part(*found[first + i], select));
  return rows;
}

Result<std::int64_t> count_rows(const Snapshot& tables, const Table& table,
                                const FilterNode& filter) {
  CINNABAR_CHECK_OK(ports::check_filter(table, filter));
  return static_cast<std::int64_t>(matching_rows(tables, table, filter).size());
}

TableData& LiveTables::writable(const Table& table) {
  std::shared_ptr<TableData>& data = tables_[table.name];
  if (data == nullptr) {
    data = std::make_shared<TableData>();
    data->unique.resize(unique_indexes(table).size());
  } else if (data.use_count() > 1) {
    data = std::make_shared<TableData>(*data);
  }
  return *data;
}

// Makes `row` the row of `key`, or removes it when `row` is null; keeps the unique indexes.
Status LiveTables::replace(const Table& table, const Key& key, RowPtr row) {
  TableData& data = writable(table);
  const std::vector<const Index*> indexes = unique_indexes(table);
  const auto stored = data.rows.find(key);
  for (std::size_t i = 0; row != nullptr && i < indexes.size(); ++i) {
    const std::optional<Key> entry = entry_of(*indexes[i], *row);
    if (!entry) continue;
    const auto taken = data.unique[i].find(*entry);
    if (taken != data.unique[i].end() && taken->second != key) return unique_violation(table);
  }
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    if (stored != data.rows.end()) {
      if (const auto entry = entry_of(*indexes[i], *stored->second)) data.unique[i].erase(*entry);
    }
    if (row == nullptr) continue;
    if (const auto entry = entry_of(*indexes[i], *row)) data.unique[i][*entry] = key;
  }
  if (row == nullptr) {
    if (stored != data.rows.end()) data.rows.erase(stored);
  } else {
    data.rows[key] = std::move(row);
  }
  return {};
}

Status LiveTables::apply_one(const Write& write, std::vector<Undo>& undo) {
  const Table& table = *write.table;
  const bool is_erase = write.kind == Write::Kind::erase;
  CINNABAR_CHECK_OK(is_erase ? ports::check_key(table, write.row)
                             : ports::check_row(table, write.row));
  const Key key = key_of(table, write.row);
  const TableData* data = find_table(tables_, table);
  RowPtr before;
  if (data != nullptr) {
    if (const auto found = data->rows.find(key); found != data->rows.end()) before = found->second;
  }
  switch (write.kind) {
    case Write::Kind::insert:
      if (before != nullptr) return unique_violation(table);
      break;
    case Write::Kind::update:
      if (before == nullptr) {
        return make_error(Code::conflict, reasons::kRowMissing, "there is no row with this key",
                          std::string(table.name));
      }
      break;
    case Write::Kind::update_if:
      if (write.version_column >= table.columns.size()) {
        return make_error(Code::invalid_argument, reasons::kUnknownColumn,
                          std::string(table.name) + " has no such column",
                          std::to_string(write.version_column));
      }
      if (before == nullptr || (*before)[write.version_column] != CellValue{write.expected}) {
        return make_error(Code::conflict, reasons::kVersionConflict,
                          "the row was changed or removed by somebody else",
                          std::string(table.name));
      }
      break;
    case Write::Kind::put:
      break;
    case Write::Kind::erase:
      if (before == nullptr) return {};
      break;
  }
  CINNABAR_CHECK_OK(
      replace(table, key, is_erase ? nullptr : std::make_shared<const Row>(write.row)));
  undo.push_back({&table, key, std::move(before)});
  return {};
}

Status LiveTables::apply(const std::vector<Write>& writes) {
  std::vector<Undo> undo;
  undo.reserve(writes.size());
  for (const Write& write : writes) {
    Status applied = apply_one(write, undo);
    if (applied.has_value()) continue;
    for (auto step = undo.rbegin(); step != undo.rend(); ++step) {
      // Going back over states that were legal breaks no unique index.
      const Status undone = replace(*step->table, step->key, std::move(step->before));
      CINNABAR_ASSERT(undone.has_value());
    }
    return applied;
  }
  return {};
}

}  // namespace cinnabar::memory
