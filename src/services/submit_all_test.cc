#include "services/submit_all.h"

#include "ports/schema.h"
#include "services/rows.h"
#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cinnabar::services {
namespace {

using testing::World;

TEST(SubmitAll, each_command_succeeds_or_fails_by_itself_and_in_order) {
  World world;
  std::vector<std::size_t> ran;
  const SubmittedAll all =
      submit_all(world.store, 5, [&](ports::WriteTransaction&, std::size_t i) -> Status {
        ran.push_back(i);
        if (i == 2) return make_error(Code::not_found, reasons::kRecordUnknown, "two");
        return {};
      });
  EXPECT_TRUE(all.refused);
  ASSERT_EQ(all.results.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) {
    ASSERT_TRUE(all.results[i].has_value());
    EXPECT_EQ(all.results[i]->has_value(), i != 2) << i;
  }
  EXPECT_TRUE(std::ranges::is_sorted(ran));
}

TEST(SubmitAll, what_the_store_does_not_take_has_no_result) {
  World world;
  world.store.stop();
  const SubmittedAll all = submit_all(
      world.store, 2, [](ports::WriteTransaction&, std::size_t) -> Status { return {}; });
  EXPECT_FALSE(all.refused);
  ASSERT_EQ(all.results.size(), 2U);
  EXPECT_FALSE(all.results[0].has_value());
  EXPECT_FALSE(all.results[1].has_value());
}

TEST(SubmitAll, trouble_that_passes_is_told_from_mistakes) {
  EXPECT_TRUE(is_temporary(make_error(Code::unavailable, reasons::kShuttingDown, "")));
  EXPECT_TRUE(is_temporary(make_error(Code::conflict, reasons::kVersionConflict, "")));
  EXPECT_FALSE(is_temporary(make_error(Code::conflict, reasons::kIdempotencyMismatch, "")));
  EXPECT_FALSE(is_temporary(make_error(Code::failed_precondition, reasons::kFieldWrongType, "")));
}

}  // namespace
}  // namespace cinnabar::services
