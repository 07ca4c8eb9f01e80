#include "services/people.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/codec/calendar_codec.h"
#include "services/people_rows.h"
#include "services/rows.h"

#include <algorithm>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;

constexpr std::string_view kRevisions = "directory_revision";

// Lists gathered with the number that orders them.
template <typename Key, typename Id>
using Numbered = std::map<Key, std::vector<std::pair<std::int64_t, Id>>>;

template <typename Key, typename Id>
std::map<Key, std::vector<Id>> in_order(Numbered<Key, Id> numbered) {
  std::map<Key, std::vector<Id>> lists;
  for (auto& [key, list] : numbered) {
    std::sort(list.begin(), list.end());
    std::vector<Id>& ids = lists[key];
    for (const auto& [number, id] : list) ids.push_back(id);
  }
  return lists;
}

template <typename Key, typename Id>
const std::vector<Id>& list_of(const std::map<Key, std::vector<Id>>& lists, const Key& key) {
  static const std::vector<Id> kNone;
  const auto it = lists.find(key);
  return it == lists.end() ? kNone : it->second;
}

}  // namespace

bool User::is_absent(Instant at) const {
  return absent_from && *absent_from <= at && (!absent_until || at < *absent_until);
}

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
  Numbered<std::optional<GroupId>, GroupId> children;
  for (const ports::Row& row : groups) {
    Group group = read_group(row);
    children[group.parent].emplace_back(group.sequence, group.id);
    people->by_key_.emplace(std::pair{group.kind, group.key}, group.id);
    people->groups_.emplace(group.id, std::move(group));
  }
  people->children_ = in_order(std::move(children));
  CINNABAR_TRY(const auto memberships, all_rows(snapshot, schema::membership::kTable));
  Numbered<UserId, GroupId> ordered;
  for (const ports::Row& row : memberships) {
    const auto group = id_of<GroupId>(row, schema::membership::group_id);
    const auto user = id_of<UserId>(row, schema::membership::user_id);
    people->members_[group].push_back(user);
    people->groups_of_[user].push_back(group);
    ordered[user].emplace_back(int_of(row, schema::membership::sequence), group);
  }
  people->ordered_groups_of_ = in_order(std::move(ordered));
  for (auto& [user, ids] : people->groups_of_) std::sort(ids.begin(), ids.end());
  CINNABAR_TRY(const auto head_rows, all_rows(snapshot, schema::group_head::kTable));
  Numbered<GroupId, UserId> heads;
  for (const ports::Row& row : head_rows) {
    heads[id_of<GroupId>(row, schema::group_head::group_id)].emplace_back(
        int_of(row, schema::group_head::sequence), id_of<UserId>(row, schema::group_head::user_id));
  }
  people->heads_ = in_order(std::move(heads));
  CINNABAR_TRY(const auto permissions, all_rows(snapshot, schema::permission::kTable));
  for (const ports::Row& row : permissions) {
    people->permissions_.emplace(id_of<GroupId>(row, schema::permission::group_id),
                                 id_of<ProcessId>(row, schema::permission::process_id),
                                 enum_of<PermissionAction>(row, schema::permission::action));
  }
  CINNABAR_TRY(const auto calendars, all_rows(snapshot, schema::work_calendar::kTable));
  for (const ports::Row& row : calendars) {
    people->calendar_document_ = text_of(row, schema::work_calendar::document);
    CINNABAR_TRY(people->calendar_, codec::load_calendar(people->calendar_document_));
  }
  CINNABAR_TRY(const auto positions, snapshot.sequences());
  for (const ports::SequencePosition& position : positions) {
    if (position.name == kRevisions) people->revision_ = position.next;
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

std::optional<UserId> People::manager_of(UserId id) const {
  const User* found = user(id);
  return found == nullptr ? std::nullopt : found->manager;
}

std::optional<UserId> People::head_of(GroupId id) const {
  const std::vector<UserId>& heads = heads_of(id);
  const auto active =
      std::find_if(heads.begin(), heads.end(), [this](UserId head) { return is_active(head); });
  if (active != heads.end()) return *active;
  return heads.empty() ? std::nullopt : std::optional(heads.front());
}

std::vector<GroupId> People::departments_of(UserId id) const {
  std::vector<GroupId> departments;
  for (const GroupId each : ordered_groups_of(id)) {
    const Group* found = group(each);
    if (found != nullptr && found->kind == GroupKind::department) departments.push_back(each);
  }
  return departments;
}

std::optional<GroupId> People::parent_of(GroupId id) const {
  const Group* found = group(id);
  return found == nullptr ? std::nullopt : found->parent;
}

std::vector<UserId> People::administrators() const {
  std::vector<UserId> found;
  for (const auto& [id, user] : users_) {
    if (user.administrator && user.enabled) found.push_back(id);
  }
  return found;
}

std::optional<UserId> People::delegate_of(UserId id, Instant at,
                                          std::string_view /*process_key*/) const {
  const User* found = user(id);
  if (found == nullptr || !found->is_absent(at)) return std::nullopt;
  return found->substitute;
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
  return list_of(groups_of_, user);
}

const std::vector<GroupId>& People::ordered_groups_of(UserId user) const {
  return list_of(ordered_groups_of_, user);
}

const std::vector<UserId>& People::all_members(GroupId group) const {
  return list_of(members_, group);
}

const std::vector<UserId>& People::heads_of(GroupId group) const {
  return list_of(heads_, group);
}

const std::vector<GroupId>& People::children_of(std::optional<GroupId> parent) const {
  return list_of(children_, parent);
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

Result<std::shared_ptr<const People>> directory_to_change(ports::WriteTransaction& transaction,
                                                          const PeopleSource& source) {
  // Dense: a number is taken only by what was committed.
  CINNABAR_TRY(const std::int64_t revision,
               transaction.next_number(kRevisions, ports::WriteTransaction::Gaps::dense));
  auto published = source.current();
  if (published != nullptr && published->revision() == revision) return published;
  return People::load(transaction);
}

}  // namespace cinnabar::services
