#include "domain/process/calendar.h"

#include "vocab/reasons.h"

#include <algorithm>
#include <string>

namespace cinnabar::process {
namespace {

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kDay = 24 * 60 * kMinute;
constexpr std::int32_t kMinutesPerDay = 24 * 60;
// Nobody plans further; a calendar whose special days close all of it ends here.
constexpr std::int64_t kDaysMax = 36'600;
constexpr std::size_t kSpecialsMax = 10'000;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

Error invalid(std::string detail) {
  return make_error(Code::invalid_argument, reasons::kCalendarInvalid, std::move(detail));
}

Status check_hours(const std::vector<WorkHours>& hours) {
  std::int32_t last = 0;
  for (const WorkHours& span : hours) {
    if (span.from < last || span.to <= span.from || span.to > kMinutesPerDay) {
      return invalid("working hours lie between 0 and 1440 minutes, in order, without overlap");
    }
    last = span.to;
  }
  return {};
}

}  // namespace

Result<WorkCalendar> WorkCalendar::create(const Settings& settings) {
  WorkCalendar calendar;
  calendar.offset_ = settings.offset;
  bool has_hours = false;
  for (const auto& day : settings.week) {
    CINNABAR_CHECK_OK(check_hours(day));
    has_hours = has_hours || !day.empty();
  }
  if (!has_hours) return invalid("no day of the week has working hours");
  if (settings.specials.size() > kSpecialsMax) return invalid("more than 10000 special days");
  calendar.week_ = settings.week;
  for (const Special& special : settings.specials) {
    CINNABAR_CHECK_OK(check_hours(special.hours));
    CivilTime civil;
    civil.year = special.year;
    civil.month = special.month;
    civil.day = special.day;
    const auto at = from_civil(civil, settings.offset);
    if (!at) return invalid("a special day is no date");
    if (!calendar.specials_.emplace(calendar.day_of(*at), special.hours).second) {
      return invalid("a special day is named twice");
    }
  }
  return calendar;
}

std::int64_t WorkCalendar::day_of(Instant at) const {
  return floor_divide(at.micros() + offset_.minutes * kMinute, kDay);
}

std::int64_t WorkCalendar::micros_of_day(Instant at) const {
  return at.micros() + offset_.minutes * kMinute - day_of(at) * kDay;
}

Instant WorkCalendar::instant_of(std::int64_t day, std::int64_t micros) const {
  return Instant{day * kDay + micros - offset_.minutes * kMinute};
}

const std::vector<WorkHours>& WorkCalendar::hours_of(std::int64_t day) const {
  const auto special = specials_.find(day);
  if (special != specials_.end()) return special->second;
  // 1970-01-01 was a Thursday.
  const std::int64_t weekday = ((day + 4) % 7 + 7) % 7;
  return week_[static_cast<std::size_t>(weekday)];
}

bool WorkCalendar::is_working(Instant at) const {
  const std::int64_t micros = micros_of_day(at);
  return std::ranges::any_of(hours_of(day_of(at)), [&](const WorkHours& span) {
    return micros >= span.from * kMinute && micros < span.to * kMinute;
  });
}

Instant WorkCalendar::next_working(Instant at) const {
  std::int64_t day = day_of(at);
  std::int64_t micros = micros_of_day(at);
  for (std::int64_t i = 0; i < kDaysMax; ++i, ++day, micros = 0) {
    for (const WorkHours& span : hours_of(day)) {
      if (micros < span.to * kMinute) {
        return instant_of(day, std::max(micros, span.from * kMinute));
      }
    }
  }
  return at;
}

Instant WorkCalendar::add_time(Instant from, Duration time) const {
  Instant at = next_working(from);
  std::int64_t left = time.micros();
  if (left <= 0) return at;
  std::int64_t day = day_of(at);
  std::int64_t micros = micros_of_day(at);
  for (std::int64_t i = 0; i < kDaysMax; ++i, ++day, micros = 0) {
    for (const WorkHours& span : hours_of(day)) {
      const std::int64_t begin = std::max(micros, span.from * kMinute);
      const std::int64_t length = span.to * kMinute - begin;
      if (length <= 0) continue;
      if (left <= length) return instant_of(day, begin + left);
      left -= length;
    }
  }
  return from + time;
}

Instant WorkCalendar::add_days(Instant from, std::int64_t days) const {
  const Instant start = next_working(from);
  if (days <= 0) return start;
  const std::int64_t micros = micros_of_day(start);
  std::int64_t day = day_of(start);
  std::int64_t left = days;
  for (std::int64_t i = 0; i < kDaysMax; ++i) {
    const auto& hours = hours_of(++day);
    if (hours.empty() || --left > 0) continue;
    for (const WorkHours& span : hours) {
      if (micros <= span.to * kMinute) {
        return instant_of(day, std::max(micros, span.from * kMinute));
      }
    }
    return instant_of(day, hours.back().to * kMinute);
  }
  return from + Duration{std::min(days, kDaysMax) * kDay};
}

Instant WorkCalendar::add(Instant from, Duration duration) const {
  const std::int64_t days = duration.micros() > 0 ? duration.micros() / kDay : 0;
  const Duration rest{duration.micros() - days * kDay};
  const Instant at = add_days(from, days);
  return rest.micros() > 0 ? add_time(at, rest) : at;
}

Duration WorkCalendar::working_between(Instant from, Instant to) const {
  std::int64_t sum = 0;
  std::int64_t day = day_of(from);
  for (std::int64_t i = 0; i < kDaysMax && instant_of(day, 0) < to; ++i, ++day) {
    for (const WorkHours& span : hours_of(day)) {
      const Instant begin = std::max(from, instant_of(day, span.from * kMinute));
      const Instant end = std::min(to, instant_of(day, span.to * kMinute));
      if (begin < end) sum += (end - begin).micros();
    }
  }
  return Duration{sum};
}

}  // namespace cinnabar::process
