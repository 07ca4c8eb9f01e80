// Who calls, through which door, under which request: made by a door, taken by every service call.
#pragma once

#include "vocab/principal.h"

#include <cstdint>
#include <string>

namespace cinnabar::services {

// Who is behind a write: somebody at a screen, a program over an API, or the server by itself.
// Stored: append only.
enum class Origin : std::uint8_t { person = 1, program = 2, server = 3 };

struct CallContext {
  Principal principal;
  std::string door;  // the name of the HTTP surface, for the audit
  std::string request_id;
  std::string remote;  // address of the caller, for the audit
  // Of callers who act as a user; the door decides it by how they showed who they are.
  Origin origin = Origin::person;
  // A program's writes run automations when it asks for that.
  bool asks_automations = false;
  // How many automations led to this call, one through the other.
  int automation_depth = 0;
};

inline Origin origin_of(const CallContext& context) {
  if (context.principal.kind == PrincipalKind::system) return Origin::server;
  if (context.principal.kind == PrincipalKind::client) return Origin::program;
  return context.origin;
}

}  // namespace cinnabar::services
