// Rows of people and groups to what People holds, and back. Pure functions, any thread.
#pragma once

#include "ports/table.h"
#include "services/people.h"

namespace cinnabar::services {

User read_user(const ports::Row& row);
Group read_group(const ports::Row& row);
ports::Row user_row(const User& user);
ports::Row group_row(const Group& group);

}  // namespace cinnabar::services
