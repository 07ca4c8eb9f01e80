// The three calls of this door. Errors are answered as {"code", "message"} with the HTTP status of
// their kind: 400, 401, 404, 409, 429, 503.
#pragma once

#include "api/common/route.h"

namespace cinnabar::dabeicloud {

inline constexpr std::string_view kDoorName = "dabeicloud";

api::Answer check_tasks(const api::Call& call);
api::Answer submit_tasks(const api::Call& call);
api::Answer show_progress(const api::Call& call);

http::Response refuse(const api::Call& call, const Error& error);

}  // namespace cinnabar::dabeicloud
