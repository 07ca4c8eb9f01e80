#include "services/keyset.h"

#include <vector>

namespace cinnabar::services {

FilterNode rows_after(const ports::Table& table, const SortKey& key, const CellValue& value,
                      const CellValue& id) {
  constexpr std::uint16_t kId = 0;
  if (key.column == kId) {
    return where(kId, key.descending ? FilterOp::less : FilterOp::greater, id);
  }
  const bool is_null = std::holds_alternative<std::monostate>(value);
  const bool null_comes_last = key.descending != key.null_is_high;
  std::vector<FilterNode> later{
      all_of({where_equal(key.column, value), where(kId, FilterOp::greater, id)})};
  if (is_null) {
    if (!null_comes_last) later.push_back(where(key.column, FilterOp::not_equal, CellValue{}));
    return any_of(std::move(later));
  }
  later.push_back(where(key.column, key.descending ? FilterOp::less : FilterOp::greater, value));
  if (table.columns[key.column].nullable && null_comes_last) {
    later.push_back(where_equal(key.column, CellValue{}));
    return any_of(std::move(later));
  }
  // Says once more what the alternatives imply: a range that an index can begin at.
  const FilterOp bound = key.descending ? FilterOp::less_equal : FilterOp::greater_equal;
  return all_of({where(key.column, bound, value), any_of(std::move(later))});
}

FilterNode rows_after(const ports::Table& table, const SortKey& key, const ports::Row& last) {
  return rows_after(table, key, last[key.column], last[0]);
}

}  // namespace cinnabar::services
