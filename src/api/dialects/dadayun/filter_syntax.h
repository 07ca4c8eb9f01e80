// The `filter` parameter: a JSON array of conditions that must all hold, or plain text that is a
// keyword. Reads the syntax alone; which columns there are is a matter of each list. Pure; any
// thread. Errors: invalid_argument, with what is wrong in the words of this door.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::dadayun {

inline constexpr std::size_t kFilterBytesMax = 16 * 1024;
inline constexpr std::size_t kConditionsMax = 50;

enum class Operator : std::uint8_t {
  equal,
  not_equal,
  like,
  not_like,
  greater,
  greater_equal,
  less,
  less_equal,
  range,  // from value1 to value2, both included; either may be missing
  empty   // no values
};

struct FilterItem {
  std::string column;
  Operator op = Operator::equal;
  std::optional<std::string> value1;  // there, but for range and empty
  std::optional<std::string> value2;  // range only
};

struct Filter {
  std::string keyword;  // empty: none
  std::vector<FilterItem> items;
};

Result<Filter> parse_filter(std::string_view text);

Error invalid_filter(std::string_view message);
// The column's type does not have the operator, or the value is none of the type.
Error unfit_operator(const FilterItem& item);
Error unfit_value(const FilterItem& item, std::string_view value);

}  // namespace cinnabar::dadayun
