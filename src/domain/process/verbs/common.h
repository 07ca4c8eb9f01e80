// What the verbs share: finding what a command is about, and refusing it. Inside of the engine.
// Thread: that of the caller.
#pragma once

#include "domain/process/execution.h"
#include "domain/process/verbs/verbs.h"
#include "vocab/reasons.h"

#include <string>

namespace cinnabar::process::verbs {

Error refuse(Code code, Reason reason, std::string detail);
// failed_precondition, the most common one.
Error refuse(Reason reason, std::string detail);

Execution begin(const Context& context);
// Runs it until it waits again.
Result<Decision> finish(Execution&& execution);

struct OpenItem {
  const ActivityInstance* activity = nullptr;
  const WorkItem* item = nullptr;
  const Node* node = nullptr;      // a user task
  const UserTask* task = nullptr;  // its settings
};
// An open work item of a running instance. Errors: instance_not_running, work_item_unknown,
// work_item_already_completed.
Result<OpenItem> find_open(const Context& context, WorkItemId item);

bool is_of_pool(const WorkItem& item, UserId user, const org::Directory& directory);
// The work item is the caller's, or in a pool of theirs, or they act for others.
Status check_theirs(const Context& context, const WorkItem& item, UserId by, bool for_others);
Status check_turn(const WorkItem& item);
// Somebody who can be asked: active and, in this activity, not asked already.
Status check_new_participant(const Context& context, const ActivityInstance& activity, UserId user);

}  // namespace cinnabar::process::verbs
