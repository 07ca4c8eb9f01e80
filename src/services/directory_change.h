// One change of the directory inside its write command: the people and groups as they are, the
// checks that its calls share, and the writing of whole rows. A command does not see its own
// writes, so each row is written once. Private to the directory service.
#pragma once

#include "ports/store.h"
#include "services/context.h"
#include "services/people.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cinnabar::services {

class SessionService;

class DirectoryChange {
 public:
  DirectoryChange(ports::WriteTransaction& in_transaction, std::shared_ptr<const People> of_people,
                  SessionService& with_sessions, Instant at)
      : transaction(in_transaction),
        people(std::move(of_people)),
        sessions(with_sessions),
        now(at) {}

  // not_found when there is no such user or group of that kind.
  [[nodiscard]] Result<User> user(UserId id) const;
  [[nodiscard]] Result<Group> group(GroupId id, GroupKind kind) const;
  // As what a call names besides its subject.
  [[nodiscard]] Status check_named(UserId user) const;
  [[nodiscard]] Status check_named(GroupId group, GroupKind kind) const;
  [[nodiscard]] Status check_room(std::size_t users, std::size_t groups) const;

  Result<UserId> new_user_id();
  Result<GroupId> new_group_id();
  // `wanted`, or a number that no group of the kind has as its key.
  [[nodiscard]] Result<std::string> group_key(GroupKind kind, const std::string& wanted,
                                              GroupId id) const;

  void put(const User& user);
  void put(const Group& group);
  // The departments of a user become these.
  void replace_departments(UserId user, const std::vector<GroupId>& departments);
  void add_member(GroupId group, UserId user);
  void remove_member(GroupId group, UserId user);
  // The group with its memberships, heads and permissions.
  Status erase(GroupId group);

  ports::WriteTransaction& transaction;
  const std::shared_ptr<const People> people;
  SessionService& sessions;
  const Instant now;

 private:
  [[nodiscard]] std::int64_t next_sequence(UserId user) const;
};

// Names that people read: 1 to kNameBytesMax bytes without control characters.
Status check_display_name(const std::string& name, std::string_view what);

}  // namespace cinnabar::services
