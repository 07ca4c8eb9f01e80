#include "base/text.h"
#include "platform/http/multipart.h"

#include <utility>

namespace cinnabar::http {
namespace {

Error too_large(Reason reason, std::string_view part) {
  return make_error(Code::resource_exhausted, reason, "expected less data", std::string(part));
}

// Some clients send files without a name, but with the media type of one. Texts have none, or one
// of text or JSON.
bool is_of_file(std::string_view media_type) {
  const std::string type = to_lower_ascii(trim(media_type.substr(0, media_type.find(';'))));
  return !type.empty() && !type.starts_with("text/") && type != "application/json";
}

}  // namespace

MultipartSpool::MultipartSpool(std::filesystem::path folder, MultipartLimits limits)
    : folder_(std::move(folder)), limits_(limits) {}

MultipartSpool::~MultipartSpool() = default;

Status MultipartSpool::part_begin(PartHead head) {
  if (parts_.size() >= limits_.parts_max) return too_large(kTooManyParts, head.name);
  current_ = Part{};
  current_.name = std::move(head.name);
  current_.file_name = std::move(head.file_name);
  current_.media_type = std::move(head.media_type);
  if (!current_.file_name && !is_of_file(current_.media_type)) return {};
  CINNABAR_TRY(file_, SpoolWriter::create(folder_));
  return {};
}

Status MultipartSpool::part_data(std::string_view data) {
  if (!file_) {
    if (current_.text.size() + data.size() > limits_.part_text_bytes_max) {
      return too_large(kPartTextTooLarge, current_.name);
    }
    current_.text += data;
    text_bytes_ += data.size();
    return {};
  }
  if (file_->size() + data.size() > limits_.file_bytes_max) {
    return too_large(kFileTooLarge, current_.name);
  }
  return file_->write(data);
}

Status MultipartSpool::part_end() {
  if (file_) {
    const auto file = std::exchange(file_, nullptr);
    CINNABAR_TRY(current_.file, file->finish());
  }
  parts_.push_back(std::move(current_));
  return {};
}

}  // namespace cinnabar::http
