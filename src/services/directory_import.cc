#include "services/directory_import.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/codec/calendar_codec.h"
#include "services/directory_rules.h"
#include "services/people_rows.h"
#include "services/rows.h"
#include "vocab/reasons.h"

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;

Error no_such_group(const std::string& key) {
  return make_error(Code::invalid_argument, reasons::kGroupUnknown, "no such group", key);
}

Error no_such_user(const std::string& name) {
  return make_error(Code::invalid_argument, reasons::kUserUnknown, "no such user", name);
}

}  // namespace

DirectoryImport::DirectoryImport(ports::WriteTransaction& transaction, const People& people,
                                 Instant now)
    : transaction_(transaction), people_(people), now_(now) {}

Status DirectoryImport::run(const DirectoryPackage& directory,
                            const std::vector<std::string>& password_hashes) {
  for (const PackageGroup& group : directory.groups) CINNABAR_CHECK_OK(place(group));
  for (const PackageUser& user : directory.users) CINNABAR_CHECK_OK(number(user));
  CINNABAR_CHECK_OK(check_managers(directory));
  for (std::size_t i = 0; i < directory.users.size(); ++i) {
    CINNABAR_CHECK_OK(place(directory.users[i], password_hashes[i]));
  }
  for (const PackageGroup& group : directory.groups) CINNABAR_CHECK_OK(place_heads(group));
  if (directory.calendar) {
    transaction_.put(schema::work_calendar::kTable,
                     calendar_row(codec::print_calendar(*directory.calendar), now_));
  }
  return {};
}

Status DirectoryImport::place(const PackageGroup& group) {
  namespace columns = schema::user_group;
  const auto known = find(group.kind, group.key);
  std::optional<GroupId> parent;
  if (!group.parent.empty()) {
    parent = find(parent_kind(group.kind), group.parent);
    if (!parent) return no_such_group(group.parent);
  }
  GroupId id;
  if (known) {
    id = *known;
  } else {
    CINNABAR_TRY(const std::int64_t number,
                 transaction_.next_number("group", ports::WriteTransaction::Gaps::dense));
    id = GroupId{number};
  }
  groups_.insert_or_assign({group.kind, group.key}, id);
  const Group* stored = people_.group(id);
  Group made = stored != nullptr ? *stored
                                 : Group{.id = id,
                                         .kind = group.kind,
                                         .key = group.key,
                                         .display_name = {},
                                         .parent = {},
                                         .description = {},
                                         .sequence = id.value(),
                                         .created_at = now_};
  made.display_name = group.display_name;
  made.parent = parent;
  made.description = group.description;
  transaction_.put(columns::kTable, group_row(made));
  return {};
}

Status DirectoryImport::place_heads(const PackageGroup& group) {
  namespace columns = schema::group_head;
  if (!group.heads) return {};
  const auto id = find(group.kind, group.key);
  if (!id) return no_such_group(group.key);
  for (const UserId head : people_.heads_of(*id)) {
    transaction_.erase(columns::kTable, {cell(*id), cell(head)});
  }
  std::int64_t sequence = 0;
  for (const std::string& name : *group.heads) {
    const auto head = find_user(name);
    if (!head) return no_such_user(name);
    transaction_.put(columns::kTable, {cell(*id), cell(*head), cell(++sequence)});
  }
  return {};
}

Status DirectoryImport::number(const PackageUser& user) {
  const User* known = people_.user_by_name(user.name);
  if (!user.email.empty()) {
    const User* owner = people_.user_by_email(user.email);
    if (owner != nullptr && owner != known) {
      return make_error(Code::already_exists, reasons::kNameTaken, "the e-mail address is taken",
                        user.email);
    }
  }
  UserId id;
  if (known != nullptr) {
    id = known->id;
  } else {
    CINNABAR_TRY(const std::int64_t number,
                 transaction_.next_number("user", ports::WriteTransaction::Gaps::dense));
    id = UserId{number};
  }
  users_.insert_or_assign(to_lower_ascii(user.name), id);
  return {};
}

Result<std::optional<UserId>> DirectoryImport::person(const std::optional<std::string>& name,
                                                      std::optional<UserId> stored) const {
  if (!name) return stored;
  if (name->empty()) return std::optional<UserId>();
  const auto found = find_user(*name);
  if (!found) return no_such_user(*name);
  return found;
}

Status DirectoryImport::check_managers(const DirectoryPackage& directory) const {
  std::map<UserId, UserId> above;
  for (const auto& [id, user] : people_.users()) {
    if (user.manager) above.insert_or_assign(id, *user.manager);
  }
  for (const PackageUser& user : directory.users) {
    const auto id = find_user(user.name);
    CINNABAR_ASSERT(id.has_value());
    CINNABAR_TRY(const auto manager, person(user.manager, people_.manager_of(*id)));
    above.erase(*id);
    if (manager) above.insert_or_assign(*id, *manager);
  }
  const auto circle = find_circle(above);
  if (!circle) return {};
  return make_error(Code::invalid_argument, reasons::kManagerCycle,
                    "somebody would be a manager of himself", std::to_string(circle->value()));
}

Status DirectoryImport::place(const PackageUser& user, const std::string& password_hash) {
  namespace columns = schema::user_account;
  const auto id = find_user(user.name);
  CINNABAR_ASSERT(id.has_value());
  const User* known = people_.user(*id);
  User made;
  if (known != nullptr) {
    made = *known;
  } else {
    made.id = *id;
    made.name = user.name;
    made.created_at = now_;
  }
  made.display_name = user.display_name;
  made.email = user.email;
  if (!password_hash.empty()) made.password_hash = password_hash;
  made.enabled = user.enabled;
  made.administrator = user.administrator;
  made.updated_at = now_;
  CINNABAR_TRY(made.manager, person(user.manager, made.manager));
  CINNABAR_TRY(made.substitute, person(user.substitute, made.substitute));
  if (made.substitute == id) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                      "nobody is his own substitute", user.name);
  }
  if (user.absent_from) {
    made.absent_from = user.absent_from;
    made.absent_until = user.absent_until;
  }
  if (made.enabled) {
    made.left_at.reset();
  } else if (!made.left_at) {
    made.left_at = now_;
  }
  transaction_.put(columns::kTable, user_row(made));
  return place_memberships(user, *id);
}

Status DirectoryImport::place_memberships(const PackageUser& user, UserId id) {
  std::int64_t sequence = 0;
  for (const auto& [kind, key] : user.groups) {
    const auto group = find(kind, key);
    if (!group) return no_such_group(key);
    transaction_.put(schema::membership::kTable,
                     {cell(*group), cell(id), cell(now_), cell(++sequence)});
  }
  return {};
}

std::optional<UserId> DirectoryImport::find_user(std::string_view name) const {
  const auto it = users_.find(to_lower_ascii(name));
  if (it != users_.end()) return it->second;
  return people_.find_user(name);
}

std::optional<GroupId> DirectoryImport::find(GroupKind kind, const std::string& key) const {
  const auto it = groups_.find({kind, key});
  if (it != groups_.end()) return it->second;
  return people_.find_group(kind, key);
}

}  // namespace cinnabar::services
