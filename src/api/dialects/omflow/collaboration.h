// Worklog entries and relations of tickets.
#pragma once

#include "api/common/route.h"

namespace cinnabar::omflow {

// /rest/flowmanage/api/omdata-worklog/create
api::Answer create_worklog(const api::Call& call);
// /rest/flowmanage/api/omdata-worklog/list
api::Answer list_worklog(const api::Call& call);
// /rest/flowmanage/api/relation/edit: what `action` says, create or delete.
api::Answer edit_relations(const api::Call& call);
// /rest/flowmanage/api/relation/list
api::Answer list_relations(const api::Call& call);

}  // namespace cinnabar::omflow
