// Eight threads write and read at once; run it under the thread sanitizer.
#include "conformance/store_fixture.h"

#include <atomic>
#include <set>
#include <thread>

namespace cinnabar::conformance {
namespace {

constexpr int kThreads = 8;
constexpr int kCommandsEach = 40;

class ConcurrencyTest : public StoreContract {};

void run_threads(const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
}

TEST_P(ConcurrencyTest, acknowledged_commands_are_all_there_with_distinct_dense_numbers) {
  const Table& users = schema::user_account::kTable;
  std::atomic<int> acknowledged{0};
  run_threads([&](int thread) {
    for (int i = 0; i < kCommandsEach; ++i) {
      const bool fail = i % 7 == 3;
      const Status status = write([&](WriteTransaction& tx) -> Status {
        CINNABAR_TRY(const std::int64_t id, tx.next_number("user", WriteTransaction::Gaps::dense));
        tx.insert(users, user(id, std::to_string(thread) + "-" + std::to_string(i)));
        // A second row that breaks a unique index sends the group down the slow path.
        if (fail) tx.insert(users, user(id, "again"));
        return {};
      });
      EXPECT_EQ(status.has_value(), !fail);
      if (status.has_value()) ++acknowledged;
    }
  });
  const auto found = ids(users, all_of({}));
  ASSERT_EQ(found.size(), static_cast<std::size_t>(acknowledged.load()));
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i], static_cast<std::int64_t>(i) + 1);
  }
}

TEST_P(ConcurrencyTest, optimistic_updates_lose_no_increment) {
  const Table& users = schema::user_account::kTable;
  constexpr std::uint16_t kVersion = schema::user_account::updated_at;
  ASSERT_TRUE(write([&](WriteTransaction& tx) -> Status {
                tx.insert(users, user(1, "counter"));
                return {};
              }).has_value());
  std::atomic<std::int64_t> increments{0};
  run_threads([&](int) {
    for (int i = 0; i < kCommandsEach; ++i) {
      Row row = **read()->get(users, {std::int64_t{1}});
      const std::int64_t version = std::get<std::int64_t>(row[kVersion]);
      row[kVersion] = version + 1;
      const Status status = write([&](WriteTransaction& tx) -> Status {
        tx.update_if(users, row, kVersion, version);
        return {};
      });
      if (status.has_value()) {
        ++increments;
      } else {
        EXPECT_EQ(reason_of(status), "version_conflict");
      }
    }
  });
  EXPECT_GE(increments.load(), kCommandsEach);
  EXPECT_EQ((**read()->get(users, {std::int64_t{1}}))[kVersion], CellValue{increments.load()});
}

TEST_P(ConcurrencyTest, readers_see_pairs_that_were_written_together) {
  const Table& users = schema::user_account::kTable;
  std::atomic<bool> is_over{false};
  std::thread reader([&] {
    while (!is_over) {
      const auto transaction = read();
      const auto all = transaction->count(users, all_of({}));
      const auto again = transaction->count(users, all_of({}));
      EXPECT_EQ(*all % 2, 0);
      EXPECT_EQ(*all, *again);
    }
  });
  run_threads([&](int thread) {
    for (int i = 0; i < kCommandsEach; ++i) {
      const std::int64_t id = (thread * kCommandsEach + i) * 2;
      EXPECT_TRUE(write([&](WriteTransaction& tx) -> Status {
                    tx.insert(users, user(id, std::to_string(id)));
                    tx.insert(users, user(id + 1, std::to_string(id + 1)));
                    return {};
                  }).has_value());
    }
  });
  is_over = true;
  reader.join();
  EXPECT_EQ(all_rows(users).size(), std::size_t{2 * kThreads * kCommandsEach});
}

INSTANTIATE_TEST_SUITE_P(Drivers, ConcurrencyTest, testing::Values("memory", "sqlite", "faulty"),
                         [](const auto& param) { return param.param; });

}  // namespace
}  // namespace cinnabar::conformance
