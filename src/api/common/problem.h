// Errors as application/problem+json (RFC 9457) with the members code, reason, fields, request_id.
// What went wrong inside the server is not told: internal errors carry no text. Pure; any thread.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "platform/http/response.h"

#include <string_view>

namespace cinnabar::api {

int http_status(Code code);
// Of an error: a full queue is the server's trouble, not the caller's habit.
int http_status(const Error& error);
// Whether details may speak of the server's inside, and so are not told.
bool hides_detail(Code code);
// For answers after which the same call may succeed.
void add_retry_after(http::Response& response);
http::Response problem(const Error& error, std::string_view request_id);
http::Response problem_with_status(int status, const Error& error, std::string_view request_id);
// "application/json; charset is always UTF-8", never cached: answers belong to one caller.
http::Response json_response(int status, const Json& body);

}  // namespace cinnabar::api
