#include "api/dialects/jodoo/contacts.h"
#include "api/dialects/jodoo/fields.h"
#include "base/text.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::jodoo {
namespace {

using api::Lane;

constexpr std::size_t kUsernameMax = 50;
constexpr std::size_t kNicknameMax = 80;

Status check_username(const std::string& name) {
  if (name.size() > kUsernameMax) return fail(codes::kUsernameLong, "username: " + name + ".");
  const bool is_plain = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (!is_plain || name.empty()) return fail(codes::kUsernameFormat, "username: " + name + ".");
  return {};
}

Status check_nickname(const std::string& name) {
  if (trim(name).empty()) return fail(codes::kNicknameMissing);
  if (utf8_length(name) > kNicknameMax) return fail(codes::kNicknameFormat);
  return {};
}

Json user_answer(const Entry& entry, UserId user) {
  return Json::object().set("user", member_json(*entry.services->people.current(), user));
}

Result<Json> get_user(Entry& entry) {
  CINNABAR_TRY(const std::string name, named(entry, "username"));
  CINNABAR_TRY(const UserId user, find_member(*entry.people, name));
  return user_answer(entry, user);
}

Result<Json> create_user(Entry& entry) {
  services::MemberDetails details;
  CINNABAR_TRY(details.display_name, optional_text(entry, "name"));
  CINNABAR_CHECK_OK(check_nickname(*details.display_name));
  CINNABAR_TRY(const std::string name, optional_text(entry, "username"));
  if (!name.empty()) CINNABAR_CHECK_OK(check_username(name));
  const Json* departments = member(entry, "departments");
  CINNABAR_TRY(details.departments,
               departments_in(entry, departments != nullptr ? *departments : Json::array()));
  const auto made = entry.services->directory.create_member(entry.context, name, details);
  if (!made) return member_error(made.error());
  return user_answer(entry, *made);
}

Result<Json> update_user(Entry& entry) {
  CINNABAR_TRY(const std::string name, named(entry, "username"));
  CINNABAR_TRY(const UserId user, find_member(*entry.people, name));
  services::MemberDetails details;
  if (member(entry, "name") != nullptr) {
    CINNABAR_TRY(details.display_name, optional_text(entry, "name"));
    CINNABAR_CHECK_OK(check_nickname(*details.display_name));
  }
  if (const Json* departments = member(entry, "departments")) {
    CINNABAR_TRY(details.departments, departments_in(entry, *departments));
  }
  const Status updated = entry.services->directory.update_member(entry.context, user, details);
  if (!updated) return member_error(updated.error());
  return user_answer(entry, user);
}

Result<Json> disable(Entry& entry, const std::vector<UserId>& users) {
  const Status disabled = entry.services->directory.disable_members(entry.context, users);
  if (!disabled) return member_error(disabled.error());
  return done();
}

Result<Json> delete_user(Entry& entry) {
  CINNABAR_TRY(const std::string name, named(entry, "username"));
  CINNABAR_TRY(const UserId user, find_member(*entry.people, name));
  return disable(entry, {user});
}

Result<Json> delete_users(Entry& entry) {
  CINNABAR_TRY(const auto users, members_in(entry, "usernames"));
  return disable(entry, users);
}

Result<services::MemberImport> read_import(const Entry& entry, const Json& json) {
  const auto text = [&](std::string_view name) {
    const Json* found = json.find(name);
    const std::string* value = found == nullptr ? nullptr : found->as_string();
    return value == nullptr ? std::string() : *value;
  };
  if (!json.is_object()) return fail(codes::kMemberInvalid, "A user must be an object.");
  services::MemberImport user;
  user.name = text("username");
  user.display_name = text("name");
  CINNABAR_CHECK_OK(check_username(user.name));
  CINNABAR_CHECK_OK(check_nickname(user.display_name));
  const Json* departments = json.find("departments");
  const bool has_some = departments != nullptr && !departments->is_null();
  CINNABAR_TRY(user.departments, departments_in(entry, has_some ? *departments : Json::array()));
  return user;
}

Result<Json> import_users(Entry& entry) {
  CINNABAR_TRY(const Json::Array* list, list_in(entry, "users"));
  if (list == nullptr) return fail(codes::kMembersMissing, "users is missing.");
  if (list->size() > limits::kImportUsersMax) return fail(codes::kTooManyMembers);
  std::vector<services::MemberImport> users;
  users.reserve(list->size());
  for (const Json& json : *list) {
    CINNABAR_TRY(services::MemberImport user, read_import(entry, json));
    users.push_back(std::move(user));
  }
  const Status imported = entry.services->directory.import_members(entry.context, users);
  if (!imported) {
    const bool is_twice = imported.error().reason == reasons::kNameTaken;
    return is_twice ? fail(codes::kMemberTwice, imported.error().detail)
                    : member_error(imported.error());
  }
  return done();
}

constexpr std::string_view kUserExample =
    R"({"user": {"name": "Alice", "username": "alice", "status": 1, "type": 0, "departments": [2]}})";
constexpr std::string_view kDone = R"({"status": "success"})";

constexpr api::Route kRoutes[] = {
    {"POST",
     "/api/{version}/corp/user/get",
     Lane::cpu,
     reading<30, get_user>,
     {"A member", R"({"username": "alice"})", kUserExample}},
    {"POST",
     "/api/{version}/user/{username}/user_retrieve",
     Lane::cpu,
     reading<30, get_user>,
     {"A member, older route", "", kUserExample}},
    {"POST",
     "/api/{version}/corp/user/create",
     Lane::blocking,
     reading<20, create_user>,
     {"Adds a member", R"({"username": "erin", "name": "Erin", "departments": [2]})",
      kUserExample}},
    {"POST",
     "/api/{version}/user/create",
     Lane::blocking,
     reading<20, create_user>,
     {"Adds a member, older route", R"({"username": "erin", "name": "Erin"})", kUserExample}},
    {"POST",
     "/api/{version}/corp/user/update",
     Lane::blocking,
     reading<20, update_user>,
     {"Changes a member", R"({"username": "alice", "name": "Alice B."})", kUserExample}},
    {"POST",
     "/api/{version}/user/{username}/update",
     Lane::blocking,
     reading<20, update_user>,
     {"Changes a member, older route", R"({"name": "Alice B."})", kUserExample}},
    {"POST",
     "/api/{version}/corp/user/delete",
     Lane::blocking,
     reading<20, delete_user>,
     {"A member leaves", R"({"username": "erin"})", kDone}},
    {"POST",
     "/api/{version}/user/{username}/delete",
     Lane::blocking,
     reading<20, delete_user>,
     {"A member leaves, older route", "", kDone}},
    {"POST",
     "/api/{version}/corp/user/batch_delete",
     Lane::blocking,
     reading<10, delete_users>,
     {"Members leave", R"({"usernames": ["erin", "frank"]})", kDone}},
    {"POST",
     "/api/{version}/user/batch_delete",
     Lane::blocking,
     reading<10, delete_users>,
     {"Members leave, older route", R"({"usernames": ["erin"]})", kDone}},
    {"POST",
     "/api/{version}/corp/user/import",
     Lane::blocking,
     reading<10, import_users>,
     {"Adds and changes members",
      R"({"users": [{"username": "erin", "name": "Erin", "departments": [2]}]})", kDone}},
    {"POST",
     "/api/{version}/user/import",
     Lane::blocking,
     reading<10, import_users>,
     {"Adds and changes members, older route", R"({"users": []})", kDone}},
};

}  // namespace

std::span<const api::Route> member_routes() {
  return kRoutes;
}

}  // namespace cinnabar::jodoo
