// The mission list: the caller's open work items, as rows.
#pragma once

#include "api/common/route.h"

namespace cinnabar::omflow {

// /rest/my-mission/api/my-mission/list
api::Answer list_missions(const api::Call& call);

}  // namespace cinnabar::omflow
