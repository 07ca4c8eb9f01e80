#include "api/common/large_body.h"

#include <utility>

namespace cinnabar::api {

Status LargeBody::append(std::string_view text) {
  text_ += text;
  if (text_.size() < kInMemoryMax || folder_ == nullptr) return {};
  if (file_ == nullptr) {
    CINNABAR_TRY(file_, http::SpoolWriter::create(*folder_));
  }
  CINNABAR_CHECK_OK(file_->write(text_));
  text_.clear();
  return {};
}

Result<http::Response> LargeBody::finish(int status, std::string_view media_type) {
  if (file_ == nullptr) return http::text_response(status, media_type, std::move(text_));
  CINNABAR_CHECK_OK(file_->write(text_));
  const auto writer = std::exchange(file_, nullptr);
  CINNABAR_TRY(std::shared_ptr<const http::SpooledFile> file, writer->finish());
  http::Response response = http::text_response(status, media_type, {});
  response.file = http::FileBody{file->path(), 0, file->size(), file};
  return response;
}

}  // namespace cinnabar::api
