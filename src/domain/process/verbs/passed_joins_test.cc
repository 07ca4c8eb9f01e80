// Going back to where a token came from, after it has gone on through joins and merges.
#include "domain/process/testing/verb_world.h"

#include <gtest/gtest.h>

namespace cinnabar::process {
namespace {

using testing::ProcessBuilder;
using testing::VerbWorld;

std::vector<ParticipantRule> asks(std::string name) {
  return {FixedUsers{{std::move(name)}}};
}

class PassedJoins : public ::testing::Test {
 protected:
  ~PassedJoins() override { EXPECT_EQ(world_.findings, std::vector<std::string>{}); }
  VerbWorld world_;
};

// A (bob) and B (cat) come together, and their token waits for C (dan).
TEST_F(PassedJoins, taking_back_what_an_inner_join_has_taken_undoes_that_join) {
  ProcessBuilder builder;
  builder.start("s")
      .node("outer", NodeKind::parallel_gateway)
      .node("inner", NodeKind::parallel_gateway)
      .task("A", asks("bob"))
      .task("B", asks("cat"))
      .task("C", asks("dan"))
      .node("inner join", NodeKind::parallel_gateway)
      .node("outer join", NodeKind::parallel_gateway)
      .task("D", asks("eve"))
      .end("e");
  builder.path({"s", "outer", "inner", "A", "inner join", "outer join", "D", "e"})
      .path({"inner", "B", "inner join"})
      .path({"outer", "C", "outer join"});
  world_.deploy(builder.build());
  world_.start();
  world_.decide_as(world_.bob);
  world_.decide_as(world_.cat);
  EXPECT_EQ(world_.stands_at(), "C");
  ASSERT_EQ(world_.apply(TakeBack{world_.bob, std::nullopt, {}}), "");
  EXPECT_EQ(world_.stands_at(), "C A");
  ASSERT_EQ(world_.decide_as(world_.dan), "");
  EXPECT_EQ(world_.stands_at(), "A");
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  EXPECT_EQ(world_.stands_at(), "D");
  EXPECT_TRUE(world_.instance().arrivals.empty());
  ASSERT_EQ(world_.decide_as(world_.eve), "");
  EXPECT_EQ(world_.instance().state, InstanceState::completed);
}

// H (cat) runs beside A (bob), until A has gone on past a merge, where nothing can be undone.
TEST_F(PassedJoins, what_has_gone_on_is_not_made_to_come_a_second_time) {
  ProcessBuilder builder;
  builder.start("s")
      .node("split", NodeKind::parallel_gateway)
      .node("choice", NodeKind::exclusive_gateway)
      .task("A", asks("bob"))
      .task("U", asks("eve"))
      .node("merge", NodeKind::exclusive_gateway)
      .task("C", asks("dan"))
      .node("join", NodeKind::parallel_gateway)
      .task("D", asks("eve"))
      .end("e")
      .task("H", asks("cat"))
      .end("done");
  Trigger message;
  message.kind = TriggerKind::message;
  message.name = "m";
  builder.boundary("beside", "A", message, false);
  builder.path({"s", "split", "choice"})
      .flow("choice", "U", "1 > 2")
      .otherwise("choice", "A")
      .path({"A", "merge", "join", "D", "e"})
      .path({"U", "merge"})
      .path({"split", "C", "join"})
      .path({"beside", "H", "done"});
  world_.deploy(builder.build());
  world_.start();
  ASSERT_EQ(world_.apply(DeliverMessage{"m", "", {}, std::nullopt}), "");
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  EXPECT_EQ(world_.stands_at(), "C H");
  EXPECT_EQ(world_.send_back(world_.cat, "A"), "target_not_possible");
  ASSERT_EQ(world_.decide_as(world_.dan), "");
  EXPECT_EQ(world_.stands_at(), "H D");
  EXPECT_EQ(world_.send_back(world_.cat, "A"), "target_not_possible");
}

// What comes behind A alone is undone with it.
TEST_F(PassedJoins, beside_what_is_undone_one_goes_back) {
  ProcessBuilder builder;
  builder.start("s").task("A", asks("bob")).task("D", asks("eve")).end("e");
  builder.task("H", asks("cat")).end("done");
  Trigger message;
  message.kind = TriggerKind::message;
  message.name = "m";
  builder.boundary("beside", "A", message, false);
  builder.path({"s", "A", "D", "e"}).path({"beside", "H", "done"});
  world_.deploy(builder.build());
  world_.start();
  ASSERT_EQ(world_.apply(DeliverMessage{"m", "", {}, std::nullopt}), "");
  ASSERT_EQ(world_.decide_as(world_.bob), "");
  EXPECT_EQ(world_.stands_at(), "H D");
  ASSERT_EQ(world_.send_back(world_.cat, "A"), "");
  EXPECT_EQ(world_.stands_at(), "A");
}

}  // namespace
}  // namespace cinnabar::process
