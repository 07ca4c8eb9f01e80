#include "storage/sqlite/file_guard.h"

#include "vocab/reasons.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace cinnabar::sqlite {
namespace {

Error system_failure(std::string_view what, int number) {
  return make_error(Code::unavailable, reasons::kStorageUnavailable,
                    std::string(what) + ": " + std::generic_category().message(number));
}

Status sync_path(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) return system_failure("cannot open for syncing", errno);
  const int result = ::fsync(descriptor);
  const int number = errno;
  ::close(descriptor);
  if (result != 0) return system_failure("cannot sync", number);
  return {};
}

}  // namespace

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kLockFileName;
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return system_failure("cannot create the lock file", errno);
  FolderLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return system_failure("cannot lock the data folder", errno);
  return make_error(Code::failed_precondition, reasons::kStorageLocked,
                    "another process uses this data folder; stop it first");
}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status sync_file(const std::filesystem::path& path) {
  return sync_path(path, O_RDONLY);
}

Status sync_folder(const std::filesystem::path& folder) {
  return sync_path(folder, O_RDONLY | O_DIRECTORY);
}

}  // namespace cinnabar::sqlite
