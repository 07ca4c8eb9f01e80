// How values of an expression compare. Inside of the expression module. Thread: any; pure.
#pragma once

#include "vocab/field_value.h"

#include <compare>
#include <optional>

namespace cinnabar::expr {

// nullopt: the two can not be compared. Null equals null only.
std::optional<bool> equals(const FieldValue& a, const FieldValue& b);
// nullopt as well where there is no order, for example between people.
std::optional<std::strong_ordering> order(const FieldValue& a, const FieldValue& b);

}  // namespace cinnabar::expr
