#include "app/administration.h"
#include "app/cli/console.h"
#include "app/read_only_store.h"
#include "vocab/reasons.h"

namespace cinnabar::app {
namespace {

Json time_or_null(const std::optional<Instant>& at) {
  return at.has_value() ? Json(to_rfc3339(*at)) : Json(nullptr);
}

Json json_of(const services::AccessToken& token) {
  return Json::object()
      .set("id", token.id)
      .set("name", token.name)
      .set("created_at", to_rfc3339(token.created_at))
      .set("expires_at", time_or_null(token.expires_at))
      .set("last_used_at", time_or_null(token.last_used_at));
}

void print_token(const services::AccessToken& token) {
  const auto text = [](const std::optional<Instant>& at) {
    return at.has_value() ? to_rfc3339(*at) : std::string("never");
  };
  print_line(std::to_string(token.id) + "\t" + token.name + "\tcreated " +
             to_rfc3339(token.created_at) + "\texpires " + text(token.expires_at) + "\tused " +
             text(token.last_used_at));
}

// Only reads, so it works beside a running server.
Status list(const Config& config, const TokenOptions& options) {
  CINNABAR_TRY(auto store, ReadOnlyStore::open(config.database));
  CINNABAR_TRY(auto snapshot, store->read());
  CINNABAR_TRY(const auto people, services::People::load(*snapshot));
  const services::User* user = people->user_by_name(options.user);
  if (user == nullptr) {
    return make_error(Code::not_found, reasons::kUserUnknown, "no such user", options.user);
  }
  CINNABAR_TRY(const auto tokens, services::TokenService::list(*snapshot, user->id));
  Json rows = Json::array();
  for (const services::AccessToken& token : tokens) {
    if (options.common.json) {
      rows.push(json_of(token));
    } else {
      print_token(token);
    }
  }
  if (options.common.json) print_json(rows);
  return {};
}

Status create(const Config& config, const TokenOptions& options) {
  CINNABAR_TRY(const Json made, administer(config, Json::object()
                                                       .set("command", "create_token")
                                                       .set("user", options.user)
                                                       .set("name", options.name)
                                                       .set("expires_at", options.expires_at)));
  if (options.common.json) {
    print_json(made);
  } else if (const Json* token = made.find("token"); token != nullptr && token->is_string()) {
    print_line(*token->as_string());
  }
  return {};
}

Status revoke(const Config& config, const TokenOptions& options) {
  CINNABAR_CHECK_OK(administer(config, Json::object()
                                           .set("command", "revoke_token")
                                           .set("user", options.user)
                                           .set("id", options.id)));
  if (options.common.json) print_json(Json::object().set("ok", true));
  return {};
}

Status run(const Config& config, const TokenOptions& options) {
  switch (options.action) {
    case TokenAction::create:
      return create(config, options);
    case TokenAction::list:
      return list(config, options);
    case TokenAction::revoke:
      return revoke(config, options);
  }
  CINNABAR_UNREACHABLE();
}

}  // namespace

Exit run_token(const TokenOptions& options) {
  const auto loaded = load_config_or_print(options.common);
  if (!loaded.has_value()) return Exit::usage;
  const Status status = run(loaded->config, options);
  if (status.has_value()) return Exit::done;
  print_error(status.error());
  return Exit::failed;
}

}  // namespace cinnabar::app
