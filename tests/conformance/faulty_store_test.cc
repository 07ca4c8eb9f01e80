// The faults that storage/faulty promises.
#include "storage/faulty/faulty_store.h"

#include "storage/memory/memory_store.h"

#include "conformance/store_fixture.h"

namespace cinnabar::conformance {
namespace {

using faulty::Fault;
using faulty::FaultPlan;
using faulty::FaultyStore;

Status add(ports::Store& store, std::int64_t id) {
  return ports::submit_and_wait(store, [id](WriteTransaction& tx) -> Status {
    tx.insert(schema::user_account::kTable, user(id, "user" + std::to_string(id)));
    return {};
  });
}

std::int64_t count(ports::Store& store) {
  return *(*store.read())->count(schema::user_account::kTable, all_of({}));
}

TEST(FaultyStore, conflict_and_unavailable_write_nothing) {
  memory::MemoryStore inner;
  FaultyStore store(inner, FaultPlan{});
  store.inject_next(Fault::conflict);
  store.inject_next(Fault::unavailable);
  EXPECT_EQ(reason_of(add(store, 1)), "version_conflict");
  EXPECT_EQ(reason_of(add(store, 1)), "storage_unavailable");
  EXPECT_EQ(count(store), 0);
  EXPECT_EQ(reason_of(add(store, 1)), "ok");
  EXPECT_EQ(store.injected(), 2);
}

TEST(FaultyStore, a_lost_reply_is_committed_all_the_same) {
  memory::MemoryStore inner;
  FaultyStore store(inner, FaultPlan{});
  store.inject_next(Fault::lost_reply);
  EXPECT_EQ(reason_of(add(store, 1)), "storage_unavailable");
  EXPECT_EQ(count(store), 1);
  EXPECT_EQ(reason_of(add(store, 1)), "unique_violation");
}

TEST(FaultyStore, a_full_queue_does_not_call_done) {
  memory::MemoryStore inner;
  FaultyStore store(inner, FaultPlan{});
  store.inject_next(Fault::queue_full);
  ports::WriteCommand command;
  command.work = [](WriteTransaction&) -> Status { return {}; };
  command.done = [](const Status&) { FAIL() << "done was called"; };
  EXPECT_EQ(reason_of(store.submit(std::move(command))), "queue_full");
}

TEST(FaultyStore, the_same_seed_gives_the_same_faults_and_heal_ends_them) {
  const auto run = [](std::uint64_t seed) {
    memory::MemoryStore inner;
    FaultyStore store(inner, FaultPlan{seed, 100, 100, 100, 100});
    std::string trace;
    for (std::int64_t i = 0; i < 200; ++i) trace += reason_of(add(store, i)) + " ";
    EXPECT_GT(store.injected(), 40);
    EXPECT_LT(store.injected(), 120);
    store.heal();
    for (std::int64_t i = 1'000; i < 1'100; ++i) EXPECT_EQ(reason_of(add(store, i)), "ok");
    return trace;
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6));
}

}  // namespace
}  // namespace cinnabar::conformance
