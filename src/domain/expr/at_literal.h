// Dates, times and durations that are written as text. Inside of the expression module. Thread:
// any; pure.
#pragma once

#include "domain/expr/value.h"

#include <string_view>

namespace cinnabar::expr {

// Null where the text is no duration, or one of both years or months and days or less.
Value read_duration(std::string_view text);
// A duration, date and time, date or time; null for anything else.
Value read_at_literal(std::string_view text);

}  // namespace cinnabar::expr
