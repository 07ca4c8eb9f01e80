#include "api/common/credential_cache.h"

namespace cinnabar::api {

std::string CredentialCache::key(std::string_view name, const Secret& password) const {
  // The length keeps ("ab", "c") and ("a", "bc") apart.
  std::string text = std::to_string(name.size());
  text += ':';
  text += name;
  text += password.reveal();
  return digest_(text);
}

std::optional<UserId> CredentialCache::find(const services::People& people, std::string_view name,
                                            const Secret& password, Instant now) {
  const std::string digest = key(name, password);
  const std::scoped_lock lock(mutex_);
  const auto at = entries_.find(digest);
  if (at == entries_.end()) return std::nullopt;
  const services::User* user = people.user(at->second.user);
  const bool counts = user != nullptr && user->enabled && at->second.until > now &&
                      user->password_hash == at->second.password_hash;
  if (counts) return at->second.user;
  entries_.erase(at);
  return std::nullopt;
}

void CredentialCache::remember(const services::People& people, std::string_view name,
                               const Secret& password, UserId user, Instant now) {
  const services::User* account = people.user(user);
  if (account == nullptr) return;
  const std::string digest = key(name, password);
  const std::scoped_lock lock(mutex_);
  if (entries_.size() >= kEntriesMax) {
    std::erase_if(entries_, [&](const auto& entry) { return entry.second.until <= now; });
    if (entries_.size() >= kEntriesMax) return;
  }
  entries_[digest] = Entry{user, account->password_hash, now + kEntryLifetime};
}

}  // namespace cinnabar::api
