// Writes a file in the spool folder, piece by piece, with its SHA-256: for what is too large for
// memory. Unfinished, it is deleted. Ownership: one writer, one thread; blocks on the disk. Errors:
// unavailable (spool_unavailable).
#pragma once

#include "base/result.h"
#include "platform/http/request.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace cinnabar::http {

inline constexpr Reason kSpoolUnavailable{"spool_unavailable"};

class SpoolWriter {
 public:
  // A new file that only this user of the system can read.
  static Result<std::unique_ptr<SpoolWriter>> create(const std::filesystem::path& folder);
  SpoolWriter(const SpoolWriter&) = delete;
  SpoolWriter& operator=(const SpoolWriter&) = delete;
  ~SpoolWriter();

  Status write(std::string_view data);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  // Once, at the end.
  Result<std::shared_ptr<SpooledFile>> finish();

 private:
  struct Digest;
  SpoolWriter();

  std::unique_ptr<Digest> digest_;
  std::filesystem::path path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace cinnabar::http
