// Enumerations that are stored and shown, with their stable names. Values are written to the
// database: append only, never renumber.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cinnabar {

enum class InstanceState : std::uint8_t {
  running = 1,
  completed = 2,
  terminated = 3,
  suspended = 4
};

enum class ActivityState : std::uint8_t { active = 1, completed = 2, terminated = 3 };

// A work item ends once: completed by a decision, or superseded because it is not needed any more.
enum class WorkItemState : std::uint8_t { open = 1, completed = 2, superseded = 3 };

enum class Outcome : std::uint8_t {
  none = 0,
  submitted = 1,
  approved = 2,
  rejected = 3,
  returned = 4
};

enum class IncidentKind : std::uint8_t {
  no_participant = 1,
  no_flow_matches = 2,
  expression_failed = 3,
  step_limit = 4,
};

enum class GroupKind : std::uint8_t { group = 1, department = 2, role = 3, position = 4 };

// What a group or user may do with a process and its records.
enum class PermissionAction : std::uint8_t {
  view = 1,
  add = 2,
  modify = 3,
  remove = 4,
  manage = 5
};

enum class RelationKind : std::uint8_t { parent = 1, affects = 2, owns = 3, link = 4 };

std::string_view name(InstanceState state);
std::string_view name(ActivityState state);
std::string_view name(WorkItemState state);
std::string_view name(Outcome outcome);
std::string_view name(IncidentKind kind);
std::string_view name(GroupKind kind);
std::string_view name(PermissionAction action);
std::string_view name(RelationKind kind);

std::optional<Outcome> parse_outcome(std::string_view text);
std::optional<GroupKind> parse_group_kind(std::string_view text);
std::optional<PermissionAction> parse_permission_action(std::string_view text);

}  // namespace cinnabar
