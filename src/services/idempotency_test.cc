#include "services/idempotency.h"

#include "services/testing/world.h"
#include "vocab/reasons.h"

#include <gtest/gtest.h>

namespace cinnabar::services {
namespace {

using testing::World;

// Runs a counted effect under a key and returns the reply.
Result<std::string> run(World& world, const IdempotencyKey& key, int& effects) {
  return world.write<std::string>([&](ports::WriteTransaction& transaction) -> Result<std::string> {
    CINNABAR_TRY(auto known, find_reply(transaction, key));
    if (known) return std::move(*known);
    ++effects;
    std::string reply = "reply " + std::to_string(effects);
    remember_reply(transaction, key, reply, world.clock.now());
    return reply;
  });
}

TEST(Idempotency, the_same_key_gives_the_same_reply_and_one_effect) {
  World world;
  int effects = 0;
  EXPECT_EQ(*run(world, {"native/1", "k", "h"}, effects), "reply 1");
  EXPECT_EQ(*run(world, {"native/1", "k", "h"}, effects), "reply 1");
  EXPECT_EQ(*run(world, {"native/2", "k", "h"}, effects), "reply 2") << "scopes do not share keys";
  EXPECT_EQ(run(world, {"native/1", "k", "other"}, effects).error().reason,
            reasons::kIdempotencyMismatch);
  EXPECT_EQ(effects, 2);
}

TEST(Idempotency, unusable_keys_are_refused) {
  for (const std::string& key :
       {std::string(), std::string(201, 'x'), std::string("a b"), std::string("ä")}) {
    EXPECT_FALSE(check_key({"s", key, "h"})) << key;
  }
  EXPECT_TRUE(check_key({"s", std::string(200, 'x'), "h"}));
}

TEST(Idempotency, old_replies_are_forgotten) {
  World world;
  int effects = 0;
  ASSERT_TRUE(run(world, {"s", "old", "h"}, effects));
  world.clock.advance(Duration{kIdempotencyKept.micros() + 1});
  ASSERT_TRUE(run(world, {"s", "young", "h"}, effects));
  EXPECT_EQ(*forget_old_replies(world.store, world.clock.now()), 1);
  EXPECT_EQ(*run(world, {"s", "young", "h"}, effects), "reply 2");
  EXPECT_EQ(*run(world, {"s", "old", "h"}, effects), "reply 3");
}

}  // namespace
}  // namespace cinnabar::services
