#include "ports/checks.h"

#include "ports/schema.h"
#include "vocab/reasons.h"

#include <string>

namespace cinnabar::ports {
namespace {

Error malformed(const Table& table, std::string detail, std::string_view column = {}) {
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                    std::string(table.name) + ": " + std::move(detail), std::string(column));
}

Error limit_exceeded(std::string detail) {
  return make_error(Code::invalid_argument, reasons::kLimitExceeded, std::move(detail));
}

// Null fits everywhere here; whether it may be stored is the row's question.
bool fits(const Column& column, const CellValue& cell) {
  if (std::holds_alternative<std::monostate>(cell)) return true;
  return std::holds_alternative<std::int64_t>(cell) == (column.type == ColumnType::integer);
}

Status check_cell(const Table& table, const Column& column, const CellValue& cell, bool is_key) {
  if (!fits(column, cell)) return malformed(table, "the value has the wrong type", column.name);
  if (std::holds_alternative<std::monostate>(cell) && (is_key || !column.nullable)) {
    return malformed(table, "the value must not be null", column.name);
  }
  // No text of a database holds a zero byte: PostgreSQL refuses it and SQLite cuts there.
  const auto* text = std::get_if<std::string>(&cell);
  if (text != nullptr && column.type == ColumnType::text && text->find('\0') != std::string::npos) {
    return malformed(table, "text must not hold a zero byte", column.name);
  }
  return {};
}

Status check_condition(const Table& table, const Condition& condition) {
  if (condition.column >= table.columns.size()) {
    return make_error(Code::invalid_argument, reasons::kUnknownColumn,
                      std::string(table.name) + " has no such column",
                      std::to_string(condition.column));
  }
  const Column& column = table.columns[condition.column];
  if (condition.op != FilterOp::one_of && condition.values.size() != 1) {
    return malformed(table, "the operator takes exactly one value", column.name);
  }
  for (const CellValue& value : condition.values) {
    if (!fits(column, value)) return malformed(table, "the value has the wrong type", column.name);
  }
  if (condition.op != FilterOp::contains) return {};
  if (column.type != ColumnType::text) {
    return malformed(table, "only text can be searched", column.name);
  }
  const auto* needle = std::get_if<std::string>(&condition.values.front());
  if (needle != nullptr && needle->size() > kContainsBytesMax) {
    return limit_exceeded("the text to search for is too long");
  }
  return {};
}

const std::vector<FilterNode>* parts_of(const FilterNode& node) {
  if (const auto* all = std::get_if<AllOf>(&node.node)) return &all->parts;
  if (const auto* any = std::get_if<AnyOf>(&node.node)) return &any->parts;
  if (const auto* none = std::get_if<NoneOf>(&node.node)) return &none->parts;
  if (const auto* related = std::get_if<RelatedTo>(&node.node)) return &related->parts;
  return nullptr;
}

// Both columns hold the same kind of value, or nothing could ever relate.
Status check_relation(const Table& table, const RelatedTo& related) {
  const Table* other = find_table(related.table);
  if (other == nullptr || related.column >= table.columns.size() ||
      related.other >= other->columns.size()) {
    return make_error(Code::invalid_argument, reasons::kUnknownColumn,
                      std::string(table.name) + " has no such relation",
                      std::string(related.table));
  }
  if (table.columns[related.column].type != other->columns[related.other].type) {
    return malformed(table, "the related columns have different types",
                     table.columns[related.column].name);
  }
  return {};
}

}  // namespace

const Table* find_table(std::string_view name) {
  for (const Table* table : schema::kAll) {
    if (table->name == name) return table;
  }
  return nullptr;
}

Status check_row(const Table& table, const Row& row) {
  if (row.size() != table.columns.size()) {
    return malformed(table, "the row must have one cell per column");
  }
  for (std::size_t i = 0; i < row.size(); ++i) {
    CINNABAR_CHECK_OK(check_cell(table, table.columns[i], row[i], i < table.key_columns));
  }
  return {};
}

Status check_key(const Table& table, const Key& key) {
  if (key.size() != table.key_columns) {
    return malformed(table, "the key must have one cell per key column");
  }
  for (std::size_t i = 0; i < key.size(); ++i) {
    CINNABAR_CHECK_OK(check_cell(table, table.columns[i], key[i], true));
  }
  return {};
}

Status check_filter(const Table& table, const FilterNode& filter) {
  struct Visit {
    const FilterNode* node;
    const Table* table;
    int depth;
  };
  std::vector<Visit> open{{&filter, &table, 1}};
  std::size_t nodes = 0;
  std::size_t values = 0;
  while (!open.empty()) {
    const Visit visit = open.back();
    open.pop_back();
    if (++nodes > kFilterNodesMax) return limit_exceeded("the filter has too many conditions");
    if (visit.depth > kFilterDepthMax) return limit_exceeded("the filter is nested too deeply");
    if (const auto* condition = std::get_if<Condition>(&visit.node->node)) {
      values += condition->values.size();
      if (values > kFilterValuesMax) return limit_exceeded("the filter has too many values");
      CINNABAR_CHECK_OK(check_condition(*visit.table, *condition));
      continue;
    }
    const Table* inner = visit.table;
    if (const auto* related = std::get_if<RelatedTo>(&visit.node->node)) {
      CINNABAR_CHECK_OK(check_relation(*visit.table, *related));
      inner = find_table(related->table);
    }
    const std::vector<FilterNode>& parts = *parts_of(*visit.node);
    if (parts.size() > kFilterNodesMax) return limit_exceeded("the filter has too many conditions");
    for (const FilterNode& part : parts) open.push_back({&part, inner, visit.depth + 1});
  }
  return {};
}

Status check_select(const Select& select) {
  CINNABAR_ASSERT(select.table != nullptr);
  if (select.offset < 0) return malformed(*select.table, "the offset must not be negative");
  if (select.order.size() > kSortKeysMax) return limit_exceeded("too many sort keys");
  const auto check_column = [&select](std::uint16_t column) -> Status {
    if (column < select.table->columns.size()) return {};
    return make_error(Code::invalid_argument, reasons::kUnknownColumn,
                      std::string(select.table->name) + " has no such column",
                      std::to_string(column));
  };
  for (const SortKey& key : select.order) CINNABAR_CHECK_OK(check_column(key.column));
  for (const std::uint16_t column : select.columns) CINNABAR_CHECK_OK(check_column(column));
  return check_filter(*select.table, select.filter);
}

}  // namespace cinnabar::ports
