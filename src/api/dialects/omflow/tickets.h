// Tickets: create, push, quick action and delete through one URL, and the query of where a ticket
// stands. A ticket is a process instance, its number the data_no; a data_id is an activity.
#pragma once

#include "api/common/route.h"

namespace cinnabar::omflow {

// /rest/flowmanage/api/omdata/edit/{api_path}: what `action` says.
api::Answer edit_ticket(const api::Call& call);
// /rest/flowmanage/api/omdata-data-id/get/{api_path}
api::Answer query_ticket(const api::Call& call);

}  // namespace cinnabar::omflow
