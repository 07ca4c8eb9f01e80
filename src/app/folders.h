// Folders that appear whole or not at all: filled beside their final name, synced, then renamed.
// Blocking; one thread. Errors: unavailable (storage_unavailable).
#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>

namespace cinnabar::app {

// Made with mode 0700, with the folders above it.
Status make_private_folder(const std::filesystem::path& folder);
// What the folder is called while it is filled; a leftover of that name is removed.
std::filesystem::path unfinished_name(const std::filesystem::path& folder);
Status rename_into_place(const std::filesystem::path& from, const std::filesystem::path& to);
// Where the file with that digest lies below a data folder, a backup or an export, with '/'.
std::string blob_path(const std::string& sha256);

}  // namespace cinnabar::app
