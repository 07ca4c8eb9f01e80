#include "app/file_copy.h"

#include "app/disk_error.h"
#include "base/text.h"
#include "outbound/descriptor.h"
#include "vocab/reasons.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <span>

namespace cinnabar::app {
namespace {

using outbound::Descriptor;

constexpr std::size_t kPieceBytes = 256 * 1024;

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) {
    CINNABAR_ASSERT(context_ != nullptr);
    CINNABAR_ASSERT(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }
  void add(std::string_view bytes) {
    CINNABAR_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }
  std::string finish() {
    std::array<unsigned char, 32> digest{};
    CINNABAR_ASSERT(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
    return to_hex(std::span<const unsigned char>(digest));
  }

 private:
  std::unique_ptr<EVP_MD_CTX, FreeDigest> context_;
};

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// Reads all of `source`; also writes it to `target` when that is a descriptor.
Result<FileDigest> pass(const std::filesystem::path& source, int target) {
  const Descriptor input(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
  if (input.get() < 0) return disk_error("open", source);
  Sha256 sha256;
  FileDigest digest;
  std::string piece(kPieceBytes, '\0');
  while (true) {
    const ssize_t got = ::read(input.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return disk_error("read", source);
    if (got == 0) break;
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(got));
    sha256.add(bytes);
    digest.size += got;
    if (target >= 0 && !write_all(target, bytes)) return disk_error("write a copy of", source);
  }
  digest.sha256 = sha256.finish();
  return digest;
}

}  // namespace

Result<FileDigest> digest_file(const std::filesystem::path& path) {
  return pass(path, -1);
}

Result<FileDigest> copy_with_digest(const std::filesystem::path& source,
                                    const std::filesystem::path& target) {
  const Descriptor output(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (output.get() < 0) return disk_error("make", target);
  CINNABAR_TRY(FileDigest digest, pass(source, output.get()));
  if (::fsync(output.get()) != 0) return disk_error("sync", target);
  return digest;
}

}  // namespace cinnabar::app
