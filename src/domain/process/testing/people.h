// A directory of made-up people for tests. Thread: one while it is filled, any afterwards.
#pragma once

#include "domain/org/directory.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cinnabar::process::testing {

class People final : public org::Directory {
 public:
  // Ids count from 1 for users and from 1001 for groups.
  UserId add_user(const std::string& name, bool active = true) {
    const UserId id{static_cast<std::int64_t>(names_.size()) + 1};
    names_.push_back(name);
    if (active) active_.insert(id);
    return id;
  }
  GroupId add_group(const std::string& key, std::vector<UserId> members,
                    GroupKind kind = GroupKind::group) {
    const GroupId id{static_cast<std::int64_t>(groups_.size()) + 1001};
    std::ranges::sort(members);
    groups_.push_back({kind, key, std::move(members)});
    return id;
  }
  void deactivate(UserId user) { active_.erase(user); }
  void set_manager(UserId user, UserId manager) { managers_[user] = manager; }
  void set_head(GroupId group, UserId head) { heads_[group] = head; }
  void set_parent(GroupId group, GroupId parent) { parents_[group] = parent; }
  void add_administrator(UserId user) { administrators_.insert(user); }
  // Away in [from, until), for that process or, when it is empty, for all.
  void set_away(UserId user, UserId delegate, Instant from = Instant{},
                Instant until = Instant{kIdMax}, std::string process_key = {}) {
    absences_.push_back({user, delegate, from, until, std::move(process_key)});
  }

  [[nodiscard]] std::string user_name(UserId user) const {
    const auto at = static_cast<std::size_t>(user.value() - 1);
    return user.value() >= 1 && at < names_.size() ? names_[at] : "?";
  }
  [[nodiscard]] std::string group_key(GroupId group) const {
    const Group* found = find(group);
    return found == nullptr ? "?" : found->key;
  }
  [[nodiscard]] std::size_t user_count() const { return names_.size(); }

  [[nodiscard]] bool is_active(UserId user) const override { return active_.contains(user); }
  [[nodiscard]] std::optional<UserId> find_user(std::string_view name) const override {
    const auto it = std::ranges::find(names_, name);
    if (it == names_.end()) return std::nullopt;
    return UserId{it - names_.begin() + 1};
  }
  [[nodiscard]] std::optional<GroupId> find_group(GroupKind kind,
                                                  std::string_view key) const override {
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      if (groups_[i].kind == kind && groups_[i].key == key) {
        return GroupId{static_cast<std::int64_t>(i) + 1001};
      }
    }
    return std::nullopt;
  }
  [[nodiscard]] bool group_exists(GroupId group) const override { return find(group) != nullptr; }
  [[nodiscard]] std::vector<UserId> members(GroupId group) const override {
    std::vector<UserId> out;
    const Group* found = find(group);
    if (found == nullptr) return out;
    for (const UserId member : found->members) {
      if (is_active(member)) out.push_back(member);
    }
    return out;
  }
  [[nodiscard]] bool is_member(GroupId group, UserId user) const override {
    const Group* found = find(group);
    return found != nullptr && std::ranges::binary_search(found->members, user);
  }
  [[nodiscard]] std::optional<UserId> manager_of(UserId user) const override {
    return found_in(managers_, user);
  }
  [[nodiscard]] std::optional<UserId> head_of(GroupId group) const override {
    return found_in(heads_, group);
  }
  [[nodiscard]] std::optional<GroupId> parent_of(GroupId group) const override {
    return found_in(parents_, group);
  }
  [[nodiscard]] std::vector<GroupId> departments_of(UserId user) const override {
    std::vector<GroupId> out;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      const bool is_one = groups_[i].kind == GroupKind::department &&
                          std::ranges::binary_search(groups_[i].members, user);
      if (is_one) out.push_back(GroupId{static_cast<std::int64_t>(i) + 1001});
    }
    return out;
  }
  [[nodiscard]] std::vector<UserId> administrators() const override {
    std::vector<UserId> out;
    for (const UserId user : administrators_) {
      if (is_active(user)) out.push_back(user);
    }
    return out;
  }
  [[nodiscard]] std::optional<UserId> delegate_of(UserId user, Instant at,
                                                  std::string_view process_key) const override {
    for (const Absence& absence : absences_) {
      const bool is_it = absence.user == user && absence.from <= at && at < absence.until &&
                         (absence.process_key.empty() || absence.process_key == process_key);
      if (is_it) return absence.delegate;
    }
    return std::nullopt;
  }

 private:
  struct Absence {
    UserId user;
    UserId delegate;
    Instant from;
    Instant until;
    std::string process_key;
  };
  template <typename Map, typename Key>
  static std::optional<typename Map::mapped_type> found_in(const Map& map, Key key) {
    const auto it = map.find(key);
    if (it == map.end()) return std::nullopt;
    return it->second;
  }
  struct Group {
    GroupKind kind;
    std::string key;
    std::vector<UserId> members;
  };
  [[nodiscard]] const Group* find(GroupId group) const {
    const std::int64_t at = group.value() - 1001;
    return at < 0 || at >= static_cast<std::int64_t>(groups_.size())
               ? nullptr
               : &groups_[static_cast<std::size_t>(at)];
  }

  std::vector<std::string> names_;
  std::set<UserId> active_;
  std::vector<Group> groups_;
  std::map<UserId, UserId> managers_;
  std::map<GroupId, UserId> heads_;
  std::map<GroupId, GroupId> parents_;
  std::set<UserId> administrators_;
  std::vector<Absence> absences_;
};

}  // namespace cinnabar::process::testing
