#include "services/codec/variable_json.h"

#include "services/codec/codec_test_support.h"

#include <gtest/gtest.h>

namespace cinnabar::services::codec {
namespace {

using expr::Value;

TEST(VariableJson, values_round_trip_with_their_digits) {
  for (const std::string_view text :
       {R"(null)", R"(true)", R"("a\"b")", R"(19.99)", R"([1,[2,"x"],{}])",
        R"({"a":{"b":[1]},"c":null})", R"({"$date":"2026-01-31"})",
        R"({"$date_time":"2026-01-31T10:00:00Z"})", R"({"$duration":"P1DT2H"})",
        R"({"$months":"P1Y2M"})", R"({"$user":7})", R"({"$group":3})", R"({"$assignee":[3,7]})",
        R"({"$file":[9,"plan.pdf"]})", R"({"$range":[1,null,true,false]})",
        R"({"$context":{"$user":"text"}})"}) {
    const auto value = read_variable(Json::parse(text).value());
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(print(variable_json(*value)), text);
  }
}

TEST(VariableJson, what_is_no_value_is_refused) {
  for (const std::string_view text :
       {R"({"$date":"2026-02-30"})", R"({"$user":"x"})", R"({"$nothing":1})", R"({"a":1,"a":2})",
        R"({"$duration":"P1Y"})", R"({"$range":[1,2]})", R"(1e999)"}) {
    EXPECT_FALSE(read_variable(Json::parse(text).value())) << text;
  }
}

TEST(VariableJson, random_values_without_oddities_of_time_round_trip) {
  RandomValues random{11};
  int tried = 0;
  for (int round = 0; round < 2'000; ++round) {
    const Value value = random.variable(3);
    const Json json = variable_json(value);
    const auto again = read_variable(json);
    // Years beyond four digits and zones that do not exist have no text.
    if (!again) continue;
    EXPECT_EQ(print(variable_json(*again)), print(json));
    ++tried;
  }
  EXPECT_GT(tried, 1'000);
}

}  // namespace
}  // namespace cinnabar::services::codec
