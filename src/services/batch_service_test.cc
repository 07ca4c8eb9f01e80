#include "services/batch_service.h"

#include "services/notice_service.h"
#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::values;
using testing::World;

constexpr const char* kBatchTask = R"(<startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="x"/>
    <userTask id="x" name="X" c:batch="true"><extensionElements><c:participants groups="it"/>
    </extensionElements></userTask>
    <sequenceFlow id="f2" sourceRef="x" targetRef="end"/><endEvent id="end"/>)";

class BatchServiceTest : public ::testing::Test {
 protected:
  std::vector<BatchItem> ask(std::string_view user, ProcessId process, int count) {
    for (int i = 0; i < count; ++i) {
      EXPECT_TRUE(world.start("alice", process, values({{"TITLE", "t"}})));
    }
    InboxQuery all;
    all.limit = -1;
    std::vector<BatchItem> out;
    for (const InboxItem& item : world.inbox(user, all)) {
      out.push_back({std::to_string(item.id.value()), item.id});
    }
    return out;
  }
  Result<std::int64_t> submit(std::string_view user, std::vector<BatchItem> items,
                              std::string key = {}) {
    return world.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
      return service.submit(transaction, world.as(user),
                            {Outcome::approved, items, std::move(key), {}});
    });
  }
  BatchProgress progress(std::string_view user, std::int64_t batch) {
    auto snapshot = world.store.read();
    auto found = service.progress(**snapshot, world.as(user), batch);
    EXPECT_TRUE(found);
    return found ? *found : BatchProgress{};
  }
  void run() {
    for (int round = 0; round < 100; ++round) {
      const auto done = runner.tick();
      ASSERT_TRUE(done);
      if (*done == 0) return;
    }
    FAIL() << "never ends";
  }

  World world;
  BatchService service{world.clock, world.catalog, world.people, world.instances, world.engine};
  BatchRunner runner{world.store, world.clock, service};
};

TEST_F(BatchServiceTest, every_item_is_decided_once_and_the_rest_fails) {
  const ProcessId process = world.deploy(kBatchTask);
  auto items = ask("bob", process, 3);
  ASSERT_EQ(items.size(), 3U);
  items.push_back(items[0]);
  items.push_back({"nothing", {}});
  const auto batch = submit("bob", items);
  ASSERT_TRUE(batch) << to_string(batch.error());
  EXPECT_EQ(progress("bob", *batch).summary.total, 4);
  EXPECT_EQ(progress("bob", *batch).processed(), 0);
  run();
  const BatchProgress after = progress("bob", *batch);
  EXPECT_EQ(after.processed(), 4);
  ASSERT_EQ(after.failures().size(), 1U);
  EXPECT_EQ(after.failures()[0].item.text, "nothing");
  EXPECT_EQ(after.failures()[0].reason, BatchObstacle::unknown);
  EXPECT_TRUE(world.inbox("bob").empty());
}

TEST_F(BatchServiceTest, the_first_of_two_batches_wins) {
  const ProcessId process = world.deploy(kBatchTask);
  const auto items = ask("bob", process, 20);
  const auto first = submit("bob", items);
  const auto second = submit("alice", items);
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  run();
  const BatchProgress a = progress("bob", *first);
  const BatchProgress b = progress("alice", *second);
  EXPECT_EQ(a.processed(), 20);
  EXPECT_EQ(b.processed(), 20);
  EXPECT_EQ(a.failures().size() + b.failures().size(), 20U);
  for (const auto& failure : b.failures()) EXPECT_EQ(failure.reason, BatchObstacle::ended);
}

TEST_F(BatchServiceTest, a_task_without_the_switch_is_not_decided) {
  const ProcessId process = world.deploy(testing::kTwoTasks);
  const auto items = ask("bob", process, 1);
  const auto batch = submit("bob", items);
  ASSERT_TRUE(batch);
  run();
  ASSERT_EQ(progress("bob", *batch).failures().size(), 1U);
  EXPECT_EQ(progress("bob", *batch).failures()[0].reason, BatchObstacle::switched_off);
  EXPECT_EQ(world.inbox("bob").size(), 1U);
}

TEST_F(BatchServiceTest, whoever_was_disabled_decides_nothing_more) {
  const ProcessId process = world.deploy(kBatchTask);
  const auto batch = submit("bob", ask("bob", process, 2));
  ASSERT_TRUE(batch);
  ASSERT_TRUE(world.admin.set_enabled("bob", false, world.sessions));
  run();
  const BatchProgress after = progress("bob", *batch);
  ASSERT_EQ(after.failures().size(), 2U);
  EXPECT_EQ(after.failures()[0].reason, BatchObstacle::user_disabled);
  EXPECT_EQ(world.inbox("alice").size(), 2U);
}

TEST_F(BatchServiceTest, a_key_names_one_batch_and_five_may_be_under_way) {
  const ProcessId process = world.deploy(kBatchTask);
  const auto items = ask("bob", process, 2);
  const auto first = submit("bob", items, "k");
  ASSERT_TRUE(first);
  EXPECT_EQ(*submit("bob", items, "k"), *first);
  EXPECT_EQ(submit("bob", {items[0]}, "k").error().reason, reasons::kIdempotencyMismatch);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(submit("bob", items));
  EXPECT_EQ(submit("bob", items).error().code, Code::resource_exhausted);
  ASSERT_TRUE(submit("alice", items));
  run();
  EXPECT_TRUE(submit("bob", items));
}

TEST_F(BatchServiceTest, a_batch_is_its_submitters_and_is_forgotten_a_week_after_its_end) {
  const ProcessId process = world.deploy(kBatchTask);
  const auto batch = submit("bob", ask("bob", process, 1));
  ASSERT_TRUE(batch);
  const auto status_for = [&](std::string_view user) {
    auto snapshot = world.store.read();
    return service.progress(**snapshot, world.as(user), *batch);
  };
  EXPECT_EQ(status_for("alice").error().reason, kBatchUnknown);
  world.clock.advance(hours(24 * 30));
  EXPECT_EQ(*runner.forget_old(), 0U);
  run();
  world.clock.advance(hours(24 * 7));
  EXPECT_EQ(*runner.forget_old(), 0U);
  world.clock.advance(hours(1));
  EXPECT_EQ(*runner.forget_old(), 1U);
  EXPECT_EQ(status_for("bob").error().reason, kBatchUnknown);
}

TEST_F(BatchServiceTest, what_was_not_begun_can_be_cancelled) {
  const ProcessId process = world.deploy(kBatchTask);
  const auto items = ask("bob", process, 3);
  const auto batch = submit("bob", items);
  ASSERT_TRUE(batch);
  ASSERT_TRUE(world.write<std::monostate>(
      [&](ports::WriteTransaction& transaction) -> Result<std::monostate> {
        CINNABAR_CHECK_OK(service.run_item(transaction, *batch, 0));
        return std::monostate{};
      }));
  const auto cancel = [&](std::string_view user) {
    return world.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
      return service.cancel(transaction, world.as(user), *batch);
    });
  };
  EXPECT_EQ(cancel("alice").error().reason, kBatchUnknown);
  EXPECT_EQ(*cancel("bob"), 2);
  EXPECT_EQ(*cancel("bob"), 0);
  run();
  const BatchProgress after = progress("bob", *batch);
  EXPECT_EQ(after.count(BatchItemState::done), 1);
  EXPECT_EQ(after.count(BatchItemState::cancelled), 2);
  EXPECT_EQ(after.processed(), 3);
  EXPECT_TRUE(after.summary.finished_at.has_value());
  EXPECT_EQ(world.inbox("bob").size(), 2U);
}

TEST_F(BatchServiceTest, what_failed_makes_a_new_batch_with_the_same_decision) {
  const ProcessId process = world.deploy(kBatchTask);
  auto items = ask("bob", process, 2);
  items.push_back({"77777", WorkItemId{77777}});
  const auto retry = [&](std::int64_t batch) {
    return world.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
      return service.retry(transaction, world.as("bob"), batch);
    });
  };
  const auto batch = world.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
    return service.submit(transaction, world.as("bob"), {Outcome::rejected, items, {}, " no "});
  });
  ASSERT_TRUE(batch);
  EXPECT_EQ(retry(*batch).error().reason, kNothingFailed);
  run();
  const auto again = retry(*batch);
  ASSERT_TRUE(again) << to_string(again.error());
  const BatchProgress before = progress("bob", *again);
  EXPECT_EQ(before.summary.outcome, Outcome::rejected);
  EXPECT_EQ(before.summary.comment, "no");
  ASSERT_EQ(before.items.size(), 1U);
  EXPECT_EQ(before.items[0].item.text, "77777");
  EXPECT_EQ(before.items[0].state, BatchItemState::waiting);

  const auto snapshot = world.store.read();
  const auto all = service.list(**snapshot, world.as("bob"), {0, 10});
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].id, *again);
  EXPECT_EQ(service.list(**snapshot, world.as("bob"), {*again, 10})->size(), 1U);
  EXPECT_TRUE(service.list(**snapshot, world.as("alice"), {0, 10})->empty());
}

TEST_F(BatchServiceTest, a_comment_goes_with_every_decision) {
  const ProcessId process = world.deploy(R"(<startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="x"/>
    <userTask id="x" name="X" c:batch="true" c:commentRequired="true"><extensionElements>
      <c:participants groups="it"/></extensionElements></userTask>
    <sequenceFlow id="f2" sourceRef="x" targetRef="end"/><endEvent id="end"/>)");
  const auto items = ask("bob", process, 1);
  const auto without = submit("bob", items);
  ASSERT_TRUE(without);
  run();
  ASSERT_EQ(progress("bob", *without).failures().size(), 1U);
  EXPECT_EQ(progress("bob", *without).failures()[0].reason, BatchObstacle::comment_required);
  const auto with = world.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
    return service.submit(transaction, world.as("bob"), {Outcome::approved, items, {}, "seen"});
  });
  ASSERT_TRUE(with);
  run();
  EXPECT_TRUE(progress("bob", *with).failures().empty());
}

TEST_F(BatchServiceTest, what_is_to_be_handled_is_not_approved) {
  std::string body = kBatchTask;
  body.insert(body.find(" c:batch"), R"( c:approval="false")");
  const ProcessId process = world.deploy(body);
  const auto items = ask("bob", process, 1);
  const auto check = [&](Outcome outcome) {
    auto snapshot = world.store.read();
    return *service.check(**snapshot, world.as("bob"), items[0].item, {outcome, false});
  };
  EXPECT_EQ(check(Outcome::approved), BatchObstacle::no_approval);
  EXPECT_EQ(check(Outcome::rejected), BatchObstacle::no_approval);
  EXPECT_EQ(check(Outcome::submitted), BatchObstacle::none);
}

TEST_F(BatchServiceTest, items_may_all_be_sent_back) {
  const ProcessId process = world.deploy(R"(<startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="x"/>
    <userTask id="x" name="X"><extensionElements><c:participants groups="it"/>
    </extensionElements></userTask>
    <sequenceFlow id="f2" sourceRef="x" targetRef="y"/>
    <userTask id="y" name="Y" c:batch="true"><extensionElements><c:participants groups="it"/>
    </extensionElements></userTask>
    <sequenceFlow id="f3" sourceRef="y" targetRef="end"/><endEvent id="end"/>)");
  for (const InboxItem& item : [&] {
         ask("bob", process, 2);
         return world.inbox("bob");
       }()) {
    ASSERT_TRUE(world.complete("bob", item.activity));
  }
  std::vector<BatchItem> items;
  for (const InboxItem& item : world.inbox("bob")) {
    items.push_back({std::to_string(item.id.value()), item.id});
  }
  ASSERT_EQ(items.size(), 2U);
  const auto batch = world.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
    return service.submit(transaction, world.as("bob"), {Outcome::returned, items, {}, "again"});
  });
  ASSERT_TRUE(batch);
  run();
  EXPECT_EQ(progress("bob", *batch).count(BatchItemState::done), 2);
  for (const std::int64_t number : {1, 2}) {
    ASSERT_EQ(world.open(process, number).size(), 1U);
    EXPECT_EQ(world.open(process, number)[0].node_id, "x");
  }
}

TEST_F(BatchServiceTest, whoever_asked_is_told_of_the_end_once) {
  const ProcessId process = world.deploy(kBatchTask);
  auto items = ask("bob", process, 3);
  items.push_back({"nothing", {}});
  const auto batch = submit("bob", items);
  ASSERT_TRUE(batch);
  const auto notices = [&](std::string_view user) {
    auto snapshot = world.store.read();
    return *NoticeService::list(**snapshot, world.as(user), {});
  };
  EXPECT_TRUE(notices("bob").empty());
  run();
  ASSERT_EQ(notices("bob").size(), 1U);
  const NoticeRow notice = notices("bob")[0];
  EXPECT_EQ(notice.kind, NoticeKind::batch_finished);
  EXPECT_EQ(notice.batch, *batch);
  EXPECT_EQ(notice.done, 3);
  EXPECT_EQ(notice.failed, 1);
  EXPECT_FALSE(notice.read_at);
  EXPECT_TRUE(notices("alice").empty());
  const auto read = [&](std::string_view user) {
    return world.write<std::optional<Applied>>([&](ports::WriteTransaction& transaction) {
      return world.notices.read(transaction, world.as(user), notice.id);
    });
  };
  EXPECT_EQ(read("alice").error().reason, reasons::kNoticeUnknown);
  ASSERT_TRUE(read("bob"));
  EXPECT_FALSE(*read("bob"));
  EXPECT_TRUE(notices("bob")[0].read_at);
}

}  // namespace
}  // namespace cinnabar::services
