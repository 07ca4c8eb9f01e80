#include "services/audit_log.h"

#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::World;

class AuditLog : public ::testing::Test {
 protected:
  // "kind.action" of each, the newest first.
  std::string list(const AuditQuery& query, std::string_view user = "admin") {
    auto snapshot = world.store.read();
    const auto found = list_audit(**snapshot, *world.people.current(), world.as(user), query);
    if (!found) return to_string(found.error());
    std::string out;
    for (const AuditLine& line : *found) {
      out += line.subject_kind + "." + line.action + " ";
      last = line.id;
    }
    return out;
  }

  World world;
  std::int64_t last = 0;
};

TEST_F(AuditLog, tells_administrators_what_happened_when) {
  const Instant begin = world.clock.now();
  world.clock.advance(hours(1));
  ASSERT_TRUE(world.directory.create_member(world.as("admin"), "erin", {}));
  world.clock.advance(hours(1));
  const Instant middle = world.clock.now();
  ASSERT_TRUE(world.directory.create_role_group(world.as("admin"), "Finance"));
  ASSERT_TRUE(world.directory.create_member(world.as("admin"), "frank", {}));

  AuditQuery query;
  query.from = begin + hours(1);
  EXPECT_EQ(list(query), "user.create role_group.create user.create ");
  query.from = middle;
  EXPECT_EQ(list(query), "user.create role_group.create ");
  query.from = begin + hours(1);
  query.until = middle;
  EXPECT_EQ(list(query), "user.create ");
  query.from = middle + hours(1);
  query.until.reset();
  EXPECT_EQ(list(query), "");
  EXPECT_NE(list({}, "alice").find("not_permitted"), std::string::npos);
}

TEST_F(AuditLog, pages_by_kind_action_and_actor) {
  const Instant begin = world.clock.now();
  world.clock.advance(seconds(1));
  for (const char* name : {"u1", "u2", "u3"}) {
    ASSERT_TRUE(world.directory.create_member(world.as("admin"), name, {}));
    ASSERT_TRUE(world.directory.create_role_group(world.as("admin"), name));
  }
  const UserId u1 = *world.people.current()->find_user("u1");
  ASSERT_TRUE(world.directory.disable_members(world.as("admin"), {u1}));
  AuditQuery query;
  query.from = begin + seconds(1);
  query.events = {{"user", ""}, {"role_group", "create"}};
  query.limit = 2;
  EXPECT_EQ(list(query), "user.disable role_group.create ");
  query.after = last;
  EXPECT_EQ(list(query), "user.create role_group.create ");
  query.after = last;
  query.limit = 100;
  EXPECT_EQ(list(query), "user.create role_group.create user.create ");
  query.after = 0;
  query.events = {{"user", "disable"}};
  EXPECT_EQ(list(query), "user.disable ");
  query.subjects = {u1.value()};
  EXPECT_EQ(list(query), "user.disable ");
  query.actors = {u1};
  EXPECT_EQ(list(query), "");
}

}  // namespace
}  // namespace cinnabar::services
