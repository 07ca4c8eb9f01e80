#include "domain/process/testing/generator.h"

#include "base/assert.h"

#include <array>

namespace cinnabar::process::testing {
namespace {

expr::Expression parsed(std::string_view text) {
  auto expression = expr::Expression::parse(text);
  CINNABAR_ASSERT(expression.has_value());
  return std::move(expression).value();
}

// A part of the graph with one way in and one way out.
struct Block {
  NodeIndex entry = 0;
  NodeIndex exit = 0;
};

class Generator {
 public:
  Generator(Random& random, const GeneratorOptions& options) : random_(random), options_(options) {}

  ProcessDefinition run() {
    out_.key = "generated";
    out_.name = "Generated";
    const NodeIndex start = add(NodeKind::start_event);
    out_.nodes[start].settings = EventNode{};
    const Block body = sequence(0, false);
    const NodeIndex end = add_end(TriggerKind::none);
    connect(start, body.entry);
    connect(body.exit, end);
    if (random_.below(4) == 0) out_.title_rule = parsed("\"Case \" + title");
    out_.finish();
    return std::move(out_);
  }

 private:
  bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }

  NodeIndex add_end(TriggerKind trigger) {
    const NodeIndex end = add(NodeKind::end_event);
    EventNode event;
    event.trigger.kind = trigger;
    out_.nodes[end].settings = std::move(event);
    return end;
  }
  NodeIndex add(NodeKind kind) {
    Node node;
    node.id = "n" + std::to_string(out_.nodes.size() + 1);
    node.name = node.id;
    node.kind = kind;
    out_.nodes.push_back(std::move(node));
    return static_cast<NodeIndex>(out_.nodes.size() - 1);
  }

  FlowIndex connect(NodeIndex source, NodeIndex target, std::string_view condition = {}) {
    SequenceFlow flow;
    flow.id = "f" + std::to_string(out_.flows.size() + 1);
    flow.source = source;
    flow.target = target;
    if (!condition.empty()) flow.condition = parsed(condition);
    out_.flows.push_back(std::move(flow));
    const auto index = static_cast<FlowIndex>(out_.flows.size() - 1);
    out_.nodes[source].outgoing.push_back(index);
    out_.nodes[target].incoming.push_back(index);
    return index;
  }

  std::string condition() {
    constexpr std::array<std::string_view, 6> kConditions = {
        "outcome = \"approved\"", "outcome = \"rejected\"", "decision = \"yes\"",
        "amount > 500",           "amount in [100..400]",   "initiator = owner"};
    return std::string(kConditions[random_.below(kConditions.size())]);
  }

  Block block(int depth) {
    const bool is_deep = depth >= options_.depth_max || tasks_ >= options_.tasks_max;
    switch (is_deep ? 0 : random_.below(7)) {
      case 2:
        return sequence(depth + 1, false);
      case 3:
        return exclusive(depth + 1);
      case 4:
        return parallel(depth + 1);
      case 5:
        return inclusive(depth + 1);
      case 6:
        return loop(depth + 1);
      default:
        return task();
    }
  }

  Block sequence(int depth, bool ends_with_task) {
    Block all = block(depth);
    for (std::uint64_t i = random_.below(3); i-- > 0;) {
      const Block next = block(depth);
      connect(all.exit, next.entry);
      all.exit = next.exit;
    }
    if (ends_with_task) {
      const Block last = task();
      connect(all.exit, last.entry);
      all.exit = last.exit;
    }
    return all;
  }

  Block exclusive(int depth) {
    const NodeIndex split = add(NodeKind::exclusive_gateway);
    const NodeIndex merge = add(NodeKind::exclusive_gateway);
    for (std::uint64_t i = 1 + random_.below(2); i-- > 0;) {
      const Block branch = block(depth);
      connect(split, branch.entry, condition());
      connect(branch.exit, merge);
    }
    if (options_.with_terminate && chance(8)) {
      connect(split, add_end(TriggerKind::terminate), condition());
    }
    if (chance(2)) {
      out_.nodes[split].default_flow = connect(split, merge);
    } else {
      const Block branch = block(depth);
      out_.nodes[split].default_flow = connect(split, branch.entry);
      connect(branch.exit, merge);
    }
    return {split, merge};
  }

  Block parallel(int depth) {
    // A split without a gateway now and then: a task with several outgoing flows.
    const bool uncontrolled = chance(4);
    const NodeIndex split = uncontrolled ? task().exit : add(NodeKind::parallel_gateway);
    const NodeIndex join = add(NodeKind::parallel_gateway);
    for (std::uint64_t i = 2 + random_.below(2); i-- > 0;) {
      const Block branch = block(depth);
      connect(split, branch.entry);
      connect(branch.exit, join);
    }
    return {split, join};
  }

  Block inclusive(int depth) {
    const NodeIndex split = add(NodeKind::inclusive_gateway);
    const NodeIndex join = add(NodeKind::inclusive_gateway);
    // With branches that may die, one that never does has to be taken always.
    const bool may_die = options_.with_dying_tokens && chance(2);
    for (std::uint64_t i = 1 + random_.below(3); i-- > 0;) {
      Block branch = block(depth);
      connect(split, branch.entry, condition());
      if (may_die && chance(2)) branch.exit = dying(branch.exit);
      connect(branch.exit, join);
    }
    const Block branch = block(depth);
    const FlowIndex last = connect(split, branch.entry, may_die ? "true" : "");
    if (!may_die) out_.nodes[split].default_flow = last;
    connect(branch.exit, join);
    return {split, join};
  }

  // A choice between an end event and going on.
  NodeIndex dying(NodeIndex exit) {
    const NodeIndex choice = add(NodeKind::exclusive_gateway);
    connect(exit, choice);
    connect(choice, add_end(TriggerKind::none), condition());
    const NodeIndex after = add(NodeKind::exclusive_gateway);
    out_.nodes[choice].default_flow = connect(choice, after);
    return after;
  }

  Block loop(int depth) {
    const NodeIndex merge = add(NodeKind::exclusive_gateway);
    const Block body = sequence(depth, true);
    const NodeIndex choice = add(NodeKind::exclusive_gateway);
    const NodeIndex after = add(NodeKind::exclusive_gateway);
    connect(merge, body.entry);
    connect(body.exit, choice);
    connect(choice, merge, chance(2) ? "outcome = \"rejected\"" : "decision = \"again\"");
    out_.nodes[choice].default_flow = connect(choice, after);
    return {merge, after};
  }

  ParticipantRule participants() {
    switch (random_.below(6)) {
      case 0:
        return InitiatorRule{};
      case 1:
        return FieldRule{"owner"};
      case 2:
        return FieldRule{"team"};
      case 3:
        return Groups{GroupKind::group, {chance(2) ? "g1" : "g2"}};
      case 4:
        return FixedUsers{{"u1", "u3", "u5"}};
      default:
        return FixedUsers{{"u" + std::to_string(1 + random_.below(8))}};
    }
  }

  CompletionRule completion() {
    switch (random_.below(6)) {
      case 0:
        return All{chance(2)};
      case 1:
        return InOrder{chance(2)};
      case 2:
        return AtLeast{static_cast<std::int32_t>(1 + random_.below(4))};
      case 3:
        return Percentage{static_cast<std::int32_t>(1 + random_.below(100))};
      default:
        return Any{};
    }
  }

  Block task() {
    ++tasks_;
    const NodeIndex index = add(NodeKind::user_task);
    UserTask task;
    task.participants.push_back(participants());
    if (chance(2)) task.participants.push_back(participants());
    task.completion = completion();
    if (chance(3)) {
      QuickAction action{"action1", "Yes", Outcome::approved, {}};
      action.assignments.push_back({"decision", parsed("\"yes\"")});
      task.quick_actions.push_back(std::move(action));
      task.quick_actions.push_back({"action2", "No", Outcome::rejected, {}});
    }
    if (chance(4)) task.on_activate.push_back({"$status", parsed("\"waiting\"")});
    if (chance(6)) task.on_activate.push_back({"amount", parsed("amount + 1")});
    out_.nodes[index].settings = std::move(task);
    return {index, index};
  }

  Random& random_;
  const GeneratorOptions& options_;
  ProcessDefinition out_;
  int tasks_ = 0;
};

}  // namespace

form::FormDefinition generated_form() {
  form::FormDefinition form;
  form.key = "generated";
  form.name = "Generated";
  const auto add = [&](std::string id, form::FieldType type, form::FieldRole role) {
    form::Field field;
    field.title = id;
    field.id = std::move(id);
    field.type = type;
    field.role = role;
    form.fields.push_back(std::move(field));
  };
  add("title", form::FieldType::text, form::FieldRole::title);
  add("decision", form::FieldType::text, form::FieldRole::status);
  add("amount", form::FieldType::number, form::FieldRole::none);
  add("owner", form::FieldType::user, form::FieldRole::none);
  add("team", form::FieldType::group, form::FieldRole::none);
  return form;
}

void add_generated_people(People& people) {
  std::vector<UserId> users;
  for (int i = 1; i <= 8; ++i) users.push_back(people.add_user("u" + std::to_string(i)));
  people.add_group("g1", {users[0], users[1], users[2]});
  people.add_group("g2", {users[3], users[4]});
}

ProcessDefinition generate_process(Random& random, const GeneratorOptions& options) {
  return Generator(random, options).run();
}

}  // namespace cinnabar::process::testing
