#include "domain/process/timer_rule.h"

#include "base/text.h"
#include "domain/expr/iso_time.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <vector>

namespace cinnabar::process {
namespace {

constexpr std::int64_t kMonthsMax = 12 * 10'000;

Error invalid(std::string detail) {
  return make_error(Code::invalid_argument, reasons::kTimerInvalid, std::move(detail));
}

// The same day some months later, or the last day of that month.
Instant add_months(Instant at, std::int64_t months, UtcOffset offset) {
  CivilTime civil = to_civil(at, offset);
  const std::int64_t month = civil.year * 12LL + civil.month - 1 + months;
  civil.year = static_cast<std::int32_t>(month / 12);
  civil.month = static_cast<std::int32_t>(month % 12) + 1;
  for (; civil.day > 28; --civil.day) {
    if (const auto found = from_civil(civil, offset)) return *found;
  }
  return from_civil(civil, offset).value_or(at);
}

Result<Instant> add(Instant at, const expr::IsoDuration& duration, UtcOffset offset) {
  if (duration.months > kMonthsMax || duration.months < -kMonthsMax) {
    return invalid("the duration is too long");
  }
  constexpr std::int64_t kMicrosMax = 400'000'000'000'000'000;  // some 12,000 years
  if (duration.micros > kMicrosMax || duration.micros < -kMicrosMax) {
    return invalid("the duration is too long");
  }
  const Instant base = duration.months == 0 ? at : add_months(at, duration.months, offset);
  return base + Duration{duration.micros};
}

Result<expr::IsoDuration> duration_of(const expr::Value& value) {
  if (const auto* duration = value.get<Duration>()) return expr::IsoDuration{0, duration->micros()};
  if (const auto* months = value.get<expr::MonthsDuration>()) {
    return expr::IsoDuration{months->months, 0};
  }
  if (const auto* text = value.get<std::string>()) {
    if (const auto parsed = expr::parse_duration(trim(*text))) return *parsed;
    return invalid("\"" + *text + "\" is no ISO 8601 duration such as PT1H");
  }
  return invalid("the value is no duration");
}

Result<Instant> date_of(const expr::Value& value, UtcOffset offset) {
  const FieldValue field = expr::to_field(value);
  if (const auto* at = field.get<Instant>()) return *at;
  std::string text;
  if (const auto* date = field.get<CalendarDate>()) text = date->text;
  if (const auto* written = field.get<std::string>()) text = *written;
  if (const auto at = parse_instant(trim(text), offset)) return *at;
  return invalid("\"" + text + "\" is no ISO 8601 date such as 2030-01-31T08:00:00Z");
}

Result<std::int32_t> repeats_of(std::string_view text) {
  if (!text.starts_with('R')) return invalid("a cycle starts with R, as in R3/PT10S");
  if (text.size() == 1) return -1;
  const auto count = parse_int(text.substr(1));
  if (count && *count == -1) return -1;
  if (!count || *count < 1 || *count > 1'000'000) {
    return invalid("a cycle repeats 1 to 1000000 times");
  }
  return static_cast<std::int32_t>(*count) - 1;
}

Result<TimerPlan> plan_cycle(std::string_view text, Instant now, UtcOffset offset) {
  const std::vector<std::string_view> parts = split(trim(text), '/');
  TimerPlan plan;
  if (parts.size() == 1) {
    // Only a duration: for ever.
    CINNABAR_TRY(const auto every, duration_of(expr::Value{std::string(parts[0])}));
    CINNABAR_TRY(plan.due, add(now, every, offset));
    plan.repeats = -1;
  } else if (parts.size() > 3) {
    return invalid("a cycle is written R3/PT10S or R3/<start>/PT10S");
  } else {
    CINNABAR_TRY(plan.repeats, repeats_of(parts[0]));
    const bool ends = parts.size() == 3 && parts[1].starts_with('P');
    CINNABAR_TRY(const auto every,
                 duration_of(expr::Value{std::string(ends ? parts[1] : parts.back())}));
    Instant base = now;
    if (parts.size() == 3) {
      CINNABAR_TRY(const Instant bound,
                   date_of(expr::Value{std::string(ends ? parts[2] : parts[1])}, offset));
      if (!ends) base = bound;
      if (ends && every.months == 0 && every.micros > 0) {
        const std::int64_t fits = (bound - now).micros() / every.micros;
        const auto most = static_cast<std::int32_t>(std::clamp<std::int64_t>(fits, 1, 1'000'000));
        plan.repeats = plan.repeats < 0 ? most - 1 : std::min(plan.repeats, most - 1);
      }
    }
    if (parts.size() == 3 && !ends) {
      plan.due = base;
    } else {
      CINNABAR_TRY(plan.due, add(base, every, offset));
    }
  }
  CINNABAR_TRY(const auto every,
               duration_of(expr::Value{std::string(
                   parts.size() == 3 && parts[1].starts_with('P') ? parts[1] : parts.back())}));
  CINNABAR_TRY(const Instant next, add(plan.due, every, offset));
  plan.interval = next - plan.due;
  if (plan.interval.micros() <= 0) return invalid("the interval of a cycle has to be positive");
  return plan;
}

}  // namespace

Result<TimerPlan> plan_timer(TimerRule::Form form, const expr::Value& value, Instant now,
                             UtcOffset offset) {
  TimerPlan plan;
  switch (form) {
    case TimerRule::Form::date: {
      CINNABAR_TRY(plan.due, date_of(value, offset));
      return plan;
    }
    case TimerRule::Form::duration: {
      CINNABAR_TRY(const auto duration, duration_of(value));
      CINNABAR_TRY(plan.due, add(now, duration, offset));
      return plan;
    }
    case TimerRule::Form::cycle: {
      if (const auto* text = value.get<std::string>()) return plan_cycle(*text, now, offset);
      CINNABAR_TRY(const auto every, duration_of(value));
      CINNABAR_TRY(plan.due, add(now, every, offset));
      plan.interval = plan.due - now;
      plan.repeats = -1;
      if (plan.interval.micros() <= 0) return invalid("the interval has to be positive");
      return plan;
    }
  }
  return invalid("unknown form");
}

Result<Instant> plan_due(const expr::Value& value, Instant now, UtcOffset offset) {
  auto duration = duration_of(value);
  if (duration) return add(now, *duration, offset);
  return date_of(value, offset);
}

const char* check_timer_text(TimerRule::Form form, std::string_view text) {
  const auto plan = plan_timer(form, expr::Value{std::string(text)}, Instant{}, UtcOffset{});
  if (plan) return nullptr;
  switch (form) {
    case TimerRule::Form::date:
      return "is no ISO 8601 date such as 2030-01-31T08:00:00Z";
    case TimerRule::Form::duration:
      return "is no ISO 8601 duration such as PT1H";
    case TimerRule::Form::cycle:
      return "is no ISO 8601 cycle such as R3/PT10S";
  }
  return "is no timer";
}

}  // namespace cinnabar::process
