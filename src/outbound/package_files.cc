#include "outbound/package_files.h"

#include "base/text.h"
#include "outbound/files.h"
#include "vocab/reasons.h"

#include <zip.h>

#include <memory>

namespace cinnabar::outbound {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;

Error invalid(std::string message, std::string subject = {}) {
  return make_error(Code::invalid_argument, reasons::kPackageInvalid, std::move(message),
                    std::move(subject));
}

bool is_safe_path(std::string_view path) {
  if (path.empty() || path.front() == '/' || path.find('\\') != std::string_view::npos)
    return false;
  if (path.find('\0') != std::string_view::npos || !is_utf8(path)) return false;
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return true;
}

Status add(Files& files, std::size_t& total, std::string name, std::string bytes) {
  if (!is_safe_path(name))
    return invalid("a path of the package is not allowed", to_valid_utf8(name));
  total += bytes.size();
  if (files.size() >= kPackageFilesMax || total > kPackageBytesMax)
    return invalid("the package is too large");
  if (!files.emplace(name, std::move(bytes)).second)
    return invalid("a file is in the package twice", name);
  return {};
}

Result<Files> read_folder(const fs::path& root) {
  Files files;
  std::size_t total = 0;
  std::error_code failure;
  for (auto it = fs::recursive_directory_iterator(root, failure);
       !failure && it != fs::recursive_directory_iterator(); it.increment(failure)) {
    if (it->is_symlink(failure))
      return invalid("a package holds no links", it->path().filename().string());
    if (!it->is_regular_file(failure)) continue;
    CINNABAR_TRY(std::string bytes, read_file(it->path(), kPackageBytesMax));
    CINNABAR_CHECK_OK(
        add(files, total, it->path().lexically_relative(root).generic_string(), std::move(bytes)));
  }
  if (failure) return disk_error("read the package", failure);
  return files;
}

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

bool is_link(zip_t* archive, zip_uint64_t index) {
  zip_uint8_t system = 0;
  zip_uint32_t attributes = 0;
  if (zip_file_get_external_attributes(archive, index, 0, &system, &attributes) != 0) return false;
  return system == ZIP_OPSYS_UNIX && ((attributes >> 16) & 0170000U) == 0120000U;
}

// What an entry says of its size is only a claim, so reading stops at the limit.
Result<std::string> read_entry(zip_t* archive, zip_uint64_t index, std::size_t bytes_max) {
  const std::unique_ptr<zip_file_t, CloseEntry> entry(zip_fopen_index(archive, index, 0));
  if (entry == nullptr) return invalid("a file of the archive cannot be read");
  std::string bytes;
  std::string buffer(65'536, '\0');
  while (true) {
    const zip_int64_t got = zip_fread(entry.get(), buffer.data(), buffer.size());
    if (got < 0) return invalid("a file of the archive is damaged");
    if (got == 0) return bytes;
    bytes.append(buffer, 0, static_cast<std::size_t>(got));
    if (bytes.size() > bytes_max) return invalid("the package is too large");
  }
}

Result<Files> read_zip(const fs::path& path) {
  int code = 0;
  const std::unique_ptr<zip_t, CloseArchive> archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (archive == nullptr) return invalid("the file is no readable .zip archive");
  Files files;
  std::size_t total = 0;
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  if (count > static_cast<zip_int64_t>(kPackageFilesMax) * 2)
    return invalid("the package is too large");
  for (zip_int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const char* name = zip_get_name(archive.get(), index, ZIP_FL_ENC_GUESS);
    if (name == nullptr) return invalid("the archive is damaged");
    std::string entry_name(name);
    if (entry_name.ends_with('/')) continue;
    if (is_link(archive.get(), index)) return invalid("a package holds no links", entry_name);
    CINNABAR_TRY(std::string bytes, read_entry(archive.get(), index, kPackageBytesMax - total));
    CINNABAR_CHECK_OK(add(files, total, std::move(entry_name), std::move(bytes)));
  }
  return files;
}

}  // namespace

Result<Files> read_package_files(const fs::path& path) {
  std::error_code failure;
  const fs::file_status status = fs::status(path, failure);
  if (!fs::exists(status)) {
    return make_error(Code::not_found, reasons::kFileMissing, "there is no such file or folder",
                      path.string());
  }
  if (fs::is_directory(status)) return read_folder(path);
  if (to_lower_ascii(path.extension().string()) == ".zip") return read_zip(path);
  CINNABAR_TRY(std::string bytes, read_file(path, kPackageBytesMax));
  return Files{{path.filename().string(), std::move(bytes)}};
}

}  // namespace cinnabar::outbound
