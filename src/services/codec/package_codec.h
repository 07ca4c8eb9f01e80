// Application and directory packages from their files. Strict: unknown members, wrong types,
// missing files and dangling keys are findings with the path, never guesses. See
// docs/reference/package.md.
#pragma once

#include "services/package.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::services::codec {

// Relative path with '/' -> bytes.
using PackageFiles = std::map<std::string, std::string>;

struct ReadPackage {
  std::optional<Package> package;  // present when no finding is an error
  std::vector<PackageFinding> findings;
};
ReadPackage read_package(const PackageFiles& files);

struct ReadDirectory {
  std::optional<DirectoryPackage> directory;
  std::vector<PackageFinding> findings;
};
ReadDirectory read_directory(std::string_view document);

}  // namespace cinnabar::services::codec
