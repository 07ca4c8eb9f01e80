#include "vocab/states.h"

#include "base/assert.h"

namespace cinnabar {
namespace {

// Finds the enumerator in first..last whose stable name is `text`.
template <typename E>
std::optional<E> parse_name(std::string_view text, E first, E last) {
  for (auto i = static_cast<int>(first); i <= static_cast<int>(last); ++i) {
    if (name(static_cast<E>(i)) == text) return static_cast<E>(i);
  }
  return std::nullopt;
}

}  // namespace

bool has_ended(InstanceState state) {
  return state != InstanceState::running && state != InstanceState::suspended;
}

std::string_view name(InstanceState state) {
  switch (state) {
    case InstanceState::running:
      return "running";
    case InstanceState::completed:
      return "completed";
    case InstanceState::terminated:
      return "terminated";
    case InstanceState::suspended:
      return "suspended";
    case InstanceState::failed:
      return "failed";
  }
  CINNABAR_UNREACHABLE();
}

std::string_view name(ActivityState state) {
  switch (state) {
    case ActivityState::active:
      return "active";
    case ActivityState::completed:
      return "completed";
    case ActivityState::terminated:
      return "terminated";
  }
  CINNABAR_UNREACHABLE();
}

std::string_view name(WorkItemState state) {
  switch (state) {
    case WorkItemState::open:
      return "open";
    case WorkItemState::completed:
      return "completed";
    case WorkItemState::superseded:
      return "superseded";
  }
  CINNABAR_UNREACHABLE();
}

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::none:
      return "none";
    case Outcome::submitted:
      return "submitted";
    case Outcome::approved:
      return "approved";
    case Outcome::rejected:
      return "rejected";
    case Outcome::returned:
      return "returned";
  }
  CINNABAR_UNREACHABLE();
}

std::string_view name(IncidentKind kind) {
  switch (kind) {
    case IncidentKind::no_participant:
      return "no_participant";
    case IncidentKind::no_flow_matches:
      return "no_flow_matches";
    case IncidentKind::expression_failed:
      return "expression_failed";
    case IncidentKind::step_limit:
      return "step_limit";
    case IncidentKind::error_unhandled:
      return "error_unhandled";
    case IncidentKind::script_failed:
      return "script_failed";
    case IncidentKind::job_failed:
      return "job_failed";
    case IncidentKind::call_failed:
      return "call_failed";
    case IncidentKind::timer_invalid:
      return "timer_invalid";
    case IncidentKind::loop_invalid:
      return "loop_invalid";
    case IncidentKind::correlation_failed:
      return "correlation_failed";
  }
  CINNABAR_UNREACHABLE();
}

std::string_view name(GroupKind kind) {
  switch (kind) {
    case GroupKind::group:
      return "group";
    case GroupKind::department:
      return "department";
    case GroupKind::role:
      return "role";
    case GroupKind::position:
      return "position";
    case GroupKind::role_group:
      return "role_group";
  }
  CINNABAR_UNREACHABLE();
}

std::string_view name(ClientKind kind) {
  switch (kind) {
    case ClientKind::bearer:
      return "bearer";
    case ClientKind::signing:
      return "signing";
    case ClientKind::oauth:
      return "oauth";
  }
  CINNABAR_UNREACHABLE();
}

std::string_view name(PermissionAction action) {
  switch (action) {
    case PermissionAction::view:
      return "view";
    case PermissionAction::add:
      return "add";
    case PermissionAction::modify:
      return "modify";
    case PermissionAction::remove:
      return "remove";
    case PermissionAction::manage:
      return "manage";
  }
  CINNABAR_UNREACHABLE();
}

std::string_view name(RelationKind kind) {
  switch (kind) {
    case RelationKind::parent:
      return "parent";
    case RelationKind::affects:
      return "affects";
    case RelationKind::owns:
      return "owns";
    case RelationKind::link:
      return "link";
  }
  CINNABAR_UNREACHABLE();
}

std::string_view name(AddedAs added) {
  switch (added) {
    case AddedAs::none:
      return "none";
    case AddedAs::before:
      return "before";
    case AddedAs::after:
      return "after";
    case AddedAs::parallel:
      return "parallel";
    case AddedAs::again:
      return "again";
  }
  CINNABAR_UNREACHABLE();
}

std::string_view name(Handover handover) {
  switch (handover) {
    case Handover::claim:
      return "claim";
    case Handover::unclaim:
      return "unclaim";
    case Handover::transfer:
      return "transfer";
    case Handover::delegate:
      return "delegate";
    case Handover::resolve:
      return "resolve";
    case Handover::absence:
      return "absence";
    case Handover::departure:
      return "departure";
  }
  CINNABAR_UNREACHABLE();
}

std::string_view name(Redirection redirection) {
  switch (redirection) {
    case Redirection::returned:
      return "returned";
    case Redirection::withdrawn:
      return "withdrawn";
    case Redirection::taken_back:
      return "taken_back";
    case Redirection::jumped:
      return "jumped";
    case Redirection::reactivated:
      return "reactivated";
    case Redirection::straight_back:
      return "straight_back";
  }
  CINNABAR_UNREACHABLE();
}

std::string_view name(WaitKind kind) {
  switch (kind) {
    case WaitKind::timer:
      return "timer";
    case WaitKind::message:
      return "message";
    case WaitKind::signal:
      return "signal";
    case WaitKind::condition:
      return "condition";
    case WaitKind::job:
      return "job";
    case WaitKind::call:
      return "call";
  }
  CINNABAR_UNREACHABLE();
}

std::optional<Outcome> parse_outcome(std::string_view text) {
  return parse_name(text, Outcome::none, Outcome::returned);
}

std::optional<GroupKind> parse_group_kind(std::string_view text) {
  return parse_name(text, GroupKind::group, GroupKind::role_group);
}

std::optional<ClientKind> parse_client_kind(std::string_view text) {
  return parse_name(text, ClientKind::bearer, ClientKind::oauth);
}

std::optional<PermissionAction> parse_permission_action(std::string_view text) {
  return parse_name(text, PermissionAction::view, PermissionAction::manage);
}

}  // namespace cinnabar
