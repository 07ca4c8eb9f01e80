#include "api/common/file_answer.h"
#include "api/native/answer.h"
#include "api/native/handlers.h"
#include "base/text.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

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
  return api::file_response(*call.request, *download);
}

}  // namespace cinnabar::native
