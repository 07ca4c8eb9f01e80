#include "storage/memory/filter_eval.h"

#include "base/assert.h"
#include "base/text.h"

#include <algorithm>

namespace cinnabar::memory {
namespace {

bool is_null(const CellValue& cell) {
  return std::holds_alternative<std::monostate>(cell);
}

bool contains(const CellValue& cell, const CellValue& needle) {
  const auto* text = std::get_if<std::string>(&cell);
  const auto* part = std::get_if<std::string>(&needle);
  if (text == nullptr || part == nullptr) return false;
  return to_lower_ascii(*text).find(to_lower_ascii(*part)) != std::string::npos;
}

bool holds(const Condition& condition, const ports::Row& row) {
  const CellValue& cell = row[condition.column];
  if (condition.op == FilterOp::one_of) {
    return std::find(condition.values.begin(), condition.values.end(), cell) !=
           condition.values.end();
  }
  const CellValue& value = condition.values.front();
  const bool is_ordered = !is_null(cell) && !is_null(value);
  switch (condition.op) {
    case FilterOp::equal:
      return cell == value;
    case FilterOp::not_equal:
      return cell != value;
    case FilterOp::less:
      return is_ordered && cell < value;
    case FilterOp::less_equal:
      return is_ordered && cell <= value;
    case FilterOp::greater:
      return is_ordered && cell > value;
    case FilterOp::greater_equal:
      return is_ordered && cell >= value;
    case FilterOp::contains:
      return contains(cell, value);
    case FilterOp::one_of:
      break;
  }
  CINNABAR_UNREACHABLE();
}

}  // namespace

bool matches(const FilterNode& filter, const ports::Row& row) {
  const auto part_matches = [&row](const FilterNode& part) { return matches(part, row); };
  if (const auto* condition = std::get_if<Condition>(&filter.node)) return holds(*condition, row);
  if (const auto* all = std::get_if<AllOf>(&filter.node)) {
    return std::all_of(all->parts.begin(), all->parts.end(), part_matches);
  }
  if (const auto* any = std::get_if<AnyOf>(&filter.node)) {
    return std::any_of(any->parts.begin(), any->parts.end(), part_matches);
  }
  CINNABAR_ASSERT(!std::holds_alternative<RelatedTo>(filter.node));
  const auto& none = std::get<NoneOf>(filter.node);
  return !std::all_of(none.parts.begin(), none.parts.end(), part_matches);
}

bool comes_before(const std::vector<SortKey>& order, const ports::Row& a, const ports::Row& b) {
  for (const SortKey& key : order) {
    const CellValue& left = a[key.column];
    const CellValue& right = b[key.column];
    if (left == right) continue;
    if (key.null_is_high && (is_null(left) || is_null(right))) {
      return key.descending ? is_null(left) : is_null(right);
    }
    return key.descending ? right < left : left < right;
  }
  return false;
}

}  // namespace cinnabar::memory
