#include "services/file_tokens.h"

#include "base/assert.h"
#include "base/text.h"
#include "vocab/reasons.h"

#include <array>

namespace cinnabar::services {
namespace {

constexpr std::size_t kTokenBytesMax = 4096;

std::string hex_of(std::string_view bytes) {
  return to_hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

Error unknown() {
  return make_error(Code::unauthenticated, reasons::kTokenUnknown, "the token is unknown or over");
}

std::string print(const UploadPermit& permit) {
  return std::to_string(permit.form.value()) + '\n' + std::to_string(permit.until.micros()) + '\n' +
         permit.key + '\n' + permit.batch;
}

// The batch is the rest: it may be any text.
Result<UploadPermit> parse(std::string_view text) {
  std::array<std::string_view, 3> parts;
  for (std::string_view& part : parts) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return unknown();
    part = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  const auto form = parse_int(parts[0]);
  const auto until = parse_int(parts[1]);
  if (!form || !until) return unknown();
  return UploadPermit{FormId{*form}, std::string(text), std::string(parts[2]), Instant{*until}};
}

}  // namespace

FileTokens::FileTokens(ports::Crypto& crypto, Secret server_key)
    : crypto_(crypto), server_key_(std::move(server_key)) {
  CINNABAR_ASSERT(server_key_.reveal().size() >= 32);
}

std::string FileTokens::mac(std::string_view text) const {
  return crypto_.hmac_sha256_hex(server_key_.reveal(), text);
}

std::string FileTokens::upload_token(const UploadPermit& permit) const {
  const std::string text = print(permit);
  return hex_of(text) + "." + mac("upload/" + text);
}

Result<UploadPermit> FileTokens::read_upload(std::string_view token, Instant now) const {
  const std::size_t point = token.rfind('.');
  if (token.size() > kTokenBytesMax || point == std::string_view::npos) return unknown();
  const auto text = from_hex(token.substr(0, point));
  if (!text) return unknown();
  if (!crypto_.equal_constant_time(mac("upload/" + *text), token.substr(point + 1))) {
    return unknown();
  }
  CINNABAR_TRY(UploadPermit permit, parse(*text));
  if (permit.until <= now) return unknown();
  return permit;
}

std::string FileTokens::download_proof(AttachmentId attachment, Instant until) const {
  return mac("download/" + std::to_string(attachment.value()) + "/" +
             std::to_string(until.micros()));
}

bool FileTokens::may_download(AttachmentId attachment, Instant until, std::string_view proof,
                              Instant now) const {
  return crypto_.equal_constant_time(download_proof(attachment, until), proof) && now < until;
}

}  // namespace cinnabar::services
