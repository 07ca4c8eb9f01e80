#include "api/dialects/jodoo/contacts.h"

#include "base/text.h"

#include <algorithm>

namespace cinnabar::jodoo {
namespace {

constexpr std::int64_t kNumberMax = 9'007'199'254'740'991;  // what a double counts exactly

Error wrong_list(std::string_view parameter) {
  return fail(codes::kInvalidPlatformParameter, std::string(parameter) + " must be a list.");
}

}  // namespace

Result<std::string> named(const Entry& entry, std::string_view parameter) {
  if (!entry.path.empty()) return entry.path.front();
  return required_text(entry, parameter);
}

Result<std::string> department_key(const Json& json) {
  std::string key;
  if (const auto number = json.as_int()) key = std::to_string(*number);
  if (const std::string* text = json.as_string()) key = std::string(trim(*text));
  const auto number = parse_int(key);
  const bool is_number_out_of_range =
      number ? *number < 1 || *number > kNumberMax : json.as_number() != nullptr;
  if (is_number_out_of_range) return fail(codes::kNumberRange, "dept_no: " + key + ".");
  if (key.empty()) return fail(codes::kInvalidPlatformParameter, "dept_no must be a number.");
  return key;
}

Result<GroupId> find_department(const services::People& people, const std::string& key) {
  const auto found = people.find_group(GroupKind::department, key);
  if (!found) return fail(codes::kDepartmentUnknown, "dept_no: " + key + ".");
  return *found;
}

Result<GroupId> department_named(const Entry& entry) {
  std::string key(kRootNumber);
  if (!entry.path.empty()) {
    CINNABAR_TRY(key, department_key(Json(entry.path.front())));
  } else if (const Json* json = member(entry, "dept_no")) {
    CINNABAR_TRY(key, department_key(*json));
  }
  return find_department(*entry.people, key);
}

Result<GroupId> root_department(const Entry& entry) {
  const std::string key(kRootNumber);
  if (const auto found = entry.people->find_group(GroupKind::department, key)) return *found;
  auto made =
      entry.services->directory.create_department(entry.context, {key, "Root", std::nullopt});
  if (made) return *made;
  // Somebody else may have made it just now.
  const auto found = entry.services->people.current()->find_group(GroupKind::department, key);
  if (found) return *found;
  return department_error(made.error());
}

Result<std::vector<GroupId>> departments_in(const Entry& entry, const Json& json) {
  const Json::Array* list = json.as_array();
  if (list == nullptr) return wrong_list("departments");
  std::vector<GroupId> departments;
  std::string missing;
  for (const Json& each : *list) {
    CINNABAR_TRY(const std::string key, department_key(each));
    if (const auto found = entry.people->find_group(GroupKind::department, key)) {
      departments.push_back(*found);
    } else {
      missing += (missing.empty() ? "" : ", ") + key;
    }
  }
  if (!missing.empty()) return fail(codes::kDepartmentUnknown, "dept_no: " + missing + ".");
  if (departments.empty()) {
    CINNABAR_TRY(const GroupId root, root_department(entry));
    departments.push_back(root);
  }
  return departments;
}

Result<UserId> find_member(const services::People& people, std::string_view username) {
  const services::User* user = people.user_by_name(username);
  if (user == nullptr || !user->enabled) {
    return fail(codes::kMemberUnknown, "username: " + std::string(username) + ".");
  }
  return user->id;
}

Result<const Json::Array*> list_in(const Entry& entry, std::string_view parameter) {
  const Json* json = member(entry, parameter);
  if (json == nullptr) return static_cast<const Json::Array*>(nullptr);
  if (const Json::Array* list = json->as_array()) return list;
  // Some clients send {"usernames": {"usernames": [...]}}, or another name inside.
  if (const Json::Object* wrapper = json->as_object(); wrapper != nullptr && wrapper->size() == 1) {
    if (const Json::Array* list = wrapper->front().second.as_array()) return list;
  }
  return wrong_list(parameter);
}

Result<std::vector<UserId>> members_in(const Entry& entry, std::string_view parameter) {
  CINNABAR_TRY(const Json::Array* list, list_in(entry, parameter));
  if (list == nullptr) return fail(codes::kMembersMissing, std::string(parameter) + " is missing.");
  std::vector<UserId> members;
  for (const Json& each : *list) {
    const std::string* name = each.as_string();
    if (name == nullptr) {
      return fail(codes::kInvalidPlatformParameter, std::string(parameter) + " are texts.");
    }
    CINNABAR_TRY(const UserId user, find_member(*entry.people, *name));
    members.push_back(user);
  }
  return members;
}

Json page_of(Json::Array all, std::int64_t skip, std::int64_t limit) {
  Json page = Json::array();
  const auto first = std::min<std::int64_t>(skip, std::ssize(all));
  const auto last = first + std::min<std::int64_t>(limit, std::ssize(all) - first);
  for (std::int64_t i = first; i < last; ++i)
    page.push(std::move(all[static_cast<std::size_t>(i)]));
  return page;
}

Json done() {
  return Json::object().set("status", "success");
}

}  // namespace cinnabar::jodoo
