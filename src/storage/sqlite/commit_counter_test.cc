#include "storage/sqlite/commit_counter.h"

#include <gtest/gtest.h>

namespace cinnabar::sqlite {
namespace {

TEST(CommitCounter, a_snapshot_has_a_number_only_between_commits) {
  CommitCounter commits;
  const std::int64_t first = commits.before();
  EXPECT_EQ(commits.number(first), first);
  commits.begin();
  EXPECT_EQ(commits.number(first), std::nullopt) << "begun before, one is under way now";
  const std::int64_t during = commits.before();
  EXPECT_EQ(commits.number(during), std::nullopt);
  commits.end();
  EXPECT_EQ(commits.number(during), std::nullopt) << "nobody knows which side it saw";
  EXPECT_EQ(commits.number(first), std::nullopt);
  const std::int64_t second = commits.before();
  EXPECT_EQ(commits.number(second), second);
  EXPECT_NE(first, second);
}

}  // namespace
}  // namespace cinnabar::sqlite
