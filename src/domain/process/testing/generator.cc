#include "domain/process/testing/generator.h"

#include "base/assert.h"
#include "domain/process/testing/graph_builder.h"

#include <array>

namespace cinnabar::process::testing {
namespace {

class Generator : GraphBuilder {
 public:
  Generator(Random& random, const GeneratorOptions& options)
      : GraphBuilder(random), options_(options) {}

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
  NodeIndex add_end(TriggerKind kind) {
    Trigger trigger;
    trigger.kind = kind;
    return add_event(NodeKind::end_event, std::move(trigger));
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
      connect_default(split, merge);
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
    connect_default(choice, after);
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
    connect_default(choice, after);
    return {merge, after};
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
    invite(task);
    task.completion = completion();
    decorate(task);
    out_.nodes[index].settings = std::move(task);
    return {index, index};
  }

  const GeneratorOptions& options_;
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
