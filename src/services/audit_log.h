// Who did what to what, as every command writes it down beside its change; read by administrators.
//
// Thread: pure functions of a snapshot. Errors: permission_denied (not_permitted).
#pragma once

#include "base/result.h"
#include "ports/store.h"
#include "services/context.h"
#include "services/people.h"

#include <optional>
#include <string>
#include <vector>

namespace cinnabar::services {

struct AuditLine {
  std::int64_t id = 0;  // rises with the time
  Instant at;
  UserId actor;  // unassigned: the server or its command line
  std::string door;
  std::string request_id;
  std::string remote;
  std::string action;        // "create"
  std::string subject_kind;  // "user"
  std::int64_t subject = 0;  // its id; 0: several, or none
  std::string detail;
};

struct AuditEvent {
  std::string subject_kind;
  std::string action;  // empty: all
};

struct AuditQuery {
  std::optional<Instant> from;
  std::optional<Instant> until;        // before this
  std::vector<AuditEvent> events;      // any of these; empty: all
  std::vector<UserId> actors;          // any of these; empty: all
  std::vector<std::int64_t> subjects;  // any of these; empty: all
  std::int64_t after = 0;              // the last id of the page before; 0: the first page
  std::int64_t limit = 100;
};

// The newest first.
Result<std::vector<AuditLine>> list_audit(ports::ReadTransaction& snapshot, const People& people,
                                          const CallContext& context, const AuditQuery& query);

}  // namespace cinnabar::services
