#include "outbound/files.h"

#include "outbound/descriptor.h"
#include "vocab/reasons.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>

namespace cinnabar::outbound {
namespace {

namespace fs = std::filesystem;

std::error_code last_failure() {
  return {errno, std::generic_category()};
}

Status sync_path(const fs::path& path, int flags) {
  const Descriptor file(::open(path.c_str(), flags | O_CLOEXEC));
  if (file.get() < 0) return disk_error("open for sync", last_failure());
  if (::fsync(file.get()) != 0) return disk_error("sync", last_failure());
  return {};
}

}  // namespace

Error disk_error(std::string_view operation, std::error_code failure) {
  return make_error(Code::unavailable, reasons::kStorageUnavailable,
                    std::string(operation) + ": " + failure.message());
}

Status make_folders(const fs::path& folder) {
  std::error_code failure;
  if (folder.empty() || fs::is_directory(folder, failure)) return {};
  CINNABAR_CHECK_OK(make_folders(folder.parent_path()));
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return disk_error("make a folder", last_failure());
  return sync_folder(folder.has_parent_path() ? folder.parent_path() : fs::path("."));
}

Status sync_file(const fs::path& file) {
  return sync_path(file, O_RDONLY);
}

Status sync_folder(const fs::path& folder) {
  return sync_path(folder, O_RDONLY | O_DIRECTORY);
}

Status write_file(const fs::path& file, std::string_view bytes) {
  const Descriptor out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (out.get() < 0) return disk_error("create a file", last_failure());
  while (!bytes.empty()) {
    const ssize_t written = ::write(out.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return disk_error("write a file", last_failure());
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(out.get()) != 0) return disk_error("sync", last_failure());
  return {};
}

Result<std::string> read_file(const fs::path& file, std::size_t bytes_max) {
  const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.get() < 0) return disk_error("open a file", last_failure());
  std::string bytes;
  std::array<char, 65'536> buffer{};
  while (true) {
    const ssize_t got = ::read(in.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return disk_error("read a file", last_failure());
    if (got == 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
    if (bytes.size() > bytes_max) {
      return make_error(Code::invalid_argument, reasons::kFileTooLarge, "the file is too large");
    }
  }
}

std::string unique_suffix() {
  static std::atomic<std::uint64_t> counter{0};
  const auto ticks = std::chrono::steady_clock::now().time_since_epoch().count();
  return std::to_string(::getpid()) + "-" + std::to_string(ticks) + "-" + std::to_string(++counter);
}

}  // namespace cinnabar::outbound
