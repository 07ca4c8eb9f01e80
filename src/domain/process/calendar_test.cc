#include "domain/process/calendar.h"

#include <gtest/gtest.h>

namespace cinnabar::process {
namespace {

constexpr UtcOffset kTaipei{480};

// Monday to Friday, 9 to 12 and 13 to 18; one holiday and one working Saturday.
WorkCalendar office() {
  WorkCalendar::Settings settings;
  settings.offset = kTaipei;
  for (std::size_t day = 1; day <= 5; ++day)
    settings.week[day] = {{9 * 60, 12 * 60}, {13 * 60, 18 * 60}};
  settings.specials = {{2026, 10, 9, {}}, {2026, 10, 17, {{9 * 60, 12 * 60}}}};
  auto calendar = WorkCalendar::create(settings);
  EXPECT_TRUE(calendar.has_value());
  return *calendar;
}

Instant at(const std::string& text) {
  const auto parsed = parse_instant(text, kTaipei);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Instant{});
}

std::string local(Instant instant) {
  return to_local_seconds(instant, kTaipei);
}

TEST(WorkCalendar, hours_pass_only_while_people_work) {
  const WorkCalendar calendar = office();
  EXPECT_EQ(local(calendar.add_time(at("2026-10-05 10:00:00"), hours(1))), "2026-10-05 11:00:00");
  EXPECT_EQ(local(calendar.add_time(at("2026-10-05 11:00:00"), hours(2))), "2026-10-05 14:00:00");
  EXPECT_EQ(local(calendar.add_time(at("2026-10-05 17:00:00"), hours(2))), "2026-10-06 10:00:00");
  // The end of the day is still that day.
  EXPECT_EQ(local(calendar.add_time(at("2026-10-05 17:00:00"), hours(1))), "2026-10-05 18:00:00");
  // The 9th is a holiday, then comes the weekend.
  EXPECT_EQ(local(calendar.add_time(at("2026-10-08 17:00:00"), hours(2))), "2026-10-12 10:00:00");
}

TEST(WorkCalendar, days_skip_holidays_and_take_special_working_days) {
  const WorkCalendar calendar = office();
  EXPECT_EQ(local(calendar.add_days(at("2026-10-07 10:00:00"), 1)), "2026-10-08 10:00:00");
  EXPECT_EQ(local(calendar.add_days(at("2026-10-08 10:00:00"), 1)), "2026-10-12 10:00:00");
  EXPECT_EQ(local(calendar.add_days(at("2026-10-16 10:00:00"), 1)), "2026-10-17 10:00:00");
  // That Saturday ends at noon.
  EXPECT_EQ(local(calendar.add_days(at("2026-10-16 15:00:00"), 1)), "2026-10-17 12:00:00");
  // From a Sunday it counts from Monday morning.
  EXPECT_EQ(local(calendar.add_days(at("2026-10-04 15:00:00"), 2)), "2026-10-07 09:00:00");
}

TEST(WorkCalendar, a_duration_is_days_and_then_hours) {
  const WorkCalendar calendar = office();
  EXPECT_EQ(local(calendar.add(at("2026-10-05 16:00:00"), hours(24 + 4))), "2026-10-07 11:00:00");
  EXPECT_EQ(local(calendar.add(at("2026-10-05 16:00:00"), hours(24))), "2026-10-06 16:00:00");
  EXPECT_EQ(local(calendar.add(at("2026-10-03 16:00:00"), Duration{0})), "2026-10-05 09:00:00");
}

TEST(WorkCalendar, what_was_added_lies_between) {
  const WorkCalendar calendar = office();
  for (std::int64_t i = 0; i < 400; ++i) {
    const Instant from = at("2026-09-28 00:00:00") + minutes(i * 47);
    const Duration time = minutes(1 + i * 13);
    const Instant to = calendar.add_time(from, time);
    EXPECT_EQ(calendar.working_between(from, to).micros(), time.micros()) << local(from);
    EXPECT_FALSE(calendar.is_working(calendar.next_working(from) - microseconds(1)) &&
                 !calendar.is_working(from))
        << local(from);
  }
  EXPECT_EQ(calendar.working_between(at("2026-10-06"), at("2026-10-05")).micros(), 0);
}

TEST(WorkCalendar, before_1970_and_at_other_offsets) {
  WorkCalendar::Settings settings;
  settings.offset = UtcOffset{-330};
  settings.week[4] = {{0, 1440}};  // Thursdays
  const auto calendar = WorkCalendar::create(settings);
  ASSERT_TRUE(calendar.has_value());
  const auto before = parse_instant("1969-12-30T10:00:00-05:30", {});
  ASSERT_TRUE(before.has_value());
  EXPECT_EQ(to_local_seconds(calendar->next_working(*before), UtcOffset{-330}),
            "1970-01-01 00:00:00");
}

TEST(WorkCalendar, refuses_what_is_no_calendar) {
  WorkCalendar::Settings settings;
  EXPECT_FALSE(WorkCalendar::create(settings).has_value());
  settings.week[1] = {{600, 500}};
  EXPECT_FALSE(WorkCalendar::create(settings).has_value());
  settings.week[1] = {{500, 600}, {550, 700}};
  EXPECT_FALSE(WorkCalendar::create(settings).has_value());
  settings.week[1] = {{500, 600}};
  settings.specials = {{2026, 2, 30, {}}};
  EXPECT_FALSE(WorkCalendar::create(settings).has_value());
  settings.specials = {{2026, 2, 28, {}}, {2026, 2, 28, {}}};
  EXPECT_FALSE(WorkCalendar::create(settings).has_value());
  settings.specials.pop_back();
  EXPECT_TRUE(WorkCalendar::create(settings).has_value());
}

// Special days may close everything there is: then it is plain time.
TEST(WorkCalendar, ends_when_nothing_is_open) {
  WorkCalendar::Settings settings;
  settings.week[1] = {{0, 1}};
  const auto calendar = WorkCalendar::create(settings);
  ASSERT_TRUE(calendar.has_value());
  const Instant from{0};
  // 36600 days hold 5228 Mondays of one minute; more does not fit.
  EXPECT_EQ(calendar->add_time(from, minutes(6000)), from + minutes(6000));
  EXPECT_GT(calendar->add_time(from, minutes(5000)), from + hours(24 * 34'000));
}

}  // namespace
}  // namespace cinnabar::process
