// Random block-structured processes, random returns, jumps, take-backs and withdrawals: the
// instance stays in order after each of them and can always be brought to its end.
#include "base/random.h"
#include "domain/process/testing/verb_world.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cinnabar::process {
namespace {

using testing::ProcessBuilder;
using testing::VerbWorld;

// Ways through are chosen by the variable `pick`, loops go on while `again` is true.
class Generator {
 public:
  explicit Generator(Random& random) : random_(random) {}

  std::shared_ptr<const ProcessDefinition> run() {
    builder_.start("s");
    const Block body = sequence(0, "");
    builder_.end("e");
    builder_.flow("s", body.entry).flow(body.exit, "e");
    return builder_.build();
  }

 private:
  struct Block {
    std::string entry;
    std::string exit;
  };

  std::string fresh(const std::string& prefix) { return prefix + std::to_string(++count_); }

  std::string gateway(NodeKind kind, const std::string& prefix) {
    const std::string id = fresh(prefix);
    builder_.node(id, kind);
    return id;
  }

  Block task() {
    const std::string id = fresh("T");
    const std::vector<ParticipantRule> people = {FixedUsers{{"bob", "cat"}}};
    switch (random_.below(3)) {
      case 0:
        builder_.task(id, people, Any{});
        break;
      case 1:
        builder_.task(id, people, All{false});
        break;
      default:
        builder_.task(id, people, InOrder{false});
        break;
    }
    return {id, id};
  }

  Block block(int depth, const std::string& scope) {
    if (depth >= 3 || count_ > 30) return task();
    switch (random_.below(8)) {
      case 0:
        return split(depth, scope, NodeKind::exclusive_gateway, "X");
      case 1:
      case 2:
        return split(depth, scope, NodeKind::parallel_gateway, "P");
      case 3:
        return split(depth, scope, NodeKind::inclusive_gateway, "O");
      case 4:
        return loop(depth, scope);
      case 5:
        return sub_process(depth, scope);
      default:
        return task();
    }
  }

  Block sequence(int depth, const std::string& scope) {
    Block all = block(depth, scope);
    for (std::uint64_t i = 1 + random_.below(2); i-- > 0;) {
      const Block next = block(depth, scope);
      builder_.flow(all.exit, next.entry);
      all.exit = next.exit;
    }
    return all;
  }

  Block split(int depth, const std::string& scope, NodeKind kind, const std::string& prefix) {
    const std::string open = gateway(kind, prefix);
    const std::string close = gateway(kind, prefix + "j");
    const std::uint64_t branches = 2 + random_.below(2);
    for (std::uint64_t i = 0; i < branches; ++i) {
      const Block branch = sequence(depth + 1, scope);
      if (kind == NodeKind::parallel_gateway) {
        builder_.flow(open, branch.entry);
      } else if (i + 1 == branches) {
        builder_.otherwise(open, branch.entry);
      } else {
        const std::string condition = kind == NodeKind::exclusive_gateway || i == 0
                                          ? "pick = " + std::to_string(i)
                                          : "pick != 2";
        builder_.flow(open, branch.entry, condition);
      }
      builder_.flow(branch.exit, close);
    }
    return {open, close};
  }

  Block loop(int depth, const std::string& scope) {
    const std::string open = gateway(NodeKind::exclusive_gateway, "L");
    const Block body = sequence(depth + 1, scope);
    const std::string close = gateway(NodeKind::exclusive_gateway, "Lx");
    const std::string out = gateway(NodeKind::exclusive_gateway, "Lo");
    builder_.flow(open, body.entry).flow(body.exit, close);
    builder_.flow(close, open, "again = true").otherwise(close, out);
    return {open, out};
  }

  Block sub_process(int depth, const std::string& scope) {
    const std::string id = fresh("S");
    Loop loop;
    if (random_.below(3) == 0) {
      MultiInstance multi;
      multi.is_sequential = random_.below(2) == 0;
      multi.cardinality = testing::feel("2");
      loop = multi;
    }
    builder_.sub(id, std::move(loop)).in(id);
    const std::string first = fresh("s");
    builder_.start(first);
    const Block body = sequence(depth + 1, id);
    const std::string last = fresh("e");
    builder_.end(last);
    builder_.flow(first, body.entry).flow(body.exit, last);
    builder_.in(scope);
    return {id, id};
  }

  Random& random_;
  ProcessBuilder builder_;
  int count_ = 0;
};

struct Open {
  WorkItemId item;
  ActivityInstanceId activity;
  UserId user;
};

std::vector<Open> open_items(const Instance& instance) {
  std::vector<Open> open;
  for (const ActivityInstance& activity : instance.activities) {
    for (const WorkItem& item : activity.work_items) {
      if (item.state == WorkItemState::open && !item.waiting) {
        open.push_back({item.id, activity.id, item.assignee});
      }
    }
  }
  return open;
}

class Play {
 public:
  explicit Play(std::uint64_t seed) : random_(seed) {
    Generator generator(random_);
    definition_ = generator.run();
    world_.deploy(definition_);
  }

  // "" or what is wrong.
  std::string run() {
    if (const std::string refused = world_.start(); !refused.empty()) return "start: " + refused;
    for (std::uint64_t i = random_.below(16); i-- > 0 && is_running();) {
      random_step();
      if (!world_.findings.empty()) return trace_ + ": " + world_.findings.front();
    }
    for (int i = 0; is_running(); ++i) {
      if (i > 400) return trace_ + ": does not end, stands at " + world_.stands_at();
      const auto open = open_items(world_.instance());
      if (open.empty()) return trace_ + ": deadlock at " + world_.stands_at() + arrivals();
      decide_one(open[random_.below(open.size())], false);
      if (!world_.findings.empty()) return trace_ + ": " + world_.findings.front();
    }
    const InstanceState state = world_.instance().state;
    const bool is_fine = state == InstanceState::completed || state == InstanceState::terminated;
    return is_fine ? std::string() : trace_ + ": ended as " + std::string(name(state));
  }

  [[nodiscard]] int moves() const { return moves_; }

 private:
  [[nodiscard]] bool is_running() const {
    return world_.instance().state == InstanceState::running;
  }
  std::string arrivals() const {
    std::string out = ", arrived:";
    for (const auto& [key, count] : world_.instance().arrivals) out += " " + std::get<2>(key);
    for (const Incident& incident : world_.instance().incidents) out += " !" + incident.detail;
    return out;
  }

  void note(const std::string& what, const std::string& answer) {
    trace_ += " " + what + (answer.empty() ? "" : "(" + answer + ")");
    if (answer.empty()) ++moves_;
  }

  void decide_one(const Open& open, bool may_go_on) {
    Complete command;
    command.activity = open.activity;
    command.item = open.item;
    command.by = open.user;
    command.outcome = random_.below(4) == 0 ? Outcome::rejected : Outcome::approved;
    const auto pick = static_cast<std::int64_t>(random_.below(3));
    command.variables.emplace("pick", expr::Value{pick});
    command.variables.emplace("again", expr::Value{may_go_on && random_.below(2) == 0});
    const std::string node = world_.instance().find_activity(open.activity)->node_id;
    const std::string answer = world_.apply(command);
    trace_ += " " + node + std::to_string(pick) + (answer.empty() ? "" : "(" + answer + ")");
  }

  std::string random_node() {
    return definition_->nodes[random_.below(definition_->nodes.size())].id;
  }

  void random_step() {
    const auto open = open_items(world_.instance());
    if (open.empty()) return;
    const Open one = open[random_.below(open.size())];
    switch (random_.below(12)) {
      case 0:
      case 1:
      case 2: {
        Return command;
        command.item = one.item;
        command.by = one.user;
        command.to = random_.below(3) == 0 ? std::string() : random_node();
        command.straight_back = random_.below(2) == 0;
        const std::string from = world_.instance().find_activity(one.activity)->node_id;
        note("return:" + from + ">" + command.to + (command.straight_back ? "!" : ""),
             world_.apply(command));
        return;
      }
      case 3: {
        Jump command;
        command.by = world_.adm;
        command.to = random_node();
        const auto& alive = world_.instance().activities;
        if (random_.below(4) != 0) command.from = alive[random_.below(alive.size())].id;
        std::string from = "*";
        if (command.from) from = world_.instance().find_activity(*command.from)->node_id;
        const std::string what = "jump:" + from + ">" + command.to;
        note(what, world_.apply(command));
        return;
      }
      case 4: {
        TakeBack command;
        command.by = random_.below(2) == 0 ? world_.bob : world_.cat;
        note("take_back", world_.apply(command));
        return;
      }
      case 5: {
        AddParticipants command;
        command.item = one.item;
        command.by = one.user;
        command.position = static_cast<AddedAs>(1 + random_.below(3));
        command.users = {world_.dan};
        note("add", world_.apply(command));
        return;
      }
      default:
        decide_one(one, true);
        return;
    }
  }

  SeededRandom random_;
  VerbWorld world_;
  std::shared_ptr<const ProcessDefinition> definition_;
  std::string trace_;
  int moves_ = 0;
};

TEST(RedirectProperty, every_instance_can_still_end_whatever_was_sent_where) {
  int moves = 0;
  int failures = 0;
  for (std::uint64_t seed = 1; seed <= 3000 && failures < 5; ++seed) {
    Play play(seed);
    const std::string wrong = play.run();
    moves += play.moves();
    if (wrong.empty()) continue;
    ++failures;
    ADD_FAILURE() << "seed " << seed << ":" << wrong;
  }
  // The steps are not all refused.
  EXPECT_GT(moves, failures == 0 ? 3000 : 0);
}

}  // namespace
}  // namespace cinnabar::process
