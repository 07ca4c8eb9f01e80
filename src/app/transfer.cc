#include "app/transfer.h"

#include "app/folders.h"
#include "app/transfer_format.h"
#include "outbound/files.h"
#include "ports/schema.h"
#include "services/catalog.h"
#include "services/people.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>

namespace cinnabar::app {
namespace {

namespace fs = std::filesystem;
namespace schema = ports::schema;
namespace attachment = ports::schema::attachment;
using transfer::damaged;
using transfer::Part;

constexpr std::int64_t kPage = 500;
// Rows are written in commands of about so many bytes.
constexpr std::size_t kCommandBytesMax = 8UL * 1024 * 1024;

constexpr std::array kSequenceColumns{
    ports::Column{"name", ports::ColumnType::text, false},
    ports::Column{"next", ports::ColumnType::integer, false},
};
constexpr ports::Table kSequenceTable{transfer::kSequencePart, kSequenceColumns, 1};

// Rows with a greater key: the first column greater, or equal and the next one greater, ...
FilterNode after_key(const ports::Table& table, const ports::Row& row) {
  std::vector<FilterNode> ways;
  for (std::uint16_t last = 0; last < table.key_columns; ++last) {
    std::vector<FilterNode> parts;
    for (std::uint16_t i = 0; i < last; ++i) parts.push_back(where_equal(i, row[i]));
    parts.push_back(where(last, FilterOp::greater, row[last]));
    ways.push_back(all_of(std::move(parts)));
  }
  return any_of(std::move(ways));
}

Status for_each_row(ports::ReadTransaction& snapshot, const ports::Table& table,
                    const std::function<Status(const ports::Row&)>& use) {
  ports::Select select;
  select.table = &table;
  select.limit = kPage;
  while (true) {
    CINNABAR_TRY(const auto rows, snapshot.select(select));
    for (const ports::Row& row : rows) CINNABAR_CHECK_OK(use(row));
    if (std::ssize(rows) < kPage) return {};
    select.filter = after_key(table, rows.back());
  }
}

// Copies the file of an attachment unless it is there already, and checks it.
Status copy_attachment(const fs::path& from, const fs::path& to, const ports::Row& row,
                       TransferFacts& facts) {
  ++facts.attachments;
  const auto& sha256 = std::get<std::string>(row[attachment::sha256]);
  const bool is_digest =
      sha256.size() == 64 && sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_digest) return damaged("an attachment has no digest");
  const std::string name = blob_path(sha256);
  std::error_code ignored;
  if (fs::exists(to / name, ignored)) return {};
  CINNABAR_CHECK_OK(outbound::make_folders((to / name).parent_path()));
  const auto digest = copy_with_digest(from / name, to / name);
  if (!digest.has_value()) return damaged("the file " + name + " cannot be copied");
  const bool is_same =
      digest->sha256 == sha256 && digest->size == std::get<std::int64_t>(row[attachment::size]);
  if (!is_same) return damaged("the file " + name + " is damaged");
  return {};
}

Status write_part(const fs::path& folder, const ports::Table& table, std::vector<Part>& parts,
                  const std::function<Status(transfer::LineWriter&)>& fill) {
  transfer::LineWriter writer(folder / transfer::part_path(table.name));
  CINNABAR_CHECK_OK(fill(writer));
  const std::int64_t lines = writer.lines();
  CINNABAR_TRY(FileDigest digest, writer.finish());
  parts.push_back(Part{std::string(table.name), lines, std::move(digest)});
  return {};
}

Status fill(ports::ReadTransaction& snapshot, const fs::path& data_folder, const fs::path& folder,
            std::vector<Part>& parts, TransferFacts& facts) {
  CINNABAR_CHECK_OK(make_private_folder(folder / "tables"));
  for (const ports::Table* table : transfer::exported_tables()) {
    CINNABAR_CHECK_OK(write_part(folder, *table, parts, [&](transfer::LineWriter& writer) {
      return for_each_row(snapshot, *table, [&](const ports::Row& row) -> Status {
        writer.write(transfer::print_row(*table, row));
        if (table != &attachment::kTable) return {};
        return copy_attachment(data_folder, folder, row, facts);
      });
    }));
    ++facts.tables;
    facts.rows += parts.back().rows;
  }
  CINNABAR_TRY(const auto positions, snapshot.sequences());
  CINNABAR_CHECK_OK(
      write_part(folder, kSequenceTable, parts, [&](transfer::LineWriter& writer) -> Status {
        for (const ports::SequencePosition& position : positions) {
          writer.write(transfer::print_row(kSequenceTable,
                                           {CellValue{position.name}, CellValue{position.next}}));
        }
        return {};
      }));
  return outbound::sync_folder(folder / "tables");
}

// Collects rows and writes them in commands that are neither small nor large.
class Batch {
 public:
  Batch(ports::Store& store, const ports::Table& table) : store_(store), table_(table) {}

  Status add(ports::Row row, std::size_t bytes) {
    rows_.push_back(std::move(row));
    bytes_ += bytes;
    return std::ssize(rows_) >= kPage || bytes_ >= kCommandBytesMax ? write() : Status();
  }
  Status write() {
    if (rows_.empty()) return {};
    const Status status =
        ports::submit_and_wait(store_, [this](ports::WriteTransaction& transaction) -> Status {
          for (const ports::Row& row : rows_) transaction.insert(table_, row);
          return {};
        });
    rows_.clear();
    bytes_ = 0;
    return status;
  }

 private:
  ports::Store& store_;
  const ports::Table& table_;
  std::vector<ports::Row> rows_;
  std::size_t bytes_ = 0;
};

Error in_line(const ports::Table& table, std::int64_t line, const Error& error) {
  return damaged(transfer::part_path(table.name).string() + ", line " + std::to_string(line) +
                 ": " + error.detail);
}

// Hands over each row of a part, and checks that it has as many as the manifest says.
Status read_part(const fs::path& source, const ports::Table& table, const Part& part,
                 const std::function<Status(ports::Row, std::size_t bytes)>& use) {
  std::int64_t line = 0;
  CINNABAR_CHECK_OK(transfer::for_each_line(source / transfer::part_path(table.name),
                                            [&](std::string_view text) -> Status {
                                              ++line;
                                              auto row = transfer::read_row(table, text);
                                              if (!row.has_value())
                                                return in_line(table, line, row.error());
                                              return use(std::move(row).value(), text.size());
                                            }));
  if (line == part.rows) return {};
  return damaged(transfer::part_path(table.name).string() + " has " + std::to_string(line) +
                 " lines; the manifest says " + std::to_string(part.rows));
}

Status raise_sequence(ports::Store& store, const ports::Row& row) {
  return ports::submit_and_wait(store, [&](ports::WriteTransaction& transaction) {
    return transaction.raise_sequence(
        {std::get<std::string>(row[0]), std::get<std::int64_t>(row[1])});
  });
}

// What was read must make a catalog and a directory, or a server would not start on it.
Status check_imported(ports::Store& store) {
  CINNABAR_TRY(auto snapshot, store.read());
  CINNABAR_CHECK_OK(services::Catalog::load(*snapshot));
  CINNABAR_CHECK_OK(services::People::load(*snapshot));
  return {};
}

}  // namespace

Result<TransferFacts> export_to(ports::Store& store, const fs::path& data_folder,
                                const fs::path& target, Instant now) {
  std::error_code failure;
  if (fs::exists(target, failure)) {
    return make_error(Code::already_exists, reasons::kNameTaken,
                      target.string() + " exists already");
  }
  const fs::path unfinished = unfinished_name(target);
  CINNABAR_CHECK_OK(make_private_folder(unfinished));
  TransferFacts facts;
  std::vector<Part> parts;
  const auto run = [&]() -> Status {
    CINNABAR_TRY(auto snapshot, store.read());
    CINNABAR_CHECK_OK(fill(*snapshot, data_folder, unfinished, parts, facts));
    CINNABAR_CHECK_OK(
        outbound::write_file(unfinished / "manifest.json", transfer::print_manifest(parts, now)));
    return rename_into_place(unfinished, target);
  };
  if (const Status status = run(); !status.has_value()) {
    fs::remove_all(unfinished, failure);
    return status.error();
  }
  return facts;
}

Status check_export(const fs::path& source) {
  CINNABAR_TRY(const std::vector<Part> parts, transfer::read_manifest(source));
  std::set<std::string, std::less<>> expected{std::string(transfer::kSequencePart)};
  for (const ports::Table* table : transfer::exported_tables()) expected.emplace(table->name);
  for (const Part& part : parts) {
    if (expected.erase(part.name) == 0) {
      return make_error(Code::failed_precondition, reasons::kSchemaChanged,
                        "the export has a table that this program does not know: " + part.name);
    }
    const fs::path name = transfer::part_path(part.name);
    const auto digest = digest_file(source / name);
    if (!digest.has_value()) return damaged(name.string() + " is missing or cannot be read");
    if (digest->sha256 != part.digest.sha256 || digest->size != part.digest.size) {
      return damaged(name.string() + " was changed: it does not have the digest of the manifest");
    }
  }
  if (expected.empty()) return {};
  return make_error(Code::failed_precondition, reasons::kSchemaChanged,
                    "the export lacks a table that this program needs: " + *expected.begin());
}

Result<TransferFacts> import_from(const fs::path& source, ports::Store& store,
                                  const fs::path& data_folder) {
  CINNABAR_TRY(const std::vector<Part> parts, transfer::read_manifest(source));
  TransferFacts facts;
  for (const Part& part : parts) {
    if (part.name == transfer::kSequencePart) {
      CINNABAR_CHECK_OK(read_part(
          source, kSequenceTable, part,
          [&](const ports::Row& row, std::size_t) { return raise_sequence(store, row); }));
      continue;
    }
    const auto table =
        std::ranges::find(schema::kAll, part.name, [](const auto* known) { return known->name; });
    if (table == schema::kAll.end()) return damaged("the manifest names an unknown table");
    Batch batch(store, **table);
    CINNABAR_CHECK_OK(
        read_part(source, **table, part, [&](ports::Row row, std::size_t bytes) -> Status {
          if (*table == &attachment::kTable) {
            CINNABAR_CHECK_OK(copy_attachment(source, data_folder, row, facts));
          }
          return batch.add(std::move(row), bytes);
        }));
    CINNABAR_CHECK_OK(batch.write());
    ++facts.tables;
    facts.rows += part.rows;
  }
  CINNABAR_CHECK_OK(check_imported(store));
  return facts;
}

}  // namespace cinnabar::app
