#include "services/directory_service.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/codec/calendar_codec.h"
#include "services/directory_change.h"
#include "services/directory_rules.h"
#include "services/instance_store.h"
#include "services/invalid_fields.h"
#include "services/people_rows.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <map>
#include <set>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;

bool is_administrator(const People& people, const CallContext& context) {
  if (context.principal.kind == PrincipalKind::system) return true;
  const User* caller = people.user(context.principal.user);
  return caller != nullptr && caller->enabled && caller->administrator;
}

Error not_permitted() {
  return make_error(Code::permission_denied, reasons::kNotPermitted,
                    "only administrators change the directory");
}

Status check_user_name(const std::string& name) {
  CINNABAR_CHECK_OK(check_display_name(name, "name"));
  // A colon would end the name in Basic authentication.
  if (name.find(':') == std::string::npos && trim(name) == name) return {};
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                    "a user name has no colon, and no blank at its ends", "name");
}

Status check_departments(const DirectoryChange& change, const std::vector<GroupId>& departments) {
  if (departments.size() > limits::kGroupsPerUserMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded,
                      "too many departments of one person", "departments");
  }
  for (const GroupId department : departments) {
    CINNABAR_CHECK_OK(change.check_named(department, GroupKind::department));
  }
  return {};
}

Status check_manager(const DirectoryChange& change, UserId user, std::optional<UserId> manager) {
  if (!manager) return {};
  CINNABAR_CHECK_OK(change.check_named(*manager));
  std::set<UserId> seen{user};
  for (std::optional<UserId> at = manager; at; at = change.people->manager_of(*at)) {
    if (!seen.insert(*at).second) {
      return make_error(Code::failed_precondition, reasons::kManagerCycle,
                        "somebody would be a manager of himself", std::to_string(at->value()));
    }
  }
  return {};
}

Status check_administrator_stays(const People& people, const std::set<UserId>& leaving) {
  const auto administrators = people.administrators();
  const bool somebody_stays =
      std::ranges::any_of(administrators, [&](UserId each) { return !leaving.contains(each); });
  if (somebody_stays || administrators.empty()) return {};
  return make_error(Code::failed_precondition, reasons::kLastAdministrator,
                    "nobody would be left to administrate");
}

// Makes `user` what the details say.
Status apply(DirectoryChange& change, User& user, const MemberDetails& details) {
  if (details.display_name) {
    CINNABAR_CHECK_OK(check_display_name(*details.display_name, "display_name"));
    user.display_name = *details.display_name;
  }
  if (details.email) {
    if (!details.email->empty()) {
      CINNABAR_CHECK_OK(check_display_name(*details.email, "email"));
      const User* owner = change.people->user_by_email(*details.email);
      if (owner != nullptr && owner->id != user.id) {
        return make_error(Code::already_exists, reasons::kNameTaken, "the e-mail address is taken",
                          "email");
      }
    }
    user.email = *details.email;
  }
  if (details.manager) {
    CINNABAR_CHECK_OK(check_manager(change, user.id, *details.manager));
    user.manager = *details.manager;
  }
  if (details.departments) {
    CINNABAR_CHECK_OK(check_departments(change, *details.departments));
    change.replace_departments(user.id, *details.departments);
  }
  return {};
}

// No user name can have a colon, so nobody can take this one.
std::string name_of_deleted(UserId id) {
  return "deleted:" + std::to_string(id.value());
}

void come_back(User& user) {
  user.enabled = true;
  user.left_at.reset();
}

// Somebody new, or who has left and comes back. `is_taken_ok`: or who is there already.
Result<User> member_named(DirectoryChange& change, const std::string& name, bool is_taken_ok) {
  if (!name.empty()) CINNABAR_CHECK_OK(check_user_name(name));
  const User* known = name.empty() ? nullptr : change.people->user_by_name(name);
  if (known != nullptr) {
    if (known->enabled && !is_taken_ok) {
      return make_error(Code::already_exists, reasons::kNameTaken, "the name is taken", name);
    }
    User user = *known;
    come_back(user);
    return user;
  }
  CINNABAR_CHECK_OK(change.check_room(1, 0));
  User user;
  CINNABAR_TRY(user.id, change.new_user_id());
  user.name = name;
  for (std::size_t i = 0; user.name.empty(); ++i) {
    const std::string made = "u" + std::to_string(user.id.value() + static_cast<std::int64_t>(i));
    if (change.people->user_by_name(made) == nullptr) user.name = made;
  }
  user.display_name = user.name;
  user.created_at = change.now;
  return user;
}

}  // namespace

DirectoryService::DirectoryService(ports::Store& store, ports::Clock& clock, PeopleSource& people,
                                   SessionService& sessions)
    : store_(store), clock_(clock), people_(people), sessions_(sessions) {}

Result<std::int64_t> DirectoryService::change(const CallContext& context, Action action,
                                              const Work& work) {
  std::int64_t subject = 0;
  CINNABAR_CHECK_OK(
      ports::submit_and_wait(store_, [&](ports::WriteTransaction& transaction) -> Status {
        CINNABAR_TRY(auto people, directory_to_change(transaction, people_));
        const Instant now = clock_.now();
        DirectoryChange change(transaction, std::move(people), sessions_, now);
        if (!action.checks_caller && !is_administrator(*change.people, context)) {
          return not_permitted();
        }
        CINNABAR_TRY(subject, work(change));
        return write_audit(transaction, context, action.name, action.subject_kind, subject, {},
                           now);
      }));
  CINNABAR_CHECK_OK(people_.reload(store_));
  return subject;
}

Status DirectoryService::run(const CallContext& context, Action action, const Work& work) {
  const auto done = change(context, action, work);
  if (!done) return done.error();
  return {};
}

Result<UserId> DirectoryService::create_member(const CallContext& context, const std::string& name,
                                               const MemberDetails& details) {
  CINNABAR_TRY(
      const std::int64_t id,
      change(context, {"create", "user"}, [&](DirectoryChange& change) -> Result<std::int64_t> {
        CINNABAR_TRY(User user, member_named(change, name, false));
        CINNABAR_CHECK_OK(apply(change, user, details));
        change.put(user);
        return user.id.value();
      }));
  return UserId{id};
}

Status DirectoryService::update_member(const CallContext& context, UserId id,
                                       const MemberDetails& details) {
  return run(context, {"update", "user"}, [&](DirectoryChange& change) -> Result<std::int64_t> {
    CINNABAR_TRY(User user, change.user(id));
    CINNABAR_CHECK_OK(apply(change, user, details));
    change.put(user);
    return id.value();
  });
}

Status DirectoryService::set_calendar(const CallContext& context, std::string_view document) {
  CINNABAR_TRY(const Json json, Json::parse(document));
  codec::Problems problems;
  codec::StrictObject root{json, {}, problems};
  const auto settings = codec::read_calendar(root, problems);
  if (!problems.empty()) {
    std::vector<FieldError> errors;
    for (codec::Problem& problem : problems) {
      errors.push_back({std::move(problem.path), problem.rule, std::move(problem.message)});
    }
    return invalid_fields(std::move(errors));
  }
  return run(context, {"update", "calendar"}, [&](DirectoryChange& change) -> Result<std::int64_t> {
    change.transaction.put(schema::work_calendar::kTable,
                           calendar_row(codec::print_calendar(settings), change.now));
    return kCalendarId;
  });
}

Status DirectoryService::remove_calendar(const CallContext& context) {
  return run(context, {"delete", "calendar"}, [&](DirectoryChange& change) -> Result<std::int64_t> {
    if (change.people->calendar() != nullptr) {
      change.transaction.erase(schema::work_calendar::kTable, {cell(kCalendarId)});
    }
    return kCalendarId;
  });
}

Status DirectoryService::disable_members(const CallContext& context,
                                         const std::vector<UserId>& users) {
  if (users.size() > limits::kImportUsersMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded, "too many people", "users");
  }
  return run(context, {"disable", "user"}, [&](DirectoryChange& change) -> Result<std::int64_t> {
    const std::set<UserId> leaving(users.begin(), users.end());
    std::vector<User> found;
    for (const UserId id : leaving) {
      CINNABAR_TRY(User user, change.user(id));
      found.push_back(std::move(user));
    }
    CINNABAR_CHECK_OK(check_administrator_stays(*change.people, leaving));
    for (User& user : found) {
      user.enabled = false;
      if (!user.left_at) user.left_at = change.now;
      change.put(user);
      CINNABAR_CHECK_OK(change.sessions.revoke(change.transaction, user.id));
    }
    return leaving.size() == 1 ? leaving.begin()->value() : 0;
  });
}

Status DirectoryService::enable_member(const CallContext& context, UserId id) {
  return run(context, {"enable", "user"}, [&](DirectoryChange& change) -> Result<std::int64_t> {
    CINNABAR_TRY(User user, change.user(id));
    if (user.name == name_of_deleted(id)) {
      return make_error(Code::not_found, reasons::kUserUnknown, "the user is deleted", user.name);
    }
    come_back(user);
    change.put(user);
    return id.value();
  });
}

Status DirectoryService::delete_member(const CallContext& context, UserId id) {
  return run(context, {"delete", "user"}, [&](DirectoryChange& change) -> Result<std::int64_t> {
    CINNABAR_TRY(const User known, change.user(id));
    if (known.enabled) {
      return make_error(Code::failed_precondition, reasons::kNotPermitted,
                        "only who has left can be deleted", std::to_string(id.value()));
    }
    User user;
    user.id = id;
    user.name = name_of_deleted(id);
    user.display_name = user.name;
    user.enabled = false;
    user.created_at = known.created_at;
    user.left_at = known.left_at;
    change.put(user);
    for (const GroupId group : change.people->groups_of(id)) {
      change.remove_member(group, id);
    }
    for (const auto& [group, unused] : change.people->groups()) {
      const auto& heads = change.people->heads_of(group);
      if (std::ranges::find(heads, id) == heads.end()) continue;
      change.transaction.erase(schema::group_head::kTable, {cell(group), cell(id)});
    }
    return id.value();
  });
}

Status DirectoryService::import_members(const CallContext& context,
                                        const std::vector<MemberImport>& members) {
  if (members.size() > limits::kImportUsersMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded, "too many people", "users");
  }
  std::set<std::string> names;
  for (const MemberImport& member : members) {
    if (member.name.empty() || !names.insert(to_lower_ascii(member.name)).second) {
      return make_error(Code::invalid_argument, reasons::kNameTaken,
                        "every member is named, and once", member.name);
    }
  }
  return run(context, {"import", "users"}, [&](DirectoryChange& change) -> Result<std::int64_t> {
    CINNABAR_CHECK_OK(change.check_room(members.size(), 0));
    for (const MemberImport& member : members) {
      CINNABAR_TRY(User user, member_named(change, member.name, true));
      CINNABAR_CHECK_OK(apply(
          change, user, {.display_name = member.display_name, .departments = member.departments}));
      change.put(user);
    }
    return 0;
  });
}

Status DirectoryService::set_absence(const CallContext& context, UserId id,
                                     const std::optional<Absence>& absence) {
  return run(context, {"set_absence", "user", true},
             [&](DirectoryChange& change) -> Result<std::int64_t> {
               if (context.principal.user != id && !is_administrator(*change.people, context)) {
                 return not_permitted();
               }
               CINNABAR_TRY(User user, change.user(id));
               user.absent_from.reset();
               user.absent_until.reset();
               user.substitute.reset();
               if (absence) {
                 if (absence->until && *absence->until <= absence->from) {
                   return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                                     "an absence ends after it begins", "until");
                 }
                 if (absence->substitute == id) {
                   return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                                     "nobody is his own substitute", "substitute");
                 }
                 if (absence->substitute) {
                   CINNABAR_CHECK_OK(change.check_named(*absence->substitute));
                 }
                 user.absent_from = absence->from;
                 user.absent_until = absence->until;
                 user.substitute = absence->substitute;
               }
               change.put(user);
               return id.value();
             });
}

}  // namespace cinnabar::services
