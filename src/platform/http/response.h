// An HTTP answer. The server adds Content-Length, Date, Server, X-Request-Id and Connection itself
// and drops them, and every name or value that could break the head, from `headers`.
//
// Ownership: values. `FileBody::owner` keeps a spooled file alive while it is sent.
#pragma once

#include "platform/http/request.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::http {

// `size` bytes of a file from `offset`, streamed in pieces. A file that cannot be opened is
// answered with 500 file_unavailable; one that turns out shorter ends the connection.
struct FileBody {
  std::filesystem::path path;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::shared_ptr<const SpooledFile> owner;
};

struct Response {
  int status = 200;
  std::vector<Header> headers;
  std::string body;
  std::optional<FileBody> file;  // when set, `body` is ignored
};

Response text_response(int status, std::string_view media_type, std::string body);

// "Not Found"; "Unknown" for a number without a registered phrase.
std::string_view reason_phrase(int status);

// The small JSON the server answers with on its own:
// {"status":413,"cause":"...","request_id":"..."}.
Response server_error(int status, std::string_view cause, std::string_view request_id);

// The status line and headers for `response`, without the empty line's body. `date` is the value of
// the Date header, `content_length` the size announced; statuses without a body announce none.
struct HeadOptions {
  std::string_view date;
  std::string_view request_id;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  bool is_http10 = false;
};
void append_head(std::string& out, const Response& response, const HeadOptions& options);

// False for 1xx, 204 and 304.
bool may_have_body(int status);

// "Mon, 23 Nov 2026 04:29:46 GMT"
std::string to_http_date(std::int64_t seconds_since_epoch);

}  // namespace cinnabar::http
