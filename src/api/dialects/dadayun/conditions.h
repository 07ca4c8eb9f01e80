// What a condition means for each type of column, as a filter of the store. Null fits `<>` and
// `not like` and none of the others but `empty`. Pure; any thread. Errors: invalid_argument for an
// operator that the type does not have, and for a value that is none of the type.
#pragma once

#include "api/dialects/dadayun/filter_syntax.h"
#include "base/time.h"
#include "vocab/filter.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cinnabar::dadayun {

FilterNode everything();
FilterNode nothing();

// A text that the store holds: `is` makes a comparison of it. `is_empty`: absent, or of no
// characters where `absent_is_empty`.
struct TextColumn {
  std::function<FilterNode(FilterOp op, const std::string& value)> is;
  FilterNode is_absent;
  bool absent_is_empty = false;  // absent reads as ""
};
Result<FilterNode> text_condition(const FilterItem& item, const TextColumn& column);

// A time that the store holds. A day alone is the whole day; otherwise times are compared to the
// millisecond, as they are shown.
struct TimeColumn {
  std::function<Result<FilterNode>(Instant at)> from;    // then or later
  std::function<Result<FilterNode>(Instant at)> before;  // earlier
  FilterNode is_absent;
  bool has_like = true;
};
Result<FilterNode> time_condition(const FilterItem& item, const TimeColumn& column, UtcOffset zone);
// Microseconds in a column of the listed table.
TimeColumn stored_time(std::uint16_t column);

// A UUID: `find` are the values whose 36 characters contain a text, `exact` the one value of a
// UUID. `like` of a part is refused where `find` is missing.
struct GuidColumn {
  std::function<FilterNode(std::string_view guid)> exact;
  std::function<FilterNode(std::string_view part)> find;
  FilterNode is_absent;
};
Result<FilterNode> guid_condition(const FilterItem& item, const GuidColumn& column);

// Which value fits; nullopt: neither.
Result<std::optional<bool>> wanted_flag(const FilterItem& item);
Result<FilterNode> flag_condition(const FilterItem& item, const FilterNode& is_true);

// A whole number that takes few values: those of them that fit.
Result<std::vector<std::int64_t>> number_choice(const FilterItem& item,
                                                const std::vector<std::int64_t>& values);

// From the beginning of `first` up to, but not with, `second`.
using Period = std::pair<Instant, Instant>;
// A time as clients write it: a day is 24 hours, a moment one millisecond.
std::optional<Period> parse_period(std::string_view text, UtcOffset zone);
// All times whose text ("2015-10-14T02:09:20.447Z") begins with `prefix`; nullopt when none does
// because it is no beginning of a time at all, an empty period when the calendar has none.
std::optional<Period> period_of_prefix(std::string_view prefix);
// "true", "false", "1", "0" in any case.
std::optional<bool> parse_flag(std::string_view text);

}  // namespace cinnabar::dadayun
