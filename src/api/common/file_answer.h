// How a stored file is sent: always as a download that browsers run nothing of.
// Pure; thread: any.
#pragma once

#include "platform/http/request.h"
#include "platform/http/response.h"
#include "services/file_service.h"

#include <string>
#include <string_view>

namespace cinnabar::api {

// 304 when the request shows that it has the same bytes already.
http::Response file_response(const http::Request& request,
                             const services::FileService::Download& download);

// Text as one segment of a path, also for RFC 5987.
std::string encode_segment(std::string_view text);

}  // namespace cinnabar::api
