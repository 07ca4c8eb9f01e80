#include "api/native/answer.h"
#include "api/native/handlers.h"
#include "base/text.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

// RFC 6266: a name for old readers, and the exact one in UTF-8. Always a download, never a page.
std::string content_disposition(std::string_view file_name) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string plain;
  std::string encoded;
  for (const char c : file_name) {
    const auto byte = static_cast<unsigned char>(c);
    plain += is_plain(c) || c == ' ' ? c : '_';
    if (is_plain(c)) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kHex[byte >> 4];
      encoded += kHex[byte & 15];
    }
  }
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
}

Result<services::FileService::Download> open(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  const auto id = parse_int(call.captures.at(0));
  if (!id.has_value()) {
    return make_error(Code::not_found, reasons::kAttachmentUnknown, "no such attachment",
                      call.captures.at(0));
  }
  return call.services->files.open(*call.snapshot, context, AttachmentId{*id});
}

}  // namespace

api::Answer download_attachment(const api::Call& call) {
  const auto download = open(call);
  if (!download.has_value()) return refuse(call, download.error());
  const services::Attachment& attachment = download->attachment;
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
  if (call.request->header("If-None-Match") == "\"" + attachment.sha256 + "\"") {
    response.status = 304;
    return response;
  }
  response.file =
      http::FileBody{download->path, 0, static_cast<std::uint64_t>(attachment.size), nullptr};
  return response;
}

}  // namespace cinnabar::native
