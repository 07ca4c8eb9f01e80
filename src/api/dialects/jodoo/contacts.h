// Members, departments, roles and connected organisations: routes, and what their handlers share.
//
// Thread: handlers that change something run on a worker, since a change of the directory waits for
// its commit; they answer from the snapshot that is published then.
#pragma once

#include "api/dialects/jodoo/contact_codes.h"
#include "api/dialects/jodoo/gateway.h"

#include <span>
#include <string>
#include <vector>

namespace cinnabar::jodoo {

inline constexpr std::string_view kRootNumber = "1";

std::span<const api::Route> member_routes();
std::span<const api::Route> department_routes();
std::span<const api::Route> role_routes();
std::span<const api::Route> guest_routes();

// A parameter of the body, or the segment of a legacy route's path.
Result<std::string> named(const Entry& entry, std::string_view parameter);
// The key of a department: a number up to 2^53 - 1, or the text of one that has no number.
Result<std::string> department_key(const Json& json);
// 6002 when there is none.
Result<GroupId> find_department(const services::People& people, const std::string& key);
// The parameter dept_no, the root when absent.
Result<GroupId> department_named(const Entry& entry);
// The department with number 1, made when the directory has none yet.
Result<GroupId> root_department(const Entry& entry);
// The list `departments`, the root for an empty one; 6002 names all that do not exist.
Result<std::vector<GroupId>> departments_in(const Entry& entry, const Json& json);
// 1010 for who is none or has left.
Result<UserId> find_member(const services::People& people, std::string_view username);
// The list of that name, also when it is wrapped into an object; 6019 without one.
Result<std::vector<UserId>> members_in(const Entry& entry, std::string_view parameter);

// A list by name; null pointer when it is absent.
Result<const Json::Array*> list_in(const Entry& entry, std::string_view parameter);
// The elements from `skip` on, at most `limit`.
Json page_of(Json::Array all, std::int64_t skip, std::int64_t limit);

// {"status": "success"}
Json done();

}  // namespace cinnabar::jodoo
