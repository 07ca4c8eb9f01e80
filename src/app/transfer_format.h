// The files of an export and the lines in them. Blocking; one thread. Errors: data_loss
// (storage_corrupt) for what cannot be read, unavailable (storage_unavailable) for the disk.
#pragma once

#include "app/file_copy.h"
#include "base/json.h"
#include "base/time.h"
#include "ports/table.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::app::transfer {

inline constexpr std::int64_t kFormatVersion = 1;
inline constexpr std::string_view kSequencePart = "sequence";
// A row with the largest record, in base64, and room to spare.
inline constexpr std::size_t kLineBytesMax = 64UL * 1024 * 1024;

// The tables of an export, in the order in which they are written. Sessions stay behind: their
// codes belong to the server key of the installation.
std::vector<const ports::Table*> exported_tables();

struct Part {
  std::string name;  // of the table, or kSequencePart
  std::int64_t rows = 0;
  FileDigest digest;
};
// "tables/NAME.jsonl" below the export.
std::filesystem::path part_path(std::string_view name);

std::string print_manifest(const std::vector<Part>& parts, Instant now);
// Errors: not_found; failed_precondition (schema_too_new) for another format version.
Result<std::vector<Part>> read_manifest(const std::filesystem::path& source);

std::string print_row(const ports::Table& table, const ports::Row& row);
// Exactly the columns of the table, with values of their types.
Result<ports::Row> read_row(const ports::Table& table, std::string_view line);

// Writes lines and says what the file became. The file must not exist.
class LineWriter {
 public:
  explicit LineWriter(std::filesystem::path path);
  void write(std::string_view line);
  [[nodiscard]] std::int64_t lines() const { return lines_; }
  // Synced.
  Result<FileDigest> finish();

 private:
  std::filesystem::path path_;
  std::ofstream file_;
  std::int64_t lines_ = 0;
};

// Calls `use` with each line; the last one must be complete.
Status for_each_line(const std::filesystem::path& path,
                     const std::function<Status(std::string_view line)>& use);

Error damaged(std::string detail);

}  // namespace cinnabar::app::transfer
