#include "services/instance_service.h"

#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::kTwoTasks;
using testing::values;
using testing::World;

TEST(InstanceService, a_start_waits_at_the_first_task_and_is_in_the_inbox_of_its_group) {
  World world;
  const ProcessId process = world.deploy(kTwoTasks);
  const auto started = world.start("alice", process, values({{"title", "Printer"}}));
  ASSERT_TRUE(started) << to_string(started.error());
  EXPECT_EQ(started->number, 1);
  EXPECT_FALSE(started->was_checked);

  const auto open = world.open(process, 1);
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0].node_name, "A");
  const auto items = world.inbox("bob");
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].title, "Printer");
  EXPECT_EQ(items[0].status, "assigned");
  EXPECT_EQ(items[0].level, std::nullopt);
  EXPECT_EQ(items[0].activity, open[0].activity);
  EXPECT_FALSE(items[0].assignee.is_assigned());
  EXPECT_TRUE(world.inbox("carol").empty());
  world.expect_replay_equals_state(started->instance);
}

TEST(InstanceService, numbers_count_per_process_without_gaps_for_refused_starts) {
  World world;
  const ProcessId process = world.deploy(kTwoTasks);
  EXPECT_EQ(world.start("alice", process, values({{"TITLE", "1"}}))->number, 1);
  EXPECT_FALSE(world.start("alice", process, values({{"NOTE", "no title"}})));
  EXPECT_EQ(world.start("alice", process, values({{"TITLE", "2"}}))->number, 2);
  const ProcessId other = world.deploy(kTwoTasks, "q");
  EXPECT_EQ(world.start("alice", other, values({{"TITLE", "1"}}))->number, 1);
}

TEST(InstanceService, each_completion_opens_the_next_task_and_closes_the_position_for_ever) {
  World world;
  const ProcessId process = world.deploy(kTwoTasks);
  const auto started = world.start("alice", process, values({{"TITLE", "t"}}));
  const ActivityInstanceId first = world.open(process, 1)[0].activity;
  ASSERT_TRUE(world.complete("bob", first, values({{"NOTE", "seen"}})));
  const auto again = world.complete("bob", first);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, reasons::kActivityNotOpen);

  const auto second = world.open(process, 1);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].node_name, "B");
  EXPECT_EQ(world.inbox("alice")[0].status, "review");
  const auto done = world.complete("alice", second[0].activity);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->state, InstanceState::completed);
  EXPECT_TRUE(world.open(process, 1).empty());
  EXPECT_TRUE(world.inbox("alice").empty());
  world.expect_replay_equals_state(started->instance);
}

TEST(InstanceService, a_refused_completion_changes_nothing) {
  World world;
  const ProcessId process = world.deploy(kTwoTasks);
  const auto started = world.start("alice", process, values({{"TITLE", "t"}}));
  const ActivityInstanceId first = world.open(process, 1)[0].activity;
  const auto unknown_field = world.complete("alice", first, values({{"NOPE", "x"}}));
  ASSERT_FALSE(unknown_field);
  EXPECT_EQ(unknown_field.error().fields.at(0).field, "NOPE");
  const auto stranger = world.complete("dave", first);
  ASSERT_FALSE(stranger);
  EXPECT_EQ(stranger.error().code, Code::permission_denied);
  EXPECT_EQ(world.open(process, 1)[0].activity, first);
  auto snapshot = world.store.read();
  EXPECT_EQ(world.instances.history(**snapshot, started->instance)->size(), 1u);
}

TEST(InstanceService, an_activity_of_another_process_is_unknown) {
  World world;
  const ProcessId process = world.deploy(kTwoTasks);
  const ProcessId other = world.deploy(kTwoTasks, "q");
  ASSERT_TRUE(world.start("alice", process, values({{"TITLE", "t"}})));
  const ActivityInstanceId first = world.open(process, 1)[0].activity;
  const auto result = world.write<Completed>([&](ports::WriteTransaction& transaction) {
    CompleteRequest request;
    request.activity = first;
    request.process = other;
    return world.instances.complete(transaction, world.as("admin"), std::move(request));
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, reasons::kActivityUnknown);
}

TEST(InstanceService, a_quick_action_writes_its_fields_and_unknown_ones_are_refused) {
  World world;
  const ProcessId process = world.deploy(kTwoTasks);
  const auto started = world.start("alice", process, values({{"TITLE", "t"}}));
  const auto quick = [&](const char* key) {
    return world.write<Completed>([&](ports::WriteTransaction& transaction) {
      CompleteRequest request;
      request.activity = world.open(process, 1)[0].activity;
      request.quick_action = key;
      return world.instances.complete(transaction, world.as("bob"), std::move(request));
    });
  };
  EXPECT_EQ(quick("action1").error().reason, reasons::kQuickActionUnknown);
  ASSERT_TRUE(world.complete("bob", world.open(process, 1)[0].activity));
  EXPECT_EQ(world.inbox("bob")[0].quick_actions,
            (std::vector<QuickActionLabel>{{"action1", "OK"}}));
  EXPECT_EQ(quick("action3").error().reason, reasons::kQuickActionUnknown);
  ASSERT_TRUE(quick("action1"));
  auto snapshot = world.store.read();
  const auto instance = world.instances.load(**snapshot, started->instance);
  EXPECT_EQ(to_plain_text(instance->fields.at("RESULT")), "ok");
}

TEST(InstanceService, a_task_that_asks_for_a_comment_gets_one) {
  World world;
  const ProcessId process = world.deploy(R"(
    <startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="x"/>
    <userTask id="x" name="X" c:commentRequired="true"><extensionElements><c:participants groups="it"/>
    </extensionElements></userTask>
    <sequenceFlow id="f2" sourceRef="x" targetRef="end"/><endEvent id="end"/>)");
  ASSERT_TRUE(world.start("alice", process, values({{"TITLE", "t"}})));
  const ActivityInstanceId activity = world.open(process, 1)[0].activity;
  const auto without = world.complete("bob", activity);
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().fields.at(0).field, "comment");
  const auto with = world.write<Completed>([&](ports::WriteTransaction& transaction) {
    CompleteRequest request;
    request.activity = activity;
    request.comment = "fine with me";
    return world.instances.complete(transaction, world.as("bob"), std::move(request));
  });
  EXPECT_TRUE(with);
}

TEST(InstanceService, a_unique_value_belongs_to_one_record_until_it_is_given_back) {
  World world;
  const ProcessId process = world.deploy(kTwoTasks);
  ASSERT_TRUE(world.start("alice", process, values({{"TITLE", "1"}, {"TAG", "x"}})));
  const auto twin = world.start("alice", process, values({{"TITLE", "2"}, {"TAG", "x"}}));
  ASSERT_FALSE(twin);
  EXPECT_EQ(twin.error().fields.at(0).reason, reasons::kFieldNotUnique);
  ASSERT_TRUE(world.start("alice", process, values({{"TITLE", "2"}, {"TAG", "y"}})));
  const ActivityInstanceId first = world.open(process, 1)[0].activity;
  EXPECT_FALSE(world.complete("bob", first, values({{"TAG", "y"}})));
  ASSERT_TRUE(world.complete("bob", first, values({{"TAG", "z"}})));
  EXPECT_TRUE(world.start("alice", process, values({{"TITLE", "3"}, {"TAG", "x"}})));
  ASSERT_TRUE(world.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
    return world.instances.remove(transaction, world.as("admin"), process, {2});
  }));
  EXPECT_TRUE(world.start("alice", process, values({{"TITLE", "4"}, {"TAG", "y"}})));
}

TEST(InstanceService, permissions_are_checked_before_anything_else_is_told) {
  World world;
  const ProcessId process = world.deploy(kTwoTasks);
  EXPECT_EQ(world.start("dave", process, values({{"NOPE", "x"}})).error().reason,
            reasons::kNotPermitted);
  ASSERT_TRUE(world.start("alice", process, values({{"TITLE", "t"}})));
  auto snapshot = world.store.read();
  EXPECT_EQ(world.instances.find(**snapshot, world.as("carol"), process, 1).error().reason,
            world.instances.find(**snapshot, world.as("carol"), process, 2).error().reason);
  EXPECT_TRUE(world.open(process, 1, "dave").empty());
}

TEST(InstanceService, switches_stop_starts) {
  World world;
  const ProcessId process = world.deploy(kTwoTasks);
  ASSERT_TRUE(world.admin.set_process_switches(process, true, false));
  EXPECT_EQ(world.start("alice", process, values({{"TITLE", "t"}})).error().reason,
            reasons::kApiDisabled);
  ASSERT_TRUE(world.admin.set_process_switches(process, false, true));
  EXPECT_EQ(world.start("alice", process, values({{"TITLE", "t"}})).error().reason,
            reasons::kProcessDisabled);
}

TEST(InstanceService, removing_leaves_no_row_behind) {
  World world;
  const ProcessId process = world.deploy(kTwoTasks);
  const auto started = world.start("alice", process, values({{"TITLE", "t"}}));
  const auto remove = [&](const char* user) {
    return world.write<std::int64_t>([&](ports::WriteTransaction& transaction) {
      return world.instances.remove(transaction, world.as(user), process, {1, 1, 7});
    });
  };
  EXPECT_EQ(remove("alice").error().reason, reasons::kNotPermitted);
  EXPECT_EQ(*remove("admin"), 1);
  EXPECT_TRUE(world.inbox("bob").empty());
  auto snapshot = world.store.read();
  EXPECT_TRUE(world.instances.history(**snapshot, started->instance)->empty());
  EXPECT_FALSE(world.instances.load(**snapshot, started->instance));
}

TEST(InstanceService, positions_freeze_one_row_per_hand_over) {
  World world;
  const ProcessId process = world.deploy(kTwoTasks);
  const auto started = world.start("alice", process, values({{"TITLE", "t"}}));
  const ActivityInstanceId first = world.open(process, 1)[0].activity;
  world.clock.advance(seconds(5));
  ASSERT_TRUE(world.complete("bob", first, values({{"NOTE", "n"}})));
  auto snapshot = world.store.read();
  auto pages =
      world.instances.positions(**snapshot, world.as("alice"), process, std::nullopt, {}, 10);
  ASSERT_TRUE(pages) << to_string(pages.error());
  ASSERT_EQ(pages->size(), 1u);
  const auto& positions = (*pages)[0].positions;
  ASSERT_EQ(positions.size(), 3u);
  EXPECT_EQ(positions[0].id, started->instance.value());
  EXPECT_TRUE(positions[0].is_past);
  EXPECT_EQ(positions[0].node_name, "A");
  EXPECT_FALSE(positions[0].fields.contains("NOTE"));
  EXPECT_EQ(positions[1].id, first.value());
  EXPECT_TRUE(positions[1].is_past);
  EXPECT_EQ(positions[1].node_name, "B");
  EXPECT_TRUE(positions[1].fields.contains("NOTE"));
  EXPECT_EQ(positions[1].updated_by, world.as("bob").principal.user);
  EXPECT_FALSE(positions[2].is_past);
  EXPECT_FALSE(positions[2].is_closed);
  EXPECT_EQ(positions[2].headers.status, "review");

  ASSERT_TRUE(world.complete("bob", ActivityInstanceId{positions[2].id}));
  snapshot = world.store.read();
  pages = world.instances.positions(**snapshot, world.as("alice"), process, 1, {}, 10);
  const Position& last = (*pages)[0].positions.back();
  EXPECT_TRUE(last.is_closed);
  EXPECT_FALSE(last.is_past);
  EXPECT_EQ(last.node_name, "End");
  EXPECT_EQ(last.fields.at("NOTE"), FieldValue::text("n"));

  // What is written after the end shows as well; what was handed over before does not change.
  const auto written = world.write<Applied>([&](ports::WriteTransaction& transaction) {
    process::ChangeData change;
    change.fields = values({{"NOTE", "late"}});
    return world.engine.apply(transaction, world.as("admin"), started->instance, change, "change");
  });
  ASSERT_TRUE(written) << to_string(written.error());
  snapshot = world.store.read();
  pages = world.instances.positions(**snapshot, world.as("alice"), process, 1, {}, 10);
  EXPECT_EQ((*pages)[0].positions.back().fields.at("NOTE"), FieldValue::text("late"));
  EXPECT_EQ((*pages)[0].positions[1].fields.at("NOTE"), FieldValue::text("n"));
}

TEST(InstanceService, files_become_attachments_and_field_values) {
  World world;
  const ProcessId process = world.deploy(kTwoTasks);
  const auto started = world.write<Started>([&](ports::WriteTransaction& transaction) {
    StartRequest request;
    request.process = process;
    request.fields = values({{"TITLE", "t"}});
    request.files = {{std::nullopt, "a.txt", "text/plain", std::string(64, 'a'), 3},
                     {"FILES", "b.txt", "text/plain", std::string(64, 'b'), 4}};
    return world.instances.start(transaction, world.as("alice"), std::move(request));
  });
  ASSERT_TRUE(started) << to_string(started.error());
  EXPECT_TRUE(world.inbox("bob")[0].has_attachments);
  auto snapshot = world.store.read();
  const auto list = world.files.list(**snapshot, world.as("bob"), process, 1);
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ((*list)[0].file_name, "a.txt");
  EXPECT_EQ((*list)[1].field, "FILES");
  const auto instance = world.instances.load(**snapshot, started->instance);
  EXPECT_EQ(to_plain_text(instance->fields.at("FILES")), "b.txt");
  EXPECT_FALSE(world.files.open(**snapshot, world.as("dave"), (*list)[0].id));
  EXPECT_TRUE(world.files.open(**snapshot, world.as("bob"), (*list)[0].id));
}

}  // namespace
}  // namespace cinnabar::services
