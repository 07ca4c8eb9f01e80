#include "services/codec/calendar_codec.h"

#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace cinnabar::services::codec {
namespace {

using process::WorkCalendar;
using process::WorkHours;

constexpr std::array<std::string_view, 7> kDays{"sunday",   "monday", "tuesday", "wednesday",
                                                "thursday", "friday", "saturday"};
constexpr std::size_t kSpansMax = 24;
constexpr std::size_t kSpecialsMax = 10'000;

// "09:30"; "24:00" is the end of the day.
std::optional<std::int32_t> parse_minutes(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  if (!digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const std::int32_t hours = (text[0] - '0') * 10 + (text[1] - '0');
  const std::int32_t minutes = (text[3] - '0') * 10 + (text[4] - '0');
  const std::int32_t all = hours * 60 + minutes;
  return minutes < 60 && all <= 24 * 60 ? std::optional(all) : std::nullopt;
}

std::optional<WorkHours> parse_span(std::string_view text) {
  if (text.size() != 11 || text[5] != '-') return std::nullopt;
  const auto from = parse_minutes(text.substr(0, 5));
  const auto to = parse_minutes(text.substr(6));
  if (!from || !to) return std::nullopt;
  return WorkHours{*from, *to};
}

std::vector<WorkHours> read_hours(const Json::Array& array, const std::string& path,
                                  Problems& problems) {
  std::vector<WorkHours> hours;
  if (array.size() > kSpansMax) {
    add_problem(problems, path, kValueMalformed, "a day has at most 24 spans of working time");
    return hours;
  }
  std::size_t index = 0;
  for (const std::string& text : read_texts(array, path, problems)) {
    const auto span = parse_span(text);
    const std::int32_t last = hours.empty() ? 0 : hours.back().to;
    if (span && span->from >= last && span->to > span->from) {
      hours.push_back(*span);
    } else {
      add_problem(problems, path_of(path, index), kValueMalformed,
                  "expected a span like \"09:00-12:30\" that begins when the one before has ended");
    }
    ++index;
  }
  return hours;
}

WorkCalendar::Special read_special(StrictObject& object, Problems& problems) {
  WorkCalendar::Special special;
  const std::string date = object.text("date", Need::required);
  const auto at = is_calendar_date(date) ? parse_instant(date, UtcOffset{}) : std::nullopt;
  if (at) {
    const CivilTime civil = to_civil(*at, UtcOffset{});
    special.year = civil.year;
    special.month = civil.month;
    special.day = civil.day;
  } else if (!date.empty()) {
    object.report("date", kValueMalformed, "expected a date like \"2026-10-01\"");
  }
  special.name = object.text("name", Need::optional);
  if (special.name.size() > limits::kNameBytesMax) {
    object.report("name", kValueMalformed, "the name is too long");
  }
  if (const Json::Array* hours = object.array("hours", Need::optional)) {
    special.hours = read_hours(*hours, path_of(object.path(), "hours"), problems);
  }
  object.finish();
  return special;
}

Json hours_json(const std::vector<WorkHours>& hours) {
  Json json = Json::array();
  for (const WorkHours& span : hours) {
    json.push(fmt::format("{:02}:{:02}-{:02}:{:02}", span.from / 60, span.from % 60, span.to / 60,
                          span.to % 60));
  }
  return json;
}

std::string offset_text(UtcOffset offset) {
  const std::int32_t minutes = offset.minutes < 0 ? -offset.minutes : offset.minutes;
  return fmt::format("{}{:02}:{:02}", offset.minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void read_week(const Json& json, WorkCalendar::Settings& settings, const std::string& path,
               Problems& problems) {
  StrictObject week{json, path, problems};
  for (std::size_t day = 0; day < kDays.size(); ++day) {
    if (const Json::Array* hours = week.array(kDays[day], Need::optional)) {
      settings.week[day] = read_hours(*hours, path_of(path, kDays[day]), problems);
    }
  }
  week.finish();
}

}  // namespace

WorkCalendar::Settings read_calendar(StrictObject& object, Problems& problems) {
  const std::size_t known = problems.size();
  WorkCalendar::Settings settings;
  const std::string offset = object.text("utc_offset", Need::required);
  if (const auto parsed = parse_utc_offset(offset)) {
    settings.offset = *parsed;
  } else if (!offset.empty()) {
    object.report("utc_offset", kValueMalformed, "expected an offset like \"+08:00\"");
  }
  if (const Json* week = object.any("week")) {
    read_week(*week, settings, path_of(object.path(), "week"), problems);
  } else {
    object.report("week", kMemberMissing, "say when people work");
  }
  const Json::Array* specials = object.array("special_days", Need::optional);
  if (specials != nullptr && specials->size() > kSpecialsMax) {
    object.report("special_days", kValueMalformed, "more than 10000 special days");
  } else if (specials != nullptr) {
    for (std::size_t i = 0; i < specials->size(); ++i) {
      StrictObject one{(*specials)[i], path_of(path_of(object.path(), "special_days"), i),
                       problems};
      settings.specials.push_back(read_special(one, problems));
    }
  }
  object.finish();
  if (problems.size() > known) return settings;
  if (const auto calendar = WorkCalendar::create(settings); !calendar) {
    add_problem(problems, object.path(), reasons::kCalendarInvalid, calendar.error().detail);
  }
  return settings;
}

std::string print_calendar(const WorkCalendar::Settings& settings) {
  Json week = Json::object();
  for (std::size_t i = 0; i < kDays.size(); ++i) {
    const std::size_t day = (i + 1) % kDays.size();  // people's weeks begin with Monday
    week.set(kDays[day], hours_json(settings.week[day]));
  }
  Json specials = Json::array();
  for (const WorkCalendar::Special& special : settings.specials) {
    Json one = Json::object();
    one.set("date", fmt::format("{:04}-{:02}-{:02}", special.year, special.month, special.day));
    one.set("hours", hours_json(special.hours));
    if (!special.name.empty()) one.set("name", special.name);
    specials.push(std::move(one));
  }
  return print(Json::object()
                   .set("utc_offset", offset_text(settings.offset))
                   .set("week", std::move(week))
                   .set("special_days", std::move(specials)));
}

Result<WorkCalendar> load_calendar(std::string_view document) {
  const auto corrupt = [](std::string detail) {
    return make_error(Code::data_loss, reasons::kStorageCorrupt, std::move(detail),
                      "work_calendar");
  };
  const auto json = Json::parse(document);
  if (!json) return corrupt(json.error().detail);
  Problems problems;
  StrictObject root{*json, {}, problems};
  const WorkCalendar::Settings settings = read_calendar(root, problems);
  if (!problems.empty()) return corrupt(problems.front().message);
  return WorkCalendar::create(settings);
}

}  // namespace cinnabar::services::codec
