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

 private:
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
};

}  // namespace cinnabar::process::testing
