// One filter tree for every list in the product. Doors translate their own filter syntax into it;
// the SQL storage compiles it to bound SQL and the memory storage evaluates it. A column is named
// by its index in the table the query is about, so no text of a caller ever becomes SQL.
// Thread: a plain value. Limits: kFilterNodesMax, kFilterValuesMax.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cinnabar {

// What a column of a stored row holds: nothing, an integer, or text (or bytes).
using CellValue = std::variant<std::monostate, std::int64_t, std::string>;

enum class FilterOp : std::uint8_t {
  equal,      // null-safe: equal to Null means "is null"
  not_equal,  // null-safe: Null differs from every value
  less,       // false for Null
  less_equal,
  greater,
  greater_equal,
  one_of,    // any of `values`, null-safe; false for an empty list
  contains,  // text: substring, case-insensitive for ASCII letters
};

struct FilterNode;

struct Condition {
  std::uint16_t column = 0;
  FilterOp op = FilterOp::equal;
  std::vector<CellValue> values;  // exactly one but for one_of
};
struct AllOf {
  std::vector<FilterNode> parts;  // true when empty
};
struct AnyOf {
  std::vector<FilterNode> parts;  // false when empty
};
struct NoneOf {
  std::vector<FilterNode> parts;  // not(all of the parts); false when empty
};

// True when some row of another table holds this row's `column` in its column `other` and fits all
// of `parts`, whose columns are those of the other table. Null relates to nothing.
struct RelatedTo {
  std::uint16_t column = 0;
  std::string_view table;  // its name, a constant of the program
  std::uint16_t other = 0;
  std::vector<FilterNode> parts;
};

struct FilterNode {
  std::variant<AllOf, AnyOf, NoneOf, Condition, RelatedTo> node;
};

inline constexpr std::size_t kFilterNodesMax = 512;
inline constexpr std::size_t kFilterValuesMax = 10'000;
inline constexpr int kFilterDepthMax = 8;

// Builders, so that services read as sentences.
inline FilterNode where(std::uint16_t column, FilterOp op, CellValue value) {
  return FilterNode{Condition{column, op, {std::move(value)}}};
}
inline FilterNode where_equal(std::uint16_t column, CellValue value) {
  return where(column, FilterOp::equal, std::move(value));
}
inline FilterNode where_one_of(std::uint16_t column, std::vector<CellValue> values) {
  return FilterNode{Condition{column, FilterOp::one_of, std::move(values)}};
}
inline FilterNode all_of(std::vector<FilterNode> parts) {
  return FilterNode{AllOf{std::move(parts)}};
}
inline FilterNode any_of(std::vector<FilterNode> parts) {
  return FilterNode{AnyOf{std::move(parts)}};
}
inline FilterNode none_of(std::vector<FilterNode> parts) {
  return FilterNode{NoneOf{std::move(parts)}};
}

struct SortKey {
  std::uint16_t column = 0;
  bool descending = false;    // Null sorts first ascending, last descending
  bool null_is_high = false;  // the other way round
};

}  // namespace cinnabar
