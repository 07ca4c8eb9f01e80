// A failed file operation as people at a console want it: what, which file, why. Reads errno, so
// call it right after the failure.
#pragma once

#include "base/error.h"
#include "vocab/reasons.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

namespace cinnabar::app {

inline Error disk_error(std::string_view what, const std::filesystem::path& path) {
  return make_error(
      Code::unavailable, reasons::kStorageUnavailable,
      "cannot " + std::string(what) + " " + path.string() + ": " + std::strerror(errno));
}

}  // namespace cinnabar::app
