#include "services/session_service.h"

#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::World;

AccessCode issue(World& world, std::string_view user) {
  auto code = world.write<AccessCode>([&](ports::WriteTransaction& transaction) {
    return world.sessions.issue(transaction, world.as(user), "code");
  });
  EXPECT_TRUE(code) << to_string(code.error());
  return code ? *code : AccessCode{};
}

TEST(SessionService, passwords_by_name_or_mail_and_never_a_hint_what_was_wrong) {
  World world;
  EXPECT_TRUE(world.sessions.check_password("Alice", Secret("alice")));
  EXPECT_TRUE(world.sessions.check_password("alice@example.com", Secret("alice")));
  const auto wrong = world.sessions.check_password("alice", Secret("x"));
  const auto unknown = world.sessions.check_password("nobody", Secret("x"));
  EXPECT_EQ(to_string(wrong.error()), to_string(unknown.error()));
  ASSERT_TRUE(world.admin.set_enabled("alice", false, world.sessions));
  EXPECT_EQ(to_string(world.sessions.check_password("alice", Secret("alice")).error()),
            to_string(unknown.error()));
}

TEST(SessionService, too_many_failures_pause_that_name_only) {
  World world;
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(world.sessions.check_password("bob", Secret("x")));
  EXPECT_EQ(world.sessions.check_password("bob", Secret("bob")).error().reason,
            reasons::kRateLimited);
  EXPECT_TRUE(world.sessions.check_password("alice", Secret("alice")));
  world.clock.advance(minutes(2));
  EXPECT_TRUE(world.sessions.check_password("bob", Secret("bob")));
}

TEST(SessionService, a_live_code_is_given_again_and_slides) {
  World world;
  const AccessCode first = issue(world, "alice");
  EXPECT_EQ(first.code.size(), 36u);
  EXPECT_EQ(first.code[14], '4');
  for (int i = 0; i < 5; ++i) {
    world.clock.advance(minutes(4));
    EXPECT_EQ(world.sessions.authenticate("code", first.code)->user, first.user);
  }
  EXPECT_EQ(issue(world, "alice").code, first.code);
  EXPECT_NE(issue(world, "bob").code, first.code);
  EXPECT_FALSE(world.sessions.authenticate("other kind", first.code));
}

TEST(SessionService, an_idle_code_expires_and_is_wrong_once_replaced) {
  World world;
  const AccessCode first = issue(world, "alice");
  world.clock.advance(minutes(5));
  EXPECT_EQ(world.sessions.authenticate("code", first.code).error().reason,
            reasons::kSessionExpired);
  EXPECT_EQ(world.sessions.authenticate("code", first.code).error().reason,
            reasons::kSessionExpired);
  const AccessCode second = issue(world, "alice");
  EXPECT_NE(second.code, first.code);
  EXPECT_EQ(world.sessions.authenticate("code", first.code).error().reason,
            reasons::kSessionUnknown);
  EXPECT_TRUE(world.sessions.authenticate("code", second.code));
}

TEST(SessionService, codes_survive_a_restart_and_only_their_hash_is_stored) {
  World world;
  const AccessCode code = issue(world, "alice");
  SessionService restarted(world.store, world.clock, world.crypto, world.people,
                           {.idle_limit = minutes(5), .server_key = Secret(std::string(32, 'k'))});
  ASSERT_TRUE(restarted.load());
  EXPECT_TRUE(restarted.authenticate("code", code.code));
  SessionService other_key(world.store, world.clock, world.crypto, world.people,
                           {.idle_limit = minutes(5), .server_key = Secret(std::string(32, 'z'))});
  ASSERT_TRUE(other_key.load());
  EXPECT_FALSE(other_key.authenticate("code", code.code));
}

TEST(SessionService, a_new_password_and_disabling_end_the_session) {
  World world;
  const AccessCode alice = issue(world, "alice");
  ASSERT_TRUE(world.admin.set_password("alice", Secret("new"), world.sessions));
  EXPECT_FALSE(world.sessions.authenticate("code", alice.code));
  const AccessCode bob = issue(world, "bob");
  ASSERT_TRUE(world.admin.set_enabled("bob", false, world.sessions));
  EXPECT_FALSE(world.sessions.authenticate("code", bob.code));
  EXPECT_EQ(world.sessions.check_password("alice", Secret("new"))->value(), alice.user.value());
}

}  // namespace
}  // namespace cinnabar::services
