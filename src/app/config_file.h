// cinnabar.toml as a flat list of "section.key" values. The only user of the TOML library.
//
// Errors: not_found when the file cannot be read, invalid_argument with the line when it is no
// TOML.
#pragma once

#include "app/config_schema.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::app {

struct FileEntry {
  std::string name;
  std::optional<SettingValue> value;  // nullopt: of a type that no setting has
  std::int64_t line = 0;
};

Result<std::vector<FileEntry>> read_config_file(const std::filesystem::path& path);

}  // namespace cinnabar::app
