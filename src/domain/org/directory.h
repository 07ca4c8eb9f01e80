// What the engine may ask about people. A read port of the pure core: services hand in an immutable
// snapshot. Thread: any, as the snapshot never changes.
#pragma once

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
};

}  // namespace cinnabar::org
