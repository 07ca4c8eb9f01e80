#include "api/dialects/omflow/directory.h"

#include "api/dialects/omflow/gateway.h"
#include "api/dialects/omflow/query.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace cinnabar::omflow {
namespace {

constexpr std::array<Column, 22> kUserColumns{{
    {"id", ColumnKind::integer},           {"last_login", ColumnKind::time},
    {"is_superuser", ColumnKind::boolean}, {"username", ColumnKind::text},
    {"first_name", ColumnKind::text},      {"last_name", ColumnKind::text},
    {"is_active", ColumnKind::boolean},    {"email", ColumnKind::text},
    {"nick_name", ColumnKind::text},       {"birthday", ColumnKind::text},
    {"gender", ColumnKind::text},          {"phone1", ColumnKind::text},
    {"phone2", ColumnKind::text},          {"extension_no", ColumnKind::text},
    {"company", ColumnKind::text},         {"ad_flag", ColumnKind::boolean},
    {"ad_sid", ColumnKind::text},          {"frequency", ColumnKind::integer},
    {"updatetime", ColumnKind::time},      {"delete", ColumnKind::boolean},
    {"default_group", ColumnKind::text},   {"ad_no", ColumnKind::text},
}};

// What the product does not keep of a person is null or false.
QueryRow user_row(const services::User& user, UtcOffset zone) {
  QueryRow row;
  row.reserve(kUserColumns.size());
  const auto value_of = [&](std::string_view column) -> Json {
    if (column == "id") return user.id.value();
    if (column == "is_superuser") return user.administrator;
    if (column == "username") return user.name;
    if (column == "first_name" || column == "last_name") return "";
    if (column == "is_active") return user.enabled;
    if (column == "email") return user.email;
    if (column == "nick_name") return user.display_name;
    if (column == "ad_flag" || column == "delete") return false;
    if (column == "updatetime") return to_local_millis(user.updated_at, zone);
    return {};
  };
  for (const Column& column : kUserColumns) row.push_back(value_of(column.name));
  return row;
}

// Names out of list parameters; text of numbers too, because group numbers often look like some.
Result<std::set<std::string>> read_names(const Parameters& parameters, std::string_view name) {
  CINNABAR_TRY(const Json::Array list, parameters.list(name));
  std::set<std::string> names;
  for (const Json& value : list) {
    if (const std::string* text = value.as_string()) names.insert(*text);
    if (const Json::Number* number = value.as_number()) names.insert(number->digits);
  }
  return names;
}

// Organisation groups by default; roles and positions when functional_flag is set.
bool is_listed(const services::Group& group, bool functional) {
  switch (group.kind) {
    case GroupKind::group:
    case GroupKind::department:
      return !functional;
    case GroupKind::role:
    case GroupKind::position:
      return functional;
    case GroupKind::role_group:
      return false;
  }
  return false;
}

struct GroupChoice {
  std::set<std::string> numbers;
  std::set<std::string> names;
};

Result<GroupChoice> read_choice(const Parameters& parameters) {
  GroupChoice choice;
  CINNABAR_TRY(choice.numbers, read_names(parameters, "org_no"));
  CINNABAR_TRY(choice.names, read_names(parameters, "org_name"));
  return choice;
}

bool is_chosen(const GroupChoice& choice, const services::Group& group) {
  if (choice.numbers.empty() && choice.names.empty()) return true;
  return choice.numbers.contains(group.key) || choice.names.contains(group.display_name);
}

Json member_rows(const services::People& people, GroupId group) {
  Json rows = Json::array();
  for (const UserId id : people.members(group)) {
    const services::User* user = people.user(id);
    if (user == nullptr || !user->enabled) continue;
    Json row = Json::object();
    row.set("user", id.value())
        .set("user__nick_name", user->display_name)
        .set("user__username", user->name)
        .set("user__ad_no", {});
    rows.push(std::move(row));
  }
  return rows;
}

}  // namespace

api::Answer list_users(const api::Call& call) {
  return with_entry(call, [](const Entry& entry) -> api::Answer {
    const auto query = read_query(entry.parameters, kUserColumns, entry.time_zone);
    if (!query) return entry.voice.refuse(Shape::list, Verb::query, query.error());
    std::vector<QueryRow> rows;
    const auto people = entry.services->people.current();
    for (const auto& [id, user] : people->users()) {
      rows.push_back(user_row(user, entry.time_zone));
    }
    return entry.voice.success(Shape::list, Text::queried,
                               evaluate(*query, kUserColumns, std::move(rows), entry.time_zone));
  });
}

api::Answer list_users_by_group(const api::Call& call) {
  return with_entry(call, [](const Entry& entry) -> api::Answer {
    const auto choice = read_choice(entry.parameters);
    if (!choice) return entry.voice.refuse(Shape::plain, Verb::query, choice.error());
    const bool by_number = !choice->numbers.empty();
    if (!by_number && choice->names.empty()) return entry.voice.missing(Shape::plain, "org_no");
    const auto people = entry.services->people.current();
    // One name may be of several groups; their members stand together.
    std::map<std::string, Json> by_name;
    for (const auto& [id, group] : people->groups()) {
      if (!is_listed(group, false) || !is_chosen(*choice, group)) continue;
      Json members = member_rows(*people, id);
      auto [place, is_new] =
          by_name.try_emplace(by_number ? group.key : group.display_name, Json::array());
      for (const Json& member : *members.as_array()) {
        const Json::Array& there = *place->second.as_array();
        if (std::find(there.begin(), there.end(), member) == there.end()) {
          place->second.push(member);
        }
      }
    }
    Json result = Json::object();
    for (auto& [name, members] : by_name) result.set(name, std::move(members));
    return entry.voice.success(Shape::plain, Text::read, std::move(result));
  });
}

api::Answer list_groups(const api::Call& call) {
  return with_entry(call, [](const Entry& entry) -> api::Answer {
    const auto choice = read_choice(entry.parameters);
    if (!choice) return entry.voice.refuse(Shape::list, Verb::query, choice.error());
    const bool functional = entry.parameters.is_truthy("functional_flag");
    const auto people = entry.services->people.current();
    Json rows = Json::array();
    for (const auto& [id, group] : people->groups()) {
      if (!is_listed(group, functional) || !is_chosen(*choice, group)) continue;
      Json row = Json::object();
      row.set("id", id.value())
          .set("group_no", group.key)
          .set("display_name", group.display_name)
          .set("parent_group_id", group.parent ? Json{group.parent->value()} : Json{})
          .set("description", group.description);
      rows.push(std::move(row));
    }
    return entry.voice.success(Shape::list, Text::queried, std::move(rows));
  });
}

}  // namespace cinnabar::omflow
