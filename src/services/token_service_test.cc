#include "services/token_service.h"

#include "ports/schema.h"
#include "services/rows.h"
#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::World;

Result<NewToken> create(World& world, std::string_view user, std::string name,
                        std::optional<Instant> expires_at = std::nullopt) {
  return world.write<NewToken>([&](ports::WriteTransaction& transaction) {
    const CallContext context = world.as(user);
    return world.tokens.create(transaction, context, {context.principal.user, name, expires_at});
  });
}

Status revoke(World& world, std::string_view user, std::int64_t id) {
  return ports::submit_and_wait(world.store, [&](ports::WriteTransaction& transaction) {
    const CallContext context = world.as(user);
    return world.tokens.revoke(transaction, context, context.principal.user, id);
  });
}

std::vector<AccessToken> list(World& world, std::string_view user) {
  auto snapshot = world.store.read();
  EXPECT_TRUE(snapshot);
  auto tokens = TokenService::list(**snapshot, world.as(user).principal.user);
  EXPECT_TRUE(tokens);
  return std::move(*tokens);
}

TEST(TokenService, a_token_acts_as_its_user_and_only_its_digest_is_stored) {
  World world;
  const auto made = create(world, "alice", "report");
  ASSERT_TRUE(made) << to_string(made.error());
  const std::string secret(made->secret.reveal());
  EXPECT_EQ(secret.size(), 4u + 64u);
  EXPECT_TRUE(secret.starts_with("cnb_"));
  EXPECT_EQ(world.tokens.authenticate(secret)->user, world.as("alice").principal.user);
  EXPECT_FALSE(world.tokens.authenticate(secret + "0"));
  EXPECT_FALSE(world.tokens.authenticate("cnb_"));
  EXPECT_FALSE(world.tokens.authenticate(""));
  auto snapshot = world.store.read();
  const auto rows = all_rows(**snapshot, ports::schema::access_token::kTable);
  ASSERT_EQ(rows->size(), 1u);
  for (const CellValue& value : rows->front()) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) continue;
    EXPECT_EQ(text->find(secret.substr(4)), std::string::npos);
  }
}

TEST(TokenService, tokens_survive_a_restart_and_a_password_change) {
  World world;
  const auto made = create(world, "alice", "report");
  ASSERT_TRUE(made);
  ASSERT_TRUE(world.admin.set_password("alice", Secret("something new"), world.sessions));
  TokenService restarted(world.store, world.clock, world.crypto, world.people);
  EXPECT_FALSE(restarted.authenticate(made->secret.reveal()));
  ASSERT_TRUE(restarted.load());
  EXPECT_TRUE(restarted.authenticate(made->secret.reveal()));
}

TEST(TokenService, an_expired_token_says_so_to_who_has_it) {
  World world;
  const auto made = create(world, "alice", "report", world.clock.now() + hours(1));
  ASSERT_TRUE(made);
  world.clock.advance(minutes(59));
  EXPECT_TRUE(world.tokens.authenticate(made->secret.reveal()));
  world.clock.advance(minutes(1));
  EXPECT_EQ(world.tokens.authenticate(made->secret.reveal()).error().reason,
            reasons::kTokenExpired);
  EXPECT_FALSE(create(world, "alice", "late", world.clock.now()));
}

TEST(TokenService, a_revoked_token_and_one_of_a_disabled_user_read_like_one_that_never_was) {
  World world;
  const auto first = create(world, "alice", "a");
  const auto second = create(world, "alice", "b");
  ASSERT_TRUE(first && second);
  const std::string never = to_string(world.tokens.authenticate("cnb_00").error());
  EXPECT_EQ(revoke(world, "bob", first->token.id).error().code, Code::not_found);
  EXPECT_TRUE(world.tokens.authenticate(first->secret.reveal()));
  ASSERT_TRUE(revoke(world, "alice", first->token.id));
  EXPECT_EQ(revoke(world, "alice", first->token.id).error().code, Code::not_found);
  EXPECT_EQ(to_string(world.tokens.authenticate(first->secret.reveal()).error()), never);
  ASSERT_TRUE(world.admin.set_enabled("alice", false, world.sessions));
  EXPECT_EQ(to_string(world.tokens.authenticate(second->secret.reveal()).error()), never);
  ASSERT_TRUE(world.admin.set_enabled("alice", true, world.sessions));
  EXPECT_TRUE(world.tokens.authenticate(second->secret.reveal()));
  ASSERT_EQ(list(world, "alice").size(), 1u);
  EXPECT_EQ(list(world, "alice").front().name, "b");
  EXPECT_TRUE(list(world, "bob").empty());
}

TEST(TokenService, the_time_of_last_use_is_written_at_most_every_minute) {
  World world;
  const auto made = create(world, "alice", "report");
  ASSERT_TRUE(made);
  EXPECT_FALSE(list(world, "alice").front().last_used_at.has_value());
  const Instant first = world.clock.now();
  EXPECT_TRUE(world.tokens.authenticate(made->secret.reveal()));
  world.clock.advance(seconds(59));
  EXPECT_TRUE(world.tokens.authenticate(made->secret.reveal()));
  EXPECT_EQ(list(world, "alice").front().last_used_at, first);
  world.clock.advance(seconds(1));
  EXPECT_TRUE(world.tokens.authenticate(made->secret.reveal()));
  EXPECT_EQ(list(world, "alice").front().last_used_at, first + minutes(1));
}

TEST(TokenService, names_and_numbers_are_bounded) {
  World world;
  for (const char* name : {"", " a", "a\nb"}) EXPECT_FALSE(create(world, "alice", name)) << name;
  EXPECT_FALSE(create(world, "alice", std::string(201, 'x')));
  for (std::int64_t i = 0; i < kTokensPerUserMax; ++i) ASSERT_TRUE(create(world, "alice", "n"));
  EXPECT_EQ(create(world, "alice", "n").error().code, Code::resource_exhausted);
  EXPECT_TRUE(create(world, "bob", "n"));
}

}  // namespace
}  // namespace cinnabar::services
