// How values of the language compare. Inside of the expression module. Thread: any; pure.
//
// Beyond the standard: a text that looks like a number compares with a number, one that is written
// like a date or a duration with such a value, a person with an id, a list of one element as that
// element.
#pragma once

#include "domain/expr/value.h"

#include <compare>
#include <cstddef>
#include <optional>

namespace cinnabar::expr {

// nullopt: the two can not be compared. Null equals null only. `work` grows by the values looked
// at; beyond limits::kExpressionStepsMax the comparison stops.
std::optional<bool> equals(const Value& a, const Value& b, std::size_t& work);
// nullopt as well where there is no order, for example between people.
std::optional<std::strong_ordering> order(const Value& a, const Value& b);
// Whether the value lies in the range; nullopt where it can not be compared with its ends.
std::optional<bool> includes(const Value::Range& range, const Value& value);

}  // namespace cinnabar::expr
