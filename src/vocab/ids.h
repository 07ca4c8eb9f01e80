// The kinds of ids. Runtime ids (instances, activities, work items, records, ...) come from one
// sequence, so a number names at most one runtime thing in the whole server.
#pragma once

#include "base/id.h"

#include <cstddef>

namespace cinnabar {

using ApplicationId = Id<struct ApplicationTag>;
using FormId = Id<struct FormTag>;                            // a form, over all its versions
using FormVersionId = Id<struct FormVersionTag>;              // one immutable version
using ProcessId = Id<struct ProcessTag>;                      // a process, over all its versions
using ProcessDefinitionId = Id<struct ProcessDefinitionTag>;  // one immutable version
using ProcessInstanceId = Id<struct ProcessInstanceTag>;
using ActivityInstanceId = Id<struct ActivityInstanceTag>;
using WorkItemId = Id<struct WorkItemTag>;
using WaitId = Id<struct WaitTag>;
using IncidentId = Id<struct IncidentTag>;
using NoticeId = Id<struct NoticeTag>;
using RecordId = Id<struct RecordTag>;
using AttachmentId = Id<struct AttachmentTag>;
using CommentId = Id<struct CommentTag>;
using RelationId = Id<struct RelationTag>;
using UserId = Id<struct UserTag>;
using GroupId = Id<struct GroupTag>;  // group, department, role, position, role_group

}  // namespace cinnabar
