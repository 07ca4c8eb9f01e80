#include "storage/sql/migrate.h"

#include "app/cli/console.h"
#include "app/read_only_store.h"
#include "app/wire.h"
#include "vocab/reasons.h"

namespace cinnabar::app {
namespace {

void print_state(std::string_view state, std::int64_t known, bool as_json) {
  if (as_json) {
    print_json(Json::object().set("state", state).set("schema", known));
  } else {
    print_line("the database is " + std::string(state) + "; this program has schema " +
               std::to_string(known));
  }
}

Exit show_status(const Config& config, bool as_json) {
  const std::int64_t known = sql::embedded_migrations().back().number;
  std::error_code ignored;
  if (!std::filesystem::exists(config.database, ignored)) {
    print_state("missing", known, as_json);
    return Exit::findings;
  }
  const Status status = check_schema(config.database);
  if (status.has_value()) {
    print_state("current", known, as_json);
    return Exit::done;
  }
  if (status.error().reason == reasons::kSchemaChanged) {
    print_state("older or changed", known, as_json);
    print_error(status.error());
    return Exit::findings;
  }
  if (status.error().reason == reasons::kSchemaTooNew) {
    print_state("newer", known, as_json);
    return Exit::findings;
  }
  print_error(status.error());
  return Exit::failed;
}

}  // namespace

Exit run_migrate(const MigrateOptions& options) {
  const auto loaded = load_config_or_print(options.common);
  if (!loaded.has_value()) return Exit::usage;
  if (options.action == MigrateAction::status) {
    return show_status(loaded->config, options.common.json);
  }
  const auto core = Core::open(loaded->config);
  if (!core.has_value()) {
    print_error(core.error());
    return Exit::failed;
  }
  print_state("current", sql::embedded_migrations().back().number, options.common.json);
  return Exit::done;
}

}  // namespace cinnabar::app
