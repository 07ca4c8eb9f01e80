// What holds for every filter over every row, as the memory storage evaluates it; the contract
// tests hold the databases to the same.
#include "storage/memory/filter_eval.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace cinnabar::conformance {
namespace {

constexpr std::uint16_t kColumns = 3;

// Few different values, so that conditions often hold. One column is text, the others integers.
CellValue any_cell(std::uint16_t column) {
  if (*rc::gen::inRange(0, 4) == 0) return CellValue{};
  if (column == 0) return CellValue{*rc::gen::element<std::string>("", "a", "B", "ab", "é")};
  return CellValue{*rc::gen::inRange<std::int64_t>(-2, 3)};
}

ports::Row any_row() {
  ports::Row row;
  for (std::uint16_t i = 0; i < kColumns; ++i) row.push_back(any_cell(i));
  return row;
}

FilterNode any_filter(int depth) {
  const int kind = *rc::gen::inRange(0, depth > 0 ? 4 : 1);
  if (kind == 0) {
    const auto column = *rc::gen::inRange<std::uint16_t>(0, kColumns);
    const auto op =
        *rc::gen::element(FilterOp::equal, FilterOp::not_equal, FilterOp::less,
                          FilterOp::less_equal, FilterOp::greater, FilterOp::greater_equal);
    return where(column, op, any_cell(column));
  }
  std::vector<FilterNode> parts;
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) parts.push_back(any_filter(depth - 1));
  if (kind == 1) return all_of(std::move(parts));
  if (kind == 2) return any_of(std::move(parts));
  return none_of(std::move(parts));
}

bool matches(const FilterNode& filter, const ports::Row& row) {
  return memory::matches(filter, row);
}

RC_GTEST_PROP(FilterProperty, groups_mean_what_they_say, ()) {
  const ports::Row row = any_row();
  const FilterNode a = any_filter(2);
  const FilterNode b = any_filter(2);
  RC_ASSERT(matches(all_of({a, b}), row) == (matches(a, row) && matches(b, row)));
  RC_ASSERT(matches(any_of({a, b}), row) == (matches(a, row) || matches(b, row)));
  RC_ASSERT(matches(none_of({a, b}), row) == !(matches(a, row) && matches(b, row)));
  RC_ASSERT(matches(none_of({none_of({a})}), row) == matches(a, row));
}

RC_GTEST_PROP(FilterProperty, the_order_of_the_parts_does_not_matter, ()) {
  const ports::Row row = any_row();
  const FilterNode a = any_filter(2);
  const FilterNode b = any_filter(2);
  RC_ASSERT(matches(all_of({a, b}), row) == matches(all_of({b, a}), row));
  RC_ASSERT(matches(any_of({a, b}), row) == matches(any_of({b, a}), row));
}

RC_GTEST_PROP(FilterProperty, values_are_less_equal_or_greater_and_null_is_neither, ()) {
  const ports::Row row = any_row();
  const auto column = *rc::gen::inRange<std::uint16_t>(0, kColumns);
  const CellValue value = any_cell(column);
  const auto holds = [&](FilterOp op) { return matches(where(column, op, value), row); };
  const bool has_null = std::holds_alternative<std::monostate>(value) ||
                        std::holds_alternative<std::monostate>(row[column]);
  const int ways = int{holds(FilterOp::less)} + int{holds(FilterOp::greater)};
  if (has_null) {
    RC_ASSERT(ways == 0);
  } else {
    RC_ASSERT(ways + int{holds(FilterOp::equal)} == 1);
    RC_ASSERT(holds(FilterOp::less_equal) != holds(FilterOp::greater));
    RC_ASSERT(holds(FilterOp::greater_equal) != holds(FilterOp::less));
  }
  RC_ASSERT(holds(FilterOp::equal) != holds(FilterOp::not_equal));
}

RC_GTEST_PROP(FilterProperty, one_of_is_any_of_its_values, ()) {
  const ports::Row row = any_row();
  const auto column = *rc::gen::inRange<std::uint16_t>(0, kColumns);
  std::vector<CellValue> values;
  std::vector<FilterNode> each;
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
    values.push_back(any_cell(column));
    each.push_back(where_equal(column, values.back()));
  }
  RC_ASSERT(matches(where_one_of(column, values), row) == matches(any_of(each), row));
}

}  // namespace
}  // namespace cinnabar::conformance
