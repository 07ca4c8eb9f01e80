#include "base/text.h"
#include "platform/http/multipart.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace cinnabar::http {
namespace {

Error too_large(Reason reason, std::string_view part) {
  return make_error(Code::resource_exhausted, reason, "expected less data", std::string(part));
}

Error spool_unavailable() {
  return make_error(Code::unavailable, kSpoolUnavailable, "the spool folder cannot be written");
}

bool write_all(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t written = ::write(fd, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    data.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

// A file being written: closed and deleted unless `finish` hands it over.
struct MultipartSpool::OpenFile {
  explicit OpenFile(const std::filesystem::path& folder) : digest(EVP_MD_CTX_new()) {
    std::array<unsigned char, 16> random{};
    if (digest == nullptr || RAND_bytes(random.data(), static_cast<int>(random.size())) != 1 ||
        EVP_DigestInit_ex(digest, EVP_sha256(), nullptr) != 1) {
      return;
    }
    path = folder / ("upload-" + to_hex(random));
    fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    EVP_MD_CTX_free(digest);
    if (fd < 0) return;
    ::close(fd);
    ::unlink(path.c_str());
  }

  bool write(std::string_view data) {
    size += data.size();
    return EVP_DigestUpdate(digest, data.data(), data.size()) == 1 && write_all(fd, data);
  }

  // Null when the file could not be completed.
  std::shared_ptr<SpooledFile> finish() {
    std::array<unsigned char, 32> hash{};
    if (EVP_DigestFinal_ex(digest, hash.data(), nullptr) != 1) return nullptr;
    const int closing = std::exchange(fd, -1);
    if (::close(closing) != 0) {
      ::unlink(path.c_str());
      return nullptr;
    }
    return std::make_shared<SpooledFile>(path, size, to_hex(hash));
  }

  EVP_MD_CTX* digest;
  std::filesystem::path path;
  int fd = -1;
  std::uint64_t size = 0;
};

MultipartSpool::MultipartSpool(std::filesystem::path folder, MultipartLimits limits)
    : folder_(std::move(folder)), limits_(limits) {}

MultipartSpool::~MultipartSpool() = default;

Status MultipartSpool::part_begin(PartHead head) {
  if (parts_.size() >= limits_.parts_max) return too_large(kTooManyParts, head.name);
  current_ = Part{};
  current_.name = std::move(head.name);
  current_.file_name = std::move(head.file_name);
  current_.media_type = std::move(head.media_type);
  if (!current_.file_name) return {};
  file_ = std::make_unique<OpenFile>(folder_);
  if (file_->fd < 0) return spool_unavailable();
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
  if (file_->size + data.size() > limits_.file_bytes_max) {
    return too_large(kFileTooLarge, current_.name);
  }
  if (!file_->write(data)) return spool_unavailable();
  return {};
}

Status MultipartSpool::part_end() {
  if (file_) {
    current_.file = file_->finish();
    file_.reset();
    if (!current_.file) return spool_unavailable();
  }
  parts_.push_back(std::move(current_));
  return {};
}

}  // namespace cinnabar::http
