// Tickets as rows: one row per position a ticket had, from the start to where it stands.
#pragma once

#include "api/common/route.h"

namespace cinnabar::omflow {

// /rest/flowmanage/api/omdata/list/{api_path}
api::Answer list_rows(const api::Call& call);

}  // namespace cinnabar::omflow
