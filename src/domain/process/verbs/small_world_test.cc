// Small worlds, exhaustively: every sequence of a few commands, each verb with each work item that
// is open, in every place a work item can be. After each command the state is the fold of the
// history, turns and outcomes are what the votes say, nothing outlives what it belongs to; and from
// every state that is reached the instance can be brought to its end.
#include "domain/process/testing/verb_world.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>
#include <utility>

namespace cinnabar::process {
namespace {

using testing::feel;
using testing::ProcessBuilder;
using testing::VerbWorld;

std::vector<ParticipantRule> two() {
  return {FixedUsers{{"bob", "cat"}}};
}

// The task under test is T, with a task before and one behind it.
std::shared_ptr<const ProcessDefinition> plain(CompletionRule rule) {
  ProcessBuilder builder;
  builder.start("s").task("A", {InitiatorRule{}}).task("T", two(), std::move(rule));
  builder.task("Z", {FixedUsers{{"bob"}}}).end("e").path({"s", "A", "T", "Z", "e"});
  return builder.build();
}

std::shared_ptr<const ProcessDefinition> pooled() {
  ProcessBuilder builder;
  builder.start("s").task("A", {InitiatorRule{}});
  builder.task("T", {Groups{GroupKind::group, {"team"}}});
  builder.task("Z", {FixedUsers{{"bob"}}}).end("e").path({"s", "A", "T", "Z", "e"});
  return builder.build();
}

std::shared_ptr<const ProcessDefinition> in_branch() {
  ProcessBuilder builder;
  builder.start("s").task("A", {InitiatorRule{}}).node("P", NodeKind::parallel_gateway);
  builder.task("T", two(), All{}).task("Q", {FixedUsers{{"eve"}}});
  builder.node("J", NodeKind::parallel_gateway).task("Z", {FixedUsers{{"bob"}}}).end("e");
  builder.path({"s", "A", "P", "T", "J", "Z", "e"}).path({"P", "Q", "J"});
  return builder.build();
}

std::shared_ptr<const ProcessDefinition> in_sub_process(Loop loop) {
  ProcessBuilder builder;
  builder.start("s").task("A", {InitiatorRule{}}).sub("S", std::move(loop));
  builder.task("Z", {FixedUsers{{"bob"}}}).end("e").path({"s", "A", "S", "Z", "e"});
  builder.in("S").start("s1").task("T", two(), InOrder{}).end("e1").path({"s1", "T", "e1"});
  return builder.build();
}

std::shared_ptr<const ProcessDefinition> in_loop() {
  ProcessBuilder builder;
  MultiInstance loop;
  loop.cardinality = feel("2");
  builder.start("s").task("A", {InitiatorRule{}}).task("T", {FixedUsers{{"bob"}}});
  builder.at("T").loop = loop;
  builder.task("Z", {FixedUsers{{"bob"}}}).end("e").path({"s", "A", "T", "Z", "e"});
  return builder.build();
}

// Instrumented code is an order of magnitude slower and looks for other things.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kDepth = 3;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr int kDepth = 3;
#else
constexpr int kDepth = 4;
#endif
#else
constexpr int kDepth = 4;
#endif

struct Slot {
  WorkItemId item;
  ActivityInstanceId activity;
  UserId user;
  UserId owner;
};

class Explorer {
 public:
  explicit Explorer(std::shared_ptr<const ProcessDefinition> definition) {
    world_.deploy(std::move(definition));
  }

  int run(int depth) {
    EXPECT_EQ(world_.start(), "");
    EXPECT_EQ(world_.decide_as(world_.ann), "");
    explore(depth, "");
    return applied_;
  }

  // Those of the verbs, separated by blanks, that no sequence had accepted; of `after`, only
  // sequences that begin with it count.
  [[nodiscard]] std::string missing(const std::string& verbs, const std::string& after = {}) const {
    std::string out;
    std::istringstream names(verbs);
    for (std::string name; names >> name;) {
      if (!accepted_.contains({after, name})) out += " " + name;
    }
    return out;
  }

 private:
  std::vector<Slot> slots() const {
    std::vector<Slot> out;
    for (const ActivityInstance& activity : world_.instance().activities) {
      for (const WorkItem& item : activity.work_items) {
        if (item.state != WorkItemState::open || out.size() == 3) continue;
        const UserId user = item.assignee.is_assigned() ? item.assignee : world_.bob;
        out.push_back({item.id, activity.id, user, item.owner});
      }
    }
    return out;
  }

  void add_commands_of(const Slot& slot, std::vector<std::pair<std::string, Command>>& out) const {
    const auto complete = [&](Outcome outcome) {
      Complete command;
      command.activity = slot.activity;
      command.item = slot.item;
      command.by = slot.user;
      command.outcome = outcome;
      return command;
    };
    const auto add = [&](AddedAs position) {
      return AddParticipants{slot.item, slot.user, position, {world_.dan}, {}, false};
    };
    const auto send_back = [&](bool straight) {
      return Return{slot.item, slot.user, {}, straight, false, {}, {}};
    };
    out.emplace_back("approve", complete(Outcome::approved));
    out.emplace_back("reject", complete(Outcome::rejected));
    out.emplace_back("claim", Claim{slot.item, world_.cat});
    out.emplace_back("unclaim", Unclaim{slot.item, slot.user});
    out.emplace_back("transfer",
                     Transfer{slot.item, slot.user, world_.dan, false, {}, Handover::transfer});
    out.emplace_back("absence",
                     Transfer{slot.item, world_.adm, world_.dan, true, {}, Handover::absence});
    out.emplace_back("delegate", Delegate{slot.item, slot.user, world_.dan, false, {}});
    out.emplace_back("resolve", Resolve{slot.item, slot.user, {}});
    out.emplace_back("before", add(AddedAs::before));
    out.emplace_back("after", add(AddedAs::after));
    out.emplace_back("beside", add(AddedAs::parallel));
    out.emplace_back("remove", RemoveParticipant{slot.item, world_.adm, true, {}});
    out.emplace_back("return", send_back(false));
    out.emplace_back("return!", send_back(true));
  }

  std::vector<std::pair<std::string, Command>> commands() const {
    std::vector<std::pair<std::string, Command>> out;
    for (const Slot& slot : slots()) add_commands_of(slot, out);
    out.emplace_back("back-bob", TakeBack{world_.bob, std::nullopt, {}});
    out.emplace_back("back-cat", TakeBack{world_.cat, std::nullopt, {}});
    out.emplace_back("back-ann", TakeBack{world_.ann, std::nullopt, {}});
    out.emplace_back("withdraw", Withdraw{world_.ann, false, {}});
    out.emplace_back("suspend", Suspend{world_.adm, {}});
    out.emplace_back("resume", Resume{world_.adm, {}});
    out.emplace_back("jump", Jump{world_.adm, std::nullopt, "Z", {}});
    out.emplace_back("reactivate", Reactivate{world_.adm, "A", {}});
    return out;
  }

  bool is_fine(const std::string& trace) {
    if (world_.findings.empty()) return true;
    ADD_FAILURE() << trace << ": " << world_.findings.front();
    world_.findings.clear();
    ++failures_;
    return false;
  }

  void explore(int depth, const std::string& trace) {
    const Instance here = world_.instance();
    for (const auto& [name, command] : commands()) {
      if (failures_ > 3) return;
      world_.restore(here);
      if (!world_.apply(command).empty()) continue;
      ++applied_;
      accepted_.emplace("", name);
      accepted_.emplace(trace.substr(0, trace.find(' ', 1)), name);
      const std::string next = trace + " " + name;
      if (!is_fine(next)) continue;
      if (depth > 1) {
        explore(depth - 1, next);
      } else {
        finish(next);
      }
    }
    world_.restore(here);
  }

  void finish(const std::string& trace) {
    if (world_.instance().state == InstanceState::suspended) world_.apply(Resume{world_.adm, {}});
    for (int i = 0; world_.instance().state == InstanceState::running; ++i) {
      std::string answer = "nobody is asked";
      for (const Slot& slot : slots()) {
        Complete command;
        command.activity = slot.activity;
        command.item = slot.item;
        command.by = slot.user;
        command.outcome = Outcome::approved;
        answer = world_.apply(command);
        if (answer.empty()) break;
      }
      if (!answer.empty() || i > 30) {
        ADD_FAILURE() << trace << ": does not end, " << answer << ", " << world_.stands_at();
        ++failures_;
        return;
      }
      if (!is_fine(trace + " (to the end)")) return;
    }
  }

  VerbWorld world_;
  std::set<std::pair<std::string, std::string>> accepted_;  // first command, this one
  int applied_ = 0;
  int failures_ = 0;
};

constexpr const char* kEveryVerb =
    "approve reject transfer absence delegate resolve before after beside remove return return! "
    "back-ann withdraw suspend resume jump reactivate";
// An instance that was sent back does not end within the two commands left, so reactivate is not
// among these.
constexpr const char* kAfterReturn =
    "approve reject transfer absence delegate resolve before after beside remove withdraw suspend "
    "resume jump";

TEST(SmallWorld, every_pair_of_verbs_under_every_completion_rule) {
  for (const CompletionRule& rule :
       {CompletionRule{Any{}}, CompletionRule{All{}}, CompletionRule{All{false}},
        CompletionRule{InOrder{}}, CompletionRule{AtLeast{2}}, CompletionRule{Percentage{50}},
        CompletionRule{WeightedShare{60, true, {{"cat", std::nullopt, 3}}}}}) {
    EXPECT_GT(Explorer(plain(rule)).run(kDepth), kDepth == 4 ? 10'000 : 500);
  }
}

// The matrix: every verb is accepted in every place, there and after a return, and whatever four
// commands did, all is well.
void expect_every_verb(const std::shared_ptr<const ProcessDefinition>& definition, bool has_votes) {
  Explorer explorer(definition);
  EXPECT_GT(explorer.run(kDepth), kDepth == 4 ? 10'000 : 500);
  EXPECT_EQ(explorer.missing(kEveryVerb), "");
  EXPECT_EQ(explorer.missing(kAfterReturn, " return"), "");
  // In a loop over a sub-process three commands do not get that far.
  if (kDepth == 4) {
    EXPECT_EQ(explorer.missing(has_votes ? "back-bob back-cat" : ""), "");
  }
}

TEST(SmallWorld, every_verb_at_a_plain_task) {
  expect_every_verb(plain(All{}), true);
}

TEST(SmallWorld, every_verb_at_a_pool) {
  expect_every_verb(pooled(), true);
  Explorer explorer(pooled());
  explorer.run(2);
  EXPECT_EQ(explorer.missing("claim unclaim"), "");
}

TEST(SmallWorld, every_verb_in_a_parallel_branch) {
  expect_every_verb(in_branch(), true);
}

TEST(SmallWorld, every_verb_in_a_sub_process) {
  expect_every_verb(in_sub_process({}), true);
}

TEST(SmallWorld, every_verb_in_a_loop_over_a_task) {
  expect_every_verb(in_loop(), false);
}

TEST(SmallWorld, every_verb_in_a_loop_over_a_sub_process) {
  MultiInstance loop;
  loop.cardinality = feel("2");
  expect_every_verb(in_sub_process(loop), true);
}

TEST(SmallWorld, every_verb_in_a_loop_over_a_sub_process_one_after_the_other) {
  MultiInstance loop;
  loop.cardinality = feel("2");
  loop.is_sequential = true;
  expect_every_verb(in_sub_process(loop), true);
}

}  // namespace
}  // namespace cinnabar::process
