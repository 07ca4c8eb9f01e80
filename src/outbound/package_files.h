// The files of an application package, from a folder or a .zip archive.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <map>
#include <string>

namespace cinnabar::outbound {

// Limits: a package is written by people.
inline constexpr std::size_t kPackageFilesMax = 1'000;
inline constexpr std::size_t kPackageBytesMax = 64 * 1024 * 1024;

// Relative path with '/' -> bytes. A single other file gives one entry under its name. Links,
// absolute paths and paths with ".." are refused. Errors: not_found, invalid_argument
// (package_invalid), unavailable. Blocking; any thread.
Result<std::map<std::string, std::string>> read_package_files(const std::filesystem::path& path);

}  // namespace cinnabar::outbound
