#include "base/text.h"

#include "base/time.h"

#include <gtest/gtest.h>

namespace cinnabar {
namespace {

TEST(Text, utf8_refuses_overlong_surrogates_and_truncation) {
  EXPECT_TRUE(is_utf8("a單😀"));
  EXPECT_FALSE(is_utf8("\xC0\xAF"));
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
  EXPECT_FALSE(is_utf8("\xE5\x96"));
  EXPECT_EQ(to_valid_utf8("a\xFF"), "a\xEF\xBF\xBD");
  EXPECT_EQ(utf8_prefix("單單", 4), "單");
}

TEST(Text, integers_take_the_whole_text) {
  EXPECT_EQ(parse_int("-12"), -12);
  EXPECT_FALSE(parse_int("12 "));
  EXPECT_FALSE(parse_int("+1"));
  EXPECT_FALSE(parse_int(""));
  EXPECT_FALSE(parse_int("9223372036854775808"));
}

TEST(Text, base64_round_trips_and_refuses_rubbish) {
  EXPECT_EQ(to_base64("admin:admin"), "YWRtaW46YWRtaW4=");
  EXPECT_EQ(from_base64(" YWRtaW46YWRtaW4= "), "admin:admin");
  EXPECT_FALSE(from_base64("%%%"));
}

TEST(Text, form_decoding) {
  EXPECT_EQ(decode_form_urlencoded("a%20b+c"), "a b c");
  EXPECT_EQ(decode_percent("a+b%2F"), "a+b/");
  EXPECT_FALSE(decode_form_urlencoded("%4"));
  EXPECT_FALSE(decode_form_urlencoded("%zz"));
}

TEST(Text, contains_ignores_case_beyond_ascii) {
  EXPECT_TRUE(contains_fold("ÄPFEL 單", "äpfel"));
  EXPECT_FALSE(contains_fold("abc", "abd"));
}

TEST(Time, civil_round_trip_and_formats) {
  const auto at = parse_instant("2020-07-07T13:50:21.494", UtcOffset{480});
  ASSERT_TRUE(at);
  EXPECT_EQ(to_local_millis(*at, UtcOffset{480}), "2020-07-07T13:50:21.494");
  EXPECT_EQ(to_rfc3339(*at), "2020-07-07T05:50:21.494000Z");
  EXPECT_EQ(to_local_date(*at, UtcOffset{480}), "2020-07-07");
  EXPECT_EQ(parse_instant("2020-07-07T05:50:21.494Z", UtcOffset{480}), at);
}

TEST(Time, dates_that_do_not_exist_are_refused) {
  EXPECT_FALSE(is_calendar_date("2021-02-29"));
  EXPECT_TRUE(is_calendar_date("2024-02-29"));
  EXPECT_FALSE(parse_instant("2021-01-01T24:00:00", UtcOffset{0}));
  EXPECT_FALSE(parse_instant("2021-01-01T10:00:00.1234567", UtcOffset{0}));
  EXPECT_EQ(to_rfc3339(Instant{-1}), "1969-12-31T23:59:59.999999Z");
}

}  // namespace
}  // namespace cinnabar
