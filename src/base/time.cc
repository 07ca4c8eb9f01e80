#include "base/time.h"

#include <fmt/format.h>

#include <array>

namespace cinnabar {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

bool is_leap(std::int32_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

std::int32_t days_in_month(std::int32_t year, std::int32_t month) {
  constexpr std::array<std::int32_t, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// Days since 1970-01-01 of a proleptic Gregorian date, after Howard Hinnant's public derivation.
std::int64_t days_from_civil(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  [[nodiscard]] bool done() const { return at_ == text_.size(); }
  [[nodiscard]] char peek() const { return done() ? '\0' : text_[at_]; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  // Exactly `width` digits.
  bool digits(int width, std::int32_t& out) {
    std::int32_t value = 0;
    for (int i = 0; i < width; ++i) {
      const char c = peek();
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
      ++at_;
    }
    out = value;
    return true;
  }
  // One to six digits after the point, scaled to microseconds; further digits are refused.
  bool fraction(std::int32_t& micros) {
    std::int32_t value = 0;
    int count = 0;
    while (peek() >= '0' && peek() <= '9') {
      if (count == 6) return false;
      value = value * 10 + (peek() - '0');
      ++at_;
      ++count;
    }
    if (count == 0) return false;
    for (; count < 6; ++count) value *= 10;
    micros = value;
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

bool take_offset(Cursor& cursor, UtcOffset& out) {
  if (cursor.take('Z')) {
    out = UtcOffset{0};
    return true;
  }
  std::int32_t sign = 1;
  if (cursor.take('-')) {
    sign = -1;
  } else if (!cursor.take('+')) {
    return false;
  }
  std::int32_t hour = 0;
  std::int32_t minute = 0;
  if (!cursor.digits(2, hour)) return false;
  cursor.take(':');
  if (!cursor.digits(2, minute) || hour > 23 || minute > 59) return false;
  out = UtcOffset{sign * (hour * 60 + minute)};
  return true;
}

}  // namespace

CivilTime to_civil(Instant at, UtcOffset offset) {
  const std::int64_t local = at.micros() + std::int64_t{offset.minutes} * 60 * kMicrosPerSecond;
  std::int64_t days = local / kMicrosPerDay;
  std::int64_t rest = local % kMicrosPerDay;
  if (rest < 0) {
    rest += kMicrosPerDay;
    --days;
  }
  const std::int64_t z = days + 719'468;
  const std::int64_t era = (z >= 0 ? z : z - 146'096) / 146'097;
  const std::int64_t day_of_era = z - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t mp = (5 * day_of_year + 2) / 153;
  CivilTime civil;
  civil.day = static_cast<std::int32_t>(day_of_year - (153 * mp + 2) / 5 + 1);
  civil.month = static_cast<std::int32_t>(mp < 10 ? mp + 3 : mp - 9);
  civil.year = static_cast<std::int32_t>(year_of_era + era * 400 + (civil.month <= 2 ? 1 : 0));
  const std::int64_t second_of_day = rest / kMicrosPerSecond;
  civil.hour = static_cast<std::int32_t>(second_of_day / 3600);
  civil.minute = static_cast<std::int32_t>(second_of_day / 60 % 60);
  civil.second = static_cast<std::int32_t>(second_of_day % 60);
  civil.micros = static_cast<std::int32_t>(rest % kMicrosPerSecond);
  return civil;
}

std::optional<Instant> from_civil(const CivilTime& civil, UtcOffset offset) {
  if (civil.year < 1 || civil.year > 9999 || civil.month < 1 || civil.month > 12)
    return std::nullopt;
  if (civil.day < 1 || civil.day > days_in_month(civil.year, civil.month)) return std::nullopt;
  if (civil.hour < 0 || civil.hour > 23 || civil.minute < 0 || civil.minute > 59)
    return std::nullopt;
  if (civil.second < 0 || civil.second > 59 || civil.micros < 0 || civil.micros > 999'999) {
    return std::nullopt;
  }
  const std::int64_t days = days_from_civil(civil.year, civil.month, civil.day);
  const std::int64_t second = std::int64_t{civil.hour} * 3600 + civil.minute * 60 + civil.second;
  return Instant{days * kMicrosPerDay +
                 (second - std::int64_t{offset.minutes} * 60) * kMicrosPerSecond + civil.micros};
}

std::string to_rfc3339(Instant at) {
  const CivilTime c = to_civil(at, UtcOffset{0});
  std::string out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", c.year, c.month, c.day,
                                c.hour, c.minute, c.second);
  if (c.micros != 0) out += fmt::format(".{:06}", c.micros);
  out += 'Z';
  return out;
}

std::string to_local_millis(Instant at, UtcOffset offset) {
  const CivilTime c = to_civil(at, offset);
  // Written by hand: lists print three of these a row.
  std::string out = "0000-00-00T00:00:00.000";
  const auto put = [&out](std::size_t place, std::size_t width, std::int32_t value) {
    for (std::size_t i = width; i > 0; --i, value /= 10) {
      out[place + i - 1] = static_cast<char>('0' + value % 10);
    }
  };
  put(0, 4, c.year);
  put(5, 2, c.month);
  put(8, 2, c.day);
  put(11, 2, c.hour);
  put(14, 2, c.minute);
  put(17, 2, c.second);
  put(20, 3, c.micros / 1000);
  if (c.micros / 1000 == 0) out.resize(19);
  return out;
}

std::string to_local_seconds(Instant at, UtcOffset offset) {
  const CivilTime c = to_civil(at, offset);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", c.year, c.month, c.day, c.hour,
                     c.minute, c.second);
}

std::string to_local_date(Instant at, UtcOffset offset) {
  const CivilTime c = to_civil(at, offset);
  return fmt::format("{:04}-{:02}-{:02}", c.year, c.month, c.day);
}

std::optional<Instant> parse_instant(std::string_view text, UtcOffset offset) {
  Cursor cursor{text};
  CivilTime civil;
  if (!cursor.digits(4, civil.year) || !cursor.take('-') || !cursor.digits(2, civil.month) ||
      !cursor.take('-') || !cursor.digits(2, civil.day)) {
    return std::nullopt;
  }
  if (!cursor.done()) {
    if (!cursor.take('T') && !cursor.take(' ')) return std::nullopt;
    if (!cursor.digits(2, civil.hour) || !cursor.take(':') || !cursor.digits(2, civil.minute)) {
      return std::nullopt;
    }
    if (cursor.take(':')) {
      if (!cursor.digits(2, civil.second)) return std::nullopt;
      if (cursor.take('.') && !cursor.fraction(civil.micros)) return std::nullopt;
    }
    if (!cursor.done() && !take_offset(cursor, offset)) return std::nullopt;
  }
  if (!cursor.done()) return std::nullopt;
  return from_civil(civil, offset);
}

std::optional<UtcOffset> parse_utc_offset(std::string_view text) {
  Cursor cursor{text};
  UtcOffset offset;
  if (!take_offset(cursor, offset) || !cursor.done()) return std::nullopt;
  return offset;
}

bool is_calendar_date(std::string_view text) {
  return text.size() == 10 && parse_instant(text, UtcOffset{0}).has_value();
}

}  // namespace cinnabar
