// The people of generated processes: what they write and decide.
#include "domain/process/testing/generator.h"

#include <array>
#include <utility>

namespace cinnabar::process::testing {
namespace {

struct OpenItem {
  const ActivityInstance* activity = nullptr;
  const WorkItem* item = nullptr;
};

std::vector<OpenItem> open_items(const Instance& instance) {
  std::vector<OpenItem> open;
  for (const ActivityInstance& activity : instance.activities) {
    for (const WorkItem& item : activity.work_items) {
      if (item.state == WorkItemState::open && !item.waiting) open.push_back({&activity, &item});
    }
  }
  return open;
}

UserId random_user(Random& random, const People& people) {
  return UserId{1 + static_cast<std::int64_t>(random.below(people.user_count()))};
}

FieldValue random_decision(Random& random) {
  constexpr std::array<std::string_view, 4> kDecisions = {"yes", "no", "again", "later"};
  return FieldValue::text(std::string(kDecisions[random.below(kDecisions.size())]));
}

FieldValue random_amount(Random& random) {
  return FieldValue{Decimal{static_cast<std::int64_t>(random.below(1000))}};
}

Outcome random_outcome(Random& random) {
  constexpr std::array<Outcome, 5> kOutcomes = {Outcome::submitted, Outcome::approved,
                                                Outcome::approved, Outcome::rejected,
                                                Outcome::returned};
  return kOutcomes[random.below(kOutcomes.size())];
}

}  // namespace

FieldValues generated_record(Random& random, const People& people) {
  FieldValues record;
  record.emplace("title", FieldValue::text("T" + std::to_string(random.below(100))));
  record.emplace("amount", random_amount(random));
  record.emplace("owner", FieldValue{UserRef{random_user(random, people)}});
  const auto team = people.find_group(GroupKind::group, random.below(2) == 0 ? "g1" : "g2");
  record.emplace("team", FieldValue{GroupRef{team.value_or(GroupId{})}});
  if (random.below(2) == 0) record.emplace("decision", random_decision(random));
  return record;
}

std::optional<Complete> generated_completion(Random& random, const ProcessDefinition& definition,
                                             const Instance& instance, const People& people) {
  const std::vector<OpenItem> open = open_items(instance);
  if (open.empty()) return std::nullopt;
  const OpenItem chosen = open[random.below(open.size())];
  Complete command;
  command.activity = chosen.activity->id;
  command.by = chosen.item->assignee;
  if (!command.by.is_assigned()) {
    const std::vector<UserId> members = people.members(chosen.item->group);
    command.by = members[random.below(members.size())];
  }
  // Now and then nobody says which work item is meant; then it is the caller's own.
  if (random.below(4) != 0) command.item = chosen.item->id;
  if (random.below(10) == 0) {
    command.by = random_user(random, people);
    command.for_others = true;
  }
  command.outcome = random_outcome(random);
  const auto node = definition.find_node(chosen.activity->node_id);
  const UserTask* task = node ? definition.node(*node).user_task() : nullptr;
  if (task != nullptr && !task->quick_actions.empty() && random.below(2) == 0) {
    command.quick_action = task->quick_actions[random.below(task->quick_actions.size())].key;
  }
  if (random.below(2) == 0) command.changes.emplace("decision", random_decision(random));
  if (random.below(4) == 0) command.changes.emplace("amount", random_amount(random));
  if (random.below(8) == 0) command.changes.emplace("title", FieldValue{});
  return command;
}

Complete generated_misuse(Random& random, const Instance& instance, const People& people) {
  Complete command;
  command.by = random_user(random, people);
  command.activity = ActivityInstanceId{kIdMax};
  if (instance.activities.empty()) return command;
  const ActivityInstance& activity = instance.activities[random.below(instance.activities.size())];
  for (const WorkItem& item : activity.work_items) {
    const bool is_closed = item.state != WorkItemState::open;
    if ((is_closed || item.waiting) && random.below(2) == 0) {
      command.activity = activity.id;
      command.item = item.id;
      command.by = item.assignee;
      return command;
    }
  }
  switch (random.below(4)) {
    case 0:  // nobody of the directory
      command.activity = activity.id;
      command.by = UserId{999};
      break;
    case 1:
      command.activity = activity.id;
      command.item = WorkItemId{kIdMax};
      break;
    case 2:
      command.activity = activity.id;
      command.quick_action = "no_such_action";
      command.for_others = true;
      break;
    default:
      break;
  }
  return command;
}

}  // namespace cinnabar::process::testing
