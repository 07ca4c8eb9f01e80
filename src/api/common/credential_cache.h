// Credentials that were right a moment ago, so that a client sending its password with every call
// does not cost a password hash each time.
//
// Keeps no secret: entries are found by a keyed digest of name and password. An entry holds the
// hash that the password was checked against and counts only while the account still has that hash,
// so a changed password ends it at once. Bounded; entries live kEntryLifetime. Thread: any.
#pragma once

#include "base/secret.h"
#include "base/time.h"
#include "services/people.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cinnabar::api {

class CredentialCache {
 public:
  static constexpr Duration kEntryLifetime = seconds(60);
  static constexpr std::size_t kEntriesMax = 10'000;

  // A digest under a key that nobody else has.
  using Digest = std::function<std::string(std::string_view)>;
  explicit CredentialCache(Digest digest) : digest_(std::move(digest)) {}

  std::optional<UserId> find(const services::People& people, std::string_view name,
                             const Secret& password, Instant now);
  // After the password was checked against the account as `people` has it.
  void remember(const services::People& people, std::string_view name, const Secret& password,
                UserId user, Instant now);

 private:
  struct Entry {
    UserId user;
    std::string password_hash;
    Instant until;
  };
  [[nodiscard]] std::string key(std::string_view name, const Secret& password) const;

  Digest digest_;
  std::mutex mutex_;  // guards entries_
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace cinnabar::api
