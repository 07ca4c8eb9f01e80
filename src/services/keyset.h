// Paging by position instead of by count: where a page ended is where the next one begins. Pure;
// any thread.
#pragma once

#include "ports/table.h"
#include "vocab/filter.h"

namespace cinnabar::services {

// Rows of `table` that come after the one with these two cells, in the order of `key` and then,
// ascending, of the primary key, which is one column.
FilterNode rows_after(const ports::Table& table, const SortKey& key, const CellValue& value,
                      const CellValue& id);
FilterNode rows_after(const ports::Table& table, const SortKey& key, const ports::Row& last);

}  // namespace cinnabar::services
