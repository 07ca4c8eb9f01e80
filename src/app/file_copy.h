// Files copied and read with their SHA-256, in one pass and in bounded memory. Blocking; any
// thread. Errors: unavailable (storage_unavailable) with the file's name.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace cinnabar::app {

struct FileDigest {
  std::string sha256;  // lower-case hex
  std::int64_t size = 0;
};

Result<FileDigest> digest_file(const std::filesystem::path& path);
// `target` must not exist; it is made with mode 0600 and is on the disk when this returns. The
// digest is of the bytes that were written.
Result<FileDigest> copy_with_digest(const std::filesystem::path& source,
                                    const std::filesystem::path& target);

}  // namespace cinnabar::app
