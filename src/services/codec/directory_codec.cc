#include "base/text.h"
#include "services/codec/calendar_codec.h"
#include "services/codec/package_codec.h"
#include "services/codec/package_parts.h"
#include "services/directory_rules.h"
#include "vocab/limits.h"

#include <fmt/format.h>

#include <set>

namespace cinnabar::services::codec {

namespace {

constexpr std::string_view kDirectoryFile = "directory.json";
constexpr std::size_t kPeopleMax = 100'000;

using GroupKey = std::pair<GroupKind, std::string>;
using GroupKeys = std::set<GroupKey>;

std::string text_or(std::string value, const std::string& fallback) {
  return value.empty() ? fallback : value;
}

// "2026-01-31T09:00:00+08:00": a point in time says its zone.
std::optional<Instant> read_instant(StrictObject& object, std::string_view member) {
  const std::string text = object.text(member, Need::optional);
  if (text.empty()) return std::nullopt;
  const auto at_east = parse_instant(text, UtcOffset{0});
  const auto at_west = parse_instant(text, UtcOffset{60});
  if (!at_east || at_east != at_west) {
    object.report(member, kValueMalformed, "expected a date and time with a zone");
  }
  return at_east;
}

PackageGroup read_group(StrictObject& object, GroupKeys& known, Problems& problems) {
  PackageGroup group;
  group.kind = read_group_kind(object, {.role_groups = true});
  group.key = read_key(object, "key");
  group.display_name = text_or(object.text("name", Need::optional), group.key);
  group.description = object.text("description", Need::optional);
  group.parent = object.text("parent", Need::optional);
  if (const Json::Array* heads = object.array("heads", Need::optional)) {
    group.heads = read_texts(*heads, path_of(object.path(), "heads"), problems);
    if (group.heads->size() > limits::kGroupHeadsMax) {
      object.report("heads", kValueMalformed,
                    fmt::format("at most {} people lead one group", limits::kGroupHeadsMax));
    }
  }
  object.finish();
  const GroupKind above = parent_kind(group.kind);
  if (!group.parent.empty() && !known.contains({above, group.parent})) {
    object.report("parent", kValueUnknown,
                  fmt::format("no {} '{}' comes before this one", name(above), group.parent));
  }
  if (!group.key.empty() && !known.emplace(group.kind, group.key).second) {
    object.report("key", kKeyDuplicate, fmt::format("'{}' comes twice", group.key));
  }
  return group;
}

std::vector<GroupKey> read_memberships(StrictObject& object, const GroupKeys& known,
                                       Problems& problems) {
  std::vector<GroupKey> groups;
  const Json::Array* array = object.array("groups", Need::optional);
  if (array == nullptr) return groups;
  for (std::size_t i = 0; i < array->size(); ++i) {
    StrictObject one{(*array)[i], path_of(path_of(object.path(), "groups"), i), problems};
    GroupKey group;
    group.first = read_group_kind(one);
    group.second = one.name("key", limits::kNameBytesMax);
    one.finish();
    if (!group.second.empty() && !known.contains(group)) {
      one.report("key", kValueUnknown,
                 fmt::format("the directory has no {} '{}'", name(group.first), group.second));
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

// Messages never repeat what was given as a password.
PackageUser read_user(StrictObject& object, const GroupKeys& known, Problems& problems) {
  PackageUser user;
  user.name = object.name("name", limits::kNameBytesMax);
  user.display_name = text_or(object.text("display_name", Need::optional), user.name);
  user.email = object.text("email", Need::optional);
  user.password = Secret{object.text("password", Need::optional)};
  user.administrator = object.flag("administrator", false);
  user.enabled = object.flag("enabled", true);
  user.groups = read_memberships(object, known, problems);
  if (const Json* manager = object.any("manager")) {
    user.manager = manager->as_string() == nullptr ? "" : *manager->as_string();
    if (!manager->is_string()) object.report("manager", kMemberWrongType, "expected a text");
  }
  if (const Json* substitute = object.any("substitute")) {
    user.substitute = substitute->as_string() == nullptr ? "" : *substitute->as_string();
    if (!substitute->is_string()) object.report("substitute", kMemberWrongType, "expected a text");
  }
  user.absent_from = read_instant(object, "absent_from");
  user.absent_until = read_instant(object, "absent_until");
  if (user.absent_until && (!user.absent_from || *user.absent_until <= *user.absent_from)) {
    object.report("absent_until", kValueMalformed, "an absence ends after absent_from");
  }
  object.finish();
  return user;
}

void read_users(const Json::Array& array, const GroupKeys& known, DirectoryPackage& directory,
                Problems& problems) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < array.size(); ++i) {
    StrictObject object{array[i], path_of("users", i), problems};
    PackageUser user = read_user(object, known, problems);
    if (!user.name.empty() && !names.insert(to_lower_ascii(user.name)).second) {
      object.report("name", kKeyDuplicate, fmt::format("'{}' comes twice", user.name));
    }
    directory.users.push_back(std::move(user));
  }
}

// Messages never repeat what was given as a secret.
PackageClient read_client(StrictObject& object, const std::set<std::string>& names) {
  PackageClient client;
  client.door = object.name("door", limits::kNameBytesMax);
  const std::string kind = object.text("kind", Need::required);
  if (const auto parsed = parse_client_kind(kind)) {
    client.kind = *parsed;
  } else {
    object.report("kind", kValueUnknown, "expected bearer, signing or oauth");
  }
  client.key = object.text("key", Need::optional);
  client.secret = Secret{object.text("secret", Need::required)};
  client.user = object.name("user", limits::kNameBytesMax);
  client.name = text_or(object.text("name", Need::optional), client.door);
  if (const Json::Object* settings = object.object("settings")) {
    for (const auto& [key, value] : *settings) {
      if (value.is_string()) {
        client.settings.insert_or_assign(key, *value.as_string());
      } else {
        object.report("settings", kValueMalformed, fmt::format("'{}' must be a text", key));
      }
    }
  }
  object.finish();
  if (!names.empty() && !names.contains(to_lower_ascii(client.user))) {
    object.report("user", kValueUnknown,
                  fmt::format("the directory has no user '{}'", client.user));
  }
  return client;
}

// People that groups and other people name are in the same file.
void check_people(const DirectoryPackage& directory, const std::set<std::string>& names,
                  Problems& problems) {
  const auto check = [&](const std::string& path, const std::string& name) {
    if (name.empty() || names.contains(to_lower_ascii(name))) return;
    add_problem(problems, path, kValueUnknown, fmt::format("the directory has no user '{}'", name));
  };
  for (std::size_t i = 0; i < directory.groups.size(); ++i) {
    const PackageGroup& group = directory.groups[i];
    const std::string path = path_of(path_of("groups", i), "heads");
    for (std::size_t k = 0; group.heads && k < group.heads->size(); ++k) {
      check(path_of(path, k), (*group.heads)[k]);
    }
  }
  for (std::size_t i = 0; i < directory.users.size(); ++i) {
    const PackageUser& user = directory.users[i];
    check(path_of(path_of("users", i), "manager"), user.manager.value_or(""));
    check(path_of(path_of("users", i), "substitute"), user.substitute.value_or(""));
  }
}

DirectoryPackage read_root(const Json& json, Problems& problems) {
  StrictObject root{json, {}, problems};
  DirectoryPackage directory;
  GroupKeys known;
  const Json::Array* groups = root.array("groups", Need::optional);
  const Json::Array* users = root.array("users", Need::optional);
  const Json::Array* clients = root.array("clients", Need::optional);
  if (const Json* calendar = root.any("calendar")) {
    StrictObject object{*calendar, "calendar", problems};
    directory.calendar = read_calendar(object, problems);
  }
  root.finish();
  const std::size_t size =
      (groups == nullptr ? 0 : groups->size()) + (users == nullptr ? 0 : users->size());
  if (size > kPeopleMax) {
    add_problem(problems, {}, kValueMalformed,
                fmt::format("more than {} groups and people", kPeopleMax));
    return directory;
  }
  for (std::size_t i = 0; groups != nullptr && i < groups->size(); ++i) {
    StrictObject object{(*groups)[i], path_of("groups", i), problems};
    directory.groups.push_back(read_group(object, known, problems));
  }
  if (users != nullptr) read_users(*users, known, directory, problems);
  std::set<std::string> names;
  for (const PackageUser& user : directory.users) names.insert(to_lower_ascii(user.name));
  check_people(directory, names, problems);
  for (std::size_t i = 0; clients != nullptr && i < clients->size(); ++i) {
    StrictObject object{(*clients)[i], path_of("clients", i), problems};
    directory.clients.push_back(read_client(object, names));
  }
  return directory;
}

}  // namespace

ReadDirectory read_directory(std::string_view document) {
  ReadDirectory result;
  const auto json = Json::parse(document);
  if (!json) {
    add_findings(result.findings, kDirectoryFile, {{{}, json.error().reason, json.error().detail}});
    return result;
  }
  Problems problems;
  DirectoryPackage directory = read_root(*json, problems);
  add_findings(result.findings, kDirectoryFile, problems);
  if (result.findings.empty()) result.directory = std::move(directory);
  return result;
}

}  // namespace cinnabar::services::codec
