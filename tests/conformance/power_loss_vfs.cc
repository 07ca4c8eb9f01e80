#include "conformance/power_loss_vfs.h"

#include "base/assert.h"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace cinnabar::conformance {
namespace {

constexpr std::size_t kSector = 512;

// SQLite allocates this; the real file follows it in memory.
struct ShimFile {
  sqlite3_file base;
  PowerLossVfs* owner;
  PowerLossVfs::Image* image;  // null for files that do not matter after a power loss
};

ShimFile& shim(sqlite3_file* file) {
  return *reinterpret_cast<ShimFile*>(file);
}
sqlite3_file* real_of(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<ShimFile*>(file) + 1);
}

int do_close(sqlite3_file* file) {
  return real_of(file)->pMethods->xClose(real_of(file));
}
int do_read(sqlite3_file* file, void* bytes, int size, sqlite3_int64 at) {
  return real_of(file)->pMethods->xRead(real_of(file), bytes, size, at);
}
int do_write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  if (shim(file).image != nullptr && shim(file).owner->write_error() != SQLITE_OK) {
    return shim(file).owner->write_error();
  }
  const int code = real_of(file)->pMethods->xWrite(real_of(file), bytes, size, at);
  if (code == SQLITE_OK && shim(file).image != nullptr) {
    shim(file).owner->write(*shim(file).image, static_cast<const char*>(bytes),
                            static_cast<std::size_t>(size), static_cast<std::size_t>(at));
  }
  return code;
}
int do_truncate(sqlite3_file* file, sqlite3_int64 size) {
  const int code = real_of(file)->pMethods->xTruncate(real_of(file), size);
  if (code == SQLITE_OK && shim(file).image != nullptr) {
    shim(file).owner->truncate(*shim(file).image, static_cast<std::size_t>(size));
  }
  return code;
}
// The real sync is left out: it would only cost time.
int do_sync(sqlite3_file* file, int /*flags*/) {
  if (shim(file).image == nullptr) return SQLITE_OK;
  if (shim(file).owner->sync_error() != SQLITE_OK) return shim(file).owner->sync_error();
  shim(file).owner->sync(*shim(file).image);
  return SQLITE_OK;
}
int do_file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
int do_lock(sqlite3_file* file, int level) {
  return real_of(file)->pMethods->xLock(real_of(file), level);
}
int do_unlock(sqlite3_file* file, int level) {
  return real_of(file)->pMethods->xUnlock(real_of(file), level);
}
int do_check_lock(sqlite3_file* file, int* found) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), found);
}
int do_control(sqlite3_file* file, int op, void* argument) {
  return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}
int do_sector_size(sqlite3_file* file) {
  return real_of(file)->pMethods->xSectorSize(real_of(file));
}
int do_characteristics(sqlite3_file* file) {
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}
int do_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}
int do_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}
void do_shm_barrier(sqlite3_file* file) {
  real_of(file)->pMethods->xShmBarrier(real_of(file));
}
int do_shm_unmap(sqlite3_file* file, int remove) {
  return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

// Version 2: shared memory for the log, no mapping of the file past our eyes.
constexpr sqlite3_io_methods kMethods{2,
                                      do_close,
                                      do_read,
                                      do_write,
                                      do_truncate,
                                      do_sync,
                                      do_file_size,
                                      do_lock,
                                      do_unlock,
                                      do_check_lock,
                                      do_control,
                                      do_sector_size,
                                      do_characteristics,
                                      do_shm_map,
                                      do_shm_lock,
                                      do_shm_barrier,
                                      do_shm_unmap,
                                      nullptr,
                                      nullptr};

PowerLossVfs& owner_of(sqlite3_vfs* vfs) {
  return *static_cast<PowerLossVfs*>(vfs->pAppData);
}

int open_file(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  PowerLossVfs& owner = owner_of(vfs);
  file->pMethods = nullptr;
  const int code = owner.real()->xOpen(owner.real(), path, real_of(file), flags, out_flags);
  if (code != SQLITE_OK) return code;
  constexpr int kTracked = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
  shim(file).owner = &owner;
  shim(file).image = path != nullptr && (flags & kTracked) != 0 ? owner.open_image(path) : nullptr;
  file->pMethods = &kMethods;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* path, int sync_folder) {
  PowerLossVfs& owner = owner_of(vfs);
  const int code = owner.real()->xDelete(owner.real(), path, sync_folder);
  if (code == SQLITE_OK) owner.remove(path);
  return code;
}

}  // namespace

PowerLossVfs::PowerLossVfs(std::string name, bool ignore_syncs)
    : name_(std::move(name)), ignore_syncs_(ignore_syncs), real_(sqlite3_vfs_find(nullptr)) {
  vfs_ = *real_;
  vfs_.szOsFile = static_cast<int>(sizeof(ShimFile)) + real_->szOsFile;
  vfs_.zName = name_.c_str();
  vfs_.pNext = nullptr;
  vfs_.pAppData = this;
  vfs_.xOpen = open_file;
  vfs_.xDelete = delete_file;
  // The other methods of the real VFS ignore the object they are called with, except for these.
  vfs_.xAccess = [](sqlite3_vfs* vfs, const char* path, int flags, int* out) {
    return owner_of(vfs).real()->xAccess(owner_of(vfs).real(), path, flags, out);
  };
  vfs_.xFullPathname = [](sqlite3_vfs* vfs, const char* path, int size, char* out) {
    return owner_of(vfs).real()->xFullPathname(owner_of(vfs).real(), path, size, out);
  };
  const int code = sqlite3_vfs_register(&vfs_, 0);
  CINNABAR_ASSERT(code == SQLITE_OK);
}

PowerLossVfs::~PowerLossVfs() {
  sqlite3_vfs_unregister(&vfs_);
}

PowerLossVfs::Image* PowerLossVfs::open_image(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  Image& image = images_[path];
  image.exists = true;
  return &image;
}

void PowerLossVfs::remember(Image& image, std::size_t begin, std::size_t end) {
  for (std::size_t sector = begin / kSector; sector * kSector < end; ++sector) {
    if (image.before.contains(sector)) continue;
    std::string bytes;
    if (sector * kSector < image.content.size()) {
      bytes = image.content.substr(sector * kSector, kSector);
    }
    bytes.resize(kSector, '\0');
    image.before.emplace(sector, std::move(bytes));
  }
}

void PowerLossVfs::write(Image& image, const char* bytes, std::size_t size, std::size_t at) {
  const std::scoped_lock lock(mutex_);
  remember(image, at, at + size);
  if (image.content.size() < at + size) image.content.resize(at + size, '\0');
  std::copy_n(bytes, size, image.content.begin() + static_cast<std::ptrdiff_t>(at));
}

void PowerLossVfs::truncate(Image& image, std::size_t size) {
  const std::scoped_lock lock(mutex_);
  if (size < image.content.size()) remember(image, size, image.content.size());
  image.content.resize(size, '\0');
}

void PowerLossVfs::sync(Image& image) {
  const std::scoped_lock lock(mutex_);
  if (ignore_syncs_) return;
  image.before.clear();
  image.synced_size = image.content.size();
}

void PowerLossVfs::remove(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = images_.find(path); found != images_.end()) {
    found->second = Image{};
    found->second.exists = false;
  }
}

void PowerLossVfs::lose_power(const std::filesystem::path& folder, Random& random) {
  const std::scoped_lock lock(mutex_);
  for (const auto& [path, image] : images_) {
    if (!image.exists) continue;
    std::string content = image.content;
    std::size_t size = random.below(2) == 0 ? image.synced_size : image.content.size();
    for (const auto& [sector, bytes] : image.before) {
      if (random.below(2) == 0) continue;
      const std::size_t at = sector * kSector;
      if (content.size() < at + kSector) content.resize(at + kSector, '\0');
      std::copy(bytes.begin(), bytes.end(), content.begin() + static_cast<std::ptrdiff_t>(at));
    }
    content.resize(size, '\0');
    std::ofstream out(folder / std::filesystem::path(path).filename(), std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    CINNABAR_ASSERT(out.good());
  }
}

}  // namespace cinnabar::conformance
