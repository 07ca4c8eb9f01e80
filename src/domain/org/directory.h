// What the engine may ask about people. A read port of the pure core: services hand in an immutable
// snapshot. Thread: any, as the snapshot never changes.
//
// What is not pure virtual has an answer that is safe without the data: nobody manages anybody,
// nobody is away.
#pragma once

#include "base/time.h"
#include "vocab/ids.h"
#include "vocab/states.h"

#include <optional>
#include <string_view>
#include <vector>

namespace cinnabar::org {

class Directory {
 public:
  Directory() = default;
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  virtual ~Directory() = default;

  // Users that exist and are enabled.
  [[nodiscard]] virtual bool is_active(UserId user) const = 0;
  [[nodiscard]] virtual std::optional<UserId> find_user(std::string_view name) const = 0;
  [[nodiscard]] virtual std::optional<GroupId> find_group(GroupKind kind,
                                                          std::string_view key) const = 0;
  [[nodiscard]] virtual bool group_exists(GroupId group) const = 0;
  // Active members, in ascending id order; empty for an unknown group.
  [[nodiscard]] virtual std::vector<UserId> members(GroupId group) const = 0;
  [[nodiscard]] virtual bool is_member(GroupId group, UserId user) const = 0;

  // The direct manager, active or not; also of users that have left.
  [[nodiscard]] virtual std::optional<UserId> manager_of(UserId /*user*/) const {
    return std::nullopt;
  }
  // Who leads a group or department, active or not.
  [[nodiscard]] virtual std::optional<UserId> head_of(GroupId /*group*/) const {
    return std::nullopt;
  }
  // The departments of a user, the main one first.
  [[nodiscard]] virtual std::vector<GroupId> departments_of(UserId /*user*/) const { return {}; }
  // The department above.
  [[nodiscard]] virtual std::optional<GroupId> parent_of(GroupId /*group*/) const {
    return std::nullopt;
  }
  // Active users who take what nobody else does, in ascending id order.
  [[nodiscard]] virtual std::vector<UserId> administrators() const { return {}; }
  // Who acts for a user who is away at that time, for instances of that process; nobody when the
  // user is there or named nobody.
  [[nodiscard]] virtual std::optional<UserId> delegate_of(UserId /*user*/, Instant /*at*/,
                                                          std::string_view /*process_key*/) const {
    return std::nullopt;
  }
};

}  // namespace cinnabar::org
