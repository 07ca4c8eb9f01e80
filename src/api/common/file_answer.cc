#include "api/common/file_answer.h"

#include <string>
#include <string_view>

namespace cinnabar::api {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

// RFC 6266: a name for old readers, and the exact one in UTF-8. Always a download, never a page.
std::string content_disposition(std::string_view file_name) {
  std::string plain;
  for (const char c : file_name) plain += is_plain(c) || c == ' ' ? c : '_';
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encode_segment(file_name);
}

}  // namespace

std::string encode_segment(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain(c)) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
  return out;
}

http::Response file_response(const http::Request& request,
                             const services::FileService::Download& download) {
  const services::Attachment& attachment = download.attachment;
  http::Response response;
  response.headers = {
      {"Content-Type",
       attachment.media_type.empty() ? "application/octet-stream" : attachment.media_type},
      {"Content-Disposition", content_disposition(attachment.file_name)},
      {"X-Content-Type-Options", "nosniff"},
      {"Content-Security-Policy", "sandbox; default-src 'none'"},
      {"Cache-Control", "private, no-cache"},
      {"ETag", "\"" + attachment.sha256 + "\""},
  };
  if (request.header("If-None-Match") == "\"" + attachment.sha256 + "\"") {
    response.status = 304;
    return response;
  }
  response.file =
      http::FileBody{download.path, 0, static_cast<std::uint64_t>(attachment.size), nullptr};
  return response;
}

}  // namespace cinnabar::api
