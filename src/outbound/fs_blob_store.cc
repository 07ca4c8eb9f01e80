#include "outbound/fs_blob_store.h"

#include "base/text.h"
#include "outbound/files.h"
#include "vocab/reasons.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace cinnabar::outbound {
namespace {

namespace fs = std::filesystem;

// A younger file may belong to a command that is still on its way.
constexpr auto kSweepAge = std::chrono::hours(1);

bool is_digest(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string digest_of(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return to_hex({digest.data(), size});
}

}  // namespace

Result<std::unique_ptr<FsBlobStore>> FsBlobStore::open(fs::path root) {
  CINNABAR_CHECK_OK(make_folders(root / "tmp"));
  return std::unique_ptr<FsBlobStore>(new FsBlobStore(std::move(root)));
}

fs::path FsBlobStore::place_of(const std::string& sha256) const {
  return root_ / sha256.substr(0, 2) / sha256.substr(2, 2) / sha256;
}

Status FsBlobStore::move_into_place(const fs::path& file, const fs::path& place) const {
  CINNABAR_CHECK_OK(make_folders(place.parent_path()));
  CINNABAR_CHECK_OK(sync_file(file));
  std::error_code failure;
  fs::rename(file, place, failure);
  if (failure == std::errc::cross_device_link) {
    const fs::path copy = root_ / "tmp" / (place.filename().string() + "." + unique_suffix());
    fs::copy_file(file, copy, fs::copy_options::overwrite_existing, failure);
    if (failure) return disk_error("copy an upload", failure);
    CINNABAR_CHECK_OK(sync_file(copy));
    fs::rename(copy, place, failure);
    if (!failure) fs::remove(file, failure);
  }
  if (failure) return disk_error("move an upload into the blob store", failure);
  return sync_folder(place.parent_path());
}

Result<ports::StoredBlob> FsBlobStore::adopt(const fs::path& source, const std::string& sha256) {
  if (!is_digest(sha256)) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed, "not a SHA-256 digest");
  }
  const fs::path place = place_of(sha256);
  std::error_code failure;
  const bool known = fs::exists(place, failure);
  if (known) {
    fs::remove(source, failure);
    // The copy in the store may be about to be swept; being asked for again makes it young.
    fs::last_write_time(place, fs::file_time_type::clock::now(), failure);
    // Whoever renamed it may not have synced the folder yet.
    CINNABAR_CHECK_OK(sync_folder(place.parent_path()));
  } else {
    CINNABAR_CHECK_OK(move_into_place(source, place));
  }
  const auto size = fs::file_size(place, failure);
  if (failure) return disk_error("read a stored file's size", failure);
  return ports::StoredBlob{sha256, static_cast<std::int64_t>(size)};
}

Result<ports::StoredBlob> FsBlobStore::put(std::string_view bytes) {
  const std::string sha256 = digest_of(bytes);
  const fs::path file = root_ / "tmp" / (sha256 + "." + unique_suffix());
  CINNABAR_CHECK_OK(write_file(file, bytes));
  return adopt(file, sha256);
}

Result<fs::path> FsBlobStore::locate(const std::string& sha256) {
  if (is_digest(sha256)) {
    std::error_code failure;
    fs::path place = place_of(sha256);
    if (fs::is_regular_file(place, failure)) return place;
  }
  return make_error(Code::not_found, reasons::kFileMissing, "the file's content is not stored");
}

Result<std::int64_t> FsBlobStore::sweep(
    const std::function<bool(std::string_view sha256)>& is_referenced) {
  std::int64_t removed = 0;
  std::error_code failure;
  const auto now = fs::file_time_type::clock::now();
  for (auto it = fs::recursive_directory_iterator(root_, failure);
       !failure && it != fs::recursive_directory_iterator(); it.increment(failure)) {
    std::error_code ignored;
    if (!it->is_regular_file(ignored)) continue;
    const std::string name = it->path().filename().string();
    if (now - it->last_write_time(ignored) < kSweepAge) continue;
    if (is_digest(name) && is_referenced(name)) continue;
    if (fs::remove(it->path(), ignored)) ++removed;
  }
  if (failure) return disk_error("list the blob store", failure);
  return removed;
}

}  // namespace cinnabar::outbound
