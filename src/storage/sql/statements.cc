#include "storage/sql/statements.h"

#include "base/assert.h"

namespace cinnabar::sql {
namespace {

using ports::Table;

std::string placeholder(std::size_t number) {
  return "$" + std::to_string(number);
}

std::string join_columns(const Table& table, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += ", ";
    text += table.columns[i].name;
  }
  return text;
}

std::string where_key(const Table& table, std::size_t first_placeholder) {
  std::string text = " WHERE ";
  for (std::size_t i = 0; i < table.key_columns; ++i) {
    if (i > 0) text += " AND ";
    text += std::string(table.columns[i].name) + " = " + placeholder(first_placeholder + i);
  }
  return text;
}

std::string insert_text(const Table& table, const std::string& columns) {
  std::string text = "INSERT INTO " + std::string(table.name) + " (" + columns + ") VALUES (";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) text += ", ";
    text += placeholder(i + 1);
  }
  return text + ")";
}

std::string put_text(const Table& table, const std::string& insert) {
  std::string text = insert + " ON CONFLICT (" + join_columns(table, table.key_columns) + ") DO ";
  if (table.columns.size() == table.key_columns) return text + "NOTHING";
  text += "UPDATE SET ";
  for (std::size_t i = table.key_columns; i < table.columns.size(); ++i) {
    if (i > table.key_columns) text += ", ";
    const std::string name(table.columns[i].name);
    text += name + " = excluded." + name;
  }
  return text;
}

TableStatements make_statements(const Table& table) {
  const std::string name(table.name);
  TableStatements made;
  made.columns = join_columns(table, table.columns.size());
  made.get = "SELECT " + made.columns + " FROM " + name + where_key(table, 1);
  made.insert = insert_text(table, made.columns);
  made.put = put_text(table, made.insert);
  made.erase = "DELETE FROM " + name + where_key(table, 1);
  for (const ports::Column& column : table.columns) made.types.push_back(column.type);
  return made;
}

}  // namespace

StatementBook::Entry& StatementBook::entry_of(const Table& table) {
  CINNABAR_ASSERT(table.columns.size() <= 48);
  std::unique_ptr<Entry>& entry = tables_[table.name];
  if (entry == nullptr) {
    entry = std::make_unique<Entry>();
    entry->statements = make_statements(table);
  }
  return *entry;
}

const TableStatements& StatementBook::of(const Table& table) {
  return entry_of(table).statements;
}

const std::string& StatementBook::update_of(const Table& table, std::uint64_t changed,
                                            const std::uint16_t* version_column) {
  CINNABAR_ASSERT(changed != 0);
  Entry& entry = entry_of(table);
  // Columns are fewer than 48, so a version column fits above the mask.
  const std::uint64_t key =
      version_column == nullptr ? changed : changed | std::uint64_t{*version_column} << 48;
  std::string& text = version_column == nullptr ? entry.updates[key] : entry.versioned_updates[key];
  if (!text.empty()) return text;
  text = "UPDATE " + std::string(table.name) + " SET ";
  std::size_t next = 1;
  for (std::size_t i = table.key_columns; i < table.columns.size(); ++i) {
    if ((changed >> i & 1) == 0) continue;
    if (next > 1) text += ", ";
    text += std::string(table.columns[i].name) + " = " + placeholder(next++);
  }
  text += where_key(table, next);
  next += table.key_columns;
  if (version_column != nullptr) {
    text += " AND " + std::string(table.columns[*version_column].name) + " = " + placeholder(next);
  }
  return text;
}

}  // namespace cinnabar::sql
