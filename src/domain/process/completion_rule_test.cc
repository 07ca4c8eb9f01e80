#include "domain/process/completion_rule.h"

#include <gtest/gtest.h>

namespace cinnabar::process {
namespace {

std::string outcome(const CompletionRule& rule, Tally tally) {
  const auto decided = decide_outcome(rule, tally);
  return decided ? std::string(name(*decided)) : "open";
}

TEST(CompletionRule, any) {
  EXPECT_EQ(outcome(Any{}, {3, 0, 0}), "open");
  EXPECT_EQ(outcome(Any{}, {3, 1, 0}), "approved");
  EXPECT_EQ(outcome(Any{}, {3, 0, 1}), "rejected");
}

TEST(CompletionRule, all_with_and_without_veto) {
  EXPECT_EQ(outcome(All{true}, {3, 2, 0}), "open");
  EXPECT_EQ(outcome(All{true}, {3, 3, 0}), "approved");
  EXPECT_EQ(outcome(All{true}, {3, 0, 1}), "rejected");
  EXPECT_EQ(outcome(All{false}, {3, 0, 1}), "open");
  EXPECT_EQ(outcome(All{false}, {3, 2, 1}), "rejected");
  EXPECT_EQ(outcome(InOrder{true}, {3, 1, 1}), "rejected");
  EXPECT_EQ(outcome(InOrder{false}, {3, 3, 0}), "approved");
}

TEST(CompletionRule, at_least_is_at_most_everybody) {
  EXPECT_EQ(outcome(AtLeast{2}, {3, 1, 1}), "open");
  EXPECT_EQ(outcome(AtLeast{2}, {3, 2, 1}), "approved");
  EXPECT_EQ(outcome(AtLeast{2}, {3, 0, 2}), "rejected");
  EXPECT_EQ(outcome(AtLeast{9}, {3, 3, 0}), "approved");
  EXPECT_EQ(outcome(AtLeast{0}, {3, 0, 0}), "open");
}

TEST(CompletionRule, percentage_rounds_up) {
  EXPECT_EQ(outcome(Percentage{50}, {3, 1, 0}), "open");
  EXPECT_EQ(outcome(Percentage{50}, {3, 2, 0}), "approved");
  EXPECT_EQ(outcome(Percentage{67}, {3, 2, 0}), "open");
  EXPECT_EQ(outcome(Percentage{66}, {3, 0, 2}), "rejected");
  EXPECT_EQ(outcome(Percentage{1}, {100, 1, 0}), "approved");
}

TEST(CompletionRule, a_veto_ends_a_count_or_a_share) {
  EXPECT_EQ(outcome(AtLeast{2, true}, {4, 1, 1}), "rejected");
  EXPECT_EQ(outcome(AtLeast{2, true}, {4, 2, 0}), "approved");
  EXPECT_EQ(outcome(Percentage{50, true}, {4, 1, 1}), "rejected");
  EXPECT_EQ(outcome(Percentage{50, false}, {4, 1, 1}), "open");
}

TEST(CompletionRule, a_weighted_share_counts_weights_not_heads) {
  const WeightedShare half{50, false, {}};
  // Weights 5, 3 and 2.
  EXPECT_EQ(outcome(half, {3, 1, 0, 10, 5, 0}), "approved");
  EXPECT_EQ(outcome(half, {3, 1, 0, 10, 3, 0}), "open");
  EXPECT_EQ(outcome(half, {3, 2, 0, 10, 5, 0}), "approved");
  EXPECT_EQ(outcome(half, {3, 0, 1, 10, 0, 5}), "open");
  EXPECT_EQ(outcome(half, {3, 1, 2, 10, 3, 7}), "rejected");
  EXPECT_EQ(outcome(WeightedShare{51, false, {}}, {3, 0, 1, 10, 0, 5}), "rejected");
  EXPECT_EQ(outcome(WeightedShare{33, false, {}}, {3, 1, 0, 10, 3, 0}), "open");
  EXPECT_EQ(outcome(WeightedShare{33, false, {}}, {3, 2, 0, 10, 4, 0}), "approved");
}

TEST(CompletionRule, a_vote_without_weight_still_vetoes) {
  EXPECT_EQ(outcome(WeightedShare{50, true, {}}, {3, 0, 1, 10, 0, 0}), "rejected");
  EXPECT_EQ(outcome(WeightedShare{50, false, {}}, {3, 0, 1, 10, 0, 0}), "open");
  // Nobody weighs anything: heads are counted.
  EXPECT_EQ(outcome(WeightedShare{50, false, {}}, {2, 1, 0, 0, 0, 0}), "approved");
}

TEST(CompletionRule, one_participant_decides_whatever_the_rule) {
  for (const CompletionRule& rule :
       {CompletionRule{All{false}}, CompletionRule{InOrder{}}, CompletionRule{AtLeast{5}},
        CompletionRule{Percentage{100}}, CompletionRule{WeightedShare{100, false, {}}}}) {
    EXPECT_EQ(outcome(rule, {1, 0, 0}), "open");
    EXPECT_EQ(outcome(rule, {1, 1, 0}), "approved");
    EXPECT_EQ(outcome(rule, {1, 0, 1}), "rejected");
  }
}

}  // namespace
}  // namespace cinnabar::process
