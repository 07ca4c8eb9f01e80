#include "app/backup.h"

#include "app/data_folder.h"
#include "app/file_copy.h"
#include "app/folders.h"
#include "app/read_only_store.h"
#include "app/version.h"
#include "base/json.h"
#include "outbound/files.h"
#include "outbound/fs_blob_store.h"
#include "ports/schema.h"
#include "storage/sqlite/sqlite_store.h"
#include "vocab/reasons.h"

#include <set>

namespace cinnabar::app {
namespace {

namespace fs = std::filesystem;
namespace attachment = ports::schema::attachment;
namespace upload = ports::schema::upload;

constexpr const char* kDatabase = "cinnabar.db";
constexpr const char* kManifest = "manifest.json";
constexpr std::int64_t kFormat = 1;
constexpr std::size_t kManifestBytesMax = 1024UL * 1024 * 1024;

Error damaged(std::string detail) {
  return make_error(Code::data_loss, reasons::kStorageCorrupt, std::move(detail));
}

struct Entry {
  std::string path;  // in the backup, with '/'
  FileDigest digest;
};

// The tables are in the order of their keys.
Status collect_digests(ports::ReadTransaction& snapshot, const ports::Table& table,
                       std::uint16_t key, std::uint16_t digest, std::set<std::string>& digests) {
  constexpr std::int64_t kPage = 10'000;
  ports::Select select;
  select.table = &table;
  select.limit = kPage;
  while (true) {
    CINNABAR_TRY(const auto rows, snapshot.select(select));
    for (const ports::Row& row : rows) digests.insert(std::get<std::string>(row[digest]));
    if (std::ssize(rows) < kPage) return {};
    select.filter = where(key, FilterOp::greater, rows.back()[key]);
  }
}

Result<std::set<std::string>> referenced_files(const fs::path& database) {
  CINNABAR_TRY(auto store, ReadOnlyStore::open(database));
  CINNABAR_TRY(auto snapshot, store->read());
  std::set<std::string> digests;
  CINNABAR_CHECK_OK(
      collect_digests(*snapshot, attachment::kTable, attachment::id, attachment::sha256, digests));
  CINNABAR_CHECK_OK(
      collect_digests(*snapshot, upload::kTable, upload::key, upload::sha256, digests));
  return digests;
}

// Copies one file of the backup and says what it is.
class Copier {
 public:
  explicit Copier(fs::path folder) : folder_(std::move(folder)) {}

  Status copy(const fs::path& source, const std::string& name) {
    CINNABAR_CHECK_OK(outbound::make_folders((folder_ / name).parent_path()));
    CINNABAR_TRY(FileDigest digest, copy_with_digest(source, folder_ / name));
    entries_.push_back(Entry{name, std::move(digest)});
    return {};
  }
  Status add(const std::string& name) {
    CINNABAR_TRY(FileDigest digest, digest_file(folder_ / name));
    entries_.push_back(Entry{name, std::move(digest)});
    return {};
  }
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

 private:
  fs::path folder_;
  std::vector<Entry> entries_;
};

BackupFacts facts_of(const std::vector<Entry>& entries) {
  BackupFacts facts;
  for (const Entry& entry : entries) {
    facts.bytes += entry.digest.size;
    if (entry.path.starts_with("files/")) ++facts.files;
  }
  return facts;
}

std::string print_manifest(const std::vector<Entry>& entries, Instant now) {
  Json files = Json::array();
  for (const Entry& entry : entries) {
    files.push(Json::object()
                   .set("path", entry.path)
                   .set("size", entry.digest.size)
                   .set("sha256", entry.digest.sha256));
  }
  return print_pretty(Json::object()
                          .set("format", kFormat)
                          .set("version", version())
                          .set("created_at", to_rfc3339(now))
                          .set("files", std::move(files)));
}

bool is_inside(const std::string& path) {
  const fs::path relative(path);
  if (relative.empty() || relative.is_absolute()) return false;
  for (const fs::path& part : relative) {
    if (part == "..") return false;
  }
  return true;
}

Result<std::vector<Entry>> read_manifest(const fs::path& backup) {
  const auto text = outbound::read_file(backup / kManifest, kManifestBytesMax);
  if (!text.has_value()) {
    return make_error(Code::not_found, reasons::kFileMissing,
                      backup.string() + " is no backup: it has no readable manifest.json");
  }
  CINNABAR_TRY(const Json manifest, Json::parse(*text));
  const Json* format = manifest.find("format");
  const Json* files = manifest.find("files");
  if (format == nullptr || format->as_int() != kFormat || files == nullptr || !files->is_array()) {
    return damaged("the manifest is damaged or of another format");
  }
  std::vector<Entry> entries;
  for (const Json& row : *files->as_array()) {
    const Json* path = row.find("path");
    const Json* size = row.find("size");
    const Json* sha256 = row.find("sha256");
    const bool is_complete = path != nullptr && path->as_string() != nullptr && size != nullptr &&
                             size->as_int().has_value() && sha256 != nullptr &&
                             sha256->as_string() != nullptr && is_inside(*path->as_string());
    if (!is_complete) return damaged("the manifest is damaged");
    entries.push_back(Entry{*path->as_string(), FileDigest{*sha256->as_string(), *size->as_int()}});
  }
  return entries;
}

Status fill(const Config& config, const fs::path& folder, Copier& copier) {
  CINNABAR_TRY(auto store, ReadOnlyStore::open(config.database));
  CINNABAR_CHECK_OK(store->copy_to(folder / kDatabase));
  CINNABAR_CHECK_OK(sqlite::SqliteStore::verify(folder / kDatabase));
  CINNABAR_CHECK_OK(copier.add(kDatabase));
  const fs::path key = server_key_path(config.data_folder);
  CINNABAR_CHECK_OK(copier.copy(key, key.filename().string()));
  CINNABAR_TRY(const auto digests, referenced_files(folder / kDatabase));
  for (const std::string& sha256 : digests) {
    const std::string name = blob_path(sha256);
    CINNABAR_CHECK_OK(copier.copy(config.data_folder / name, name));
    if (copier.entries().back().digest.sha256 != sha256) {
      return damaged("the file " + name + " is damaged: its bytes do not have its digest");
    }
  }
  return {};
}

}  // namespace

Result<BackupFacts> create_backup(const Config& config, const fs::path& target, Instant now) {
  std::error_code failure;
  if (fs::exists(target, failure)) {
    return make_error(Code::already_exists, reasons::kNameTaken,
                      target.string() + " exists already");
  }
  const fs::path unfinished = unfinished_name(target);
  CINNABAR_CHECK_OK(make_private_folder(unfinished));
  Copier copier(unfinished);
  Status status = fill(config, unfinished, copier);
  if (status.has_value()) {
    status = outbound::write_file(unfinished / kManifest, print_manifest(copier.entries(), now));
  }
  if (status.has_value()) status = rename_into_place(unfinished, target);
  if (!status.has_value()) {
    fs::remove_all(unfinished, failure);
    return std::move(status).error();
  }
  return facts_of(copier.entries());
}

Result<BackupFacts> verify_backup(const fs::path& backup) {
  CINNABAR_TRY(const auto entries, read_manifest(backup));
  bool has_database = false;
  for (const Entry& entry : entries) {
    const auto digest = digest_file(backup / entry.path);
    if (!digest.has_value()) return damaged(entry.path + " is missing or cannot be read");
    if (digest->sha256 != entry.digest.sha256 || digest->size != entry.digest.size) {
      return damaged(entry.path + " was changed: its bytes do not have the digest of the manifest");
    }
    has_database = has_database || entry.path == kDatabase;
  }
  if (!has_database) return damaged("the manifest names no database");
  CINNABAR_CHECK_OK(sqlite::SqliteStore::verify(backup / kDatabase));
  CINNABAR_TRY(const auto digests, referenced_files(backup / kDatabase));
  for (const std::string& sha256 : digests) {
    std::error_code failure;
    if (!fs::exists(backup / blob_path(sha256), failure)) {
      return damaged("a file of the database is not in the backup: " + sha256);
    }
  }
  return facts_of(entries);
}

Result<BackupFacts> restore_backup(const fs::path& backup, const fs::path& data_folder) {
  std::error_code failure;
  const bool is_there = fs::exists(data_folder, failure);
  if (is_there && !fs::is_empty(data_folder, failure)) {
    return make_error(Code::failed_precondition, reasons::kNameTaken,
                      data_folder.string() + " is not empty; a backup is restored into a new one");
  }
  CINNABAR_TRY(const BackupFacts facts, verify_backup(backup));
  CINNABAR_TRY(const auto entries, read_manifest(backup));
  const fs::path unfinished = unfinished_name(data_folder);
  CINNABAR_CHECK_OK(make_private_folder(unfinished));
  Copier copier(unfinished);
  for (const Entry& entry : entries) {
    CINNABAR_CHECK_OK(copier.copy(backup / entry.path, entry.path));
    if (copier.entries().back().digest.sha256 != entry.digest.sha256) {
      return damaged(entry.path + " changed while it was copied");
    }
  }
  if (is_there) fs::remove(data_folder, failure);
  CINNABAR_CHECK_OK(rename_into_place(unfinished, data_folder));
  return facts;
}

}  // namespace cinnabar::app
