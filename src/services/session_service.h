// Passwords and the short-lived access codes that doors issue for them.
//
// A code is derived from a server key and the stored session, so the same live session gives the
// same code again and also after a restart, while the database holds only a hash of it. The key
// lies outside the database. A session slides: every accepted use moves its end; uses are written
// back at most every kTouchInterval, so a restart may cost that much of the idle time.
//
// Thread: safe from any thread. check_password takes tens of milliseconds (argon2): never call it
// on an I/O thread or the writer. Nobody can tell an unknown user from a wrong password.
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "ports/clock.h"
#include "ports/crypto.h"
#include "ports/store.h"
#include "services/context.h"
#include "services/people.h"
#include "vocab/principal.h"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cinnabar::services {

struct AccessCode {
  std::string code;  // a version-4 shaped UUID, 36 characters
  UserId user;
};

class SessionService {
 public:
  struct Options {
    Duration idle_limit = minutes(5);
    Secret server_key;  // at least 32 bytes
  };
  SessionService(ports::Store& store, ports::Clock& clock, ports::Crypto& crypto,
                 const PeopleSource& people, Options options);

  // Reads the live sessions. Call once at start.
  Status load();

  // `name` is a log-in name or an e-mail address. unauthenticated (credentials_wrong) otherwise;
  // resource_exhausted (rate_limited) after too many failures for that name.
  Result<UserId> check_password(std::string_view name, const Secret& password);

  // The live code of that kind of the context's user, or a new one, refreshed. Runs in a write
  // command; the caller answers after the commit. A new one is a sign-in and stands in the audit.
  Result<AccessCode> issue(ports::WriteTransaction& transaction, const CallContext& context,
                           std::string_view kind);

  // Who a code belongs to; slides its end. unauthenticated: session_unknown, or session_expired for
  // a code that was live and is remembered.
  Result<Principal> authenticate(std::string_view kind, std::string_view code);

  // Ends the session of one kind of the context's user, if there is one: signing out.
  Status end(ports::WriteTransaction& transaction, const CallContext& context,
             std::string_view kind);

  // Ends all sessions of a user: password change, disabling.
  Status revoke(ports::WriteTransaction& transaction, UserId user);

 private:
  struct Session {
    std::int64_t id = 0;
    UserId user;
    std::string kind;
    std::string code;
    Instant created_at;
    Instant last_used_at;
    Instant written_at;
  };
  struct Failures {
    std::int32_t count = 0;
    Instant until;
  };

  std::string derive_code(std::int64_t id, Instant created_at) const;
  void insert_row(ports::WriteTransaction& transaction, const Session& session) const;
  void touch(Session& session, Instant now);

  ports::Store& store_;
  ports::Clock& clock_;
  ports::Crypto& crypto_;
  const PeopleSource& people_;
  Options options_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Session>> by_hash_;       // sha256 of the code
  std::unordered_map<std::string, std::shared_ptr<Session>> by_user_kind_;  // "user/kind"
  std::unordered_map<std::string, Failures> failures_;
};

}  // namespace cinnabar::services
