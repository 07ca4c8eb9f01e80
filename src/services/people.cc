#include "services/people.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/rows.h"

#include <algorithm>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;

User read_user(const ports::Row& row) {
  namespace columns = schema::user_account;
  User user;
  user.id = id_of<UserId>(row, columns::id);
  user.name = text_of(row, columns::name);
  user.display_name = text_of(row, columns::display_name);
  user.email = optional_text_of(row, columns::email).value_or("");
  user.password_hash = optional_text_of(row, columns::password_hash).value_or("");
  user.enabled = bool_of(row, columns::enabled);
  user.administrator = bool_of(row, columns::administrator);
  user.created_at = instant_of(row, columns::created_at);
  user.updated_at = instant_of(row, columns::updated_at);
  return user;
}

Group read_group(const ports::Row& row) {
  namespace columns = schema::user_group;
  Group group;
  group.id = id_of<GroupId>(row, columns::id);
  group.kind = enum_of<GroupKind>(row, columns::kind);
  group.key = text_of(row, columns::key);
  group.display_name = text_of(row, columns::display_name);
  if (!is_null(row, columns::parent_id)) group.parent = id_of<GroupId>(row, columns::parent_id);
  group.description = text_of(row, columns::description);
  return group;
}

}  // namespace

Result<std::shared_ptr<const People>> People::load(ports::ReadTransaction& snapshot) {
  auto people = std::make_shared<People>();
  CINNABAR_TRY(const auto users, all_rows(snapshot, schema::user_account::kTable));
  for (const ports::Row& row : users) {
    User user = read_user(row);
    people->by_name_.emplace(to_lower_ascii(user.name), user.id);
    if (!user.email.empty()) people->by_email_.emplace(to_lower_ascii(user.email), user.id);
    people->users_.emplace(user.id, std::move(user));
  }
  CINNABAR_TRY(const auto groups, all_rows(snapshot, schema::user_group::kTable));
  for (const ports::Row& row : groups) {
    Group group = read_group(row);
    people->by_key_.emplace(std::pair{group.kind, group.key}, group.id);
    people->groups_.emplace(group.id, std::move(group));
  }
  CINNABAR_TRY(const auto memberships, all_rows(snapshot, schema::membership::kTable));
  for (const ports::Row& row : memberships) {
    const auto group = id_of<GroupId>(row, schema::membership::group_id);
    const auto user = id_of<UserId>(row, schema::membership::user_id);
    people->members_[group].push_back(user);
    people->groups_of_[user].push_back(group);
  }
  for (auto& [user, ids] : people->groups_of_) std::sort(ids.begin(), ids.end());
  CINNABAR_TRY(const auto permissions, all_rows(snapshot, schema::permission::kTable));
  for (const ports::Row& row : permissions) {
    people->permissions_.emplace(id_of<GroupId>(row, schema::permission::group_id),
                                 id_of<ProcessId>(row, schema::permission::process_id),
                                 enum_of<PermissionAction>(row, schema::permission::action));
  }
  return std::shared_ptr<const People>(std::move(people));
}

bool People::is_active(UserId id) const {
  const User* found = user(id);
  return found != nullptr && found->enabled;
}

std::optional<UserId> People::find_user(std::string_view name) const {
  const User* found = user_by_name(name);
  if (found == nullptr) return std::nullopt;
  return found->id;
}

std::optional<GroupId> People::find_group(GroupKind kind, std::string_view key) const {
  const auto it = by_key_.find(std::pair{kind, std::string(key)});
  if (it == by_key_.end()) return std::nullopt;
  return it->second;
}

bool People::group_exists(GroupId id) const {
  return groups_.contains(id);
}

std::vector<UserId> People::members(GroupId id) const {
  std::vector<UserId> active;
  const auto it = members_.find(id);
  if (it == members_.end()) return active;
  for (const UserId user : it->second) {
    if (is_active(user)) active.push_back(user);
  }
  std::sort(active.begin(), active.end());
  return active;
}

bool People::is_member(GroupId group, UserId user) const {
  const std::vector<GroupId>& groups = groups_of(user);
  return std::binary_search(groups.begin(), groups.end(), group);
}

const User* People::user(UserId id) const {
  const auto it = users_.find(id);
  return it == users_.end() ? nullptr : &it->second;
}

const User* People::user_by_name(std::string_view name) const {
  const auto it = by_name_.find(to_lower_ascii(name));
  return it == by_name_.end() ? nullptr : user(it->second);
}

const User* People::user_by_email(std::string_view email) const {
  const auto it = by_email_.find(to_lower_ascii(email));
  return it == by_email_.end() ? nullptr : user(it->second);
}

const Group* People::group(GroupId id) const {
  const auto it = groups_.find(id);
  return it == groups_.end() ? nullptr : &it->second;
}

const std::vector<GroupId>& People::groups_of(UserId user) const {
  static const std::vector<GroupId> kNone;
  const auto it = groups_of_.find(user);
  return it == groups_of_.end() ? kNone : it->second;
}

bool People::may(UserId id, PermissionAction action, ProcessId process) const {
  const User* caller = user(id);
  if (caller == nullptr || !caller->enabled) return false;
  if (caller->administrator) return true;
  const std::vector<GroupId>& groups = groups_of(id);
  return std::any_of(groups.begin(), groups.end(), [&](GroupId group) {
    return permissions_.contains({group, process, action}) ||
           permissions_.contains({group, process, PermissionAction::manage});
  });
}

}  // namespace cinnabar::services
