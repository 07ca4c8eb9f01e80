#include "services/session_service.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/instance_store.h"
#include "services/rows.h"
#include "services/uuid.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::services {
namespace {

namespace columns = ports::schema::access_session;

// How stale the stored time of last use may be.
constexpr std::string_view kAuditKind = "session";
constexpr Duration kTouchInterval = seconds(15);
// Ended sessions are kept in memory this long, so that their code is told to be expired, not wrong.
constexpr Duration kRememberEnded = hours(12);
constexpr std::int32_t kFailuresMax = 10;
constexpr Duration kFailuresPause = minutes(1);
constexpr std::size_t kFailureNamesMax = 10'000;

std::string user_kind(UserId user, std::string_view kind) {
  return std::to_string(user.value()) + "/" + std::string(kind);
}

Error wrong_credentials() {
  return make_error(Code::unauthenticated, reasons::kCredentialsWrong,
                    "the name or the password is wrong, or the account is disabled");
}

}  // namespace

SessionService::SessionService(ports::Store& store, ports::Clock& clock, ports::Crypto& crypto,
                               const PeopleSource& people, Options options)
    : store_(store), clock_(clock), crypto_(crypto), people_(people), options_(std::move(options)) {
  CINNABAR_ASSERT(options_.server_key.reveal().size() >= 32);
}

std::string SessionService::derive_code(std::int64_t id, Instant created_at) const {
  return uuid_of_hex(crypto_.hmac_sha256_hex(
      options_.server_key.reveal(),
      "session/" + std::to_string(id) + "/" + std::to_string(created_at.micros())));
}

void SessionService::insert_row(ports::WriteTransaction& transaction,
                                const Session& session) const {
  transaction.insert(columns::kTable,
                     {cell(session.id), cell(session.user), cell(session.kind),
                      cell(crypto_.sha256_hex(session.code)), cell(session.created_at),
                      cell(session.last_used_at), cell(options_.idle_limit.micros())});
}

Status SessionService::load() {
  CINNABAR_TRY(auto snapshot, store_.read());
  ports::Select select;
  select.table = &columns::kTable;
  CINNABAR_TRY(const auto rows, snapshot->select(select));
  const std::scoped_lock lock(mutex_);
  for (const ports::Row& row : rows) {
    auto session = std::make_shared<Session>();
    session->id = int_of(row, columns::id);
    session->user = id_of<UserId>(row, columns::user_id);
    session->kind = text_of(row, columns::kind);
    session->created_at = instant_of(row, columns::created_at);
    session->last_used_at = instant_of(row, columns::last_used_at);
    session->written_at = session->last_used_at;
    session->code = derive_code(session->id, session->created_at);
    // A row whose hash no longer fits was made with another server key; its code cannot be given
    // out.
    if (crypto_.sha256_hex(session->code) != text_of(row, columns::token_hash)) continue;
    by_hash_[text_of(row, columns::token_hash)] = session;
    by_user_kind_[user_kind(session->user, session->kind)] = session;
  }
  return {};
}

Result<UserId> SessionService::check_password(std::string_view name, const Secret& password) {
  const std::string key = to_lower_ascii(utf8_prefix(name, 200));
  const Instant now = clock_.now();
  {
    const std::scoped_lock lock(mutex_);
    const auto it = failures_.find(key);
    if (it != failures_.end() && it->second.count >= kFailuresMax && now < it->second.until) {
      return make_error(Code::resource_exhausted, reasons::kRateLimited,
                        "too many wrong passwords; try again in a minute");
    }
  }
  const auto people = people_.current();
  const User* user = people->user_by_name(name);
  if (user == nullptr) user = people->user_by_email(name);
  // An unknown user costs as much time as a wrong password.
  const bool matches =
      crypto_.verify_password(password, user == nullptr ? "" : user->password_hash);
  if (user != nullptr && matches && user->enabled) {
    const std::scoped_lock lock(mutex_);
    failures_.erase(key);
    return user->id;
  }
  const std::scoped_lock lock(mutex_);
  if (failures_.size() >= kFailureNamesMax) {
    std::erase_if(failures_, [&](const auto& entry) { return entry.second.until < now; });
  }
  if (failures_.size() < kFailureNamesMax) {
    Failures& failures = failures_[key];
    if (failures.until < now) failures.count = 0;
    ++failures.count;
    failures.until = now + kFailuresPause;
  }
  return wrong_credentials();
}

Result<AccessCode> SessionService::issue(ports::WriteTransaction& transaction,
                                         const CallContext& context, std::string_view kind) {
  const UserId user = context.principal.user;
  const Instant now = clock_.now();
  {
    const std::scoped_lock lock(mutex_);
    const auto it = by_user_kind_.find(user_kind(user, kind));
    if (it != by_user_kind_.end() && now - it->second->last_used_at < options_.idle_limit) {
      // The row is missing when the command that made the session could not be committed; nobody
      // has seen its code then, and this command stores it.
      CINNABAR_TRY(const auto stored, transaction.get(columns::kTable, {cell(it->second->id)}));
      if (!stored) insert_row(transaction, *it->second);
      touch(*it->second, now);
      return AccessCode{it->second->code, user};
    }
  }
  CINNABAR_TRY(const std::int64_t id, transaction.next_number("session"));
  auto session = std::make_shared<Session>();
  session->id = id;
  session->user = user;
  session->kind = std::string(kind);
  session->created_at = now;
  session->last_used_at = now;
  session->written_at = now;
  session->code = derive_code(id, now);
  const std::string hash = crypto_.sha256_hex(session->code);
  CINNABAR_CHECK_OK(write_audit(transaction, context, "sign_in", kAuditKind, user.value(),
                                std::string(kind), now));
  const std::scoped_lock lock(mutex_);
  // The session before it has ended: its row goes, its code stays known as expired for a while.
  if (const auto before = by_user_kind_.find(user_kind(user, kind));
      before != by_user_kind_.end()) {
    transaction.erase(columns::kTable, {cell(before->second->id)});
  }
  insert_row(transaction, *session);
  std::erase_if(by_hash_, [&](const auto& entry) {
    return now - entry.second->last_used_at > kRememberEnded;
  });
  by_hash_[hash] = session;
  by_user_kind_[user_kind(user, kind)] = session;
  return AccessCode{session->code, user};
}

Result<Principal> SessionService::authenticate(std::string_view kind, std::string_view code) {
  const Instant now = clock_.now();
  const std::string hash = crypto_.sha256_hex(code);
  const std::scoped_lock lock(mutex_);
  const auto it = by_hash_.find(hash);
  if (it == by_hash_.end() || it->second->kind != kind) {
    return make_error(Code::unauthenticated, reasons::kSessionUnknown,
                      "the access code is not known");
  }
  Session& session = *it->second;
  const auto live = by_user_kind_.find(user_kind(session.user, session.kind));
  if (live == by_user_kind_.end() || live->second != it->second) {
    return make_error(Code::unauthenticated, reasons::kSessionUnknown,
                      "the access code was replaced");
  }
  if (now - session.last_used_at >= options_.idle_limit) {
    return make_error(Code::unauthenticated, reasons::kSessionExpired,
                      "the access code has expired");
  }
  if (!people_.current()->is_active(session.user)) {
    return make_error(Code::unauthenticated, reasons::kSessionUnknown, "the account is disabled");
  }
  touch(session, now);
  return Principal{PrincipalKind::user, session.user};
}

// Called with the mutex held.
void SessionService::touch(Session& session, Instant now) {
  session.last_used_at = std::max(session.last_used_at, now);
  if (now - session.written_at < kTouchInterval) return;
  session.written_at = now;
  ports::WriteCommand command;
  command.work = [id = session.id, now](ports::WriteTransaction& transaction) -> Status {
    CINNABAR_TRY(auto row, transaction.get(columns::kTable, {cell(id)}));
    if (!row) return {};
    (*row)[columns::last_used_at] = cell(now);
    transaction.update(columns::kTable, std::move(*row));
    return {};
  };
  // Losing this write only shortens the session after a restart, so its failure is no error.
  command.done = [](const Status&) {};
  static_cast<void>(store_.submit(std::move(command)));
}

Status SessionService::end(ports::WriteTransaction& transaction, const CallContext& context,
                           std::string_view kind) {
  const UserId user = context.principal.user;
  const std::scoped_lock lock(mutex_);
  const auto it = by_user_kind_.find(user_kind(user, kind));
  if (it == by_user_kind_.end()) return {};
  CINNABAR_CHECK_OK(write_audit(transaction, context, "sign_out", kAuditKind, user.value(),
                                std::string(kind), clock_.now()));
  transaction.erase(columns::kTable, {cell(it->second->id)});
  by_user_kind_.erase(it);
  return {};
}

Status SessionService::revoke(ports::WriteTransaction& transaction, UserId user) {
  const std::scoped_lock lock(mutex_);
  for (auto it = by_user_kind_.begin(); it != by_user_kind_.end();) {
    if (it->second->user == user) {
      transaction.erase(columns::kTable, {cell(it->second->id)});
      it = by_user_kind_.erase(it);
    } else {
      ++it;
    }
  }
  return {};
}

}  // namespace cinnabar::services
