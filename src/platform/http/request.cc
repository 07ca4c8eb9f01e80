#include "platform/http/request.h"

#include "base/text.h"

#include <system_error>

namespace cinnabar::http {

SpooledFile::SpooledFile(SpooledFile&& other) noexcept
    : path_(std::move(other.path_)), size_(other.size_), sha256_hex_(std::move(other.sha256_hex_)) {
  other.path_.clear();
}

SpooledFile& SpooledFile::operator=(SpooledFile&& other) noexcept {
  if (this == &other) return *this;
  std::swap(path_, other.path_);
  std::swap(size_, other.size_);
  std::swap(sha256_hex_, other.sha256_hex_);
  return *this;
}

SpooledFile::~SpooledFile() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

std::filesystem::path SpooledFile::take() {
  std::filesystem::path taken = std::move(path_);
  path_.clear();
  return taken;
}

std::string_view Request::header(std::string_view name) const {
  for (const Header& one : headers) {
    if (equals_ignore_ascii_case(one.name, name)) return one.value;
  }
  return {};
}

}  // namespace cinnabar::http
