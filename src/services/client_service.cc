#include "services/client_service.h"

#include "ports/schema.h"
#include "services/codec/settings_text.h"
#include "services/instance_store.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

namespace cinnabar::services {
namespace {

namespace columns = ports::schema::client;

constexpr std::size_t kSecretBytesMax = 1'024;

Error unknown() {
  return make_error(Code::unauthenticated, reasons::kClientUnknown, "the credential is not known");
}

Result<Client> client_of(const ports::Row& row) {
  Client client;
  client.id = int_of(row, columns::id);
  client.door = text_of(row, columns::door);
  client.kind = enum_of<ClientKind>(row, columns::kind);
  client.key = text_of(row, columns::key);
  client.secret_hash = optional_text_of(row, columns::secret_hash).value_or("");
  client.sealed_secret = optional_text_of(row, columns::secret).value_or("");
  client.user = id_of<UserId>(row, columns::user_id);
  client.name = text_of(row, columns::name);
  CINNABAR_TRY(client.settings, codec::decode_settings(text_of(row, columns::settings)));
  client.enabled = bool_of(row, columns::enabled);
  return client;
}

Status check(const PackageClient& client) {
  const auto refuse = [&](std::string_view what, std::string_view member) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed, std::string(what),
                      std::string(member));
  };
  if (client.door.empty()) return refuse("a client needs a door", "door");
  if (client.key.size() > limits::kNameBytesMax) return refuse("the key is too long", "key");
  if (client.key.empty() != (client.kind == ClientKind::bearer)) {
    return refuse("a bearer client has a secret alone, others have a key too", "key");
  }
  const std::size_t size = client.secret.reveal().size();
  if (size == 0 || size > kSecretBytesMax) return refuse("a secret has 1 to 1024 bytes", "secret");
  return {};
}

}  // namespace

std::string_view Client::setting(std::string_view which) const {
  const auto it = settings.find(which);
  return it == settings.end() ? std::string_view() : std::string_view(it->second);
}

Result<std::shared_ptr<const Clients>> Clients::load(ports::ReadTransaction& snapshot) {
  auto clients = std::make_shared<Clients>();
  CINNABAR_TRY(const auto rows, all_rows(snapshot, columns::kTable));
  for (const ports::Row& row : rows) {
    CINNABAR_TRY(Client client, client_of(row));
    clients->by_key_.emplace(std::pair{client.door, client.key}, client.id);
    clients->clients_.emplace(client.id, std::move(client));
  }
  return std::shared_ptr<const Clients>(std::move(clients));
}

const Client* Clients::find(std::string_view door, std::string_view key) const {
  const auto it = by_key_.find(std::pair{std::string(door), std::string(key)});
  return it == by_key_.end() ? nullptr : find(it->second);
}

const Client* Clients::find(std::int64_t id) const {
  const auto it = clients_.find(id);
  return it == clients_.end() ? nullptr : &it->second;
}

ClientService::ClientService(ports::Clock& clock, ports::Crypto& crypto,
                             const ClientSource& clients, const PeopleSource& people,
                             Secret server_key)
    : clock_(clock),
      crypto_(crypto),
      clients_(clients),
      people_(people),
      server_key_(std::move(server_key)) {}

Status ClientService::place(ports::WriteTransaction& transaction, const CallContext& context,
                            const PackageClient& client, UserId user) {
  CINNABAR_CHECK_OK(check(client));
  const Instant now = clock_.now();
  const std::string digest = crypto_.sha256_hex(client.secret.reveal());
  const std::string key = client.kind == ClientKind::bearer ? digest : client.key;
  ports::Select select;
  select.table = &columns::kTable;
  select.filter = all_of({where_equal(columns::door, client.door), where_equal(columns::key, key)});
  CINNABAR_TRY(const auto known, transaction.select(select));
  std::int64_t id = 0;
  Instant created_at = now;
  if (known.empty()) {
    CINNABAR_TRY(id, transaction.next_number("client"));
  } else {
    id = int_of(known.front(), columns::id);
    created_at = instant_of(known.front(), columns::created_at);
  }
  const bool signs = client.kind == ClientKind::signing;
  transaction.put(columns::kTable,
                  {cell(id), cell(client.door), cell(client.kind), cell(key),
                   client.kind == ClientKind::oauth ? cell(digest) : CellValue{},
                   signs ? cell(crypto_.seal(server_key_, client.secret)) : CellValue{}, cell(user),
                   cell(client.name), cell(codec::encode_settings(client.settings)), cell(true),
                   cell(created_at), cell(now)});
  return write_audit(transaction, context, "place_client", "client", id, client.name, now);
}

Status ClientService::remove(ports::WriteTransaction& transaction, const CallContext& context,
                             std::int64_t id) {
  CINNABAR_TRY(const auto row, transaction.get(columns::kTable, {cell(id)}));
  if (!row) {
    return make_error(Code::not_found, reasons::kClientUnknown, "no such client",
                      std::to_string(id));
  }
  transaction.erase(columns::kTable, {cell(id)});
  return write_audit(transaction, context, "remove_client", "client", id,
                     text_of(*row, columns::name), clock_.now());
}

Result<Client> ClientService::usable(const Client* client) const {
  if (client == nullptr || !client->enabled || !people_.current()->is_active(client->user)) {
    return unknown();
  }
  return *client;
}

Result<Client> ClientService::find_bearer(std::string_view door, std::string_view secret) const {
  const auto clients = clients_.current();
  const Client* client = clients->find(door, crypto_.sha256_hex(secret));
  if (client != nullptr && client->kind != ClientKind::bearer) return unknown();
  return usable(client);
}

Result<Client> ClientService::find_key(std::string_view door, std::string_view key) const {
  const auto clients = clients_.current();
  const Client* client = clients->find(door, key);
  if (client != nullptr && client->kind == ClientKind::bearer) return unknown();
  return usable(client);
}

bool ClientService::has_secret(const Client& client, std::string_view secret) const {
  return !client.secret_hash.empty() &&
         crypto_.equal_constant_time(client.secret_hash, crypto_.sha256_hex(secret));
}

Result<Secret> ClientService::signing_secret(const Client& client) const {
  if (client.kind != ClientKind::signing) return unknown();
  return crypto_.unseal(server_key_, client.sealed_secret);
}

}  // namespace cinnabar::services
