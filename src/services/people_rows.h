// Rows of people and groups to what People holds, and back. Pure functions, any thread.
#pragma once

#include "ports/table.h"
#include "services/people.h"

#include <cstdint>
#include <string>

namespace cinnabar::services {

User read_user(const ports::Row& row);
Group read_group(const ports::Row& row);
ports::Row user_row(const User& user);
ports::Row group_row(const Group& group);
inline constexpr std::int64_t kCalendarId = 1;
// The one calendar there is. `document`: by codec::print_calendar.
ports::Row calendar_row(std::string document, Instant now);

}  // namespace cinnabar::services
