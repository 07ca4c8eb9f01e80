#include "domain/expr/temporal.h"

#include "domain/expr/zone.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace cinnabar::expr {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int32_t kOffsetSecondsMax = 18 * 3600;

bool is_leap(std::int64_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

// Division that rounds down, and what is left, never negative.
std::pair<std::int64_t, std::int64_t> floor_divide(std::int64_t value, std::int64_t by) {
  std::int64_t quotient = value / by;
  std::int64_t rest = value % by;
  if (rest < 0) {
    rest += by;
    --quotient;
  }
  return {quotient, rest};
}

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  [[nodiscard]] bool done() const { return at_ == text_.size(); }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  bool take(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // At least `least` and at most `most` digits; true when there were that many.
  bool digits(std::size_t least, std::size_t most, std::int64_t& out) {
    const std::size_t start = at_;
    out = 0;
    while (!done() && at_ - start < most && text_[at_] >= '0' && text_[at_] <= '9') {
      out = out * 10 + (text_[at_++] - '0');
    }
    return at_ - start >= least;
  }
  // The digits after the point as microseconds.
  bool fraction(std::int64_t& micros) {
    std::int64_t scale = 100'000;
    const std::size_t start = at_;
    micros = 0;
    while (!done() && text_[at_] >= '0' && text_[at_] <= '9') {
      micros += (text_[at_++] - '0') * scale;
      scale /= 10;
    }
    return at_ > start && at_ - start <= 18;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// Four digits, or more without a leading zero.
bool take_date(Cursor& cursor, Date& out) {
  const bool negative = cursor.take('-');
  const bool zero_first = cursor.rest().starts_with('0');
  std::int64_t year = 0;
  std::int64_t month = 0;
  std::int64_t day = 0;
  const std::size_t before = cursor.rest().size();
  if (!cursor.digits(4, 9, year)) return false;
  if (zero_first && before - cursor.rest().size() > 4) return false;
  if (!cursor.take('-') || !cursor.digits(2, 2, month) || !cursor.take('-') ||
      !cursor.digits(2, 2, day)) {
    return false;
  }
  if (negative) year = -year;
  if (!is_date(year, month, day)) return false;
  out = {static_cast<std::int32_t>(year), static_cast<std::int32_t>(month),
         static_cast<std::int32_t>(day)};
  return true;
}

bool take_offset(Cursor& cursor, TimeOfDay& out) {
  if (cursor.take('Z') || cursor.take('z')) {
    out.offset_seconds = 0;
    return true;
  }
  std::int64_t sign = 1;
  if (cursor.take('-')) {
    sign = -1;
  } else if (!cursor.take('+')) {
    return false;
  }
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  if (!cursor.digits(2, 2, hour)) return false;
  cursor.take(':');
  if (!cursor.digits(2, 2, minute)) return false;
  if (cursor.take(':') && !cursor.digits(2, 2, second)) return false;
  const std::int64_t offset = hour * 3600 + minute * 60 + second;
  if (minute > 59 || second > 59 || offset > kOffsetSecondsMax) return false;
  out.offset_seconds = static_cast<std::int32_t>(sign * offset);
  return true;
}

bool take_time(Cursor& cursor, TimeOfDay& out) {
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  std::int64_t micros = 0;
  if (!cursor.digits(2, 2, hour) || !cursor.take(':') || !cursor.digits(2, 2, minute)) return false;
  if (!cursor.take(':') || !cursor.digits(2, 2, second)) return false;
  if (cursor.take('.') && !cursor.fraction(micros)) return false;
  if (hour > 23 || minute > 59 || second > 59) return false;
  out.micros = (hour * 3600 + minute * 60 + second) * kMicrosPerSecond + micros;
  if (cursor.done()) return true;
  if (cursor.take('@')) {
    out.zone = std::string(cursor.rest());
    if (!is_zone(out.zone)) return false;
    cursor = Cursor("");
    return true;
  }
  return take_offset(cursor, out);
}

TimePoint to_local_point(const DateTime& at) {
  const std::int64_t days = to_days(date_of(at));
  return {days * kSecondsPerDay + at.time.micros / kMicrosPerSecond,
          static_cast<std::int32_t>(at.time.micros % kMicrosPerSecond)};
}

}  // namespace

std::int32_t days_in_month(std::int64_t year, std::int32_t month) {
  constexpr std::array<std::int32_t, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays.at(static_cast<std::size_t>(month - 1));
}

bool is_date(std::int64_t year, std::int64_t month, std::int64_t day) {
  if (year < -kYearMax || year > kYearMax || month < 1 || month > 12 || day < 1) return false;
  return day <= days_in_month(year, static_cast<std::int32_t>(month));
}

// After Howard Hinnant's public derivation, as is the way back.
std::int64_t to_days(const Date& date) {
  const std::int64_t year = std::int64_t{date.year} - (date.month <= 2 ? 1 : 0);
  const auto [era, year_of_era] = floor_divide(year, 400);
  const std::int64_t month = date.month + (date.month > 2 ? -3 : 9);
  const std::int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

std::optional<Date> from_days(std::int64_t days) {
  constexpr std::int64_t kDaysMax = 366 * (std::int64_t{kYearMax} + 1);
  if (days > kDaysMax || days < -kDaysMax) return std::nullopt;
  const auto [era, day_of_era] = floor_divide(days + 719'468, 146'097);
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t part = (5 * day_of_year + 2) / 153;
  const std::int64_t month = part < 10 ? part + 3 : part - 9;
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  if (year < -kYearMax || year > kYearMax) return std::nullopt;
  return Date{static_cast<std::int32_t>(year), static_cast<std::int32_t>(month),
              static_cast<std::int32_t>(day_of_year - (153 * part + 2) / 5 + 1)};
}

std::int32_t weekday(const Date& date) {
  // 1970-01-01 was a Thursday.
  return static_cast<std::int32_t>(floor_divide(to_days(date) + 3, 7).second) + 1;
}

std::int32_t day_of_year(const Date& date) {
  return static_cast<std::int32_t>(to_days(date) - to_days({date.year, 1, 1})) + 1;
}

std::int32_t week_of_year(const Date& date) {
  // The Thursday of the same week decides.
  const std::int64_t thursday = to_days(date) - weekday(date) + 4;
  const auto middle = from_days(thursday);
  return middle ? (day_of_year(*middle) - 1) / 7 + 1 : 1;
}

std::optional<Date> add_months(const Date& date, std::int64_t months) {
  constexpr std::int64_t kMonthsMax = 12 * 2 * (std::int64_t{kYearMax} + 1);
  if (months > kMonthsMax || months < -kMonthsMax) return std::nullopt;
  const auto [year, month] =
      floor_divide(std::int64_t{date.year} * 12 + date.month - 1 + months, 12);
  if (year < -kYearMax || year > kYearMax) return std::nullopt;
  const auto in_year = static_cast<std::int32_t>(month) + 1;
  return Date{static_cast<std::int32_t>(year), in_year,
              std::min(date.day, days_in_month(year, in_year))};
}

Date date_of(const DateTime& at) {
  return {at.year, at.month, at.day};
}

bool has_zone(const TimeOfDay& time) {
  return time.offset_seconds.has_value() || !time.zone.empty();
}

std::optional<std::int32_t> offset_at(const DateTime& at) {
  if (at.time.offset_seconds) return at.time.offset_seconds;
  if (at.time.zone.empty()) return std::nullopt;
  return zone_offset_of_local(at.time.zone, to_local_point(at).seconds);
}

TimePoint to_point(const DateTime& at) {
  TimePoint point = to_local_point(at);
  point.seconds -= offset_at(at).value_or(0);
  return point;
}

std::optional<DateTime> from_point(TimePoint at, const TimeOfDay& like) {
  std::int64_t offset = like.offset_seconds.value_or(0);
  if (!like.offset_seconds && !like.zone.empty()) {
    offset = zone_offset_of_utc(like.zone, at.seconds).value_or(0);
  }
  const auto [days, second] = floor_divide(at.seconds + offset, kSecondsPerDay);
  const auto date = from_days(days);
  if (!date) return std::nullopt;
  DateTime out{date->year, date->month, date->day, like};
  out.time.micros = second * kMicrosPerSecond + at.micros;
  return out;
}

std::optional<TimePoint> add(TimePoint at, std::int64_t micros) {
  const auto [seconds, rest] = floor_divide(micros, kMicrosPerSecond);
  const auto [carry, left] = floor_divide(at.micros + rest, kMicrosPerSecond);
  // A point lies within 3.2e16 seconds and a duration within 9.3e12: no sum overflows.
  return TimePoint{at.seconds + seconds + carry, static_cast<std::int32_t>(left)};
}

std::optional<std::int64_t> difference(TimePoint a, TimePoint b) {
  const std::int64_t seconds = a.seconds - b.seconds;
  constexpr std::int64_t kSecondsMax = 9'200'000'000'000;
  if (seconds > kSecondsMax || seconds < -kSecondsMax) return std::nullopt;
  return seconds * kMicrosPerSecond + a.micros - b.micros;
}

DateTime from_instant(Instant at) {
  const auto [seconds, micros] = floor_divide(at.micros(), kMicrosPerSecond);
  TimeOfDay utc;
  utc.offset_seconds = 0;
  // 292,000 years at most: always in range.
  return from_point({seconds, static_cast<std::int32_t>(micros)}, utc).value_or(DateTime{});
}

std::optional<Instant> to_instant(const DateTime& at) {
  if (at.year < 1 || at.year > 9999) return std::nullopt;
  const TimePoint point = to_point(at);
  return Instant{point.seconds * kMicrosPerSecond + point.micros};
}

std::optional<Date> parse_date(std::string_view text) {
  Cursor cursor(text);
  Date out;
  if (!take_date(cursor, out) || !cursor.done()) return std::nullopt;
  return out;
}

std::optional<TimeOfDay> parse_time(std::string_view text) {
  Cursor cursor(text);
  TimeOfDay out;
  if (!take_time(cursor, out) || !cursor.done()) return std::nullopt;
  return out;
}

std::optional<DateTime> parse_date_time(std::string_view text) {
  Cursor cursor(text);
  Date date;
  DateTime out;
  if (!take_date(cursor, date) || !cursor.take('T')) return std::nullopt;
  if (!take_time(cursor, out.time) || !cursor.done()) return std::nullopt;
  out.year = date.year;
  out.month = date.month;
  out.day = date.day;
  return out;
}

std::string to_text(const Date& date) {
  return fmt::format("{}{:04}-{:02}-{:02}", date.year < 0 ? "-" : "", std::abs(date.year),
                     date.month, date.day);
}

std::string to_text(const TimeOfDay& time) {
  const std::int64_t seconds = time.micros / kMicrosPerSecond;
  std::string out =
      fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (const std::int64_t rest = time.micros % kMicrosPerSecond; rest != 0) {
    out += fmt::format(".{:06}", rest);
    out.erase(out.find_last_not_of('0') + 1);
  }
  if (time.offset_seconds) {
    const std::int32_t offset = std::abs(*time.offset_seconds);
    if (offset == 0) return out + 'Z';
    out += fmt::format("{}{:02}:{:02}", *time.offset_seconds < 0 ? '-' : '+', offset / 3600,
                       offset / 60 % 60);
    if (offset % 60 != 0) out += fmt::format(":{:02}", offset % 60);
  } else if (!time.zone.empty()) {
    out += '@' + time.zone;
  }
  return out;
}

std::string to_text(const DateTime& at) {
  return to_text(date_of(at)) + 'T' + to_text(at.time);
}

}  // namespace cinnabar::expr
