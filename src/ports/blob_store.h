// Files by the SHA-256 of their content, so that equal files are kept once.
//
// A file is written, synced and renamed into place (and its folder synced) before `adopt` returns;
// only then may a row refer to it. A file without a row is harmless and swept later. Any thread.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace cinnabar::ports {

struct StoredBlob {
  std::string sha256;  // 64 lower-case hex digits
  std::int64_t size = 0;
};

class BlobStore {
 public:
  BlobStore() = default;
  BlobStore(const BlobStore&) = delete;
  BlobStore& operator=(const BlobStore&) = delete;
  virtual ~BlobStore() = default;

  // Moves a finished file whose digest is known into the store; the source is gone afterwards.
  [[nodiscard]] virtual Result<StoredBlob> adopt(const std::filesystem::path& source,
                                                 const std::string& sha256) = 0;
  [[nodiscard]] virtual Result<StoredBlob> put(std::string_view bytes) = 0;
  // Where the content lies, for streaming it out; not_found when it does not.
  [[nodiscard]] virtual Result<std::filesystem::path> locate(const std::string& sha256) = 0;
  // Deletes files that `is_referenced` does not know and that are older than an hour.
  [[nodiscard]] virtual Result<std::int64_t> sweep(
      const std::function<bool(std::string_view sha256)>& is_referenced) = 0;
};

}  // namespace cinnabar::ports
