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
  suspended = 4,
  failed = 5,  // an error end event of the process that nothing handled
};

enum class ActivityState : std::uint8_t { active = 1, completed = 2, terminated = 3 };

// Nothing goes on: neither running nor suspended.
bool has_ended(InstanceState state);

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
  error_unhandled = 5,      // a BPMN error that no event handles
  script_failed = 6,        // a script with an error, or out of its budget
  job_failed = 7,           // a job without retries left
  call_failed = 8,          // a called process that is unknown or refuses to start
  timer_invalid = 9,        // a timer whose date, duration or cycle can not be read
  loop_invalid = 10,        // a cardinality or collection that is none, or is too large
  correlation_failed = 11,  // a message name or correlation key that can not be computed
};

// How a work item came to be beside the participants of its task.
enum class AddedAs : std::uint8_t {
  none = 0,
  before = 1,
  after = 2,
  parallel = 3,
  again = 4  // takes the place of one whose decision was taken back
};

// Why a work item changed hands.
enum class Handover : std::uint8_t {
  claim = 1,     // a member took it out of the pool
  unclaim = 2,   // and gave it back
  transfer = 3,  // it is somebody else's now
  delegate = 4,  // somebody else works on it, the owner still answers for it
  resolve = 5,   // a delegate gives it back to its owner
  absence = 6,   // the assignee is away
  departure = 7  // the assignee has left
};

// How an instance came to stand somewhere without a sequence flow.
enum class Redirection : std::uint8_t {
  returned = 1,      // a participant sends it back
  withdrawn = 2,     // the initiator takes it back
  taken_back = 3,    // the last participant takes a decision back
  jumped = 4,        // an administrator moves it
  reactivated = 5,   // an administrator lets an ended instance go on
  straight_back = 6  // from where it was returned to, back to who returned it
};

// What an instance waits for besides people.
enum class WaitKind : std::uint8_t {
  timer = 1,
  message = 2,
  signal = 3,
  condition = 4,
  job = 5,
  call = 6
};

// A role_group holds roles, which name it as their parent.
enum class GroupKind : std::uint8_t {
  group = 1,
  department = 2,
  role = 3,
  position = 4,
  role_group = 5
};

// How a program shows who it is: a secret alone; an id whose secret signs requests; an id with a
// secret that is told, to be given tokens for people.
enum class ClientKind : std::uint8_t { bearer = 1, signing = 2, oauth = 3 };

// Of a grant to act for a person: a code changes into tokens once; an access token calls; a refresh
// token changes into the next pair.
enum class ClientTokenKind : std::uint8_t { code = 1, access = 2, refresh = 3 };

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
std::string_view name(AddedAs added);
std::string_view name(Handover handover);
std::string_view name(Redirection redirection);
std::string_view name(WaitKind kind);

std::optional<Outcome> parse_outcome(std::string_view text);
std::string_view name(ClientKind kind);
std::optional<ClientKind> parse_client_kind(std::string_view text);
std::optional<GroupKind> parse_group_kind(std::string_view text);
std::optional<PermissionAction> parse_permission_action(std::string_view text);

}  // namespace cinnabar
