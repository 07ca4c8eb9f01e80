#include "app/backup.h"
#include "app/cli/console.h"
#include "outbound/system_clock.h"

namespace cinnabar::app {
namespace {

Exit report(const Result<BackupFacts>& facts, std::string_view what, bool as_json) {
  if (!facts.has_value()) {
    print_error(facts.error());
    return facts.error().code == Code::data_loss ? Exit::findings : Exit::failed;
  }
  if (as_json) {
    print_json(
        Json::object().set("ok", true).set("attachments", facts->files).set("bytes", facts->bytes));
  } else {
    print_line(std::string(what) + ": " + std::to_string(facts->files) + " attachments, " +
               std::to_string(facts->bytes) + " bytes in all");
  }
  return Exit::done;
}

}  // namespace

Exit run_backup(const BackupOptions& options) {
  const bool as_json = options.common.json;
  if (options.action == BackupAction::verify) {
    return report(verify_backup(options.target), "the backup is whole", as_json);
  }
  const auto loaded = load_config_or_print(options.common);
  if (!loaded.has_value()) return Exit::usage;
  outbound::SystemClock clock;
  return report(create_backup(loaded->config, options.target, clock.now()), "backup made", as_json);
}

Exit run_restore(const RestoreOptions& options) {
  const auto loaded = load_config_or_print(options.common);
  if (!loaded.has_value()) return Exit::usage;
  if (loaded->config.database != loaded->config.data_folder / "cinnabar.db") {
    print_trouble("restore makes a whole data folder; leave data.database empty");
    return Exit::usage;
  }
  return report(restore_backup(options.source, loaded->config.data_folder), "restored",
                options.common.json);
}

}  // namespace cinnabar::app
