#include "domain/process/participant_rules.h"

#include "base/assert.h"
#include "vocab/limits.h"

#include <algorithm>

namespace cinnabar::process {
namespace {

// Organisations are flat compared with this; a circle of managers ends here.
constexpr std::int32_t kLevelsMax = 50;

std::string level_text(std::int32_t levels) {
  return levels <= 1 ? std::string() : ", level " + std::to_string(levels);
}

}  // namespace

CandidateCollector::CandidateCollector(const ParticipantContext& context) : context_(context) {
  const UserTask* task = context.node.user_task();
  CINNABAR_ASSERT(task != nullptr);
  is_pooling_ = std::holds_alternative<Any>(task->completion);
}

void CandidateCollector::operator()(const FixedUsers& rule) {
  for (const std::string& name : rule.names) {
    if (const auto user = context_.directory.find_user(name)) {
      add_user(*user, GroupId{}, "named by the task");
    }
  }
}

void CandidateCollector::operator()(const Groups& rule) {
  for (const std::string& key : rule.keys) {
    if (const auto group = context_.directory.find_group(rule.kind, key)) {
      add_group(*group, std::string(name(rule.kind)) + " " + key);
    }
  }
}

void CandidateCollector::operator()(const InitiatorRule& /*rule*/) {
  add_user(context_.instance.initiator, GroupId{}, "the initiator");
}

void CandidateCollector::operator()(const FieldRule& rule) {
  const auto it = context_.instance.fields.find(rule.field);
  if (it == context_.instance.fields.end()) return;
  const std::string reason = "field " + rule.field;
  add_field(it->second, reason);
  if (const auto* list = it->second.get<FieldValue::List>()) {
    for (const FieldValue& element : *list) add_field(element, reason);
  }
}

void CandidateCollector::operator()(const ManagerRule& rule) {
  UserId at = context_.instance.initiator;
  const std::int32_t levels = std::clamp(rule.levels, 1, kLevelsMax);
  std::set<UserId> seen{at};
  std::optional<UserId> manager;
  for (std::int32_t level = 1; level <= levels; ++level) {
    const auto above = context_.directory.manager_of(at);
    // The top of the house, or a circle: whoever was found last stands for the levels above.
    if (!above || !seen.insert(*above).second) break;
    manager = at = *above;
    if (rule.is_chain) add_user(at, GroupId{}, "manager of the initiator" + level_text(level));
  }
  if (manager && !rule.is_chain) {
    add_user(*manager, GroupId{}, "manager of the initiator" + level_text(levels));
  }
}

void CandidateCollector::operator()(const DepartmentHeadRule& rule) {
  std::optional<GroupId> department;
  if (!rule.department.empty()) {
    department = context_.directory.find_group(GroupKind::department, rule.department);
  } else {
    const auto own = context_.directory.departments_of(context_.instance.initiator);
    if (!own.empty()) department = own.front();
  }
  for (std::int32_t i = 0; department && i < std::min(rule.levels, kLevelsMax); ++i) {
    const auto above = context_.directory.parent_of(*department);
    if (!above) break;
    department = above;
  }
  if (!department) return;
  if (const auto head = context_.directory.head_of(*department)) {
    add_user(*head, GroupId{}, "head of the department" + level_text(rule.levels + 1));
  }
}

void CandidateCollector::operator()(const PreviousHandlerRule& rule) {
  std::vector<std::string> nodes;
  if (!rule.node.empty()) {
    nodes.push_back(rule.node);
  } else {
    const auto index = context_.definition.find_node(context_.node.id);
    CINNABAR_ASSERT(index.has_value());
    for (const NodeIndex before : user_tasks_before(context_.definition, *index)) {
      nodes.push_back(context_.definition.node(before).id);
    }
  }
  const PastDecision* last = nullptr;
  for (const PastDecision& past : context_.instance.decisions) {
    if (!past.by.is_assigned() || past.outcome == Outcome::returned) continue;
    if (std::ranges::find(nodes, past.node_id) == nodes.end()) continue;
    if (last == nullptr || last->position < past.position) last = &past;
  }
  if (last != nullptr) add_user(last->by, GroupId{}, "decided at " + last->node_id);
}

void CandidateCollector::operator()(const ExpressionRule& rule) {
  const auto value = context_.evaluate(rule.people);
  if (!value) {
    problem_ = "participants: " + value.error().detail;
    return;
  }
  const std::string reason = "expression " + rule.people.text();
  add_value(*value, reason);
  if (const expr::Value::List* list = value->list()) {
    for (const expr::Value& element : *list) add_value(element, reason);
  }
}

void CandidateCollector::operator()(const ChosenRule& /*rule*/) {
  const ActivityInstance* activity = context_.instance.find_activity(context_.activity);
  const bool is_own = activity != nullptr && !activity->chosen.empty();
  for (const UserId user : is_own ? activity->chosen : context_.instance.chosen) {
    add_user(user, GroupId{}, "chosen by whoever decided before");
  }
}

void CandidateCollector::add_field(const FieldValue& value, const std::string& reason) {
  if (const auto* user = value.get<UserRef>()) add_user(user->user, GroupId{}, reason);
  if (const auto* group = value.get<GroupRef>()) add_group(group->group, reason);
  const auto* assignee = value.get<AssigneeRef>();
  if (assignee == nullptr) return;
  if (assignee->user.is_assigned()) {
    add_user(assignee->user, assignee->group, reason);
  } else if (assignee->group.is_assigned()) {
    add_group(assignee->group, reason);
  }
}

void CandidateCollector::add_value(const expr::Value& value, const std::string& reason) {
  if (const auto* name = value.get<std::string>()) {
    if (const auto user = context_.directory.find_user(*name)) add_user(*user, GroupId{}, reason);
  } else if (const auto* user = value.get<UserRef>()) {
    add_user(user->user, GroupId{}, reason);
  } else if (const auto* group = value.get<GroupRef>()) {
    add_group(group->group, reason);
  } else if (const auto* assignee = value.get<AssigneeRef>()) {
    add_field(FieldValue{*assignee}, reason);
  }
}

void CandidateCollector::add_user(UserId user, GroupId group, const std::string& reason) {
  if (!user.is_assigned() || is_full() || !users_.insert(user).second) return;
  candidates_.push_back({user, group, reason});
}

void CandidateCollector::add_group(GroupId group, const std::string& reason) {
  const std::vector<UserId> members = context_.directory.members(group);
  if (is_pooling_) {
    if (members.empty() || is_full() || !groups_.insert(group).second) return;
    candidates_.push_back({UserId{}, group, reason});
    return;
  }
  for (const UserId member : members) add_user(member, group, reason);
}

// One more than the limit tells that there were too many.
bool CandidateCollector::is_full() const {
  return candidates_.size() > limits::kParticipantsMax;
}

}  // namespace cinnabar::process
