#include "platform/http/spool.h"

#include "base/text.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace cinnabar::http {
namespace {

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

struct SpoolWriter::Digest {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  Digest() = default;
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
  ~Digest() { EVP_MD_CTX_free(context); }
};

SpoolWriter::SpoolWriter() : digest_(std::make_unique<Digest>()) {}

SpoolWriter::~SpoolWriter() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(path_.c_str());
}

Result<std::unique_ptr<SpoolWriter>> SpoolWriter::create(const std::filesystem::path& folder) {
  std::unique_ptr<SpoolWriter> writer(new SpoolWriter());
  std::array<unsigned char, 16> random{};
  if (writer->digest_->context == nullptr ||
      RAND_bytes(random.data(), static_cast<int>(random.size())) != 1 ||
      EVP_DigestInit_ex(writer->digest_->context, EVP_sha256(), nullptr) != 1) {
    return spool_unavailable();
  }
  writer->path_ = folder / ("spool-" + to_hex(random));
  writer->fd_ = ::open(writer->path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (writer->fd_ < 0) return spool_unavailable();
  return writer;
}

Status SpoolWriter::write(std::string_view data) {
  size_ += data.size();
  const bool done =
      EVP_DigestUpdate(digest_->context, data.data(), data.size()) == 1 && write_all(fd_, data);
  if (!done) return spool_unavailable();
  return {};
}

Result<std::shared_ptr<SpooledFile>> SpoolWriter::finish() {
  std::array<unsigned char, 32> hash{};
  if (EVP_DigestFinal_ex(digest_->context, hash.data(), nullptr) != 1) return spool_unavailable();
  if (::close(std::exchange(fd_, -1)) != 0) {
    ::unlink(path_.c_str());
    return spool_unavailable();
  }
  return std::make_shared<SpooledFile>(path_, size_, to_hex(hash));
}

}  // namespace cinnabar::http
