#include "app/administration.h"
#include "app/cli/console.h"
#include "app/read_only_store.h"
#include "vocab/reasons.h"

namespace cinnabar::app {
namespace {

constexpr std::size_t kPasswordBytesMin = 8;

Result<Secret> read_new_password() {
  CINNABAR_TRY(Secret password, read_password("New password: "));
  if (password.reveal().size() >= kPasswordBytesMin) return password;
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                    "a password has at least 8 characters");
}

Status add(const Config& config, const UserOptions& options) {
  CINNABAR_TRY(const Secret password, read_new_password());
  CINNABAR_CHECK_OK(administer(config, Json::object()
                                           .set("command", "add_user")
                                           .set("name", options.name)
                                           .set("display_name", options.display_name)
                                           .set("email", options.email)
                                           .set("password", std::string(password.reveal()))
                                           .set("administrator", options.administrator)));
  return {};
}

Status set_password(const Config& config, const UserOptions& options) {
  CINNABAR_TRY(const Secret password, read_new_password());
  CINNABAR_CHECK_OK(administer(config, Json::object()
                                           .set("command", "set_password")
                                           .set("name", options.name)
                                           .set("password", std::string(password.reveal()))));
  return {};
}

Status set_enabled(const Config& config, const UserOptions& options, bool enabled) {
  CINNABAR_CHECK_OK(administer(config, Json::object()
                                           .set("command", "set_enabled")
                                           .set("name", options.name)
                                           .set("enabled", enabled)));
  return {};
}

Json json_of(const services::User& user) {
  return Json::object()
      .set("id", user.id.value())
      .set("name", user.name)
      .set("display_name", user.display_name)
      .set("email", user.email)
      .set("enabled", user.enabled)
      .set("administrator", user.administrator)
      .set("has_password", !user.password_hash.empty());
}

// Only reads, so it works beside a running server.
Status list(const Config& config, bool as_json) {
  CINNABAR_TRY(auto store, ReadOnlyStore::open(config.database));
  CINNABAR_TRY(auto snapshot, store->read());
  CINNABAR_TRY(const auto people, services::People::load(*snapshot));
  Json rows = Json::array();
  for (const auto& [id, user] : people->users()) {
    if (as_json) {
      rows.push(json_of(user));
      continue;
    }
    print_line(user.name + "\t" + user.display_name + "\t" + user.email +
               (user.administrator ? "\tadministrator" : "") + (user.enabled ? "" : "\tdisabled"));
  }
  if (as_json) print_json(rows);
  return {};
}

Status run(const Config& config, const UserOptions& options) {
  switch (options.action) {
    case UserAction::add:
      return add(config, options);
    case UserAction::password:
      return set_password(config, options);
    case UserAction::disable:
      return set_enabled(config, options, false);
    case UserAction::enable:
      return set_enabled(config, options, true);
    case UserAction::list:
      return list(config, options.common.json);
  }
  CINNABAR_UNREACHABLE();
}

}  // namespace

Exit run_user(const UserOptions& options) {
  const auto loaded = load_config_or_print(options.common);
  if (!loaded.has_value()) return Exit::usage;
  const Status status = run(loaded->config, options);
  if (!status.has_value()) {
    print_error(status.error());
    return Exit::failed;
  }
  const bool is_list = options.action == UserAction::list;
  if (!is_list && options.common.json) print_json(Json::object().set("ok", true));
  return Exit::done;
}

}  // namespace cinnabar::app
