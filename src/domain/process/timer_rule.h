// When a timer is due: ISO 8601 dates, durations and cycles (and the values of expressions) against
// a clock reading. Pure; thread: any. Errors: invalid_argument (timer_invalid) with what is wrong.
//
// A date without zone is read at `offset`. A cycle is "R3/PT10S", "R/PT10S" (for ever),
// "R3/<start>/PT10S" or "R3/PT10S/<end>"; R3 fires three times.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "domain/expr/value.h"
#include "domain/process/node_settings.h"

#include <cstdint>
#include <string_view>

namespace cinnabar::process {

struct TimerPlan {
  Instant due;
  Duration interval;         // of cycles, else zero
  std::int32_t repeats = 0;  // firings after the first; -1: for ever
};

Result<TimerPlan> plan_timer(TimerRule::Form form, const expr::Value& value, Instant now,
                             UtcOffset offset);
// A date, date-time or duration from now, as due dates are written.
Result<Instant> plan_due(const expr::Value& value, Instant now, UtcOffset offset);
// For checks at deployment: nullptr when the text is fine, else what is wrong with it.
const char* check_timer_text(TimerRule::Form form, std::string_view text);

}  // namespace cinnabar::process
