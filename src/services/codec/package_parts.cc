#include "services/codec/package_parts.h"

#include "base/text.h"
#include "vocab/limits.h"

#include <fmt/format.h>

#include <algorithm>

namespace cinnabar::services::codec {

bool is_key(std::string_view text) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
  };
  return !text.empty() && text.front() != '.' && text.size() <= limits::kNameBytesMax &&
         std::all_of(text.begin(), text.end(), is_allowed) && is_utf8(text);
}

std::string read_key(StrictObject& object, std::string_view member) {
  std::string key = object.name(member, limits::kNameBytesMax);
  if (!key.empty() && !is_key(key)) {
    object.report(member, kValueMalformed,
                  "expected letters, digits, '_', '-' or '.', and no '.' in front");
  }
  return key;
}

GroupKind read_group_kind(StrictObject& object, GroupKinds allowed) {
  const std::string text = object.text("kind", Need::optional);
  if (text.empty()) return GroupKind::group;
  const auto kind = parse_group_kind(text);
  if (kind && (allowed.role_groups || *kind != GroupKind::role_group)) return *kind;
  object.report("kind", kValueUnknown, fmt::format("there is no kind of group '{}'", text));
  return GroupKind::group;
}

std::vector<ExternalName> read_external(StrictObject& object, Problems& problems) {
  std::vector<ExternalName> names;
  const Json::Object* doors = object.object("external_ids");
  if (doors == nullptr) return names;
  const std::string root = path_of(object.path(), "external_ids");
  for (const auto& [door, kinds] : *doors) {
    const std::string door_path = path_of(root, door);
    if (!is_key(door)) add_problem(problems, door_path, kValueMalformed, "expected a key");
    if (!kinds.is_object()) {
      add_problem(problems, door_path, kMemberWrongType, "expected an object");
      continue;
    }
    for (const auto& [kind, externals] : *kinds.as_object()) {
      const std::string path = path_of(door_path, kind);
      if (!is_key(kind)) add_problem(problems, path, kValueMalformed, "expected a key");
      if (!externals.is_array()) {
        add_problem(problems, path, kMemberWrongType, "expected a list");
        continue;
      }
      for (std::string& external : read_texts(*externals.as_array(), path, problems)) {
        if (external.empty() || external.size() > limits::kNameBytesMax) {
          add_problem(problems, path, kValueMalformed, "a name is empty or too long");
        }
        names.push_back({door, kind, std::move(external)});
      }
    }
  }
  return names;
}

void add_findings(std::vector<PackageFinding>& findings, std::string_view file,
                  const Problems& problems) {
  for (const Problem& problem : problems) {
    findings.push_back({.path = std::string{file},
                        .rule = std::string{problem.rule.name},
                        .element = problem.path,
                        .line = 0,
                        .message = problem.message,
                        .is_error = true});
  }
}

bool has_error(const std::vector<PackageFinding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const PackageFinding& finding) { return finding.is_error; });
}

}  // namespace cinnabar::services::codec
