// People, groups and permissions as one immutable snapshot, and the holder that swaps snapshots.
//
// A change is committed first and published after; a reader sees the old or the new snapshot, never
// a mixture. Thread: snapshots are immutable; the holder is safe from any thread.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "domain/org/directory.h"
#include "domain/process/calendar.h"
#include "ports/store.h"
#include "services/snapshot_source.h"
#include "vocab/states.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cinnabar::services {

struct User {
  UserId id;
  std::string name;  // log-in name, unique without regard to ASCII case
  std::string display_name;
  std::string email;
  std::string password_hash;  // argon2id, encoded; empty: cannot log in with a password
  bool enabled = true;
  bool administrator = false;
  Instant created_at;
  Instant updated_at;
  std::optional<UserId> manager;
  // Away from `absent_from` on, before `absent_until` if that is known.
  std::optional<Instant> absent_from;
  std::optional<Instant> absent_until;
  std::optional<UserId> substitute;  // who acts meanwhile
  std::optional<Instant> left_at;    // set while not enabled

  [[nodiscard]] bool is_absent(Instant at) const;
};

struct Group {
  GroupId id;
  GroupKind kind = GroupKind::group;
  std::string key;
  std::string display_name;
  std::optional<GroupId> parent;
  std::string description;
  std::int64_t sequence = 0;  // orders those below one parent
  Instant created_at;
};

class People final : public org::Directory {
 public:
  // Everything in the tables user_account, user_group, group_head, membership, permission and
  // work_calendar.
  static Result<std::shared_ptr<const People>> load(ports::ReadTransaction& snapshot);

  [[nodiscard]] bool is_active(UserId user) const override;
  [[nodiscard]] std::optional<UserId> find_user(std::string_view name) const override;
  [[nodiscard]] std::optional<GroupId> find_group(GroupKind kind,
                                                  std::string_view key) const override;
  [[nodiscard]] bool group_exists(GroupId group) const override;
  [[nodiscard]] std::vector<UserId> members(GroupId group) const override;
  [[nodiscard]] bool is_member(GroupId group, UserId user) const override;
  [[nodiscard]] std::optional<UserId> manager_of(UserId user) const override;
  [[nodiscard]] std::optional<UserId> head_of(GroupId group) const override;
  [[nodiscard]] std::vector<GroupId> departments_of(UserId user) const override;
  [[nodiscard]] std::optional<GroupId> parent_of(GroupId group) const override;
  [[nodiscard]] std::vector<UserId> administrators() const override;
  // Absence counts for every process.
  [[nodiscard]] std::optional<UserId> delegate_of(UserId user, Instant at,
                                                  std::string_view process_key) const override;

  // Null pointer when there is none. Valid as long as the snapshot.
  [[nodiscard]] const User* user(UserId id) const;
  [[nodiscard]] const User* user_by_name(std::string_view name) const;    // ASCII case ignored
  [[nodiscard]] const User* user_by_email(std::string_view email) const;  // ASCII case ignored
  [[nodiscard]] const Group* group(GroupId id) const;
  // In id order.
  [[nodiscard]] const std::map<UserId, User>& users() const { return users_; }
  [[nodiscard]] const std::map<GroupId, Group>& groups() const { return groups_; }
  // All groups, departments, roles and positions of a person, ascending.
  [[nodiscard]] const std::vector<GroupId>& groups_of(UserId user) const;
  // The same in the order of the person: the main department comes before others.
  [[nodiscard]] const std::vector<GroupId>& ordered_groups_of(UserId user) const;
  // Active or not, in no order.
  [[nodiscard]] const std::vector<UserId>& all_members(GroupId group) const;
  // Active or not, whoever is asked first in front.
  [[nodiscard]] const std::vector<UserId>& heads_of(GroupId group) const;
  // By sequence; without a parent: those at the top, of all kinds.
  [[nodiscard]] const std::vector<GroupId>& children_of(std::optional<GroupId> parent) const;

  // How many commands have changed the directory. A snapshot with the number that the next such
  // command gets is what that command changes.
  [[nodiscard]] std::int64_t revision() const { return revision_; }

  // When people work. Null pointer: all the time.
  [[nodiscard]] const process::WorkCalendar* calendar() const {
    return calendar_ ? &*calendar_ : nullptr;
  }
  // The same as codec::print_calendar made it; empty: there is none.
  [[nodiscard]] const std::string& calendar_document() const { return calendar_document_; }

  // Administrators may everything; others what one of their groups was granted for that process.
  [[nodiscard]] bool may(UserId user, PermissionAction action, ProcessId process) const;

 private:
  std::map<UserId, User> users_;
  std::map<GroupId, Group> groups_;
  std::unordered_map<std::string, UserId> by_name_;
  std::unordered_map<std::string, UserId> by_email_;
  std::map<std::pair<GroupKind, std::string>, GroupId> by_key_;
  std::map<GroupId, std::vector<UserId>> members_;
  std::map<UserId, std::vector<GroupId>> groups_of_;
  std::map<UserId, std::vector<GroupId>> ordered_groups_of_;
  std::map<GroupId, std::vector<UserId>> heads_;
  std::map<std::optional<GroupId>, std::vector<GroupId>> children_;
  std::int64_t revision_ = 1;
  std::optional<process::WorkCalendar> calendar_;
  std::string calendar_document_;
  std::set<std::tuple<GroupId, ProcessId, PermissionAction>> permissions_;
};

using PeopleSource = SnapshotSource<People>;

// Called once by every command that changes people or groups: what it changes, with everything that
// was committed before. The next reload of the source publishes the change.
Result<std::shared_ptr<const People>> directory_to_change(ports::WriteTransaction& transaction,
                                                          const PeopleSource& source);

}  // namespace cinnabar::services
