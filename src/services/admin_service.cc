#include "services/admin_service.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/aggregate.h"
#include "services/deployment.h"
#include "services/directory_import.h"
#include "services/instance_store.h"
#include "services/rows.h"
#include "services/uuid.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;

CallContext command_line() {
  return CallContext{system_principal(), "administration", "", ""};
}

Status check_names(const DirectoryPackage& directory) {
  const auto refuse = [](std::string_view what, const std::string& subject) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed, std::string(what),
                      subject);
  };
  std::vector<std::string> names;
  for (const PackageUser& user : directory.users) {
    if (user.name.empty() || user.name.size() > limits::kNameBytesMax) {
      return refuse("a user name has 1 to 200 bytes", user.name);
    }
    // A colon would end the name in Basic authentication.
    if (user.name.find(':') != std::string::npos)
      return refuse("a user name has no colon", user.name);
    names.push_back(to_lower_ascii(user.name));
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) return refuse("a user is listed twice", *twice);
  return {};
}

}  // namespace

AdminService::AdminService(ports::Store& store, ports::Clock& clock, ports::Crypto& crypto,
                           CatalogSource& catalog, PeopleSource& people, ClientSource& client_set,
                           ClientService& clients, UtcOffset utc_offset)
    : store_(store),
      clock_(clock),
      crypto_(crypto),
      catalog_(catalog),
      people_(people),
      client_set_(client_set),
      clients_(clients),
      utc_offset_(utc_offset) {}

Result<Deployment> AdminService::deploy(const Package& package) {
  const auto make_uuid = [this] { return random_uuid(crypto_); };
  Deployment deployment;
  CINNABAR_CHECK_OK(
      ports::submit_and_wait(store_, [&](ports::WriteTransaction& transaction) -> Status {
        const auto people = people_.current();
        const Instant now = clock_.now();
        const CallContext context = command_line();
        DeploymentWriter writer(transaction, package, *people, make_uuid, context, now,
                                utc_offset_);
        CINNABAR_TRY(deployment, writer.run());
        return write_audit(transaction, context, "deploy", "application",
                           deployment.application.value(), package.key, now);
      }));
  CINNABAR_CHECK_OK(people_.reload(store_));
  CINNABAR_CHECK_OK(catalog_.reload(store_));
  CINNABAR_CHECK_OK(recount_aggregates(store_, catalog_));
  return deployment;
}

Status AdminService::import_directory(const DirectoryPackage& directory) {
  CINNABAR_CHECK_OK(check_names(directory));
  std::vector<std::string> hashes;
  for (const PackageUser& user : directory.users) {
    if (user.password.is_empty()) {
      hashes.emplace_back();
      continue;
    }
    CINNABAR_TRY(std::string hash, crypto_.hash_password(user.password));
    hashes.push_back(std::move(hash));
  }
  CINNABAR_CHECK_OK(
      ports::submit_and_wait(store_, [&](ports::WriteTransaction& transaction) -> Status {
        const Instant now = clock_.now();
        CINNABAR_TRY(const auto latest, directory_to_change(transaction, people_));
        DirectoryImport writer(transaction, *latest, now);
        CINNABAR_CHECK_OK(writer.run(directory, hashes));
        for (const PackageClient& client : directory.clients) {
          const auto user = writer.find_user(client.user);
          if (!user) {
            return make_error(Code::invalid_argument, reasons::kUserUnknown, "no such user",
                              client.user);
          }
          CINNABAR_CHECK_OK(clients_.place(transaction, command_line(), client, *user));
        }
        return write_audit(transaction, command_line(), "import_directory", "directory", 0,
                           std::to_string(directory.users.size()) + " people", now);
      }));
  CINNABAR_CHECK_OK(people_.reload(store_));
  return client_set_.reload(store_);
}

Status AdminService::change_user(std::string_view user_name, SessionService& sessions,
                                 std::string_view action,
                                 const std::function<void(ports::Row&)>& change) {
  namespace columns = schema::user_account;
  const auto people = people_.current();
  const User* user = people->user_by_name(user_name);
  if (user == nullptr) {
    return make_error(Code::not_found, reasons::kUserUnknown, "no such user",
                      std::string(user_name));
  }
  const UserId id = user->id;
  CINNABAR_CHECK_OK(
      ports::submit_and_wait(store_, [&](ports::WriteTransaction& transaction) -> Status {
        CINNABAR_TRY(const auto latest, directory_to_change(transaction, people_));
        if (latest->user(id) == nullptr) {
          return make_error(Code::not_found, reasons::kUserUnknown, "no such user");
        }
        CINNABAR_TRY(auto row, transaction.get(columns::kTable, {cell(id)}));
        CINNABAR_ASSERT(row.has_value());
        const Instant now = clock_.now();
        change(*row);
        (*row)[columns::updated_at] = cell(now);
        transaction.update(columns::kTable, std::move(*row));
        CINNABAR_CHECK_OK(sessions.revoke(transaction, id));
        return write_audit(transaction, command_line(), action, "user", id.value(), {}, now);
      }));
  return people_.reload(store_);
}

Status AdminService::set_password(std::string_view user_name, const Secret& password,
                                  SessionService& sessions) {
  if (password.is_empty()) {
    return make_error(Code::invalid_argument, reasons::kArgumentMissing, "the password is empty",
                      "password");
  }
  CINNABAR_TRY(const std::string hash, crypto_.hash_password(password));
  return change_user(user_name, sessions, "set_password", [&](ports::Row& row) {
    row[schema::user_account::password_hash] = cell(hash);
  });
}

Status AdminService::set_enabled(std::string_view user_name, bool enabled,
                                 SessionService& sessions) {
  namespace columns = schema::user_account;
  return change_user(user_name, sessions, enabled ? "enable" : "disable", [&](ports::Row& row) {
    row[columns::enabled] = cell(enabled);
    if (enabled) {
      row[columns::left_at] = CellValue{};
    } else if (is_null(row, columns::left_at)) {
      row[columns::left_at] = cell(clock_.now());
    }
  });
}

Status AdminService::set_process_switches(ProcessId process, bool enabled, bool api_enabled) {
  namespace columns = schema::process;
  CINNABAR_CHECK_OK(
      ports::submit_and_wait(store_, [&](ports::WriteTransaction& transaction) -> Status {
        CINNABAR_TRY(auto row, transaction.get(columns::kTable, {cell(process)}));
        if (!row) {
          return make_error(Code::not_found, reasons::kProcessUnknown, "no such process",
                            std::to_string(process.value()));
        }
        (*row)[columns::enabled] = cell(enabled);
        (*row)[columns::api_enabled] = cell(api_enabled);
        transaction.update(columns::kTable, std::move(*row));
        return write_audit(transaction, command_line(), "switch", "process", process.value(), {},
                           clock_.now());
      }));
  return catalog_.reload(store_);
}

Result<bool> AdminService::is_empty() {
  CINNABAR_TRY(auto snapshot, store_.read());
  CINNABAR_TRY(const std::int64_t users,
               snapshot->count(schema::user_account::kTable, FilterNode{AllOf{}}));
  CINNABAR_TRY(const std::int64_t processes,
               snapshot->count(schema::process::kTable, FilterNode{AllOf{}}));
  return users == 0 && processes == 0;
}

}  // namespace cinnabar::services
