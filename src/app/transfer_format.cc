#include "app/transfer_format.h"

#include "app/version.h"
#include "base/text.h"
#include "outbound/files.h"
#include "ports/schema.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::app::transfer {
namespace {

namespace fs = std::filesystem;
namespace schema = ports::schema;

constexpr std::string_view kFormat = "cinnabar-export";
constexpr std::size_t kManifestBytesMax = 1024UL * 1024;
constexpr std::size_t kPieceBytes = 256UL * 1024;

std::string text_of(const Json& object, std::string_view member) {
  const Json* value = object.find(member);
  return value != nullptr && value->is_string() ? *value->as_string() : std::string();
}

std::int64_t int_of(const Json& object, std::string_view member) {
  const Json* value = object.find(member);
  return value == nullptr ? -1 : value->as_int().value_or(-1);
}

Result<CellValue> read_cell(const ports::Column& column, const Json& value) {
  if (value == Json(nullptr)) {
    if (column.nullable) return CellValue{};
  } else if (column.type == ports::ColumnType::integer) {
    if (const auto number = value.as_int()) return CellValue{*number};
  } else if (const std::string* text = value.as_string()) {
    if (column.type == ports::ColumnType::text) return CellValue{*text};
    if (auto bytes = from_base64(*text)) return CellValue{std::move(*bytes)};
  }
  return damaged("column " + std::string(column.name) + " has a value of another type");
}

}  // namespace

Error damaged(std::string detail) {
  return make_error(Code::data_loss, reasons::kStorageCorrupt, std::move(detail));
}

std::vector<const ports::Table*> exported_tables() {
  std::vector<const ports::Table*> tables;
  for (const ports::Table* table : schema::kAll) {
    const bool is_passing =
        table == &schema::access_session::kTable || table == &schema::upload::kTable;
    if (!is_passing) tables.push_back(table);
  }
  return tables;
}

fs::path part_path(std::string_view name) {
  return fs::path("tables") / (std::string(name) + ".jsonl");
}

std::string print_manifest(const std::vector<Part>& parts, Instant now) {
  Json rows = Json::array();
  for (const Part& part : parts) {
    rows.push(Json::object()
                  .set("name", part.name)
                  .set("rows", part.rows)
                  .set("size", part.digest.size)
                  .set("sha256", part.digest.sha256));
  }
  return print_pretty(Json::object()
                          .set("format", kFormat)
                          .set("format_version", kFormatVersion)
                          .set("version", version())
                          .set("created_at", to_rfc3339(now))
                          .set("tables", std::move(rows)));
}

Result<std::vector<Part>> read_manifest(const fs::path& source) {
  const auto text = outbound::read_file(source / "manifest.json", kManifestBytesMax);
  const auto manifest = text.has_value() ? Json::parse(*text) : Result<Json>(text.error());
  if (!manifest.has_value() || text_of(*manifest, "format") != kFormat) {
    return make_error(Code::not_found, reasons::kFileMissing,
                      source.string() + " is no export: it has no readable manifest.json");
  }
  if (int_of(*manifest, "format_version") != kFormatVersion) {
    return make_error(Code::failed_precondition, reasons::kSchemaTooNew,
                      "the export was made by cinnabar " + text_of(*manifest, "version") +
                          " in another format; this program reads format_version " +
                          std::to_string(kFormatVersion));
  }
  const Json* rows = manifest->find("tables");
  if (rows == nullptr || !rows->is_array()) return damaged("the manifest is damaged");
  std::vector<Part> parts;
  for (const Json& row : *rows->as_array()) {
    Part part{text_of(row, "name"), int_of(row, "rows"),
              FileDigest{text_of(row, "sha256"), int_of(row, "size")}};
    if (part.rows < 0 || part.digest.size < 0) return damaged("the manifest is damaged");
    parts.push_back(std::move(part));
  }
  return parts;
}

std::string print_row(const ports::Table& table, const ports::Row& row) {
  Json object = Json::object(table.columns.size());
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const ports::Column& column = table.columns[i];
    if (const auto* number = std::get_if<std::int64_t>(&row[i])) {
      object.set(column.name, *number);
    } else if (const auto* text = std::get_if<std::string>(&row[i])) {
      object.set(column.name, column.type == ports::ColumnType::blob ? to_base64(*text) : *text);
    } else {
      object.set(column.name, nullptr);
    }
  }
  return print(object);
}

Result<ports::Row> read_row(const ports::Table& table, std::string_view line) {
  CINNABAR_TRY(const Json object, Json::parse(line));
  if (!object.is_object() || object.as_object()->size() != table.columns.size()) {
    return damaged("a line has other columns than its table");
  }
  ports::Row row;
  row.reserve(table.columns.size());
  for (const ports::Column& column : table.columns) {
    const Json* value = object.find(column.name);
    if (value == nullptr) return damaged("column " + std::string(column.name) + " is missing");
    CINNABAR_TRY(CellValue cell, read_cell(column, *value));
    row.push_back(std::move(cell));
  }
  return row;
}

LineWriter::LineWriter(fs::path path) : path_(std::move(path)) {
  file_.open(path_, std::ios::binary | std::ios::out);
}

void LineWriter::write(std::string_view line) {
  file_.write(line.data(), static_cast<std::streamsize>(line.size()));
  file_.put('\n');
  ++lines_;
}

Result<FileDigest> LineWriter::finish() {
  file_.close();
  if (file_.fail()) {
    return make_error(Code::unavailable, reasons::kStorageUnavailable,
                      "cannot write " + path_.string() + "; is the disk full?");
  }
  CINNABAR_CHECK_OK(outbound::sync_file(path_));
  return digest_file(path_);
}

Status for_each_line(const fs::path& path,
                     const std::function<Status(std::string_view line)>& use) {
  std::ifstream file(path, std::ios::binary);
  std::string piece(kPieceBytes, '\0');
  std::string line;
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    std::string_view got(piece.data(), static_cast<std::size_t>(file.gcount()));
    for (std::size_t end = got.find('\n'); end != std::string_view::npos; end = got.find('\n')) {
      line += got.substr(0, end);
      CINNABAR_CHECK_OK(use(line));
      line.clear();
      got.remove_prefix(end + 1);
    }
    line += got;
    if (line.size() > kLineBytesMax) return damaged("a line is too long");
  }
  if (!file.eof() || !line.empty()) return damaged("the last line is cut off");
  return {};
}

}  // namespace cinnabar::app::transfer
