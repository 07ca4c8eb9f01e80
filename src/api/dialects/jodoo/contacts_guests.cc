// Connected organisations. A server here stands for one organisation that is connected to no other,
// so there is nobody to list.
#include "api/dialects/jodoo/contacts.h"

namespace cinnabar::jodoo {
namespace {

using api::Lane;

Status check_department(const Entry& entry) {
  if (member(entry, "dept_no") == nullptr) return {};
  return fail(codes::kDepartmentUnknown, "It is of no connected organisation.");
}

Result<Json> list_departments(Entry& entry) {
  CINNABAR_CHECK_OK(check_department(entry));
  return Json::object().set("dept_list", Json::array());
}

Result<Json> list_members(Entry& entry) {
  CINNABAR_CHECK_OK(check_department(entry));
  return Json::object().set("member_list", Json::array());
}

Result<Json> get_member(Entry& entry) {
  CINNABAR_TRY(const std::string name, required_text(entry, "username"));
  return fail(codes::kMemberUnknown, "username: " + name + ".");
}

constexpr api::RouteDoc kDepartments{"Connected organisations", "", R"({"dept_list": []})"};
constexpr api::RouteDoc kMembers{"Their contact persons", "", R"({"member_list": []})"};
constexpr api::RouteDoc kMember{"A contact person", R"({"username": "x"})",
                                R"({"code": 1010, "msg": "The member doesn't exist."})"};

constexpr api::Route kRoutes[] = {
    {"POST", "/api/{version}/corp/guest/department/list", Lane::cpu, reading<30, list_departments>,
     kDepartments},
    {"POST", "/api/{version}/corp_coop/guest/department_list", Lane::cpu,
     reading<30, list_departments>, kDepartments},
    {"POST", "/api/{version}/corp/guest/user/list", Lane::cpu, reading<30, list_members>, kMembers},
    {"POST", "/api/{version}/corp_coop/guest/member_list", Lane::cpu, reading<30, list_members>,
     kMembers},
    {"POST", "/api/{version}/corp/guest/user/get", Lane::cpu, reading<30, get_member>, kMember},
    {"POST", "/api/{version}/corp_coop/guest/user_retrieve", Lane::cpu, reading<30, get_member>,
     kMember},
};

}  // namespace

std::span<const api::Route> guest_routes() {
  return kRoutes;
}

}  // namespace cinnabar::jodoo
