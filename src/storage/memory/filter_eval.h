// Evaluates the filter tree and the sort order on rows. Pure functions on borrowed rows, any
// thread. The filter must have passed ports::check_filter, which bounds the recursion, and hold no
// RelatedTo: those need other tables and are resolved before (tables.cc).
#pragma once

#include "ports/store.h"

namespace cinnabar::memory {

[[nodiscard]] bool matches(const FilterNode& filter, const ports::Row& row);
// Strict order by the sort keys alone: Null first ascending, text by bytes.
[[nodiscard]] bool comes_before(const std::vector<SortKey>& order, const ports::Row& a,
                                const ports::Row& b);

}  // namespace cinnabar::memory
