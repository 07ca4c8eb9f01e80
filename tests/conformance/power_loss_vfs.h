// A disk that forgets. An SQLite VFS that passes everything through to the real files but
// remembers, for the database and its log, what every 512-byte sector held at the last sync.
// `lose_power` writes the files as they may look after a power loss at that moment: a random half
// of the sectors that were written since is back at what was synced.
//
// What it does not model: lost folder entries, torn sectors, disks that lie about syncs - except
// with `ignore_syncs`, which is how a test shows that it would notice.
//
// Ownership: registers itself with SQLite under `name` for its lifetime. Thread: any.
#pragma once

#include "base/random.h"

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>

namespace cinnabar::conformance {

class PowerLossVfs {
 public:
  explicit PowerLossVfs(std::string name, bool ignore_syncs = false);
  ~PowerLossVfs();
  PowerLossVfs(const PowerLossVfs&) = delete;
  PowerLossVfs& operator=(const PowerLossVfs&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  // Writes the surviving files into `folder`.
  void lose_power(const std::filesystem::path& folder, Random& random);

  // From here on writes or syncs of the database and its log fail with these SQLite codes;
  // SQLITE_OK heals.
  void fail_writes(int code) { write_error_ = code; }
  void fail_syncs(int code) { sync_error_ = code; }
  [[nodiscard]] int write_error() const { return write_error_; }
  [[nodiscard]] int sync_error() const { return sync_error_; }

  // What the file methods call.
  struct Image {
    std::string content;
    std::size_t synced_size = 0;
    std::map<std::size_t, std::string> before;  // by sector: its bytes at the last sync
    bool exists = true;
  };
  Image* open_image(const std::string& path);
  void write(Image& image, const char* bytes, std::size_t size, std::size_t at);
  void truncate(Image& image, std::size_t size);
  void sync(Image& image);
  void remove(const std::string& path);
  [[nodiscard]] sqlite3_vfs* real() const { return real_; }

 private:
  static void remember(Image& image, std::size_t begin, std::size_t end);

  const std::string name_;
  const bool ignore_syncs_;
  sqlite3_vfs* real_;
  sqlite3_vfs vfs_{};
  std::atomic<int> write_error_{SQLITE_OK};
  std::atomic<int> sync_error_{SQLITE_OK};
  std::mutex mutex_;  // images_
  std::map<std::string, Image> images_;
};

}  // namespace cinnabar::conformance
