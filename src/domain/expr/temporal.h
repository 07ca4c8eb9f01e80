// The calendar of the language: dates, times and date-times as ISO 8601 text, the proleptic
// Gregorian calendar from year -999999999 to 999999999, and offsets of zones.
//
// Times are kept in microseconds; further digits of a written fraction are cut. Pure; thread: any.
// nullopt: no such text, no such day, or out of range.
#pragma once

#include "base/time.h"
#include "domain/expr/value.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cinnabar::expr {

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
inline constexpr std::int32_t kYearMax = 999'999'999;

// Seconds since 1970-01-01T00:00 and what is left in microseconds, 0..999999. Covers every year.
struct TimePoint {
  std::int64_t seconds = 0;
  std::int32_t micros = 0;
  friend auto operator<=>(const TimePoint&, const TimePoint&) = default;
};

bool is_date(std::int64_t year, std::int64_t month, std::int64_t day);
std::int32_t days_in_month(std::int64_t year, std::int32_t month);
// Days since 1970-01-01.
std::int64_t to_days(const Date& date);
std::optional<Date> from_days(std::int64_t days);
// Monday is 1, Sunday is 7.
std::int32_t weekday(const Date& date);
std::int32_t day_of_year(const Date& date);
// ISO 8601: week 1 holds the first Thursday.
std::int32_t week_of_year(const Date& date);
// The last day of the month where the month is shorter.
std::optional<Date> add_months(const Date& date, std::int64_t months);

Date date_of(const DateTime& at);
// The offset that holds there: of the zone, or as written; nullopt for local values.
std::optional<std::int32_t> offset_at(const DateTime& at);
// As UTC; local values are read as UTC.
TimePoint to_point(const DateTime& at);
// In the zone and offset of `like`.
std::optional<DateTime> from_point(TimePoint at, const TimeOfDay& like);
std::optional<TimePoint> add(TimePoint at, std::int64_t micros);
std::optional<std::int64_t> difference(TimePoint a, TimePoint b);
bool has_zone(const TimeOfDay& time);

DateTime from_instant(Instant at);
// nullopt beyond the years 1 to 9999.
std::optional<Instant> to_instant(const DateTime& at);

std::optional<Date> parse_date(std::string_view text);
std::optional<TimeOfDay> parse_time(std::string_view text);
// A date, 'T', a time. No date alone.
std::optional<DateTime> parse_date_time(std::string_view text);

std::string to_text(const Date& date);
std::string to_text(const TimeOfDay& time);
std::string to_text(const DateTime& at);

}  // namespace cinnabar::expr
