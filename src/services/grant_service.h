// Tokens that programs of kind `oauth` are given to act for people (RFC 6749): an access token for
// calls, and a refresh token that changes into the next pair.
//
// Tokens are 256 random bits in hex, told once; the database holds their SHA-256 alone. A refresh
// token may be used again for kRefreshGrace, because answers get lost; used later it is in the
// wrong hands, and everything that came from the same grant is revoked. A code is good once, for
// kCodeKept.
//
// Thread: commands inside a write transaction; `find_access` on a snapshot. Errors: unauthenticated
// (grant_invalid) for a token or code that is unknown, expired, used, revoked, or of another
// client; (token_unknown) for an access token.
#pragma once

#include "base/result.h"
#include "ports/clock.h"
#include "ports/crypto.h"
#include "ports/store.h"
#include "services/client_service.h"
#include "services/people.h"

#include <optional>
#include <string>
#include <string_view>

namespace cinnabar::services {

inline constexpr Duration kAccessKept = hours(1);
inline constexpr Duration kRefreshKept = hours(24 * 30);
inline constexpr Duration kRefreshGrace = seconds(60);
inline constexpr Duration kCodeKept = minutes(1);
inline constexpr Reason kGrantInvalid{"grant_invalid"};

struct Grant {
  Secret access;
  Secret refresh;
  Duration expires_in = kAccessKept;  // of the access token
  std::string scopes;                 // divided by spaces
};

// What a code was asked for and must be shown when it is used.
struct CodeBinding {
  std::string redirect_uri;
  std::string challenge;  // base64url of the SHA-256 of the verifier (RFC 7636); empty: none
};

// Removes tokens that expired; returns how many. Blocks on commits.
Result<std::int64_t> forget_old_grants(ports::Store& store, Instant now);

class GrantService {
 public:
  GrantService(ports::Clock& clock, ports::Crypto& crypto, const ClientSource& clients,
               const PeopleSource& people);

  // For a person whose password was checked.
  Result<Grant> issue(ports::WriteTransaction& transaction, const Client& client, UserId user,
                      std::string scopes);
  // nullopt: used before, so everything of that grant is revoked with this command. The caller is
  // told grant_invalid.
  Result<std::optional<Grant>> refresh(ports::WriteTransaction& transaction, const Client& client,
                                       std::string_view refresh_token);
  // For a person who is signed in and agreed.
  Result<Secret> issue_code(ports::WriteTransaction& transaction, const Client& client, UserId user,
                            std::string scopes, const CodeBinding& binding);
  // `verifier`: empty without one. nullopt: as of `refresh`.
  Result<std::optional<Grant>> exchange_code(ports::WriteTransaction& transaction,
                                             const Client& client, std::string_view code,
                                             std::string_view redirect_uri,
                                             std::string_view verifier);

  // For whom an access token acts.
  Result<Principal> find_access(ports::ReadTransaction& snapshot, std::string_view token) const;

 private:
  struct Origin {
    std::int64_t family = 0;  // 0: a new one
    UserId user;
    std::string scopes;
  };
  Result<Grant> make_pair(ports::WriteTransaction& transaction, const Client& client,
                          Origin origin);
  Result<Secret> insert(ports::WriteTransaction& transaction, const Client& client, Origin& origin,
                        ClientTokenKind kind, Duration kept, std::string detail);
  Result<ports::Row> find(ports::ReadTransaction& snapshot, ClientTokenKind kind,
                          std::string_view token) const;
  Status revoke(ports::WriteTransaction& transaction, std::int64_t family);
  [[nodiscard]] bool is_usable(const ports::Row& row, const Client& client) const;

  ports::Clock& clock_;
  ports::Crypto& crypto_;
  const ClientSource& clients_;
  const PeopleSource& people_;
};

}  // namespace cinnabar::services
