#include "app/data_folder.h"

#include "app/disk_error.h"
#include "outbound/descriptor.h"
#include "vocab/reasons.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace cinnabar::app {
namespace {

using outbound::Descriptor;

constexpr std::size_t kKeyBytes = 32;

Status write_key(const std::filesystem::path& path, int descriptor) {
  unsigned char key[kKeyBytes];
  if (::getrandom(key, sizeof key, 0) != static_cast<ssize_t>(sizeof key) ||
      ::write(descriptor, key, sizeof key) != static_cast<ssize_t>(sizeof key) ||
      ::fsync(descriptor) != 0) {
    return disk_error("write", path);
  }
  // The name must survive a power loss too, or every access code would change with it.
  const Descriptor folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return disk_error("sync", path);
  return {};
}

}  // namespace

Status make_data_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  if (std::filesystem::is_directory(folder, failure)) return {};
  std::filesystem::create_directories(folder, failure);
  if (failure) {
    return make_error(Code::unavailable, reasons::kStorageUnavailable,
                      "cannot make " + folder.string() + ": " + failure.message());
  }
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failure);
  return {};
}

std::filesystem::path server_key_path(const std::filesystem::path& folder) {
  return folder / "server.key";
}

std::filesystem::path files_path(const std::filesystem::path& folder) {
  return folder / "files";
}

std::filesystem::path spool_path(const std::filesystem::path& folder) {
  return folder / "spool";
}

Result<Secret> load_server_key(const std::filesystem::path& folder) {
  const std::filesystem::path path = server_key_path(folder);
  const Descriptor made(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (made.get() >= 0) {
    CINNABAR_CHECK_OK(write_key(path, made.get()));
  } else if (errno != EEXIST) {
    return disk_error("make", path);
  }
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return disk_error("open", path);
  std::string key(kKeyBytes, '\0');
  if (::read(file.get(), key.data(), key.size()) != static_cast<ssize_t>(key.size())) {
    return make_error(Code::data_loss, reasons::kStorageCorrupt,
                      path.string() + " is too short for a key; restore it from a backup");
  }
  return Secret(std::move(key));
}

}  // namespace cinnabar::app
