// Backups: a folder with a copy of the database, every file it refers to, the server key, and a
// manifest with sizes and digests, written last.
//
// Made beside its final name and renamed when complete and synced, so a backup that exists is
// whole. Making one only reads, so it may run while the server does: the database is copied as one
// snapshot first, and files are never changed once they are there. Blocking; one thread.
#pragma once

#include "app/config.h"

#include <cstdint>
#include <filesystem>

namespace cinnabar::app {

struct BackupFacts {
  std::int64_t files = 0;  // attachments
  std::int64_t bytes = 0;  // of everything
};

// Errors: already_exists when `target` does; unavailable for the disk; data_loss when a file of the
// database is missing or damaged.
Result<BackupFacts> create_backup(const Config& config, const std::filesystem::path& target,
                                  Instant now);
// data_loss when a byte differs, a file is missing, or the database is damaged.
Result<BackupFacts> verify_backup(const std::filesystem::path& backup);
// Verifies first. failed_precondition when the data folder exists and is not empty.
Result<BackupFacts> restore_backup(const std::filesystem::path& backup,
                                   const std::filesystem::path& data_folder);

}  // namespace cinnabar::app
