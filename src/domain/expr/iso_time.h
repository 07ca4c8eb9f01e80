// ISO 8601 durations: "P1Y2M3DT4H5M6.7S", "P2W", "-PT15M". Used by the language and by timers.
//
// Pure; thread: any. A fraction is kept to microseconds, further digits are cut.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cinnabar::expr {

// Both parts carry the sign of the whole.
struct IsoDuration {
  std::int64_t months = 0;
  std::int64_t micros = 0;
  friend bool operator==(const IsoDuration&, const IsoDuration&) = default;
};

// nullopt: no duration, or out of range. Years and months count as months; weeks, days and all
// below as microseconds of days of 24 hours. Units come in falling order, each once.
std::optional<IsoDuration> parse_duration(std::string_view text);

// In the shortest form: days, hours, minutes and seconds below 24, 60 and 60; "PT0S" for none.
std::string format_duration(const IsoDuration& duration);
// "P1Y2M", "P0M" for none.
std::string format_months(std::int64_t months);
// "P1DT2H", "PT0S" for none.
std::string format_micros(std::int64_t micros);

}  // namespace cinnabar::expr
