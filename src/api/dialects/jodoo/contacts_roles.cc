#include "api/dialects/jodoo/contacts.h"
#include "api/dialects/jodoo/fields.h"
#include "base/text.h"

namespace cinnabar::jodoo {
namespace {

using api::Lane;
using services::Group;

constexpr std::size_t kNameMax = 24;
constexpr std::int64_t kPageMax = 100;
constexpr std::int64_t kMembersMax = 10'000;

Json role_json(const Group& role) {
  Json json = Json::object().set("role_no", role.id.value());
  if (role.parent) json.set("group_no", role.parent->value());
  return json.set("name", role.display_name).set("type", 0).set("status", 1);
}

Json group_json(const Group& group) {
  return Json::object()
      .set("group_no", group.id.value())
      .set("name", group.display_name)
      .set("type", 0)
      .set("status", 1);
}

Result<std::string> role_name(const Entry& entry) {
  CINNABAR_TRY(std::string name, optional_text(entry, "name"));
  if (trim(name).empty()) return fail(codes::kRoleInvalid, "name is missing.");
  if (utf8_length(name) > kNameMax) return fail(codes::kRoleNameLong);
  return name;
}

// The group of that kind that a number names; `unknown` is the code when there is none.
Result<GroupId> numbered(const Entry& entry, std::string_view parameter, GroupKind kind,
                         int unknown) {
  const Json* json = member(entry, parameter);
  std::optional<std::int64_t> number;
  if (json != nullptr) {
    number = json->as_int();
    if (const std::string* text = json->as_string()) number = parse_int(trim(*text));
  }
  const Group* group = number ? entry.people->group(GroupId{*number}) : nullptr;
  if (group == nullptr || group->kind != kind) return fail(unknown, std::string(parameter) + ".");
  return group->id;
}

Result<GroupId> role_named(const Entry& entry) {
  return numbered(entry, "role_no", GroupKind::role, codes::kRoleUnknown);
}

Result<GroupId> role_group_in(const Entry& entry) {
  if (member(entry, "group_no") == nullptr) return fail(codes::kRoleGroupMissing);
  return numbered(entry, "group_no", GroupKind::role_group, codes::kRoleGroupUnknown);
}

// Everything here is made here: what came from another directory would count as synchronised.
Result<Json> list_of_kind(const Entry& entry, GroupKind kind, Json (*write)(const Group&)) {
  CINNABAR_TRY(const std::int64_t most, limit(entry, 1, kPageMax));
  CINNABAR_TRY(const std::int64_t from, skip(entry));
  CINNABAR_TRY(const bool wants_internal, flag(entry, "has_internal"));
  const bool is_left_out = member(entry, "has_internal") != nullptr && !wants_internal;
  Json::Array all;
  for (const auto& [id, group] : entry.people->groups()) {
    if (group.kind == kind && !is_left_out) all.push_back(write(group));
  }
  return page_of(std::move(all), from, most);
}

Result<Json> list_roles(Entry& entry) {
  CINNABAR_TRY(Json list, list_of_kind(entry, GroupKind::role, role_json));
  return Json::object().set("roles", std::move(list));
}

Result<Json> role_answer(const Entry& entry, GroupId id) {
  const Group* role = entry.services->people.current()->group(id);
  if (role == nullptr) return fail(codes::kRoleUnknown);
  return Json::object().set("role", role_json(*role));
}

Result<Json> create_role(Entry& entry) {
  CINNABAR_TRY(const std::string name, role_name(entry));
  CINNABAR_TRY(const GroupId group, role_group_in(entry));
  const auto made = entry.services->directory.create_role(entry.context, name, group);
  if (!made) return role_error(made.error());
  return role_answer(entry, *made);
}

Result<Json> update_role(Entry& entry) {
  CINNABAR_TRY(const GroupId role, role_named(entry));
  CINNABAR_TRY(const GroupId group, role_group_in(entry));
  std::optional<std::string> name;
  if (member(entry, "name") != nullptr) {
    CINNABAR_TRY(name, role_name(entry));
  }
  const Status updated = entry.services->directory.update_role(entry.context, role, name, group);
  if (!updated) return role_error(updated.error());
  return role_answer(entry, role);
}

Result<Json> delete_role(Entry& entry) {
  CINNABAR_TRY(const GroupId role, role_named(entry));
  const Status deleted = entry.services->directory.delete_role(entry.context, role);
  if (!deleted) return role_error(deleted.error());
  return done();
}

// Nobody here manages a part of the tree by a role: the range is empty where it is asked for.
Result<Json> list_role_members(Entry& entry) {
  CINNABAR_TRY(const GroupId role, role_named(entry));
  CINNABAR_TRY(const std::int64_t most, limit(entry, kPageMax, kMembersMax));
  CINNABAR_TRY(const std::int64_t from, skip(entry));
  CINNABAR_TRY(const bool wants_range, flag(entry, "has_manage_range"));
  Json::Array users;
  for (const UserId user : entry.people->members(role)) {
    Json json = member_json(*entry.people, user);
    if (wants_range) json.set("departments_range", Json::array()).set("has_child", false);
    users.push_back(std::move(json));
  }
  return Json::object().set("users", page_of(std::move(users), from, most));
}

Result<Json> add_members(Entry& entry) {
  CINNABAR_TRY(const GroupId role, role_named(entry));
  CINNABAR_TRY(const auto users, members_in(entry, "usernames"));
  const Status added = entry.services->directory.add_role_members(entry.context, role, users);
  if (!added) return role_error(added.error());
  return done();
}

Result<Json> remove_members(Entry& entry) {
  CINNABAR_TRY(const GroupId role, role_named(entry));
  CINNABAR_TRY(const auto users, members_in(entry, "usernames"));
  const Status removed = entry.services->directory.remove_role_members(entry.context, role, users);
  if (!removed) return role_error(removed.error());
  return done();
}

Result<Json> list_role_groups(Entry& entry) {
  CINNABAR_TRY(Json list, list_of_kind(entry, GroupKind::role_group, group_json));
  return Json::object().set("role_groups", std::move(list));
}

Result<GroupId> role_group_named(const Entry& entry) {
  return numbered(entry, "role_group_no", GroupKind::role_group, codes::kRoleGroupUnknown);
}

Result<Json> role_group_answer(const Entry& entry, GroupId id) {
  const Group* group = entry.services->people.current()->group(id);
  if (group == nullptr) return fail(codes::kRoleGroupUnknown);
  return Json::object().set("role_group", group_json(*group));
}

Result<Json> create_role_group(Entry& entry) {
  CINNABAR_TRY(const std::string name, role_name(entry));
  const auto made = entry.services->directory.create_role_group(entry.context, name);
  if (!made) return role_group_error(made.error());
  return role_group_answer(entry, *made);
}

Result<Json> update_role_group(Entry& entry) {
  CINNABAR_TRY(const GroupId group, role_group_named(entry));
  CINNABAR_TRY(const std::string name, role_name(entry));
  const Status updated = entry.services->directory.update_role_group(entry.context, group, name);
  if (!updated) return role_group_error(updated.error());
  return role_group_answer(entry, group);
}

Result<Json> delete_role_group(Entry& entry) {
  CINNABAR_TRY(const GroupId group, role_group_named(entry));
  const Status deleted = entry.services->directory.delete_role_group(entry.context, group);
  if (!deleted) return role_group_error(deleted.error());
  return done();
}

constexpr std::string_view kDone = R"({"status": "success"})";
constexpr std::string_view kRole =
    R"({"role": {"role_no": 8, "group_no": 7, "name": "Auditor", "type": 0, "status": 1}})";
constexpr std::string_view kRoles =
    R"({"roles": [{"role_no": 8, "group_no": 7, "name": "Auditor", "type": 0, "status": 1}]})";
constexpr std::string_view kGroup =
    R"({"role_group": {"group_no": 7, "name": "Finance", "type": 0, "status": 1}})";
constexpr std::string_view kGroups =
    R"({"role_groups": [{"group_no": 7, "name": "Finance", "type": 0, "status": 1}]})";
constexpr std::string_view kUsers =
    R"({"users": [{"name": "Bob", "username": "bob", "status": 1, "type": 0, "departments": [3]}]})";

constexpr api::RouteDoc kListRoles{"Roles", R"({"skip": 0, "limit": 100})", kRoles};
constexpr api::RouteDoc kCreateRole{"Adds a role", R"({"name": "Auditor", "group_no": 7})", kRole};
constexpr api::RouteDoc kUpdateRole{"Changes a role",
                                    R"({"role_no": 8, "group_no": 7, "name": "Checker"})", kRole};
constexpr api::RouteDoc kDeleteRole{"Removes a role", R"({"role_no": 8})", kDone};
constexpr api::RouteDoc kListMembers{"Members of a role", R"({"role_no": 8})", kUsers};
constexpr api::RouteDoc kAddMembers{"Adds members to a role",
                                    R"({"role_no": 8, "usernames": ["bob"]})", kDone};
constexpr api::RouteDoc kRemoveMembers{"Takes members from a role",
                                       R"({"role_no": 8, "usernames": ["bob"]})", kDone};
constexpr api::RouteDoc kListGroups{"Groups of roles", R"({"skip": 0, "limit": 100})", kGroups};
constexpr api::RouteDoc kCreateGroup{"Adds a group of roles", R"({"name": "Finance"})", kGroup};
constexpr api::RouteDoc kUpdateGroup{"Changes a group of roles",
                                     R"({"role_group_no": 7, "name": "Money"})", kGroup};
constexpr api::RouteDoc kDeleteGroup{"Removes a group of roles", R"({"role_group_no": 7})", kDone};

constexpr api::Route kRoutes[] = {
    {"POST", "/api/{version}/corp/role/list", Lane::cpu, reading<30, list_roles>, kListRoles},
    {"POST", "/api/{version}/role/list", Lane::cpu, reading<30, list_roles>, kListRoles},
    {"POST", "/api/{version}/corp/role/create", Lane::blocking, reading<20, create_role>,
     kCreateRole},
    {"POST", "/api/{version}/role/create", Lane::blocking, reading<20, create_role>, kCreateRole},
    {"POST", "/api/{version}/corp/role/update", Lane::blocking, reading<20, update_role>,
     kUpdateRole},
    {"POST", "/api/{version}/role/update", Lane::blocking, reading<20, update_role>, kUpdateRole},
    {"POST", "/api/{version}/corp/role/delete", Lane::blocking, reading<20, delete_role>,
     kDeleteRole},
    {"POST", "/api/{version}/role/delete", Lane::blocking, reading<20, delete_role>, kDeleteRole},
    {"POST", "/api/{version}/corp/role/user/list", Lane::cpu, reading<30, list_role_members>,
     kListMembers},
    {"POST", "/api/{version}/role/member_list", Lane::cpu, reading<30, list_role_members>,
     kListMembers},
    {"POST", "/api/{version}/corp/role/add_members", Lane::blocking, reading<10, add_members>,
     kAddMembers},
    {"POST", "/api/{version}/role/add_members", Lane::blocking, reading<10, add_members>,
     kAddMembers},
    {"POST", "/api/{version}/corp/role/remove_members", Lane::blocking, reading<10, remove_members>,
     kRemoveMembers},
    {"POST", "/api/{version}/role/remove_members", Lane::blocking, reading<10, remove_members>,
     kRemoveMembers},
    {"POST", "/api/{version}/corp/role_group/list", Lane::cpu, reading<30, list_role_groups>,
     kListGroups},
    {"POST", "/api/{version}/corp/role_group/create", Lane::blocking,
     reading<20, create_role_group>, kCreateGroup},
    {"POST", "/api/{version}/corp/role_group/update", Lane::blocking,
     reading<20, update_role_group>, kUpdateGroup},
    {"POST", "/api/{version}/corp/role_group/delete", Lane::blocking,
     reading<20, delete_role_group>, kDeleteGroup},
};

}  // namespace

std::span<const api::Route> role_routes() {
  return kRoutes;
}

}  // namespace cinnabar::jodoo
