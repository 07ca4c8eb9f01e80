// The data folder: DATA/cinnabar.db, DATA/files, DATA/server.key, DATA/lock.
//
// One process at a time owns it; the lock ends with the process, also after a crash. Errors:
// failed_precondition (data_in_use) when another process owns it, unavailable for the disk.
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <filesystem>

namespace cinnabar::app {

inline constexpr Reason kDataInUse{"data_in_use"};

// Makes the folder, readable by its owner alone, if it is missing.
Status make_data_folder(const std::filesystem::path& folder);

// 32 random bytes in a file of mode 0600, made on the first call. The key derives access codes, so
// a copy of the database alone opens nothing. data_loss when the file is too short.
Result<Secret> load_server_key(const std::filesystem::path& folder);
std::filesystem::path server_key_path(const std::filesystem::path& folder);
std::filesystem::path files_path(const std::filesystem::path& folder);

// Held while the object lives.
class DataLock {
 public:
  static Result<DataLock> acquire(const std::filesystem::path& folder);
  DataLock(DataLock&& other) noexcept;
  DataLock& operator=(DataLock&& other) = delete;
  DataLock(const DataLock&) = delete;
  DataLock& operator=(const DataLock&) = delete;
  ~DataLock();

 private:
  explicit DataLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace cinnabar::app
