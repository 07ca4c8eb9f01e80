// Small durable file operations: what they answer ok for is on the disk. Blocking; any thread.
// Errors: unavailable (storage_unavailable) with the operation and the system's message, no paths.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace cinnabar::outbound {

Error disk_error(std::string_view operation, std::error_code failure);

// Makes the folder and those above it, and syncs each new entry.
Status make_folders(const std::filesystem::path& folder);
Status sync_file(const std::filesystem::path& file);
Status sync_folder(const std::filesystem::path& folder);
// Creates the file, which must not exist, with mode 0600, and syncs its content.
Status write_file(const std::filesystem::path& file, std::string_view bytes);
Result<std::string> read_file(const std::filesystem::path& file, std::size_t bytes_max);
// Different in every call on this machine.
std::string unique_suffix();

}  // namespace cinnabar::outbound
