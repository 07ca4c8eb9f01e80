#include "domain/script/iso_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace cinnabar::script {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 24 * 3600 * kMicrosPerSecond;
constexpr std::size_t kZoneBytesMax = 100;

template <typename... Arguments>
void append(IsoText& out, fmt::format_string<Arguments...> pattern, Arguments&&... arguments) {
  const std::size_t room = out.bytes.size() - out.size;
  const auto end = fmt::format_to_n(out.bytes.data() + out.size, room, pattern,
                                    std::forward<Arguments>(arguments)...);
  out.size += std::min(room, end.size);
}

void append_fraction(IsoText& out, std::int64_t micros) {
  if (micros == 0) return;
  append(out, ".{:06}", micros);
  while (out.bytes.at(out.size - 1) == '0') --out.size;
}

void append_date(IsoText& out, std::int32_t year, std::int32_t month, std::int32_t day) {
  append(out, "{}{:04}-{:02}-{:02}", year < 0 ? "-" : "", std::abs(std::int64_t{year}), month, day);
}

void append_time(IsoText& out, const expr::TimeOfDay& time) {
  const std::int64_t seconds = time.micros / kMicrosPerSecond;
  append(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  append_fraction(out, time.micros % kMicrosPerSecond);
  if (!time.zone.empty()) {
    append(out, "@{}", std::string_view{time.zone}.substr(0, kZoneBytesMax));
    return;
  }
  if (!time.offset_seconds) return;
  const std::int32_t offset = std::abs(*time.offset_seconds);
  if (offset == 0) {
    append(out, "Z");
    return;
  }
  append(out, "{}{:02}:{:02}", *time.offset_seconds < 0 ? '-' : '+', offset / 3600,
         offset / 60 % 60);
  if (offset % 60 != 0) append(out, ":{:02}", offset % 60);
}

void append_months(IsoText& out, std::int64_t months) {
  const std::uint64_t count =
      months < 0 ? 0 - static_cast<std::uint64_t>(months) : static_cast<std::uint64_t>(months);
  append(out, "{}P", months < 0 ? "-" : "");
  if (count >= 12) append(out, "{}Y", count / 12);
  if (count % 12 != 0 || count == 0) append(out, "{}M", count % 12);
}

void append_duration(IsoText& out, std::int64_t micros) {
  // Halves of the range: the absolute value of the smallest integer is none.
  const std::int64_t days = std::abs(micros / kMicrosPerDay);
  const std::int64_t rest = std::abs(micros % kMicrosPerDay);
  const std::int64_t seconds = rest / kMicrosPerSecond;
  append(out, "{}P", micros < 0 ? "-" : "");
  if (days != 0) append(out, "{}D", days);
  if (rest == 0) {
    if (days == 0) append(out, "T0S");
    return;
  }
  append(out, "T");
  if (seconds >= 3600) append(out, "{}H", seconds / 3600);
  if (seconds / 60 % 60 != 0) append(out, "{}M", seconds / 60 % 60);
  if (rest % (60 * kMicrosPerSecond) == 0) return;
  append(out, "{}", seconds % 60);
  append_fraction(out, rest % kMicrosPerSecond);
  append(out, "S");
}

}  // namespace

IsoText iso_text(const expr::Value& value) {
  IsoText out;
  if (const auto* date = value.get<expr::Date>()) {
    append_date(out, date->year, date->month, date->day);
  } else if (const auto* time = value.get<expr::TimeOfDay>()) {
    append_time(out, *time);
  } else if (const auto* moment = value.get<expr::DateTime>()) {
    append_date(out, moment->year, moment->month, moment->day);
    append(out, "T");
    append_time(out, moment->time);
  } else if (const auto* months = value.get<expr::MonthsDuration>()) {
    append_months(out, months->months);
  } else if (const auto* duration = value.get<Duration>()) {
    append_duration(out, duration->micros());
  }
  return out;
}

}  // namespace cinnabar::script
