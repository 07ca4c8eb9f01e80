// That the simulator can be trusted: it repeats itself, its checkers see damage, and what it makes
// small still fails.

#include "sim/shrink.h"
#include <gtest/gtest.h>

namespace cinnabar::sim {
namespace {

TEST(Sim, the_same_seed_gives_the_same_trace) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Options options;
    options.seed = seed;
    const Ending first = run(options, true);
    const Ending second = run(options, true);
    EXPECT_EQ(first.hash, second.hash) << "seed " << seed;
    EXPECT_EQ(first.dump, second.dump) << "seed " << seed;
    EXPECT_FALSE(first.failure) << "seed " << seed << ": " << first.failure->what;
  }
}

TEST(Sim, different_seeds_give_different_traces) {
  Options options;
  options.seed = 1;
  const std::uint64_t one = run(options).hash;
  options.seed = 2;
  EXPECT_NE(run(options).hash, one);
}

// I12: equal sequences of commands, equal histories and rows, whatever the store.
TEST(Sim, sqlite_and_memory_come_to_the_same) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    Options options;
    options.seed = seed;
    const Ending memory = run(options, true);
    options.on_sqlite = true;
    const Ending sqlite = run(options, true);
    EXPECT_FALSE(sqlite.failure) << "seed " << seed << ": " << sqlite.failure->what;
    EXPECT_EQ(memory.hash, sqlite.hash) << "I12, seed " << seed;
    EXPECT_TRUE(memory.dump == sqlite.dump) << "I12, seed " << seed;
  }
}

// Work items that lose their rows are missed at once, and the steps before do not matter.
TEST(Sim, damage_is_seen_and_made_small) {
  int seen = 0;
  for (std::uint64_t seed = 1; seed <= 40 && seen < 3; ++seed) {
    Options options;
    options.seed = seed;
    options.has_faults = false;
    options.plant_at = 12;
    const Ending broken = run(options);
    if (!broken.failure || broken.failure->invariant != "I4") continue;
    ++seen;
    Options small = shrink(options);
    EXPECT_GE(small.skip.size() + static_cast<std::size_t>(options.steps - small.steps), 15U);
    small.keeps_trace = true;
    const Ending again = run(small);
    ASSERT_TRUE(again.failure) << "seed " << seed;
    EXPECT_EQ(again.failure->invariant, "I4");
    const std::string text = report(small, again);
    EXPECT_NE(text.find("replay: sim --seed " + std::to_string(seed)), std::string::npos) << text;
    EXPECT_NE(text.find("BROKEN I4"), std::string::npos) << text;
  }
  EXPECT_EQ(seen, 3);
}

}  // namespace
}  // namespace cinnabar::sim
