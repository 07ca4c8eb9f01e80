// A command that carries a key is applied once, however often it is sent: the reply is stored in
// the command's own transaction and given again for the same key.
//
// Scope: who may share keys, for example "native/7" for one user of one door. Keys are kept at
// least kIdempotencyKept. Errors: conflict (idempotency_mismatch) when the key came with another
// request; invalid_argument (argument_malformed) for an unusable key.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "ports/store.h"

#include <optional>
#include <string>

namespace cinnabar::services {

inline constexpr Duration kIdempotencyKept = hours(24 * 7);
inline constexpr std::size_t kIdempotencyKeyBytesMax = 200;

struct IdempotencyKey {
  std::string scope;
  std::string key;           // printable ASCII, 1 to kIdempotencyKeyBytesMax bytes
  std::string request_hash;  // digest of what was asked, to notice a reused key
};

Status check_key(const IdempotencyKey& key);

// The stored reply, or nullopt when the key is new; then the caller runs its command and remembers.
Result<std::optional<std::string>> find_reply(ports::WriteTransaction& transaction,
                                              const IdempotencyKey& key);
void remember_reply(ports::WriteTransaction& transaction, const IdempotencyKey& key,
                    std::string reply, Instant now);

// Removes replies that are older than kIdempotencyKept; returns how many.
Result<std::int64_t> forget_old_replies(ports::Store& store, Instant now);

}  // namespace cinnabar::services
