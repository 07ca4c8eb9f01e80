#include "services/collaboration_service.h"

#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::kTwoTasks;
using testing::values;
using testing::World;

struct Fixture {
  Fixture() : process(world.deploy(kTwoTasks)) {
    for (const char* title : {"one", "two"})
      EXPECT_TRUE(world.start("alice", process, values({{"TITLE", title}})));
  }
  Result<CommentId> comment(const char* user, std::int64_t number, std::int64_t position,
                            std::string text) {
    return world.write<CommentId>([&](ports::WriteTransaction& transaction) {
      return world.collaboration.comment(transaction, world.as(user), {process, number}, position,
                                         text);
    });
  }
  Status relate(const char* user, std::int64_t from, std::int64_t to, RelationKind kind) {
    return ports::submit_and_wait(world.store, [&](ports::WriteTransaction& transaction) {
      return world.collaboration.relate(transaction, world.as(user), {process, from}, {process, to},
                                        kind, std::nullopt);
    });
  }
  World world;
  ProcessId process;
};

TEST(CollaborationService, comments_belong_to_their_instance) {
  Fixture f;
  const std::int64_t position = f.world.open(f.process, 1)[0].activity.value();
  ASSERT_TRUE(f.comment("bob", 1, position, "looking at it"));
  EXPECT_EQ(f.comment("bob", 2, position, "wrong one").error().reason, reasons::kActivityUnknown);
  EXPECT_EQ(f.comment("bob", 1, position, "  ").error().reason, reasons::kArgumentMissing);
  EXPECT_EQ(f.comment("dave", 1, position, "x").error().reason, reasons::kInstanceUnknown);
  auto snapshot = f.world.store.read();
  const auto comments =
      f.world.collaboration.comments(**snapshot, f.world.as("alice"), {f.process, 1});
  ASSERT_EQ(comments->size(), 1u);
  EXPECT_EQ((*comments)[0].content, "looking at it");
}

TEST(CollaborationService, relations_are_seen_from_both_ends_and_only_once) {
  Fixture f;
  ASSERT_TRUE(f.relate("alice", 1, 2, RelationKind::parent));
  EXPECT_EQ(f.relate("alice", 1, 2, RelationKind::parent).error().code, Code::already_exists);
  EXPECT_EQ(f.relate("alice", 1, 1, RelationKind::link).error().code, Code::invalid_argument);
  EXPECT_FALSE(f.relate("dave", 1, 2, RelationKind::link));
  auto snapshot = f.world.store.read();
  const auto from_child =
      f.world.collaboration.relations(**snapshot, f.world.as("bob"), {f.process, 2});
  ASSERT_EQ(from_child->size(), 1u);
  EXPECT_FALSE((*from_child)[0].outgoing);
  EXPECT_EQ((*from_child)[0].other_title, "one");
}

}  // namespace
}  // namespace cinnabar::services
