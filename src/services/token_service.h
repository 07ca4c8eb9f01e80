// Personal access tokens: credentials that a user makes for a program of theirs.
//
// A token is "cnb_" and 256 random bits in hex. It is told once, when it is made; the database and
// the memory of the server hold its SHA-256 alone. It acts as its user until it expires, is
// revoked, or the user is disabled; changing the password does not end it. The time of last use is
// written back at most every minute.
//
// Thread: safe from any thread; `authenticate` looks up in memory only. Errors: unauthenticated
// (token_unknown, token_expired); not_found (token_unknown) for an id that is not the user's.
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "ports/clock.h"
#include "ports/crypto.h"
#include "ports/store.h"
#include "services/context.h"
#include "services/people.h"
#include "vocab/ids.h"
#include "vocab/principal.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cinnabar::services {

inline constexpr std::string_view kTokenPrefix = "cnb_";
inline constexpr std::int64_t kTokensPerUserMax = 50;

struct AccessToken {
  std::int64_t id = 0;
  UserId user;
  std::string name;
  Instant created_at;
  std::optional<Instant> expires_at;
  std::optional<Instant> last_used_at;  // nullopt: never
};

struct NewToken {
  AccessToken token;
  Secret secret;  // the only time it can be read
};

struct TokenRequest {
  UserId user;
  std::string name;                   // what it is for: 1 to kNameBytesMax bytes
  std::optional<Instant> expires_at;  // in the future; nullopt: until revoked
};

class TokenService {
 public:
  TokenService(ports::Store& store, ports::Clock& clock, ports::Crypto& crypto,
               const PeopleSource& people);

  // Reads all tokens. Call once at start.
  Status load();

  // Runs in a write command; the caller tells the secret after the commit. invalid_argument for a
  // bad name or end; resource_exhausted (limit_exceeded) beyond kTokensPerUserMax.
  Result<NewToken> create(ports::WriteTransaction& transaction, const CallContext& context,
                          const TokenRequest& request);
  // The user's own, oldest first, also expired ones.
  static Result<std::vector<AccessToken>> list(ports::ReadTransaction& snapshot, UserId user);
  Status revoke(ports::WriteTransaction& transaction, const CallContext& context, UserId user,
                std::int64_t id);

  // Whose token it is, and notes its use.
  Result<Principal> authenticate(std::string_view token);

 private:
  struct Known {
    std::int64_t id = 0;
    UserId user;
    std::string hash;
    std::optional<Instant> expires_at;
    std::optional<Instant> noted_at;  // the last use that was written
  };

  void note_use(Known& known, Instant now);

  ports::Store& store_;
  ports::Clock& clock_;
  ports::Crypto& crypto_;
  const PeopleSource& people_;
  std::mutex mutex_;
  std::unordered_map<std::string, Known> by_hash_;
};

}  // namespace cinnabar::services
