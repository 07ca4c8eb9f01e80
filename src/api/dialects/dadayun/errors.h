// Errors and answers of this door: an object with Code and Message, always with a status line that
// has a reason phrase, and the id of the request in a header of its own. Pure; any thread.
#pragma once

#include "api/common/route.h"
#include "base/result.h"

#include <string>
#include <string_view>

namespace cinnabar::dadayun {

// Kinds of errors that this door makes itself; the rest is told by the Code of the Error.
inline constexpr Reason kInvalidHeader{"ddy_header_invalid"};
inline constexpr Reason kDateMissing{"ddy_date_missing"};
inline constexpr Reason kKeyUnknown{"ddy_key_unknown"};
inline constexpr Reason kSignatureWrong{"ddy_signature_wrong"};
inline constexpr Reason kTimeSkewed{"ddy_time_skewed"};

// invalid_argument; "filter: ..." where `subject` is a parameter.
Error invalid(std::string_view subject, std::string_view message);

http::Response refuse(const api::Call& call, const Error& error);
http::Response answer(const api::Call& call, int status, const Json& body);
// Without a body, still of the same type.
http::Response answer_empty(const api::Call& call, int status);
// Adds the header that names the request.
http::Response with_request_id(const api::Call& call, http::Response response);

}  // namespace cinnabar::dadayun
