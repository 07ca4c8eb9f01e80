// Compiles a filter tree and a Select to one statement with bound values. No text of a caller
// becomes SQL: columns are named by the descriptor, values are bound, and the only literals are the
// small integers of partial indexes.
//
// A condition on Null is unknown in SQL but false in a filter. Both mean "not selected" until a
// negation comes above it, so only conditions below a NoneOf pay for `IS TRUE`, which an index
// cannot serve.
//
// Ownership: a CompiledQuery borrows the values of the Select, which must outlive it. Thread: pure
// functions, any. The input must have passed ports::check_select or check_filter.
#pragma once

#include "ports/store.h"
#include "storage/sql/connection.h"

#include <deque>
#include <string>
#include <vector>

namespace cinnabar::sql {

struct CompiledQuery {
  std::string text;
  std::vector<BoundValue> values;  // $1, $2, ...
  std::deque<CellValue> owned;     // values made here: patterns, limits
};

[[nodiscard]] CompiledQuery compile_select(const ports::Select& select, std::string_view columns,
                                           const Tokens& tokens);
[[nodiscard]] CompiledQuery compile_count(const ports::Table& table, const FilterNode& filter,
                                          const Tokens& tokens);

}  // namespace cinnabar::sql
