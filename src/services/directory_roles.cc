// The roles and groups of roles of the directory service.
#include "services/directory_change.h"
#include "services/directory_service.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

namespace cinnabar::services {
namespace {

struct NewGroup {
  GroupKind kind;
  const std::string& display_name;
  std::optional<GroupId> parent;
};

Result<std::int64_t> make_group(DirectoryChange& change, const NewGroup& wanted) {
  CINNABAR_CHECK_OK(check_display_name(wanted.display_name, "display_name"));
  CINNABAR_CHECK_OK(change.check_room(0, 1));
  if (wanted.parent) {
    CINNABAR_CHECK_OK(change.check_named(*wanted.parent, GroupKind::role_group));
  }
  Group made;
  CINNABAR_TRY(made.id, change.new_group_id());
  made.kind = wanted.kind;
  CINNABAR_TRY(made.key, change.group_key(made.kind, {}, made.id));
  made.display_name = wanted.display_name;
  made.parent = wanted.parent;
  made.sequence = made.id.value();
  made.created_at = change.now;
  change.put(made);
  return made.id.value();
}

Status check_count(const std::vector<UserId>& users) {
  if (users.size() <= limits::kImportUsersMax) return {};
  return make_error(Code::invalid_argument, reasons::kLimitExceeded, "too many people", "users");
}

}  // namespace

Result<GroupId> DirectoryService::create_role_group(const CallContext& context,
                                                    const std::string& display_name) {
  CINNABAR_TRY(const std::int64_t id,
               change(context, {"create", "role_group"}, [&](DirectoryChange& change) {
                 return make_group(change, {GroupKind::role_group, display_name, std::nullopt});
               }));
  return GroupId{id};
}

Status DirectoryService::update_role_group(const CallContext& context, GroupId id,
                                           const std::string& display_name) {
  return run(context, {"update", "role_group"},
             [&](DirectoryChange& change) -> Result<std::int64_t> {
               CINNABAR_TRY(Group group, change.group(id, GroupKind::role_group));
               CINNABAR_CHECK_OK(check_display_name(display_name, "display_name"));
               group.display_name = display_name;
               change.put(group);
               return id.value();
             });
}

Status DirectoryService::delete_role_group(const CallContext& context, GroupId id) {
  return run(context, {"delete", "role_group"},
             [&](DirectoryChange& change) -> Result<std::int64_t> {
               CINNABAR_TRY(const Group group, change.group(id, GroupKind::role_group));
               if (!change.people->children_of(id).empty()) {
                 return make_error(Code::failed_precondition, reasons::kGroupHasGroups,
                                   "there are roles in it", group.key);
               }
               CINNABAR_CHECK_OK(change.erase(id));
               return id.value();
             });
}

Result<GroupId> DirectoryService::create_role(const CallContext& context,
                                              const std::string& display_name, GroupId role_group) {
  CINNABAR_TRY(const std::int64_t id,
               change(context, {"create", "role"}, [&](DirectoryChange& change) {
                 return make_group(change, {GroupKind::role, display_name, role_group});
               }));
  return GroupId{id};
}

Status DirectoryService::update_role(const CallContext& context, GroupId id,
                                     const std::optional<std::string>& display_name,
                                     std::optional<GroupId> role_group) {
  return run(context, {"update", "role"}, [&](DirectoryChange& change) -> Result<std::int64_t> {
    CINNABAR_TRY(Group role, change.group(id, GroupKind::role));
    if (display_name) {
      CINNABAR_CHECK_OK(check_display_name(*display_name, "display_name"));
      role.display_name = *display_name;
    }
    if (role_group) {
      CINNABAR_CHECK_OK(change.check_named(*role_group, GroupKind::role_group));
      role.parent = role_group;
    }
    change.put(role);
    return id.value();
  });
}

Status DirectoryService::delete_role(const CallContext& context, GroupId id) {
  return run(context, {"delete", "role"}, [&](DirectoryChange& change) -> Result<std::int64_t> {
    CINNABAR_TRY(const Group role, change.group(id, GroupKind::role));
    CINNABAR_CHECK_OK(change.erase(role.id));
    return id.value();
  });
}

Status DirectoryService::add_role_members(const CallContext& context, GroupId id,
                                          const std::vector<UserId>& users) {
  CINNABAR_CHECK_OK(check_count(users));
  return run(context, {"add_members", "role"},
             [&](DirectoryChange& change) -> Result<std::int64_t> {
               CINNABAR_TRY(const Group role, change.group(id, GroupKind::role));
               for (const UserId user : users) {
                 CINNABAR_CHECK_OK(change.check_named(user));
                 change.add_member(role.id, user);
               }
               return id.value();
             });
}

Status DirectoryService::remove_role_members(const CallContext& context, GroupId id,
                                             const std::vector<UserId>& users) {
  CINNABAR_CHECK_OK(check_count(users));
  return run(context, {"remove_members", "role"},
             [&](DirectoryChange& change) -> Result<std::int64_t> {
               CINNABAR_TRY(const Group role, change.group(id, GroupKind::role));
               for (const UserId user : users) {
                 CINNABAR_CHECK_OK(change.check_named(user));
                 change.remove_member(role.id, user);
               }
               return id.value();
             });
}

}  // namespace cinnabar::services
