#include "services/instance_list.h"

#include "services/current_position.h"
#include "services/decision_log.h"
#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using ::testing::ElementsAre;
using testing::kTwoTasks;
using testing::values;
using testing::World;
namespace columns = instance_columns;

class InstanceList : public ::testing::Test {
 protected:
  Result<std::vector<ListedInstance>> list(const std::string& user, InstanceQuery query) {
    query.process = process_;
    auto snapshot = world_.store.read();
    std::vector<ListedInstance> rows;
    const Status done = world_.instance_lists.each(**snapshot, world_.as(user), query,
                                                   [&rows](const ListedInstance& one) -> Status {
                                                     rows.push_back(one);
                                                     return {};
                                                   });
    if (!done) return done.error();
    return rows;
  }
  std::vector<std::string> titles(const std::string& user, const InstanceQuery& query) {
    std::vector<std::string> out;
    const auto rows = list(user, query).value();
    for (const ListedInstance& one : rows) out.push_back(one.title);
    return out;
  }
  void start(const std::string& user, const char* title) {
    ASSERT_TRUE(world_.start(user, process_, values({{"TITLE", title}})));
    world_.clock.advance(seconds(1));
  }
  void complete(const std::string& user, std::int64_t number) {
    const auto open = world_.open(process_, number);
    ASSERT_FALSE(open.empty());
    ASSERT_TRUE(world_.complete(user, open.front().activity));
  }

  World world_;
  ProcessId process_ = world_.deploy(kTwoTasks);
};

TEST_F(InstanceList, rows_say_where_an_instance_stands_and_who_has_the_work) {
  start("alice", "one");
  const auto first = list("admin", {}).value().front();
  EXPECT_EQ(first.node_id, "a");
  EXPECT_EQ(first.node_names, "A");
  EXPECT_EQ(first.assignees, world_.people.current()->groups().begin()->second.display_name);
  EXPECT_EQ(first.initiator_name, "alice");
  complete("alice", 1);
  EXPECT_EQ(list("admin", {}).value().front().node_names, "B");
  complete("bob", 1);
  const auto last = list("admin", {}).value().front();
  EXPECT_EQ(last.state, InstanceState::completed);
  EXPECT_EQ(last.node_id, std::nullopt);
  EXPECT_EQ(last.node_names, std::nullopt);
  EXPECT_EQ(last.assignees, "");
}

TEST_F(InstanceList, pages_follow_each_other_in_either_direction_with_ties_and_gaps) {
  for (const char* title : {"c", "a", "b", "a", "c"}) start("alice", title);
  complete("alice", 2);
  complete("alice", 2);
  InstanceQuery query;
  query.order = SortKey{columns::title, true};
  EXPECT_THAT(titles("admin", query), ElementsAre("c", "c", "b", "a", "a"));
  query.offset = 1;
  query.limit = 3;
  EXPECT_THAT(titles("admin", query), ElementsAre("c", "b", "a"));
  // The ended one has no node: it comes last, or first the other way round.
  InstanceQuery by_node;
  by_node.order = SortKey{columns::current_node_name, false, true};
  EXPECT_EQ(list("admin", by_node).value().back().number, 2);
  by_node.order = SortKey{columns::current_node_name, true, true};
  EXPECT_EQ(list("admin", by_node).value().front().number, 2);
}

TEST_F(InstanceList, more_rows_than_a_piece_come_in_one_order) {
  for (int i = 0; i < 1'203; ++i) {
    ASSERT_TRUE(world_.start("alice", process_, values({{"TITLE", i % 2 == 0 ? "even" : "odd"}})));
  }
  InstanceQuery query;
  query.limit = 5'000;
  for (const bool descending : {false, true}) {
    query.order = SortKey{columns::title, descending};
    const auto rows = list("admin", query).value();
    ASSERT_EQ(rows.size(), 1'203U);
    for (std::size_t i = 1; i < rows.size(); ++i) {
      const bool same = rows[i - 1].title == rows[i].title;
      ASSERT_TRUE(same ? rows[i - 1].id < rows[i].id
                       : (rows[i - 1].title < rows[i].title) != descending)
          << i;
    }
  }
}

TEST_F(InstanceList, people_without_the_right_see_what_is_theirs) {
  start("alice", "one");
  EXPECT_EQ(titles("bob", {}).size(), 1U);
  const auto refused = list("dave", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, reasons::kNotPermitted);
  const auto carol = list("carol", {});
  ASSERT_FALSE(carol);
  auto snapshot = world_.store.read();
  const auto id = list("admin", {}).value().front().id;
  EXPECT_TRUE(world_.instance_lists.find(**snapshot, world_.as("alice"), process_, id));
  EXPECT_FALSE(world_.instance_lists.find(**snapshot, world_.as("dave"), process_, id));
}

TEST_F(InstanceList, marks_of_the_start_stay) {
  StartRequest request;
  request.process = process_;
  request.fields = values({{"TITLE", "one"}});
  request.urgent = true;
  ASSERT_TRUE(world_.write<Started>([&](ports::WriteTransaction& transaction) {
    return world_.instances.start(transaction, world_.as("alice"), request);
  }));
  complete("alice", 1);
  const auto row = list("admin", {}).value().front();
  EXPECT_TRUE(row.urgent);
  EXPECT_FALSE(row.important);
}

TEST_F(InstanceList, the_log_tells_who_decided_what_and_where_it_came_from) {
  start("alice", "one");
  complete("alice", 1);
  complete("bob", 1);
  auto snapshot = world_.store.read();
  const auto id = list("admin", {}).value().front().id;
  const auto history = world_.instances.history(**snapshot, id).value();
  const auto catalog = world_.catalog.current();
  const auto log = decision_log(*catalog->process(process_)->current->graph, history);
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(log[0].action, LoggedAction::started);
  EXPECT_EQ(log[1].action, LoggedAction::decided);
  EXPECT_EQ(log[1].node_name, "A");
  EXPECT_EQ(log[1].from_node, "start");
  EXPECT_EQ(log[1].by, world_.as("alice").principal.user);
  EXPECT_EQ(log[2].node_name, "B");
  EXPECT_EQ(log[2].from_node, "a");
  EXPECT_GT(log[2].sequence, log[1].sequence);
}

}  // namespace
}  // namespace cinnabar::services
