// Brings a database to the schema of this binary: numbered scripts, forward only, each in a
// transaction of its own together with its line in the table `schema_migration`.
//
// Errors: failed_precondition with schema_too_new when the database was migrated by a newer binary,
// with schema_changed when a script that was applied reads differently now. Thread: the
// connection's.
#pragma once

#include "base/result.h"
#include "storage/sql/connection.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cinnabar::sql {

struct Migration {
  std::int64_t number = 0;  // 1, 2, 3, ... without holes
  std::string_view name;    // "0001_initial"
  std::string_view text;
};

// The scripts of migrations/, in order.
[[nodiscard]] std::span<const Migration> embedded_migrations();

// Safe to repeat.
[[nodiscard]] Status migrate(Connection& connection, std::span<const Migration> migrations);
// Changes nothing: ok when the database has exactly these migrations; failed_precondition
// (schema_changed) also when some are missing.
[[nodiscard]] Status check_migrated(Connection& connection, std::span<const Migration> migrations);

// Replaces {{name}} by the adapter's token.
[[nodiscard]] std::string expand_tokens(std::string_view text, const Tokens& tokens);
// Detects edits, not attackers: FNV-1a in hex.
[[nodiscard]] std::string checksum(std::string_view text);

}  // namespace cinnabar::sql
