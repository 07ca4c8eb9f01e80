// The data folder: DATA/cinnabar.db, DATA/files, DATA/spool, DATA/server.key. The store keeps other
// processes out of it. Errors: unavailable for the disk. Blocking; any thread.
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <filesystem>

namespace cinnabar::app {

// Makes the folder, readable by its owner alone, if it is missing.
Status make_data_folder(const std::filesystem::path& folder);

// 32 random bytes in a file of mode 0600, made on the first call. The key derives access codes, so
// a copy of the database alone opens nothing. data_loss when the file is too short.
Result<Secret> load_server_key(const std::filesystem::path& folder);
std::filesystem::path server_key_path(const std::filesystem::path& folder);
std::filesystem::path files_path(const std::filesystem::path& folder);
std::filesystem::path spool_path(const std::filesystem::path& folder);

}  // namespace cinnabar::app
