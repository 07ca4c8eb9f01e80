#include "services/admin_service.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/deployment.h"
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

// Makes or updates groups and people inside one command, seeing what it wrote itself.
class DirectoryWriter {
 public:
  DirectoryWriter(ports::WriteTransaction& transaction, const People& people, Instant now)
      : transaction_(transaction), people_(people), now_(now) {}

  Status place(const PackageGroup& group) {
    namespace columns = schema::user_group;
    const auto known = find(group.kind, group.key);
    std::optional<GroupId> parent;
    if (!group.parent.empty()) {
      parent = find(group.kind, group.parent);
      if (!parent) {
        return make_error(Code::invalid_argument, reasons::kGroupUnknown, "no such parent group",
                          group.parent);
      }
    }
    GroupId id;
    if (known) {
      id = *known;
    } else {
      CINNABAR_TRY(const std::int64_t number,
                   transaction_.next_number("group", ports::WriteTransaction::Gaps::dense));
      id = GroupId{number};
    }
    groups_.insert_or_assign({group.kind, group.key}, id);
    transaction_.put(columns::kTable,
                     {cell(id), cell(group.kind), cell(group.key), cell(group.display_name),
                      parent ? cell(*parent) : CellValue{}, cell(group.description), cell(now_)});
    return {};
  }

  Status place(const PackageUser& user, const std::string& password_hash) {
    namespace columns = schema::user_account;
    const User* known = people_.user_by_name(user.name);
    if (!user.email.empty()) {
      const User* owner = people_.user_by_email(user.email);
      if (owner != nullptr && owner != known) {
        return make_error(Code::already_exists, reasons::kNameTaken, "the e-mail address is taken",
                          user.email);
      }
    }
    UserId id;
    if (known != nullptr) {
      id = known->id;
    } else {
      CINNABAR_TRY(const std::int64_t number,
                   transaction_.next_number("user", ports::WriteTransaction::Gaps::dense));
      id = UserId{number};
    }
    const std::string hash =
        password_hash.empty() && known != nullptr ? known->password_hash : password_hash;
    transaction_.put(
        columns::kTable,
        {cell(id), cell(known != nullptr ? known->name : user.name), cell(user.display_name),
         cell_or_null(user.email), cell_or_null(hash), cell(user.enabled), cell(user.administrator),
         cell(known != nullptr ? known->created_at : now_), cell(now_), CellValue{}});
    users_.insert_or_assign(to_lower_ascii(user.name), id);
    for (const auto& [kind, key] : user.groups) {
      const auto group = find(kind, key);
      if (!group) {
        return make_error(Code::invalid_argument, reasons::kGroupUnknown, "no such group", key);
      }
      transaction_.put(schema::membership::kTable, {cell(*group), cell(id), cell(now_)});
    }
    return {};
  }

  [[nodiscard]] std::optional<UserId> find_user(std::string_view name) const {
    const auto it = users_.find(to_lower_ascii(name));
    if (it != users_.end()) return it->second;
    return people_.find_user(name);
  }

 private:
  std::optional<GroupId> find(GroupKind kind, const std::string& key) const {
    const auto it = groups_.find({kind, key});
    if (it != groups_.end()) return it->second;
    return people_.find_group(kind, key);
  }

  ports::WriteTransaction& transaction_;
  const People& people_;
  Instant now_;
  std::map<std::pair<GroupKind, std::string>, GroupId> groups_;
  std::map<std::string, UserId> users_;  // by name in lower case
};

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
                           ClientService& clients)
    : store_(store),
      clock_(clock),
      crypto_(crypto),
      catalog_(catalog),
      people_(people),
      client_set_(client_set),
      clients_(clients) {}

Result<Deployment> AdminService::deploy(const Package& package) {
  const auto make_uuid = [this] {
    const std::string bytes = crypto_.random_bytes(16);
    return uuid_of_hex(
        to_hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()}));
  };
  Deployment deployment;
  CINNABAR_CHECK_OK(
      ports::submit_and_wait(store_, [&](ports::WriteTransaction& transaction) -> Status {
        const auto people = people_.current();
        const Instant now = clock_.now();
        DeploymentWriter writer(transaction, package, *people, make_uuid, now);
        CINNABAR_TRY(deployment, writer.run());
        return write_audit(transaction, command_line(), "deploy", "application",
                           deployment.application.value(), package.key, now);
      }));
  CINNABAR_CHECK_OK(people_.reload(store_));
  CINNABAR_CHECK_OK(catalog_.reload(store_));
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
        const auto people = people_.current();
        const Instant now = clock_.now();
        DirectoryWriter writer(transaction, *people, now);
        for (const PackageGroup& group : directory.groups) CINNABAR_CHECK_OK(writer.place(group));
        for (std::size_t i = 0; i < directory.users.size(); ++i) {
          CINNABAR_CHECK_OK(writer.place(directory.users[i], hashes[i]));
        }
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
        CINNABAR_TRY(auto row, transaction.get(columns::kTable, {cell(id)}));
        if (!row) return make_error(Code::not_found, reasons::kUserUnknown, "no such user");
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
  return change_user(user_name, sessions, enabled ? "enable" : "disable",
                     [&](ports::Row& row) { row[schema::user_account::enabled] = cell(enabled); });
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
