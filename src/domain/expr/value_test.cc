#include "domain/expr/value.h"

#include "domain/expr/iso_time.h"
#include "domain/expr/scope.h"
#include "domain/expr/temporal.h"
#include "domain/expr/zone.h"

#include <gtest/gtest.h>

#include <limits>

namespace cinnabar::expr {
namespace {

TEST(IsoDuration, is_read_in_parts) {
  EXPECT_EQ(parse_duration("P1Y2M3DT4H5M6.7S"),
            (IsoDuration{14, ((((3 * 24 + 4) * 60LL + 5) * 60) + 6) * 1'000'000 + 700'000}));
  EXPECT_EQ(parse_duration("P2W"), (IsoDuration{0, 14 * kMicrosPerDay}));
  EXPECT_EQ(parse_duration("-PT15M"), (IsoDuration{0, -900 * kMicrosPerSecond}));
  EXPECT_EQ(parse_duration("PT0.0000009S"), (IsoDuration{}));
  EXPECT_EQ(parse_duration("PT36H"), (IsoDuration{0, 129'600 * kMicrosPerSecond}));
  for (const auto* text :
       {"", "P", "PT", "P1", "1D", "P1DT", "P1H", "PT1D", "P1M1Y", "P1D1D", "P1.5D", "P-1D",
        "PT.5S", "PT1.S", "P1D ", "P99999999999999999999D", "P999999999999999D"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(IsoDuration, is_written_in_the_shortest_form) {
  for (const auto* text : {"P1Y2M3DT4H5M6.7S", "-P1DT1S", "PT15M", "P14D", "PT0.000001S", "P1M"}) {
    EXPECT_EQ(format_duration(parse_duration(text).value()), text);
  }
  EXPECT_EQ(format_duration({}), "PT0S");
  EXPECT_EQ(format_months(0), "P0M");
  EXPECT_EQ(format_months(-25), "-P2Y1M");
  EXPECT_EQ(format_micros(90'000'000), "PT1M30S");
  EXPECT_EQ(format_micros(std::numeric_limits<std::int64_t>::min()), "-P106751991DT4H54.775808S");
}

TEST(Temporal, text_and_back) {
  for (const auto* text :
       {"2024-02-29T10:00:00", "2024-02-29T10:00:00.5+08:00", "-0044-03-15T00:00:00Z",
        "999999999-12-31T23:59:59.999999-18:00", "2024-07-01T12:00:00@Europe/Berlin"}) {
    const auto at = parse_date_time(text);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(to_text(*at), text);
    EXPECT_EQ(from_point(to_point(*at), at->time), *at) << text;
  }
  for (const auto* text : {"2023-02-29", "24-01-01", "02024-01-01", "2024-13-01", "2024-00-10"}) {
    EXPECT_FALSE(parse_date(text)) << text;
  }
  for (const auto* text : {"24:00:00", "10:00", "10:61:00", "10:00:00.", "10:00:00+19:00",
                           "10:00:00@Nowhere/City", "10:00:00 "}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(Temporal, every_day_comes_back) {
  for (std::int64_t day = -800'000; day < 800'000; day += 13) {
    const auto date = from_days(day);
    ASSERT_TRUE(date);
    ASSERT_EQ(to_days(*date), day);
  }
  EXPECT_EQ(to_days({1970, 1, 1}), 0);
  EXPECT_EQ(weekday({2026, 11, 23}), 1);
  EXPECT_EQ(week_of_year({2021, 1, 3}), 53);
  EXPECT_EQ(day_of_year({2024, 12, 31}), 366);
  EXPECT_EQ(add_months({2024, 1, 31}, 1), (Date{2024, 2, 29}));
  EXPECT_EQ(add_months({2024, 1, 31}, -2), (Date{2023, 11, 30}));
}

TEST(Zone, offsets_follow_the_season) {
  EXPECT_TRUE(is_zone("Asia/Taipei"));
  EXPECT_TRUE(is_zone("Etc/UTC"));
  EXPECT_FALSE(is_zone("Asia/Atlantis"));
  EXPECT_FALSE(is_zone("GMT+25"));
  EXPECT_EQ(offset_at(parse_date_time("2024-01-01T12:00:00@Europe/Berlin").value()), 3600);
  EXPECT_EQ(offset_at(parse_date_time("2024-07-01T12:00:00@Europe/Berlin").value()), 7200);
  EXPECT_EQ(to_point(parse_date_time("2024-07-01T12:00:00@Europe/Berlin").value()),
            to_point(parse_date_time("2024-07-01T10:00:00Z").value()));
}

TEST(ValueConversion, fields_come_back) {
  FieldValue::Table rows(2);
  rows[0].emplace("price", FieldValue{Decimal{10}});
  rows[1].emplace("day", FieldValue{CalendarDate{"2024-02-29"}});
  const FieldValue::List list{FieldValue::text("x"), FieldValue{UserRef{UserId{5}}}};
  for (const FieldValue& value :
       {FieldValue{}, FieldValue{true}, FieldValue{Decimal{7}}, FieldValue::text("t"),
        FieldValue{CalendarDate{"2024-02-29"}}, FieldValue{Instant{-1'234'567}},
        FieldValue{AssigneeRef{GroupId{3}, UserId{5}}}, FieldValue{list}, FieldValue{rows}}) {
    EXPECT_EQ(to_field(from_field(value)), value);
  }
}

TEST(ValueConversion, what_fields_do_not_have_becomes_text_or_a_table) {
  EXPECT_EQ(to_field(Value{Duration{90'000'000}}), FieldValue::text("PT1M30S"));
  EXPECT_EQ(to_field(Value{MonthsDuration{14}}), FieldValue::text("P1Y2M"));
  EXPECT_EQ(to_field(Value{parse_time("10:00:00Z").value()}), FieldValue::text("10:00:00Z"));
  EXPECT_EQ(to_field(Value{Date{12'000, 1, 1}}), FieldValue::text("12000-01-01"));
  EXPECT_EQ(to_field(Value{parse_date_time("1970-01-01T01:00:00+01:00").value()}),
            FieldValue{Instant{}});
  Value::Context context;
  context.emplace_back("a", Value{Decimal{1}});
  context.emplace_back("b", Value{});
  FieldValue::Table rows(1);
  rows[0].emplace("a", FieldValue{Decimal{1}});
  EXPECT_EQ(to_field(Value{context}), FieldValue{rows});
}

TEST(VariablesScope, asks_the_parent_for_other_names) {
  const Variables outer{{"a", Value{std::int64_t{1}}}, {"b", Value{std::int64_t{2}}}};
  const Variables inner{{"a", Value{std::int64_t{3}}}};
  const VariablesScope parent(outer);
  const VariablesScope scope(inner, &parent);
  EXPECT_EQ(scope.find("a"), Value{std::int64_t{3}});
  EXPECT_EQ(scope.find("b"), Value{std::int64_t{2}});
  EXPECT_FALSE(scope.find("c"));
  EXPECT_FALSE(scope.now());
}

}  // namespace
}  // namespace cinnabar::expr
