// Lists of people and groups. No column ever holds a password or leads to another table.
#pragma once

#include "api/common/route.h"

namespace cinnabar::omflow {

// /rest/accounts/api/user/list
api::Answer list_users(const api::Call& call);
// /rest/accounts/api/user/list-by-group
api::Answer list_users_by_group(const api::Call& call);
// /rest/accounts/api/group/list
api::Answer list_groups(const api::Call& call);

}  // namespace cinnabar::omflow
