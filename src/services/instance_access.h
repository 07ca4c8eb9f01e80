// Who may see or add to one instance, and how a position leads to its instance: shared by the
// services about instances, files, comments and relations.
#pragma once

#include "base/result.h"
#include "domain/process/instance.h"
#include "ports/store.h"
#include "services/catalog.h"
#include "services/context.h"
#include "services/people.h"

namespace cinnabar::services {

// Has an open work item of it, or is in the group of one that nobody took.
bool is_participant(const People& people, const process::Instance& instance, UserId user);

// permission_denied (not_permitted).
Error not_permitted();

// `modify` on the process, or being a participant.
Status check_may_contribute(const People& people, const CallContext& context, ProcessId process,
                            const process::Instance& instance);

// The instance of that number if the caller may see it: `view`, initiator or participant; otherwise
// not_found (instance_unknown), so that numbers cannot be probed.
Result<ProcessInstanceId> visible_instance(ports::ReadTransaction& snapshot, const Catalog& catalog,
                                           const People& people, const CallContext& context,
                                           ProcessId process, std::int64_t number);

// A position is an activity, or the start with the instance's own id. not_found (activity_unknown)
// when it is neither or belongs to another process.
Result<ProcessInstanceId> instance_of_position(ports::ReadTransaction& snapshot, ProcessId process,
                                               std::int64_t position);

}  // namespace cinnabar::services
