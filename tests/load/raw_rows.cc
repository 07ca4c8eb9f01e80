#include "raw_rows.h"

#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <span>
#include <variant>
#include <vector>

namespace cinnabar::load {
namespace {

using Cell = std::variant<std::monostate, std::int64_t, std::string>;

// Tables that a create writes, and the column that names the instance or record.
struct TableOf {
  const char* name;
  const char* owner_column;
};
constexpr TableOf kTicketTables[] = {
    {"process_instance", "id"},   {"record", "instance_id"},  {"activity_instance", "instance_id"},
    {"work_item", "instance_id"}, {"history", "instance_id"}, {"audit", "subject_id"},
};
constexpr TableOf kRecordTables[] = {
    {"record", "id"},
    {"record_index", "record_id"},
    {"record_slot", "record_id"},
    {"record_change", "record_id"},
};

void check(sqlite3* db, int code, const char* what) {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
  std::fprintf(stderr, "bench: %s: %s\n", what, sqlite3_errmsg(db));
  std::exit(1);
}

void run(sqlite3* db, const std::string& sql) {
  check(db, sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), sql.c_str());
}

sqlite3* open(const std::string& path, int flags) {
  sqlite3* db = nullptr;
  check(db, sqlite3_open_v2(path.c_str(), &db, flags, nullptr), path.c_str());
  return db;
}

struct TableRows {
  const char* name = nullptr;
  std::vector<bool> is_blob;
  std::map<std::int64_t, std::vector<std::vector<Cell>>> by_owner;
};

TableRows read_rows(sqlite3* db, const TableOf& table, std::int64_t first, std::int64_t last) {
  TableRows out;
  out.name = table.name;
  const std::string sql = std::string("SELECT ") + table.owner_column + ", * FROM " + table.name +
                          " WHERE " + table.owner_column + " BETWEEN " + std::to_string(first) +
                          " AND " + std::to_string(last);
  sqlite3_stmt* statement = nullptr;
  check(db, sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr), sql.c_str());
  while (sqlite3_step(statement) == SQLITE_ROW) {
    std::vector<Cell> row;
    out.is_blob.resize(static_cast<std::size_t>(sqlite3_column_count(statement) - 1));
    for (int i = 1; i < sqlite3_column_count(statement); ++i) {
      switch (sqlite3_column_type(statement, i)) {
        case SQLITE_INTEGER:
          row.emplace_back(std::int64_t{sqlite3_column_int64(statement, i)});
          break;
        case SQLITE_NULL:
          row.emplace_back();
          break;
        case SQLITE_BLOB:
          out.is_blob[static_cast<std::size_t>(i - 1)] = true;
          [[fallthrough]];
        default: {
          const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, i));
          const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, i));
          row.emplace_back(bytes == nullptr ? std::string{} : std::string(bytes, size));
        }
      }
    }
    out.by_owner[sqlite3_column_int64(statement, 0)].push_back(std::move(row));
  }
  sqlite3_finalize(statement);
  return out;
}

void bind(sqlite3_stmt* statement, const std::vector<Cell>& row, const std::vector<bool>& is_blob) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const int at = static_cast<int>(i + 1);
    if (const auto* number = std::get_if<std::int64_t>(&row[i])) {
      sqlite3_bind_int64(statement, at, *number);
    } else if (const auto* text = std::get_if<std::string>(&row[i])) {
      const int size = static_cast<int>(text->size());
      if (is_blob[i]) {
        sqlite3_bind_blob(statement, at, text->data(), size, SQLITE_STATIC);
      } else {
        sqlite3_bind_text(statement, at, text->data(), size, SQLITE_STATIC);
      }
    } else {
      sqlite3_bind_null(statement, at);
    }
  }
}

void copy_schema(sqlite3* source, sqlite3* target) {
  sqlite3_stmt* statement = nullptr;
  check(source,
        sqlite3_prepare_v2(source,
                           "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE "
                           "'sqlite_%' ORDER BY type DESC",
                           -1, &statement, nullptr),
        "read schema");
  while (sqlite3_step(statement) == SQLITE_ROW) {
    run(target, reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
  }
  sqlite3_finalize(statement);
}

// `ids` selects the newest owners first.
RawResult copy_rows(const std::string& source_path, const std::string& target_path,
                    const std::string& ids, std::span<const TableOf> kinds, int group) {
  sqlite3* source = open(source_path, SQLITE_OPEN_READONLY);
  sqlite3* target = open(target_path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  run(target,
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
      "PRAGMA wal_autocheckpoint=4000;");
  copy_schema(source, target);

  std::vector<std::int64_t> owners;
  sqlite3_stmt* select = nullptr;
  check(source, sqlite3_prepare_v2(source, ids.c_str(), -1, &select, nullptr), ids.c_str());
  while (sqlite3_step(select) == SQLITE_ROW) owners.push_back(sqlite3_column_int64(select, 0));
  sqlite3_finalize(select);
  if (owners.empty()) return {};
  std::vector<TableRows> tables;
  std::vector<sqlite3_stmt*> inserts;
  for (const TableOf& table : kinds) {
    tables.push_back(read_rows(source, table, owners.back(), owners.front()));
    std::string sql = std::string("INSERT INTO ") + table.name + " VALUES(";
    for (std::size_t i = 0; i < tables.back().is_blob.size(); ++i) sql += i == 0 ? "?" : ",?";
    sqlite3_stmt* insert = nullptr;
    check(target, sqlite3_prepare_v2(target, (sql + ")").c_str(), -1, &insert, nullptr),
          sql.c_str());
    inserts.push_back(insert);
  }
  RawResult result;
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t at = 0; at < owners.size(); at += static_cast<std::size_t>(group)) {
    run(target, "BEGIN IMMEDIATE");
    const std::size_t end = std::min(owners.size(), at + static_cast<std::size_t>(group));
    for (std::size_t i = at; i < end; ++i) {
      // Ascending, as the server's ids are.
      const std::int64_t owner = owners[owners.size() - 1 - i];
      for (std::size_t t = 0; t < tables.size(); ++t) {
        const auto rows = tables[t].by_owner.find(owner);
        if (rows == tables[t].by_owner.end()) continue;
        for (const auto& row : rows->second) {
          bind(inserts[t], row, tables[t].is_blob);
          check(target, sqlite3_step(inserts[t]), "insert");
          sqlite3_reset(inserts[t]);
          ++result.rows;
        }
      }
      ++result.tickets;
    }
    run(target, "COMMIT");
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  for (sqlite3_stmt* insert : inserts) sqlite3_finalize(insert);
  sqlite3_close(target);
  sqlite3_close(source);
  return result;
}

}  // namespace

RawResult write_raw_rows(const std::string& source, const std::string& target,
                         std::int64_t tickets_max, int group, int commands) {
  const std::string ids =
      "SELECT id FROM process_instance WHERE version = " + std::to_string(commands) +
      " ORDER BY id DESC LIMIT " + std::to_string(tickets_max);
  return copy_rows(source, target, ids, kTicketTables, group);
}

RawResult write_raw_records(const std::string& source, const std::string& target,
                            std::int64_t records_max, int group) {
  const std::string ids =
      "SELECT id FROM record WHERE instance_id IS NULL ORDER BY id DESC LIMIT " +
      std::to_string(records_max);
  return copy_rows(source, target, ids, kRecordTables, group);
}

}  // namespace cinnabar::load
