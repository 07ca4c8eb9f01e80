// Rules of the directory that its service and its import share. Pure functions, any thread.
#pragma once

#include "base/error.h"
#include "vocab/ids.h"
#include "vocab/states.h"

#include <map>
#include <optional>

namespace cinnabar::services {

// The kind of the parents of a kind; a role lies in a role_group.
inline GroupKind parent_kind(GroupKind kind) {
  return kind == GroupKind::role ? GroupKind::role_group : kind;
}

// Somebody who would be above himself, if all of them had these above them.
template <typename Id>
std::optional<Id> find_circle(const std::map<Id, Id>& above) {
  // Who is known to lead to the top, and in which walk a node was met.
  std::map<Id, std::size_t> met;
  std::size_t walk = 0;
  for (const auto& [start, first] : above) {
    ++walk;
    Id at = start;
    while (true) {
      const auto [place, is_new] = met.emplace(at, walk);
      if (!is_new) {
        if (place->second == walk) return at;
        break;
      }
      const auto next = above.find(at);
      if (next == above.end()) break;
      at = next->second;
    }
  }
  return std::nullopt;
}

}  // namespace cinnabar::services
