// Working time: weekly hours, holidays and special working days of a tenant at a fixed offset from
// UTC, and what is so many working hours or days later. Used for due dates.
//
// Thread: an immutable value after create(). Errors: invalid_argument (calendar_invalid).
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::process {

// Minutes since local midnight, [from, to), 0 <= from < to <= 1440.
struct WorkHours {
  std::int32_t from = 0;
  std::int32_t to = 0;
  friend bool operator==(const WorkHours&, const WorkHours&) = default;
};

class WorkCalendar {
 public:
  struct Special {  // replaces the weekly hours of one day; no hours: a holiday
    std::int32_t year = 1970;
    std::int32_t month = 1;
    std::int32_t day = 1;
    std::vector<WorkHours> hours;
    std::string name = {};  // for people
  };
  struct Settings {
    UtcOffset offset;
    std::array<std::vector<WorkHours>, 7> week;  // 0 = Sunday
    std::vector<Special> specials;
  };
  // Hours of a day in rising order without overlap; at least one day of the week has some.
  static Result<WorkCalendar> create(const Settings& settings);

  [[nodiscard]] bool is_working(Instant at) const;
  // `at` itself in working time, else the next start of it.
  [[nodiscard]] Instant next_working(Instant at) const;
  // When so much working time will have passed; a moment outside of it counts as the next start.
  // Nothing or less than nothing: next_working(). The end of a working day is still that day.
  [[nodiscard]] Instant add_time(Instant from, Duration time) const;
  // The same time of day that many working days later; when that day has ended by then, its end.
  [[nodiscard]] Instant add_days(Instant from, std::int64_t days) const;
  // As due dates are written: whole days of the duration are working days, the rest is working
  // time. "P2D" is in two working days, "PT4H" is in four working hours.
  [[nodiscard]] Instant add(Instant from, Duration duration) const;
  // The working time between two moments; zero when they are the other way round.
  [[nodiscard]] Duration working_between(Instant from, Instant to) const;

 private:
  WorkCalendar() = default;
  [[nodiscard]] std::int64_t day_of(Instant at) const;         // local days since 1970-01-01
  [[nodiscard]] std::int64_t micros_of_day(Instant at) const;  // since local midnight
  [[nodiscard]] Instant instant_of(std::int64_t day, std::int64_t micros) const;
  [[nodiscard]] const std::vector<WorkHours>& hours_of(std::int64_t day) const;

  UtcOffset offset_;
  std::array<std::vector<WorkHours>, 7> week_;
  std::map<std::int64_t, std::vector<WorkHours>> specials_;
};

}  // namespace cinnabar::process
