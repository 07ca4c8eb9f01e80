// What SQLite leaves to its user: one process per database, and folders whose entries survive a
// power loss.
//
// Ownership: a FolderLock holds a file descriptor. Thread: any.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <utility>

namespace cinnabar::sqlite {

inline constexpr std::string_view kLockFileName = "cinnabar.lock";

// An exclusive lock on FOLDER/cinnabar.lock, released by the destructor and by the end of the
// process, however it comes. The file stays.
class FolderLock {
 public:
  // failed_precondition (storage_locked) when another store holds it, here or in another process.
  [[nodiscard]] static Result<FolderLock> take(const std::filesystem::path& folder);
  FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock& operator=(FolderLock&& other) noexcept;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

[[nodiscard]] Status sync_file(const std::filesystem::path& path);
// Makes the creation, renaming and removal of files in it durable.
[[nodiscard]] Status sync_folder(const std::filesystem::path& folder);

}  // namespace cinnabar::sqlite
