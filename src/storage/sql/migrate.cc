#include "storage/sql/migrate.h"

#include "base/text.h"
#include "vocab/reasons.h"

#include <array>
#include <utility>

namespace cinnabar::sql {
namespace {

using ports::ColumnType;

struct Applied {
  std::int64_t number;
  std::string checksum;
};

Error too_new(std::int64_t stored, std::int64_t known) {
  return make_error(Code::failed_precondition, reasons::kSchemaTooNew,
                    "the database has schema version " + std::to_string(stored) +
                        ", this program knows versions up to " + std::to_string(known) +
                        "; run the newer program or restore a backup");
}

Error changed(const Migration& migration) {
  return make_error(Code::failed_precondition, reasons::kSchemaChanged,
                    "schema change " + std::string(migration.name) +
                        " was applied with another text than this program has",
                    std::string(migration.name));
}

Result<std::vector<Applied>> read_applied(Connection& connection) {
  constexpr std::array kTypes{ColumnType::integer, ColumnType::text};
  CINNABAR_TRY(const std::vector<ports::Row> rows,
               connection.query("SELECT number, checksum FROM schema_migration ORDER BY number", {},
                                kTypes));
  std::vector<Applied> applied;
  for (const ports::Row& row : rows) {
    applied.push_back({std::get<std::int64_t>(row[0]), std::get<std::string>(row[1])});
  }
  return applied;
}

Status check_applied(const std::vector<Applied>& applied, std::span<const Migration> known) {
  if (!applied.empty() && applied.back().number > static_cast<std::int64_t>(known.size())) {
    return too_new(applied.back().number, static_cast<std::int64_t>(known.size()));
  }
  for (std::size_t i = 0; i < applied.size(); ++i) {
    if (applied[i].number != known[i].number || applied[i].checksum != checksum(known[i].text)) {
      return changed(known[i]);
    }
  }
  return {};
}

Status apply_in_transaction(Connection& connection, const Migration& migration) {
  CINNABAR_CHECK_OK(connection.run_script(expand_tokens(migration.text, connection.tokens())));
  const CellValue number{migration.number};
  const CellValue name{std::string(migration.name)};
  const CellValue sum{checksum(migration.text)};
  const std::array values{BoundValue{&number, ColumnType::integer},
                          BoundValue{&name, ColumnType::text}, BoundValue{&sum, ColumnType::text}};
  CINNABAR_CHECK_OK(connection.execute(
      "INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)", values));
  return connection.commit();
}

}  // namespace

std::string expand_tokens(std::string_view text, const Tokens& tokens) {
  const std::array<std::pair<std::string_view, std::string_view>, 5> words{{
      {"{{integer}}", tokens.integer},
      {"{{text}}", tokens.text},
      {"{{blob}}", tokens.blob},
      {"{{plain}}", tokens.plain},
      {"{{clustered}}", tokens.clustered},
  }};
  std::string out(text);
  for (const auto& [word, replacement] : words) {
    for (std::size_t at = out.find(word); at != std::string::npos;
         at = out.find(word, at + replacement.size())) {
      out.replace(at, word.size(), replacement);
    }
  }
  return out;
}

std::string checksum(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001B3ULL;
  }
  std::array<unsigned char, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<unsigned char>(hash >> (56 - 8 * i));
  }
  return to_hex(bytes);
}

Status migrate(Connection& connection, std::span<const Migration> migrations) {
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    CINNABAR_ASSERT(migrations[i].number == static_cast<std::int64_t>(i) + 1);
  }
  CINNABAR_CHECK_OK(connection.run_script(
      expand_tokens("CREATE TABLE IF NOT EXISTS schema_migration (number {{integer}} NOT NULL "
                    "PRIMARY KEY, name {{text}} NOT NULL, checksum {{text}} NOT NULL) {{plain}}",
                    connection.tokens())));
  CINNABAR_TRY(const std::vector<Applied> applied, read_applied(connection));
  CINNABAR_CHECK_OK(check_applied(applied, migrations));
  for (const Migration& migration : migrations.subspan(applied.size())) {
    CINNABAR_CHECK_OK(connection.begin_write());
    Status status = apply_in_transaction(connection, migration);
    if (!status.has_value()) {
      connection.rollback();
      return status;
    }
  }
  return {};
}

Status check_migrated(Connection& connection, std::span<const Migration> migrations) {
  CINNABAR_TRY(const std::vector<Applied> applied, read_applied(connection));
  CINNABAR_CHECK_OK(check_applied(applied, migrations));
  if (applied.size() < migrations.size()) {
    return make_error(Code::failed_precondition, reasons::kSchemaChanged,
                      "schema changes are missing", std::string(migrations[applied.size()].name));
  }
  return {};
}

}  // namespace cinnabar::sql
