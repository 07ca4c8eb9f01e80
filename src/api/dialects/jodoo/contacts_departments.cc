#include "api/dialects/jodoo/contacts.h"
#include "api/dialects/jodoo/fields.h"
#include "base/text.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::jodoo {
namespace {

using api::Lane;
using services::People;

constexpr std::size_t kNameMax = 50;
constexpr std::int64_t kVersionWithSequence = 6;

Json entity(const Entry& entry, const People& people, GroupId id) {
  Json json = department_json(people, id);
  const services::Group* group = people.group(id);
  if (group != nullptr && entry.version >= kVersionWithSequence) json.set("seq", group->sequence);
  return json;
}

Json department_answer(const Entry& entry, GroupId id) {
  return Json::object().set("department", entity(entry, *entry.services->people.current(), id));
}

// The departments below one, by sequence: its children, or all of them level by level.
std::vector<GroupId> departments_below(const People& people, GroupId top, bool is_recursive) {
  std::vector<GroupId> found = people.children_of(top);
  for (std::size_t i = 0; is_recursive && i < found.size(); ++i) {
    const auto& children = people.children_of(found[i]);
    found.insert(found.end(), children.begin(), children.end());
  }
  return found;
}

Result<Json> list_departments(Entry& entry) {
  CINNABAR_TRY(const GroupId top, department_named(entry));
  CINNABAR_TRY(const bool has_child, flag(entry, "has_child"));
  Json list = Json::array();
  for (const GroupId id : departments_below(*entry.people, top, has_child)) {
    list.push(entity(entry, *entry.people, id));
  }
  return Json::object().set("departments", std::move(list));
}

Result<Json> list_members(Entry& entry) {
  CINNABAR_TRY(const GroupId top, department_named(entry));
  CINNABAR_TRY(const bool has_child, flag(entry, "has_child"));
  std::vector<GroupId> departments{top};
  if (has_child) {
    const auto below = departments_below(*entry.people, top, true);
    departments.insert(departments.end(), below.begin(), below.end());
  }
  std::vector<UserId> members;
  for (const GroupId department : departments) {
    const auto some = entry.people->members(department);
    members.insert(members.end(), some.begin(), some.end());
  }
  std::ranges::sort(members);
  const auto [first, last] = std::ranges::unique(members);
  members.erase(first, last);
  Json list = Json::array();
  for (const UserId user : members) list.push(member_json(*entry.people, user));
  return Json::object().set("users", std::move(list));
}

Result<std::string> department_name(const Entry& entry) {
  CINNABAR_TRY(std::string name, optional_text(entry, "name"));
  if (trim(name).empty() || utf8_length(name) > kNameMax) return fail(codes::kDepartmentName);
  return name;
}

// 6001 when there is none.
Result<GroupId> parent_in(const Entry& entry, const Json& json) {
  CINNABAR_TRY(const std::string key, department_key(json));
  if (key == kRootNumber) return root_department(entry);
  const auto found = entry.people->find_group(GroupKind::department, key);
  if (!found) return fail(codes::kParentUnknown, "parent_no: " + key + ".");
  return *found;
}

Result<Json> create_department(Entry& entry) {
  services::NewDepartment wanted;
  CINNABAR_TRY(wanted.display_name, department_name(entry));
  const Json* parent = member(entry, "parent_no");
  CINNABAR_TRY(wanted.parent, parent_in(entry, parent != nullptr ? *parent : Json(kRootNumber)));
  if (const Json* number = member(entry, "dept_no")) {
    CINNABAR_TRY(wanted.key, department_key(*number));
    if (!parse_int(wanted.key)) return fail(codes::kNumberRange, "dept_no: " + wanted.key + ".");
  }
  const auto made = entry.services->directory.create_department(entry.context, wanted);
  if (!made) return department_error(made.error());
  return department_answer(entry, *made);
}

Result<Json> update_department(Entry& entry) {
  if (entry.path.empty() && member(entry, "dept_no") == nullptr) {
    return fail(codes::kInvalidPlatformParameter, "dept_no is missing.");
  }
  CINNABAR_TRY(const GroupId department, department_named(entry));
  services::DepartmentDetails details;
  if (member(entry, "name") != nullptr) {
    CINNABAR_TRY(details.display_name, department_name(entry));
  }
  if (const Json* parent = member(entry, "parent_no")) {
    CINNABAR_TRY(details.parent, parent_in(entry, *parent));
  }
  if (const Json* sequence = member(entry, "seq");
      sequence != nullptr && entry.version >= kVersionWithSequence) {
    details.sequence = sequence->as_int();
    if (!details.sequence) return fail(codes::kInvalidPlatformParameter, "seq must be a number.");
  }
  if (!details.display_name && !details.parent && !details.sequence) {
    return fail(codes::kInvalidPlatformParameter, "Give a name, a parent_no or a seq.");
  }
  const bool only_moves = !details.display_name && !details.sequence;
  if (only_moves && details.parent == entry.people->parent_of(department)) {
    return fail(codes::kSameParent);
  }
  const Status updated =
      entry.services->directory.update_department(entry.context, department, details);
  if (!updated) {
    const bool moves_root = updated.error().reason == reasons::kGroupIsRoot;
    return moves_root ? fail(codes::kUpdateFailed, updated.error().detail)
                      : department_error(updated.error());
  }
  return department_answer(entry, department);
}

Result<Json> delete_department(Entry& entry) {
  if (entry.path.empty() && member(entry, "dept_no") == nullptr) {
    return fail(codes::kInvalidPlatformParameter, "dept_no is missing.");
  }
  CINNABAR_TRY(const GroupId department, department_named(entry));
  const Status deleted = entry.services->directory.delete_department(entry.context, department);
  if (!deleted) return department_error(deleted.error());
  return done();
}

// Departments here come from no other directory, so none has such an id.
Result<Json> find_integrated(Entry& entry) {
  CINNABAR_TRY(const std::string id, required_text(entry, "integrate_id"));
  return fail(codes::kDepartmentUnknown, "integrate_id: " + id + ".");
}

Result<services::DepartmentImport> read_import(const Json& json) {
  const Json* number = json.find("dept_no");
  const Json* name = json.find("name");
  const Json* parent = json.find("parent_no");
  if (number == nullptr) return fail(codes::kNumberRange, "dept_no is missing.");
  services::DepartmentImport department;
  CINNABAR_TRY(department.key, department_key(*number));
  if (!parse_int(department.key)) {
    return fail(codes::kNumberRange, "dept_no: " + department.key + ".");
  }
  const std::string* text = name == nullptr ? nullptr : name->as_string();
  if (text == nullptr || trim(*text).empty() || utf8_length(*text) > kNameMax) {
    return fail(codes::kDepartmentName, "dept_no: " + department.key + ".");
  }
  department.display_name = *text;
  if (parent != nullptr && !parent->is_null()) {
    CINNABAR_TRY(department.parent, department_key(*parent));
  }
  return department;
}

Result<Json> import_departments(Entry& entry) {
  CINNABAR_TRY(const Json::Array* list, list_in(entry, "departments"));
  if (list == nullptr) {
    return fail(codes::kInvalidPlatformParameter, "departments is missing.");
  }
  if (list->size() > limits::kImportGroupsMax) return fail(codes::kTooManyDepartments);
  std::vector<services::DepartmentImport> departments;
  departments.reserve(list->size());
  bool is_alone = true;
  for (const Json& json : *list) {
    CINNABAR_TRY(services::DepartmentImport department, read_import(json));
    is_alone = is_alone && department.key == kRootNumber;
    departments.push_back(std::move(department));
  }
  if (is_alone) return fail(codes::kRootAlone);
  const Status imported = entry.services->directory.replace_departments(
      entry.context, {std::string(kRootNumber), "", std::nullopt}, departments);
  if (!imported) return department_error(imported.error());
  return done();
}

Json managers_answer(const Entry& entry, GroupId department) {
  const auto people = entry.services->people.current();
  Json list = Json::array();
  for (const UserId head : people->heads_of(department)) {
    if (people->is_active(head)) list.push(member_json(*people, head));
  }
  return Json::object().set("dept_managers", std::move(list));
}

Result<Json> get_managers(Entry& entry) {
  CINNABAR_TRY(const GroupId department, department_named(entry));
  return managers_answer(entry, department);
}

Result<Json> update_managers(Entry& entry) {
  if (member(entry, "dept_no") == nullptr) {
    return fail(codes::kInvalidPlatformParameter, "dept_no is missing.");
  }
  CINNABAR_TRY(const GroupId department, department_named(entry));
  CINNABAR_TRY(const auto managers, members_in(entry, "managers"));
  const Status set = entry.services->directory.set_heads(entry.context, department, managers);
  if (!set) return department_error(set.error());
  return managers_answer(entry, department);
}

constexpr std::string_view kDone = R"({"status": "success"})";
constexpr std::string_view kDepartment =
    R"({"department": {"name": "Sales", "dept_no": 5, "type": 0, "parent_no": 1, "status": 1}})";
constexpr std::string_view kDepartments =
    R"({"departments": [{"name": "Sales", "dept_no": 5, "type": 0, "parent_no": 1, "status": 1}]})";
constexpr std::string_view kUsers =
    R"({"users": [{"name": "Alice", "username": "alice", "status": 1, "type": 0, "departments": [2]}]})";
constexpr std::string_view kManagers =
    R"({"dept_managers": [{"name": "Bob", "username": "bob", "status": 1, "type": 0, "departments": [3]}]})";

constexpr api::Route kRoutes[] = {
    {"POST",
     "/api/{version}/corp/department/user/list",
     Lane::cpu,
     reading<10, list_members>,
     {"Members of a department", R"({"dept_no": 1, "has_child": true})", kUsers}},
    {"POST",
     "/api/{version}/department/{dept_no}/member_list",
     Lane::cpu,
     reading<10, list_members>,
     {"Members of a department, older route", R"({"has_child": true})", kUsers}},
    {"POST",
     "/api/{version}/corp/department/list",
     Lane::cpu,
     reading<10, list_departments>,
     {"Departments below one", R"({"dept_no": 1, "has_child": true})", kDepartments}},
    {"POST",
     "/api/{version}/department/{dept_no}/department_list",
     Lane::cpu,
     reading<10, list_departments>,
     {"Departments below one, older route", R"({"has_child": true})", kDepartments}},
    {"POST",
     "/api/{version}/corp/department/create",
     Lane::blocking,
     reading<20, create_department>,
     {"Adds a department", R"({"name": "Sales", "parent_no": 1, "dept_no": 5})", kDepartment}},
    {"POST",
     "/api/{version}/department/create",
     Lane::blocking,
     reading<20, create_department>,
     {"Adds a department, older route", R"({"name": "Sales"})", kDepartment}},
    {"POST",
     "/api/{version}/corp/department/update",
     Lane::blocking,
     reading<20, update_department>,
     {"Changes a department", R"({"dept_no": 5, "name": "Selling"})", kDepartment}},
    {"POST",
     "/api/{version}/department/{dept_no}/update",
     Lane::blocking,
     reading<20, update_department>,
     {"Changes a department, older route", R"({"name": "Selling"})", kDepartment}},
    {"POST",
     "/api/{version}/corp/department/delete",
     Lane::blocking,
     reading<20, delete_department>,
     {"Removes a department", R"({"dept_no": 5})", kDone}},
    {"POST",
     "/api/{version}/department/{dept_no}/delete",
     Lane::blocking,
     reading<20, delete_department>,
     {"Removes a department, older route", "", kDone}},
    {"POST",
     "/api/{version}/corp/department/dept_no/get",
     Lane::cpu,
     reading<30, find_integrated>,
     {"The department with an id of another directory", R"({"integrate_id": "x"})", kDepartment}},
    {"POST",
     "/api/{version}/department/get_deptno_by_integrateid",
     Lane::cpu,
     reading<30, find_integrated>,
     {"The department with an id of another directory, older route", R"({"integrate_id": "x"})",
      kDepartment}},
    {"POST",
     "/api/{version}/corp/department/import",
     Lane::blocking,
     reading<10, import_departments>,
     {"Replaces the tree of departments",
      R"({"departments": [{"dept_no": 5, "name": "Sales", "parent_no": 1}]})", kDone}},
    {"POST",
     "/api/{version}/department/import",
     Lane::blocking,
     reading<10, import_departments>,
     {"Replaces the tree of departments, older route",
      R"({"departments": [{"dept_no": 5, "name": "Sales"}]})", kDone}},
    {"POST",
     "/api/{version}/corp/department/manager/get",
     Lane::cpu,
     reading<20, get_managers>,
     {"Who leads a department", R"({"dept_no": 3})", kManagers}},
    {"POST",
     "/api/{version}/corp/department/manager/update",
     Lane::blocking,
     reading<20, update_managers>,
     {"Sets who leads a department", R"({"dept_no": 3, "managers": ["bob"]})", kManagers}},
};

}  // namespace

std::span<const api::Route> department_routes() {
  return kRoutes;
}

}  // namespace cinnabar::jodoo
