#include "app/cli/console.h"
#include "app/folders.h"
#include "app/read_only_store.h"
#include "app/transfer.h"
#include "outbound/system_clock.h"
#include "storage/sqlite/sqlite_store.h"
#include "vocab/reasons.h"

namespace cinnabar::app {
namespace {

namespace fs = std::filesystem;

Exit report(const Result<TransferFacts>& facts, std::string_view what, bool as_json) {
  if (!facts.has_value()) {
    print_error(facts.error());
    return facts.error().code == Code::data_loss ? Exit::findings : Exit::failed;
  }
  if (as_json) {
    print_json(Json::object()
                   .set("ok", true)
                   .set("tables", facts->tables)
                   .set("rows", facts->rows)
                   .set("attachments", facts->attachments));
  } else {
    print_line(std::string(what) + ": " + std::to_string(facts->rows) + " rows of " +
               std::to_string(facts->tables) + " tables, " + std::to_string(facts->attachments) +
               " attachments");
  }
  return Exit::done;
}

// Only reads, so it works beside a running server.
Result<TransferFacts> export_whole(const Config& config, const fs::path& target) {
  CINNABAR_TRY(auto store, ReadOnlyStore::open(config.database));
  CINNABAR_CHECK_OK(check_schema(config.database));
  outbound::SystemClock clock;
  return export_to(*store, config.data_folder, target, clock.now());
}

Result<TransferFacts> fill(const fs::path& source, const fs::path& folder) {
  CINNABAR_CHECK_OK(make_private_folder(folder));
  sqlite::SqliteOptions options;
  options.path = folder / "cinnabar.db";
  CINNABAR_TRY(auto store, sqlite::SqliteStore::open(std::move(options)));
  CINNABAR_CHECK_OK(store->migrate());
  auto facts = import_from(source, *store, folder);
  store->stop();
  return facts;
}

Result<TransferFacts> import_whole(const fs::path& source, const fs::path& data_folder) {
  std::error_code failure;
  const bool is_there = fs::exists(data_folder, failure);
  if (is_there && !fs::is_empty(data_folder, failure)) {
    return make_error(Code::failed_precondition, reasons::kNameTaken,
                      data_folder.string() + " is not empty; an export is imported into a new one");
  }
  CINNABAR_CHECK_OK(check_export(source));
  const fs::path unfinished = unfinished_name(data_folder);
  auto facts = fill(source, unfinished);
  if (facts.has_value()) {
    if (is_there) fs::remove(data_folder, failure);
    const Status status = rename_into_place(unfinished, data_folder);
    if (!status.has_value()) facts = status.error();
  }
  if (!facts.has_value()) fs::remove_all(unfinished, failure);
  return facts;
}

}  // namespace

Exit run_export(const TransferOptions& options) {
  const auto loaded = load_config_or_print(options.common);
  if (!loaded.has_value()) return Exit::usage;
  return report(export_whole(loaded->config, options.path), "exported", options.common.json);
}

Exit run_import(const TransferOptions& options) {
  const auto loaded = load_config_or_print(options.common);
  if (!loaded.has_value()) return Exit::usage;
  if (loaded->config.database != loaded->config.data_folder / "cinnabar.db") {
    print_trouble("import makes a whole data folder; leave data.database empty");
    return Exit::usage;
  }
  return report(import_whole(options.path, loaded->config.data_folder), "imported",
                options.common.json);
}

}  // namespace cinnabar::app
