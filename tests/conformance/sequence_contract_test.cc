// Named numbers: never twice, dense ones without holes.
#include "conformance/store_fixture.h"

#include <set>

namespace cinnabar::conformance {
namespace {

using testing::ElementsAre;
using Gaps = WriteTransaction::Gaps;

class SequenceContractTest : public StoreContract {
 protected:
  std::int64_t take(const std::string& sequence, Gaps gaps, bool fail = false) {
    std::int64_t number = 0;
    const Status status = write([&](WriteTransaction& tx) -> Status {
      CINNABAR_TRY(number, tx.next_number(sequence, gaps));
      if (fail) return make_error(Code::not_found, Reason{"own"}, "");
      return {};
    });
    EXPECT_EQ(status.has_value(), !fail);
    return number;
  }
};

TEST_P(SequenceContractTest, numbers_count_from_one_for_each_sequence) {
  for (const Gaps gaps : {Gaps::allowed, Gaps::dense}) {
    const std::string prefix = gaps == Gaps::dense ? "dense" : "allowed";
    EXPECT_EQ(take(prefix + "a", gaps), 1);
    EXPECT_EQ(take(prefix + "a", gaps), 2);
    EXPECT_EQ(take(prefix + "b", gaps), 1);
    EXPECT_EQ(take(prefix + "a", gaps), 3);
  }
}

TEST_P(SequenceContractTest, a_command_can_take_several_numbers) {
  std::vector<std::int64_t> numbers;
  ASSERT_EQ(reason_of(write([&](WriteTransaction& tx) -> Status {
              for (int i = 0; i < 3; ++i) {
                CINNABAR_TRY(const std::int64_t number, tx.next_number("a", Gaps::dense));
                numbers.push_back(number);
              }
              return {};
            })),
            "ok");
  EXPECT_THAT(numbers, ElementsAre(1, 2, 3));
}

TEST_P(SequenceContractTest, a_failed_command_gives_dense_numbers_back) {
  EXPECT_EQ(take("a", Gaps::dense), 1);
  EXPECT_EQ(take("a", Gaps::dense, true), 2);
  EXPECT_EQ(take("a", Gaps::dense, true), 2);
  EXPECT_EQ(take("a", Gaps::dense), 2);
}

TEST_P(SequenceContractTest, a_failed_command_never_makes_a_number_appear_twice) {
  std::set<std::int64_t> committed;
  for (int i = 0; i < 20; ++i) {
    const bool fail = i % 3 == 1;
    const std::int64_t number = take("a", Gaps::allowed, fail);
    if (!fail) {
      EXPECT_TRUE(committed.insert(number).second);
    }
  }
  EXPECT_EQ(*committed.begin(), 1);
}

TEST_P(SequenceContractTest, dense_numbers_have_no_hole_when_a_group_is_run_again) {
  const Table& users = schema::user_account::kTable;
  std::vector<std::int64_t> numbers(5);
  std::vector<Work> works;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    works.emplace_back([&, i](WriteTransaction& tx) -> Status {
      CINNABAR_TRY(numbers[i], tx.next_number("a", Gaps::dense));
      // The third command fails on its second row, with the number taken.
      tx.insert(users, user(static_cast<std::int64_t>(i), "user" + std::to_string(i)));
      if (i == 2) tx.insert(users, user(100, "user0"));
      return {};
    });
  }
  const auto statuses = write_group(std::move(works));
  EXPECT_EQ(reason_of(statuses[2]), "unique_violation");
  EXPECT_EQ(numbers[0], 1);
  EXPECT_EQ(numbers[1], 2);
  EXPECT_EQ(numbers[3], 3);
  EXPECT_EQ(numbers[4], 4);
  EXPECT_EQ(take("a", Gaps::dense), 5);
}

TEST_P(SequenceContractTest, numbers_go_on_after_reopening) {
  EXPECT_EQ(take("dense", Gaps::dense), 1);
  EXPECT_EQ(take("allowed", Gaps::allowed), 1);
  for (int round = 0; round < 3; ++round) {
    if (!under_test().reopen()) GTEST_SKIP() << "keeps nothing";
    EXPECT_EQ(take("dense", Gaps::dense), 2 + round);
    EXPECT_EQ(take("allowed", Gaps::allowed), 2 + round) << "an orderly stop skips nothing";
  }
}

TEST_P(SequenceContractTest, a_sequence_may_change_its_kind) {
  EXPECT_EQ(take("a", Gaps::allowed), 1);
  EXPECT_EQ(take("a", Gaps::dense), 2);
  EXPECT_EQ(take("a", Gaps::allowed), 3);
  EXPECT_EQ(take("a", Gaps::dense), 4);
}

TEST_P(SequenceContractTest, positions_are_read_and_raised_but_never_lowered) {
  EXPECT_EQ(take("a", Gaps::dense), 1);
  EXPECT_EQ(take("a", Gaps::dense), 2);
  ASSERT_EQ(reason_of(write([&](WriteTransaction& tx) -> Status {
              CINNABAR_CHECK_OK(tx.raise_sequence({"a", 2}));
              CINNABAR_CHECK_OK(tx.raise_sequence({"b", 40}));
              return tx.raise_sequence({"c", 50});
            })),
            "ok");
  std::map<std::string, std::int64_t> positions;
  const auto stored = read()->sequences();
  ASSERT_TRUE(stored);
  for (const auto& position : *stored) positions[position.name] = position.next;
  EXPECT_EQ(positions, (std::map<std::string, std::int64_t>{{"a", 3}, {"b", 40}, {"c", 50}}));
  EXPECT_EQ(take("a", Gaps::dense), 3);
  EXPECT_EQ(take("b", Gaps::dense), 40);
  EXPECT_EQ(take("c", Gaps::allowed), 50);
  EXPECT_EQ(take("c", Gaps::allowed), 51);
}

INSTANTIATE_TEST_SUITE_P(Drivers, SequenceContractTest,
                         testing::Values("memory", "sqlite", "faulty"),
                         [](const auto& param) { return param.param; });

}  // namespace
}  // namespace cinnabar::conformance
