#include "services/directory_change.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/people_rows.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;

}  // namespace

Result<User> DirectoryChange::user(UserId id) const {
  const User* found = people->user(id);
  if (found == nullptr) {
    return make_error(Code::not_found, reasons::kUserUnknown, "no such user",
                      std::to_string(id.value()));
  }
  return *found;
}

Result<Group> DirectoryChange::group(GroupId id, GroupKind kind) const {
  const Group* found = people->group(id);
  if (found == nullptr || found->kind != kind) {
    return make_error(Code::not_found, reasons::kGroupUnknown, "no such " + std::string(name(kind)),
                      std::to_string(id.value()));
  }
  return *found;
}

Status DirectoryChange::check_named(UserId id) const {
  if (people->user(id) != nullptr) return {};
  return make_error(Code::invalid_argument, reasons::kUserUnknown, "no such user",
                    std::to_string(id.value()));
}

Status DirectoryChange::check_named(GroupId id, GroupKind kind) const {
  const Group* found = people->group(id);
  if (found != nullptr && found->kind == kind) return {};
  return make_error(Code::invalid_argument, reasons::kGroupUnknown,
                    "no such " + std::string(name(kind)), std::to_string(id.value()));
}

Status DirectoryChange::check_room(std::size_t users, std::size_t groups) const {
  if (people->users().size() + users > limits::kDirectoryUsersMax) {
    return make_error(Code::resource_exhausted, reasons::kLimitExceeded,
                      "too many people in the directory", "users");
  }
  if (people->groups().size() + groups > limits::kDirectoryGroupsMax) {
    return make_error(Code::resource_exhausted, reasons::kLimitExceeded,
                      "too many groups in the directory", "groups");
  }
  return {};
}

Result<UserId> DirectoryChange::new_user_id() {
  CINNABAR_TRY(const std::int64_t number,
               transaction.next_number("user", ports::WriteTransaction::Gaps::dense));
  return UserId{number};
}

Result<GroupId> DirectoryChange::new_group_id() {
  CINNABAR_TRY(const std::int64_t number,
               transaction.next_number("group", ports::WriteTransaction::Gaps::dense));
  return GroupId{number};
}

Result<std::string> DirectoryChange::group_key(GroupKind kind, const std::string& wanted,
                                               GroupId id) const {
  if (!wanted.empty()) {
    CINNABAR_CHECK_OK(check_display_name(wanted, "key"));
    if (people->find_group(kind, wanted)) {
      return make_error(Code::already_exists, reasons::kNameTaken, "the key is taken", wanted);
    }
    return wanted;
  }
  // One of so many numbers is free, as there are fewer groups.
  for (std::size_t i = 0; i <= people->groups().size(); ++i) {
    std::string key = std::to_string(id.value() + static_cast<std::int64_t>(i));
    if (!people->find_group(kind, key)) return key;
  }
  CINNABAR_UNREACHABLE();
}

void DirectoryChange::put(const User& user) {
  User stored = user;
  stored.updated_at = now;
  transaction.put(schema::user_account::kTable, user_row(stored));
}

void DirectoryChange::put(const Group& group) {
  transaction.put(schema::user_group::kTable, group_row(group));
}

std::int64_t DirectoryChange::next_sequence(UserId user) const {
  return static_cast<std::int64_t>(people->groups_of(user).size()) + 1;
}

void DirectoryChange::replace_departments(UserId user, const std::vector<GroupId>& departments) {
  const std::set<GroupId> kept(departments.begin(), departments.end());
  for (const GroupId old : people->departments_of(user)) {
    if (!kept.contains(old)) remove_member(old, user);
  }
  std::set<GroupId> placed;
  std::int64_t sequence = 0;
  for (const GroupId department : departments) {
    if (!placed.insert(department).second) continue;
    transaction.put(schema::membership::kTable,
                    {cell(department), cell(user), cell(now), cell(++sequence)});
  }
}

void DirectoryChange::add_member(GroupId group, UserId user) {
  if (people->is_member(group, user)) return;
  transaction.put(schema::membership::kTable,
                  {cell(group), cell(user), cell(now), cell(next_sequence(user))});
}

void DirectoryChange::remove_member(GroupId group, UserId user) {
  transaction.erase(schema::membership::kTable, {cell(group), cell(user)});
}

Status DirectoryChange::erase(GroupId group) {
  for (const UserId member : people->all_members(group)) remove_member(group, member);
  for (const UserId head : people->heads_of(group)) {
    transaction.erase(schema::group_head::kTable, {cell(group), cell(head)});
  }
  ports::Select select;
  select.table = &schema::permission::kTable;
  select.filter = where_equal(schema::permission::group_id, cell(group));
  CINNABAR_TRY(const auto granted, transaction.select(select));
  for (const ports::Row& row : granted) {
    transaction.erase(schema::permission::kTable,
                      {row[schema::permission::group_id], row[schema::permission::process_id],
                       row[schema::permission::action]});
  }
  transaction.erase(schema::user_group::kTable, {cell(group)});
  return {};
}

Status check_display_name(const std::string& name, std::string_view what) {
  const bool has_control = std::ranges::any_of(name, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7F;
  });
  if (trim(name).empty() || name.size() > limits::kNameBytesMax || has_control || !is_utf8(name)) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                      "expected 1 to " + std::to_string(limits::kNameBytesMax) +
                          " bytes of text without control characters",
                      std::string(what));
  }
  return {};
}

}  // namespace cinnabar::services
