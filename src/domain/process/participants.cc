#include "domain/process/participants.h"

#include "vocab/limits.h"

#include <set>

namespace cinnabar::process {
namespace {

class Collector {
 public:
  Collector(const UserTask& task, const Instance& instance, const org::Directory& directory)
      : instance_(instance),
        directory_(directory),
        is_pooling_(std::holds_alternative<Any>(task.completion)) {}

  void operator()(const FixedUsers& rule) {
    for (const std::string& name : rule.names) {
      if (const auto user = directory_.find_user(name)) add_user(*user, GroupId{});
    }
  }
  void operator()(const Groups& rule) {
    for (const std::string& key : rule.keys) {
      if (const auto group = directory_.find_group(rule.kind, key)) add_group(*group);
    }
  }
  void operator()(const InitiatorRule& /*rule*/) { add_user(instance_.initiator, GroupId{}); }
  void operator()(const FieldRule& rule) {
    const auto it = instance_.fields.find(rule.field);
    if (it == instance_.fields.end()) return;
    add_value(it->second);
    if (const auto* list = it->second.get<FieldValue::List>()) {
      for (const FieldValue& element : *list) add_value(element);
    }
  }

  Offers take() {
    if (offers_.list.size() <= limits::kParticipantsMax) return std::move(offers_);
    return {{}, true};
  }

 private:
  void add_value(const FieldValue& value) {
    if (const auto* user = value.get<UserRef>()) add_user(user->user, GroupId{});
    if (const auto* group = value.get<GroupRef>()) add_group(group->group);
    const auto* assignee = value.get<AssigneeRef>();
    if (assignee == nullptr) return;
    if (assignee->user.is_assigned()) {
      add_user(assignee->user, assignee->group);
    } else if (assignee->group.is_assigned()) {
      add_group(assignee->group);
    }
  }

  void add_user(UserId user, GroupId group) {
    if (!user.is_assigned() || is_full() || !directory_.is_active(user)) return;
    if (!users_.insert(user).second) return;
    offers_.list.push_back({user, group});
  }

  void add_group(GroupId group) {
    const std::vector<UserId> members = directory_.members(group);
    if (is_pooling_) {
      if (members.empty() || is_full() || !groups_.insert(group).second) return;
      offers_.list.push_back({UserId{}, group});
      return;
    }
    for (const UserId member : members) add_user(member, group);
  }

  // One more than the limit tells take() that there were too many.
  [[nodiscard]] bool is_full() const { return offers_.list.size() > limits::kParticipantsMax; }

  const Instance& instance_;
  const org::Directory& directory_;
  bool is_pooling_;
  std::set<UserId> users_;
  std::set<GroupId> groups_;
  Offers offers_;
};

}  // namespace

Offers offers_for(const UserTask& task, const Instance& instance, const org::Directory& directory) {
  Collector collector(task, instance, directory);
  for (const ParticipantRule& rule : task.participants) std::visit(collector, rule);
  return collector.take();
}

}  // namespace cinnabar::process
