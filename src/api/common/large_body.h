// An answer whose size nobody knows before: made piece by piece, in memory while it is small and in
// a spooled file beyond kInMemoryMax, from which it is sent. Thread: one; may block on the disk.
// Errors: unavailable (spool_unavailable).
#pragma once

#include "base/result.h"
#include "platform/http/response.h"
#include "platform/http/spool.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace cinnabar::api {

class LargeBody {
 public:
  static constexpr std::size_t kInMemoryMax = std::size_t{1024} * 1024;

  // `folder` for spooled files; null pointer: all stays in memory. Must stay while this lives.
  explicit LargeBody(const std::filesystem::path* folder) : folder_(folder) {}

  Status append(std::string_view text);
  Result<http::Response> finish(int status, std::string_view media_type);

 private:
  const std::filesystem::path* folder_;
  std::string text_;  // not written yet
  std::unique_ptr<http::SpoolWriter> file_;
};

}  // namespace cinnabar::api
