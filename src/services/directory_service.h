// People, departments and roles as their administrators change them: one transaction and one audit
// row per call, validated against everything that was committed before, published after.
//
// Who may: administrators and the system; a person may tell his own absence.
//
// Calls block on the commit: for workers, never for the writer or an I/O thread.
// Errors: permission_denied (not_permitted). not_found (user_unknown, group_unknown) for what a
// call is about; invalid_argument with the same reasons, or parent_unknown, for what it names
// besides. already_exists (name_taken, sibling_name_taken). failed_precondition (group_has_groups,
// group_has_members, group_is_root, group_cycle, group_too_deep, manager_cycle,
// last_administrator). invalid_argument (argument_malformed) for a name; resource_exhausted
// (limit_exceeded).
#pragma once

#include "base/result.h"
#include "ports/clock.h"
#include "ports/store.h"
#include "services/context.h"
#include "services/people.h"
#include "services/session_service.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::services {

// What is absent stays as it is.
struct MemberDetails {
  std::optional<std::string> display_name = {};
  std::optional<std::string> email = {};  // empty: none
  // All of them; the first is the main one.
  std::optional<std::vector<GroupId>> departments = {};
  std::optional<std::optional<UserId>> manager = {};
};

struct MemberImport {
  std::string name;
  std::string display_name;
  std::vector<GroupId> departments;
};

struct Absence {
  Instant from;
  std::optional<Instant> until;  // nullopt: open
  std::optional<UserId> substitute;
};

struct NewDepartment {
  std::string key;  // empty: a free number is made
  std::string display_name;
  std::optional<GroupId> parent;
};

// What is absent stays as it is.
struct DepartmentDetails {
  std::optional<std::string> display_name = {};
  std::optional<GroupId> parent = {};
  std::optional<std::int64_t> sequence = {};
};

struct DepartmentImport {
  std::string key;
  std::string display_name;
  std::string parent;  // key; empty: below the root
};

class DirectoryChange;

class DirectoryService {
 public:
  DirectoryService(ports::Store& store, ports::Clock& clock, PeopleSource& people,
                   SessionService& sessions);

  // Nobody has a password at first. Somebody of that name who has left comes back; of somebody who
  // has not, name_taken. An empty name is made up.
  Result<UserId> create_member(const CallContext& context, const std::string& name,
                               const MemberDetails& details);
  Status update_member(const CallContext& context, UserId user, const MemberDetails& details);
  // They have left: they can no longer sign in or be asked; what they did keeps their name.
  Status disable_members(const CallContext& context, const std::vector<UserId>& users);
  Status enable_member(const CallContext& context, UserId user);
  // Of somebody who has left: takes what tells who it was. The name is free again, what was done
  // keeps the id.
  Status delete_member(const CallContext& context, UserId user);
  // Makes or changes all of them, or none; who has left comes back. Nobody is removed.
  Status import_members(const CallContext& context, const std::vector<MemberImport>& members);
  // nullopt: the user is there.
  Status set_absence(const CallContext& context, UserId user,
                     const std::optional<Absence>& absence);

  // When people work, for due dates: what docs/reference/package.md says of `calendar`. Tasks that
  // have been offered keep their dates. Errors: fields_invalid with every problem.
  Status set_calendar(const CallContext& context, std::string_view document);
  // People work all the time again.
  Status remove_calendar(const CallContext& context);

  Result<GroupId> create_department(const CallContext& context, const NewDepartment& department);
  Status update_department(const CallContext& context, GroupId department,
                           const DepartmentDetails& details);
  // Without departments below it and without active members, and never a root.
  Status delete_department(const CallContext& context, GroupId department);
  // Exactly these, the first is asked first; members of the department or not.
  Status set_heads(const CallContext& context, GroupId department,
                   const std::vector<UserId>& heads);
  // The tree below `root`, which is made when it is missing, is these departments and no others, in
  // this order. Members of departments that go are members of the root instead.
  Status replace_departments(const CallContext& context, const NewDepartment& root,
                             const std::vector<DepartmentImport>& departments);

  Result<GroupId> create_role_group(const CallContext& context, const std::string& display_name);
  Status update_role_group(const CallContext& context, GroupId group,
                           const std::string& display_name);
  // group_has_groups while it has roles.
  Status delete_role_group(const CallContext& context, GroupId group);
  Result<GroupId> create_role(const CallContext& context, const std::string& display_name,
                              GroupId role_group);
  Status update_role(const CallContext& context, GroupId role,
                     const std::optional<std::string>& display_name,
                     std::optional<GroupId> role_group);
  // With its memberships and permissions.
  Status delete_role(const CallContext& context, GroupId role);
  Status add_role_members(const CallContext& context, GroupId role,
                          const std::vector<UserId>& users);
  Status remove_role_members(const CallContext& context, GroupId role,
                             const std::vector<UserId>& users);

 private:
  struct Action {
    std::string_view name;  // for the audit
    std::string_view subject_kind;
    bool checks_caller = false;  // the work does; else only administrators may
  };
  // Runs the work, which gives the id that the audit names, and publishes the new directory.
  using Work = std::function<Result<std::int64_t>(DirectoryChange&)>;
  Result<std::int64_t> change(const CallContext& context, Action action, const Work& work);
  Status run(const CallContext& context, Action action, const Work& work);

  ports::Store& store_;
  ports::Clock& clock_;
  PeopleSource& people_;
  SessionService& sessions_;
};

}  // namespace cinnabar::services
