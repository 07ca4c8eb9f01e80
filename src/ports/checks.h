// What every driver checks before it works, so that all of them refuse the same things: rows and
// keys that do not fit their table, columns that do not exist, values of the wrong type, and
// filters beyond kFilterNodesMax, kFilterValuesMax (over the whole tree), kFilterDepthMax or
// kContainsBytesMax.
//
// Errors: invalid_argument with argument_malformed, unknown_column or limit_exceeded. Pure
// functions, any thread.
#pragma once

#include "base/result.h"
#include "ports/store.h"

#include <cstddef>
#include <string_view>

namespace cinnabar::ports {

// A longer needle is no search any more, and SQL patterns end at 50,000 bytes.
inline constexpr std::size_t kContainsBytesMax = 4'096;
inline constexpr std::size_t kSortKeysMax = 16;

// Null pointer when the store has no such table.
[[nodiscard]] const Table* find_table(std::string_view name);

[[nodiscard]] Status check_row(const Table& table, const Row& row);
[[nodiscard]] Status check_key(const Table& table, const Key& key);
[[nodiscard]] Status check_filter(const Table& table, const FilterNode& filter);
[[nodiscard]] Status check_select(const Select& select);

}  // namespace cinnabar::ports
