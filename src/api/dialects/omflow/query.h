// The query language of this door's lists: columns, conditions, order, start and limit.
//
// A list describes its columns by name and type; a request is checked against them, so nothing
// outside the description can be named. The same checked query is either evaluated here over rows
// in memory, or translated by the list into a filter of the database.
// Errors: unknown_column, unknown_operator, argument_malformed (subject = column or parameter).
#pragma once

#include "api/dialects/omflow/body.h"
#include "base/json.h"
#include "base/time.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::omflow {

enum class ColumnKind : std::uint8_t { integer, text, boolean, time, uuid };

struct Column {
  std::string_view name;  // a literal, or text of whoever owns the description
  ColumnKind kind = ColumnKind::text;
  bool only_on_request = false;  // left out when the caller names no columns
};

enum class Operator : std::uint8_t { equal, greater, less, in, contains };

// Values are Null, a Json integer, a bool or a string; times are integers of milliseconds since
// 1970 UTC, uuids lower case with dashes.
struct QueryCondition {
  std::size_t column = 0;
  Operator op = Operator::equal;
  std::vector<Json> values;  // exactly one but for `in`
};

struct QueryOrder {
  std::size_t column = 0;
  bool descending = false;
};

struct Query {
  std::vector<std::size_t> columns;     // to answer, in order
  std::vector<QueryCondition> search;   // all must hold
  std::vector<QueryCondition> exclude;  // not all may hold; empty: nothing is excluded
  std::vector<QueryOrder> order;        // never empty
  std::int64_t start = 0;
  std::int64_t end = 100;  // index behind the last row; -1: all

  [[nodiscard]] std::int64_t rows_max() const {
    return end < 0 ? -1 : (end > start ? end - start : 0);
  }
};

// `order_columns` defaults to the first column.
Result<Query> read_query(const Parameters& parameters, std::span<const Column> columns,
                         UtcOffset time_zone);

// A row holds one Json per column: Null, integer, bool, string; times as formatted on the wire.
using QueryRow = std::vector<Json>;

bool matches(const Query& query, std::span<const Column> columns, const QueryRow& row,
             UtcOffset time_zone);
bool holds(const QueryCondition& condition, ColumnKind kind, const Json& cell, UtcOffset time_zone);
// Filters, sorts, cuts and projects. Equal rows keep their order.
Json evaluate(const Query& query, std::span<const Column> columns, std::vector<QueryRow> rows,
              UtcOffset time_zone);
// The columns that were asked for, as an object.
Json project(const Query& query, std::span<const Column> columns, QueryRow&& row);

}  // namespace cinnabar::omflow
