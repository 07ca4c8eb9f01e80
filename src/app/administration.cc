#include "app/administration.h"

#include "api/common/remote_import.h"
#include "app/data_folder.h"
#include "app/packages.h"
#include "base/text.h"
#include "ports/schema.h"
#include "vocab/reasons.h"

#include <array>
#include <exception>

namespace cinnabar::app {
namespace {

constexpr Reason kAnsweredByServer{"answered_by_server"};

services::CallContext context() {
  return services::CallContext{system_principal(), "administration", "", ""};
}

// Absent reads as empty: the commands check what they need.
std::string text_of(const Json& question, std::string_view member) {
  const Json* value = question.find(member);
  return value != nullptr && value->is_string() ? *value->as_string() : std::string();
}

bool flag_of(const Json& question, std::string_view member) {
  const Json* value = question.find(member);
  return value != nullptr && value->as_bool() != nullptr && *value->as_bool();
}

Result<const services::User*> user_of(const services::People& people, const std::string& name) {
  const services::User* user = people.user_by_name(name);
  if (user != nullptr) return user;
  return make_error(Code::not_found, reasons::kUserUnknown, "no such user", name);
}

Result<Json> deploy(Core& core, const Json& question) {
  const Json* listed = question.find("files");
  services::codec::PackageFiles files;
  if (listed != nullptr && listed->is_object()) {
    for (const auto& [path, content] : *listed->as_object()) {
      auto bytes =
          content.is_string() ? from_base64(*content.as_string()) : std::optional<std::string>();
      if (bytes.has_value()) files.emplace(path, std::move(*bytes));
    }
  }
  CINNABAR_TRY(const auto package, read_package_or_explain(files, nullptr));
  CINNABAR_TRY(const services::Deployment deployment, core.admin->deploy(package));
  Json lines = Json::array();
  for (const std::string& line : deployment.lines) lines.push(line);
  return Json::object()
      .set("application", deployment.application.value())
      .set("version", deployment.version)
      .set("changed", deployment.changed)
      .set("lines", std::move(lines));
}

// Without the people and groups that are there already.
services::DirectoryPackage only_new(const services::People& people,
                                    services::DirectoryPackage directory) {
  std::erase_if(directory.groups, [&people](const services::PackageGroup& group) {
    return people.find_group(group.kind, group.key).has_value();
  });
  std::erase_if(directory.users, [&people](const services::PackageUser& user) {
    return people.user_by_name(user.name) != nullptr;
  });
  if (people.calendar() != nullptr) directory.calendar.reset();
  return directory;
}

Result<Json> import_directory(Core& core, const Json& question) {
  CINNABAR_TRY(const auto directory, read_directory_or_explain(text_of(question, "document")));
  CINNABAR_CHECK_OK(core.admin->import_directory(
      flag_of(question, "only_new") ? only_new(*core.people.current(), directory) : directory));
  return Json::object();
}

Result<Json> add_user(Core& core, const Json& question) {
  services::PackageUser user;
  user.name = text_of(question, "name");
  if (core.people.current()->user_by_name(user.name) != nullptr) {
    return make_error(Code::already_exists, reasons::kNameTaken, "there is a person of that name",
                      user.name);
  }
  user.display_name = text_of(question, "display_name");
  if (user.display_name.empty()) user.display_name = user.name;
  user.email = text_of(question, "email");
  user.password = Secret(text_of(question, "password"));
  user.administrator = flag_of(question, "administrator");
  services::DirectoryPackage directory;
  directory.users.push_back(std::move(user));
  CINNABAR_CHECK_OK(core.admin->import_directory(directory));
  return Json::object();
}

Result<Json> set_password(Core& core, const Json& question) {
  CINNABAR_CHECK_OK(core.admin->set_password(
      text_of(question, "name"), Secret(text_of(question, "password")), *core.sessions));
  return Json::object();
}

Result<Json> set_enabled(Core& core, const Json& question) {
  CINNABAR_CHECK_OK(core.admin->set_enabled(text_of(question, "name"), flag_of(question, "enabled"),
                                            *core.sessions));
  return Json::object();
}

Result<Json> create_token(Core& core, const Json& question) {
  const auto people = core.people.current();
  CINNABAR_TRY(const services::User* user, user_of(*people, text_of(question, "user")));
  services::TokenRequest request;
  request.user = user->id;
  request.name = text_of(question, "name");
  if (const std::string text = text_of(question, "expires_at"); !text.empty()) {
    request.expires_at = parse_instant(text, core.config.utc_offset);
    if (!request.expires_at.has_value()) {
      return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                        "expected a date, or a date and time", text);
    }
  }
  services::NewToken made;
  CINNABAR_CHECK_OK(
      ports::submit_and_wait(*core.store, [&](ports::WriteTransaction& transaction) -> Status {
        CINNABAR_TRY(made, core.tokens->create(transaction, context(), request));
        return {};
      }));
  return Json::object().set("id", made.token.id).set("token", std::string(made.secret.reveal()));
}

Result<Json> revoke_token(Core& core, const Json& question) {
  const auto people = core.people.current();
  CINNABAR_TRY(const services::User* user, user_of(*people, text_of(question, "user")));
  const Json* id = question.find("id");
  const std::int64_t number = id == nullptr ? 0 : id->as_int().value_or(0);
  CINNABAR_CHECK_OK(
      ports::submit_and_wait(*core.store, [&](ports::WriteTransaction& transaction) -> Status {
        return core.tokens->revoke(transaction, context(), user->id, number);
      }));
  return Json::object();
}

// ---- records of another server ----

std::string position_key(const Json& question) {
  return "remote_import/" + text_of(question, "door") + "/" + text_of(question, "source") + "/" +
         text_of(question, "application") + "/" + text_of(question, "form");
}

Result<std::string> position_of(ports::ReadTransaction& snapshot, const Json& question) {
  namespace meta = ports::schema::meta;
  CINNABAR_TRY(const auto row, snapshot.get(meta::kTable, {CellValue{position_key(question)}}));
  return row ? std::get<std::string>((*row)[meta::value]) : std::string();
}

Result<Json> remote_import_position(Core& core, const Json& question) {
  CINNABAR_TRY(auto snapshot, core.store->read());
  CINNABAR_TRY(const std::string after, position_of(*snapshot, question));
  return Json::object().set("after", after);
}

// As a program that an administrator runs.
Result<services::CallContext> importing(const services::People& people) {
  for (const auto& [id, user] : people.users()) {
    if (!user.enabled || !user.administrator) continue;
    return services::CallContext{Principal{PrincipalKind::client, id}, "administration", "", ""};
  }
  return make_error(Code::failed_precondition, reasons::kUserUnknown,
                    "somebody has to be an administrator first");
}

Result<Json> remote_import_page(Core& core, const Json& question) {
  namespace meta = ports::schema::meta;
  const api::RemoteImport* import = find_remote_import(text_of(question, "door"));
  const Json* rows = question.find("rows");
  if (import == nullptr || rows == nullptr) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                      "no door takes such records over");
  }
  CINNABAR_TRY(const auto caller, importing(*core.people.current()));
  std::int64_t count = 0;
  std::string after;
  CINNABAR_CHECK_OK(
      ports::submit_and_wait(*core.store, [&](ports::WriteTransaction& transaction) -> Status {
        CINNABAR_TRY(after, position_of(transaction, question));
        // Stored by an earlier run: go on from where that ended.
        if (after != text_of(question, "after")) return {};
        CINNABAR_TRY(
            count, import->store(*core.services, transaction, caller,
                                 {text_of(question, "application"), text_of(question, "form"), ""},
                                 *rows));
        after = text_of(question, "next");
        transaction.put(meta::kTable, {CellValue{position_key(question)}, CellValue{after}});
        return {};
      }));
  return Json::object().set("count", count).set("after", after);
}

struct Command {
  std::string_view name;
  Result<Json> (*run)(Core&, const Json&);
};
constexpr std::array kCommands{
    Command{"deploy", deploy},
    Command{"import_directory", import_directory},
    Command{"add_user", add_user},
    Command{"set_password", set_password},
    Command{"set_enabled", set_enabled},
    Command{"create_token", create_token},
    Command{"revoke_token", revoke_token},
    Command{"remote_import_position", remote_import_position},
    Command{"remote_import_page", remote_import_page},
};

std::filesystem::path socket_path(const Config& config) {
  return config.data_folder / "admin.sock";
}

Json json_of(const Error& error) {
  Json fields = Json::array();
  for (const FieldError& field : error.fields) {
    fields.push(Json::object().set("field", field.field).set("detail", field.detail));
  }
  return Json::object()
      .set("code", name(error.code))
      .set("detail", error.detail.empty() ? to_string(error) : error.detail)
      .set("subject", error.subject)
      .set("fields", std::move(fields));
}

Error error_of(const Json& json) {
  Error error = make_error(Code::internal, kAnsweredByServer, text_of(json, "detail"),
                           text_of(json, "subject"));
  for (int i = 0; i < kCodeCount; ++i) {
    if (name(static_cast<Code>(i)) == text_of(json, "code")) error.code = static_cast<Code>(i);
  }
  const Json* fields = json.find("fields");
  if (fields == nullptr || !fields->is_array()) return error;
  for (const Json& field : *fields->as_array()) {
    error.fields.push_back(
        FieldError{text_of(field, "field"), kAnsweredByServer, text_of(field, "detail")});
  }
  return error;
}

std::string answer(Core& core, std::string_view text) {
  Result<Json> result = Json::object();
  try {
    const auto question = Json::parse(text);
    result = question.has_value() ? administer(core, *question) : question;
    core.logger.info("administration",
                     {{"command", question.has_value() ? text_of(*question, "command") : ""},
                      {"ok", result.has_value()}});
  } catch (const std::exception& exception) {
    core.logger.error("administration.exception", {{"what", exception.what()}});
    result = make_error(Code::internal, reasons::kInternal, "the server could not do it");
  }
  return print(result.has_value() ? Json::object().set("result", std::move(result).value())
                                  : Json::object().set("error", json_of(result.error())));
}

Result<Json> ask_server(const Config& config, const Json& question) {
  CINNABAR_TRY(const std::string text, outbound::ask_local(socket_path(config), print(question)));
  CINNABAR_TRY(const Json reply, Json::parse(text));
  if (const Json* error = reply.find("error")) return error_of(*error);
  const Json* result = reply.find("result");
  if (result != nullptr) return *result;
  return make_error(Code::internal, kAnsweredByServer, "the server's answer cannot be read");
}

}  // namespace

const api::RemoteImport* find_remote_import(std::string_view door_name) {
  for (const api::Door* door : all_doors()) {
    if (door->name == door_name) return door->remote_import;
  }
  return nullptr;
}

Result<Json> administer(Core& core, const Json& question) {
  const std::string name = text_of(question, "command");
  for (const Command& command : kCommands) {
    if (command.name == name) return command.run(core, question);
  }
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                    "the server does not know this command; is it of another version?", name);
}

Result<Json> administer(const Config& config, const Json& question) {
  CINNABAR_TRY(auto administrator, Administrator::open(config));
  return administrator.ask(question);
}

Result<Administrator> Administrator::open(const Config& config) {
  auto core = Core::open(config);
  if (core.has_value()) return Administrator(config, std::move(*core));
  std::error_code ignored;
  const bool is_served = core.error().reason == reasons::kStorageLocked &&
                         std::filesystem::is_socket(socket_path(config), ignored);
  if (!is_served) return std::move(core).error();
  return Administrator(config, nullptr);
}

Administrator::~Administrator() {
  if (core_ != nullptr) core_->store->stop();
}

Result<Json> Administrator::ask(const Json& question) {
  return core_ != nullptr ? administer(*core_, question) : ask_server(*config_, question);
}

AdministrationPort::AdministrationPort(Core& core,
                                       std::unique_ptr<outbound::LocalListener> listener)
    : listener_(std::move(listener)), workers_("administration", 1, 1, core.logger) {
  const bool is_queued = workers_.submit([this, &core] {
    listener_->serve([&core](std::string_view question) { return answer(core, question); });
  });
  CINNABAR_ASSERT(is_queued);
}

AdministrationPort::~AdministrationPort() {
  listener_->stop();
  workers_.stop();
}

Result<std::unique_ptr<AdministrationPort>> AdministrationPort::open(Core& core) {
  CINNABAR_TRY(auto listener, outbound::LocalListener::open(socket_path(core.config)));
  return std::unique_ptr<AdministrationPort>(new AdministrationPort(core, std::move(listener)));
}

}  // namespace cinnabar::app
