// Points in time and lengths of time as int64 microseconds; instants count from 1970-01-01T00:00Z.
// This module never reads a clock: ports::Clock does. Formatting takes the zone as a fixed offset.
// Thread: plain values and pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cinnabar {

class Duration {
 public:
  constexpr Duration() = default;
  constexpr explicit Duration(std::int64_t micros) : micros_(micros) {}
  [[nodiscard]] constexpr std::int64_t micros() const { return micros_; }
  [[nodiscard]] constexpr std::int64_t millis() const { return micros_ / 1000; }
  friend constexpr auto operator<=>(Duration, Duration) = default;

 private:
  std::int64_t micros_ = 0;
};

constexpr Duration microseconds(std::int64_t n) {
  return Duration{n};
}
constexpr Duration milliseconds(std::int64_t n) {
  return Duration{n * 1000};
}
constexpr Duration seconds(std::int64_t n) {
  return Duration{n * 1'000'000};
}
constexpr Duration minutes(std::int64_t n) {
  return seconds(n * 60);
}
constexpr Duration hours(std::int64_t n) {
  return minutes(n * 60);
}

class Instant {
 public:
  constexpr Instant() = default;
  constexpr explicit Instant(std::int64_t micros_since_epoch) : micros_(micros_since_epoch) {}
  [[nodiscard]] constexpr std::int64_t micros() const { return micros_; }
  friend constexpr auto operator<=>(Instant, Instant) = default;
  friend constexpr Instant operator+(Instant at, Duration by) {
    return Instant{at.micros_ + by.micros()};
  }
  friend constexpr Instant operator-(Instant at, Duration by) {
    return Instant{at.micros_ - by.micros()};
  }
  friend constexpr Duration operator-(Instant a, Instant b) {
    return Duration{a.micros_ - b.micros_};
  }

 private:
  std::int64_t micros_ = 0;
};

// A fixed offset from UTC in minutes, -1439..1439; +480 is Asia/Shanghai and Asia/Taipei.
struct UtcOffset {
  std::int32_t minutes = 0;
};

// Calendar fields of an instant at an offset. month 1..12, day 1..31, weekday 0 = Sunday.
struct CivilTime {
  std::int32_t year = 1970;
  std::int32_t month = 1;
  std::int32_t day = 1;
  std::int32_t hour = 0;
  std::int32_t minute = 0;
  std::int32_t second = 0;
  std::int32_t micros = 0;
};

CivilTime to_civil(Instant at, UtcOffset offset);
// Out-of-range fields give nullopt (February 30th, hour 24).
std::optional<Instant> from_civil(const CivilTime& civil, UtcOffset offset);

// "2026-11-23T04:00:00.123456Z"; the fraction has six digits and is omitted when zero.
std::string to_rfc3339(Instant at);
// "2020-07-07T13:50:21.494": local time without zone, three fraction digits, omitted when zero.
std::string to_local_millis(Instant at, UtcOffset offset);
// "2020-07-07 13:50:21"
std::string to_local_seconds(Instant at, UtcOffset offset);
// "2020-07-07"
std::string to_local_date(Instant at, UtcOffset offset);

// Accepts date, date and time with 'T' or one space, up to six fraction digits, and an optional
// zone ("Z", "+08:00", "+0800"); without a zone the offset given applies. Nothing else.
std::optional<Instant> parse_instant(std::string_view text, UtcOffset offset);
// "+08:00", "-0330", "Z"
std::optional<UtcOffset> parse_utc_offset(std::string_view text);
// True for a calendar date "YYYY-MM-DD" that exists.
bool is_calendar_date(std::string_view text);

}  // namespace cinnabar
