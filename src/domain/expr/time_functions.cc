#include "domain/expr/builtins.h"
#include "domain/expr/temporal.h"

#include <array>

namespace cinnabar::expr::builtin {
namespace {

constexpr std::array<const char*, 7> kDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                              "Friday", "Saturday", "Sunday"};
constexpr std::array<const char*, 12> kMonths = {"January",   "February", "March",    "April",
                                                 "May",       "June",     "July",     "August",
                                                 "September", "October",  "November", "December"};

std::optional<Date> day_of(const Value& argument) {
  const Value& value = single(argument);
  if (const auto* date = value.get<Date>()) return *date;
  if (const auto* at = value.get<DateTime>()) return date_of(*at);
  return std::nullopt;
}

}  // namespace

Answer now(Arguments, Runtime& runtime) {
  const auto at = runtime.now();
  if (!at) return evaluation_error("now() has no meaning here");
  return Value{from_instant(*at)};
}

Answer today(Arguments, Runtime& runtime) {
  const auto at = runtime.now();
  if (!at) return evaluation_error("today() has no meaning here");
  return Value{date_of(from_instant(*at))};
}

Answer day_of_year(Arguments arguments, Runtime&) {
  const auto day = day_of(arguments[0]);
  return day ? Value{std::int64_t{expr::day_of_year(*day)}} : Value{};
}

Answer day_of_week(Arguments arguments, Runtime&) {
  const auto day = day_of(arguments[0]);
  if (!day) return Value{};
  return Value{std::string(kDays.at(static_cast<std::size_t>(weekday(*day) - 1)))};
}

Answer month_of_year(Arguments arguments, Runtime&) {
  const auto day = day_of(arguments[0]);
  if (!day) return Value{};
  return Value{std::string(kMonths.at(static_cast<std::size_t>(day->month - 1)))};
}

Answer week_of_year(Arguments arguments, Runtime&) {
  const auto day = day_of(arguments[0]);
  return day ? Value{std::int64_t{expr::week_of_year(*day)}} : Value{};
}

Answer last_day_of_month(Arguments arguments, Runtime&) {
  const auto day = day_of(arguments[0]);
  if (!day) return Value{};
  return Value{Date{day->year, day->month, days_in_month(day->year, day->month)}};
}

}  // namespace cinnabar::expr::builtin
