// Programs that call a door with a credential of their own: API keys, keys that sign requests, and
// those that are given tokens for people. Each acts for one user, who decides what it may.
//
// Of a bearer secret only the SHA-256 is kept, by which it is found; of an oauth secret only the
// SHA-256, too. What signs must be read again to check a signature: it is stored sealed with the
// key of the server (DATA/server.key) and opened in memory for the check alone.
//
// Thread: `place` and `remove` run in a write command; publish with ClientSource::reload after the
// commit. The rest looks up in memory, any thread. Errors: unauthenticated (client_unknown), the
// same for a client that is unknown, disabled, or whose user is.
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "ports/clock.h"
#include "ports/crypto.h"
#include "ports/store.h"
#include "services/context.h"
#include "services/package.h"
#include "services/people.h"
#include "services/snapshot_source.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cinnabar::services {

struct Client {
  std::int64_t id = 0;
  std::string door;
  ClientKind kind = ClientKind::bearer;
  std::string key;  // as a caller names it; the digest of a bearer secret
  std::string secret_hash;
  std::string sealed_secret;
  UserId user;
  std::string name;
  // By name, each door's page lists its own: scopes, limits, addresses.
  std::map<std::string, std::string, std::less<>> settings;
  bool enabled = true;

  [[nodiscard]] Principal principal() const { return {PrincipalKind::client, user}; }
  // Empty when it has no such setting.
  [[nodiscard]] std::string_view setting(std::string_view which) const;
};

// All clients of all doors.
class Clients {
 public:
  static Result<std::shared_ptr<const Clients>> load(ports::ReadTransaction& snapshot);
  // Null pointer when there is none. Valid as long as the snapshot.
  [[nodiscard]] const Client* find(std::string_view door, std::string_view key) const;
  [[nodiscard]] const Client* find(std::int64_t id) const;
  // By id.
  [[nodiscard]] const std::map<std::int64_t, Client>& all() const { return clients_; }

 private:
  std::map<std::int64_t, Client> clients_;
  std::map<std::pair<std::string, std::string>, std::int64_t> by_key_;
};

using ClientSource = SnapshotSource<Clients>;

class ClientService {
 public:
  // `server_key` has 32 bytes.
  ClientService(ports::Clock& clock, ports::Crypto& crypto, const ClientSource& clients,
                const PeopleSource& people, Secret server_key);

  // Adds the client, or replaces the one of that door and key; `user` is whom it acts for.
  // invalid_argument (argument_malformed) without a door, secret or, unless it is a bearer, key.
  Status place(ports::WriteTransaction& transaction, const CallContext& context,
               const PackageClient& client, UserId user);
  // not_found (client_unknown).
  Status remove(ports::WriteTransaction& transaction, const CallContext& context, std::int64_t id);

  // Who has that secret.
  Result<Client> find_bearer(std::string_view door, std::string_view secret) const;
  // Who has that key; the caller checks the secret or the signature next.
  Result<Client> find_key(std::string_view door, std::string_view key) const;
  [[nodiscard]] bool has_secret(const Client& client, std::string_view secret) const;
  // What the client signs with. data_loss (storage_corrupt) when the server's key is another one.
  Result<Secret> signing_secret(const Client& client) const;

 private:
  Result<Client> usable(const Client* client) const;

  ports::Clock& clock_;
  ports::Crypto& crypto_;
  const ClientSource& clients_;
  const PeopleSource& people_;
  Secret server_key_;
};

}  // namespace cinnabar::services
