#include "app/folders.h"

#include "outbound/files.h"

namespace cinnabar::app {

namespace fs = std::filesystem;

Status make_private_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder.parent_path().empty() ? fs::path(".") : folder.parent_path(),
                         failure);
  if (!failure) fs::create_directory(folder, failure);
  if (!failure) fs::permissions(folder, fs::perms::owner_all, failure);
  if (failure) return outbound::disk_error("make the folder", failure);
  return {};
}

fs::path unfinished_name(const fs::path& folder) {
  // "data/" names the same folder as "data".
  fs::path name = folder.has_filename() ? folder : folder.parent_path();
  name += ".unfinished";
  std::error_code ignored;
  fs::remove_all(name, ignored);
  return name;
}

Status rename_into_place(const fs::path& from, const fs::path& to) {
  CINNABAR_CHECK_OK(outbound::sync_folder(from));
  const fs::path target = to.has_filename() ? to : to.parent_path();
  std::error_code failure;
  fs::rename(from, target, failure);
  if (failure) return outbound::disk_error("rename", failure);
  return outbound::sync_folder(target.parent_path().empty() ? fs::path(".") : target.parent_path());
}

std::string blob_path(const std::string& sha256) {
  return "files/" + sha256.substr(0, 2) + "/" + sha256.substr(2, 2) + "/" + sha256;
}

}  // namespace cinnabar::app
