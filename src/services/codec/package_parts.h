// What application and directory packages have in common. Private to services/codec.
#pragma once

#include "services/codec/strict_json.h"
#include "services/package.h"

#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::services::codec {

// Keys appear in addresses and on command lines: letters of any script, digits, '_', '-' and '.'.
bool is_key(std::string_view text);
// The member as a key; anything else is a problem.
std::string read_key(StrictObject& object, std::string_view member);
struct GroupKinds {
  bool role_groups = false;  // hold roles, never people
};
// "group" when absent.
GroupKind read_group_kind(StrictObject& object, GroupKinds allowed = {});
// {"door":{"kind":["name"]}}
std::vector<ExternalName> read_external(StrictObject& object, Problems& problems);

void add_findings(std::vector<PackageFinding>& findings, std::string_view file,
                  const Problems& problems);
bool has_error(const std::vector<PackageFinding>& findings);

}  // namespace cinnabar::services::codec
