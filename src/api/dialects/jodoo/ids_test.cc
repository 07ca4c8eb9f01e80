#include "api/dialects/jodoo/ids.h"

#include "base/id.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace cinnabar::jodoo {
namespace {

RC_GTEST_PROP(JodooIds, every_number_comes_back, ()) {
  const auto number = *rc::gen::inRange<std::int64_t>(1, kIdMax);
  const std::string id = to_hex24(number);
  RC_ASSERT(id.size() == 24U);
  RC_ASSERT(from_hex24(id) == number);
}

RC_GTEST_PROP(JodooIds, the_order_of_numbers_is_that_of_ids, ()) {
  const auto a = *rc::gen::inRange<std::int64_t>(1, kIdMax);
  const auto b = *rc::gen::inRange<std::int64_t>(1, kIdMax);
  RC_ASSERT((a < b) == (to_hex24(a) < to_hex24(b)));
}

RC_GTEST_PROP(JodooIds, parts_of_a_number_are_not_its_id_and_lead_to_it, ()) {
  const auto number = *rc::gen::inRange<std::int64_t>(1, kIdMax);
  const auto part = *rc::gen::arbitrary<std::uint8_t>();
  const std::string id = to_hex24_of_part(number, part);
  RC_ASSERT(id.size() == 24U);
  RC_ASSERT(!from_hex24(id).has_value());
  RC_ASSERT(from_hex24_or_part(id) == number);
  RC_ASSERT(from_hex24_or_part(to_hex24(number)) == number);
}

TEST(JodooIds, anything_else_is_none) {
  for (const char* text : {"", "5f0c1e00", "5f0c1e000000000000000000", "000000000000000000000001",
                           "5f0c1e00ffffffffffffffff", "5f0c1e0000000000000000zz",
                           "59264073a2a60c0c08e20bfb", "5f0c1f", "5f0c1fzz0000000000000000"}) {
    EXPECT_FALSE(from_hex24(text).has_value()) << text;
    EXPECT_FALSE(from_hex24_or_part(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace cinnabar::jodoo
