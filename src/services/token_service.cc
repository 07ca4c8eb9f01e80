#include "services/token_service.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/instance_store.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <span>

namespace cinnabar::services {
namespace {

namespace columns = ports::schema::access_token;

// How stale the stored time of last use may be.
constexpr Duration kNoteInterval = minutes(1);
constexpr std::size_t kSecretBytes = 32;

std::string random_token(ports::Crypto& crypto) {
  const std::string bytes = crypto.random_bytes(kSecretBytes);
  return std::string(kTokenPrefix) +
         to_hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

AccessToken token_of(const ports::Row& row) {
  AccessToken token;
  token.id = int_of(row, columns::id);
  token.user = id_of<UserId>(row, columns::user_id);
  token.name = text_of(row, columns::name);
  token.created_at = instant_of(row, columns::created_at);
  token.expires_at = optional_instant_of(row, columns::expires_at);
  token.last_used_at = optional_instant_of(row, columns::last_used_at);
  return token;
}

ports::Row row_of(const AccessToken& token, const std::string& hash) {
  return {cell(token.id),
          cell(token.user),
          cell(token.name),
          cell(hash),
          cell(token.created_at),
          token.expires_at ? cell(*token.expires_at) : CellValue{},
          CellValue{}};
}

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > limits::kNameBytesMax || !is_utf8(name)) return false;
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < ' ') return false;
  }
  return trim(name) == name;
}

Status check(const TokenRequest& request, Instant now) {
  if (!is_name(request.name)) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                      "a token's name has 1 to 200 bytes on one line", "name");
  }
  if (request.expires_at.has_value() && *request.expires_at <= now) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                      "a token expires in the future", "expires_at");
  }
  return {};
}

// The same for a token that never was, one that was revoked, and one of a disabled user.
Error unknown_token() {
  return make_error(Code::unauthenticated, reasons::kTokenUnknown, "the token is not known");
}

}  // namespace

TokenService::TokenService(ports::Store& store, ports::Clock& clock, ports::Crypto& crypto,
                           const PeopleSource& people)
    : store_(store), clock_(clock), crypto_(crypto), people_(people) {}

Status TokenService::load() {
  CINNABAR_TRY(auto snapshot, store_.read());
  CINNABAR_TRY(const auto rows, all_rows(*snapshot, columns::kTable));
  const std::scoped_lock lock(mutex_);
  by_hash_.clear();
  for (const ports::Row& row : rows) {
    const AccessToken token = token_of(row);
    const std::string& hash = text_of(row, columns::token_hash);
    by_hash_.insert_or_assign(
        hash, Known{token.id, token.user, hash, token.expires_at, token.last_used_at});
  }
  return {};
}

Result<NewToken> TokenService::create(ports::WriteTransaction& transaction,
                                      const CallContext& context, const TokenRequest& request) {
  const Instant now = clock_.now();
  CINNABAR_CHECK_OK(check(request, now));
  CINNABAR_TRY(
      const std::int64_t count,
      transaction.count(columns::kTable, where_equal(columns::user_id, cell(request.user))));
  if (count >= kTokensPerUserMax) {
    return make_error(Code::resource_exhausted, reasons::kLimitExceeded,
                      "a person has at most 50 tokens; revoke one first");
  }
  NewToken made;
  CINNABAR_TRY(made.token.id, transaction.next_number("token"));
  made.token.user = request.user;
  made.token.name = request.name;
  made.token.created_at = now;
  made.token.expires_at = request.expires_at;
  std::string secret = random_token(crypto_);
  const std::string hash = crypto_.sha256_hex(secret);
  transaction.insert(columns::kTable, row_of(made.token, hash));
  CINNABAR_CHECK_OK(
      write_audit(transaction, context, "create_token", "token", made.token.id, request.name, now));
  {
    // Known before it is committed, which is harmless: nobody is told the secret until then.
    const std::scoped_lock lock(mutex_);
    by_hash_.insert_or_assign(
        hash, Known{made.token.id, request.user, hash, request.expires_at, std::nullopt});
  }
  made.secret = Secret(std::move(secret));
  return made;
}

Result<std::vector<AccessToken>> TokenService::list(ports::ReadTransaction& snapshot, UserId user) {
  ports::Select select;
  select.table = &columns::kTable;
  select.filter = where_equal(columns::user_id, cell(user));
  select.limit = kTokensPerUserMax;
  CINNABAR_TRY(const auto rows, snapshot.select(select));
  std::vector<AccessToken> tokens;
  tokens.reserve(rows.size());
  for (const ports::Row& row : rows) tokens.push_back(token_of(row));
  return tokens;
}

Status TokenService::revoke(ports::WriteTransaction& transaction, const CallContext& context,
                            UserId user, std::int64_t id) {
  CINNABAR_TRY(const auto row, transaction.get(columns::kTable, {cell(id)}));
  if (!row || id_of<UserId>(*row, columns::user_id) != user) {
    return make_error(Code::not_found, reasons::kTokenUnknown, "no such token", std::to_string(id));
  }
  {
    const std::scoped_lock lock(mutex_);
    by_hash_.erase(text_of(*row, columns::token_hash));
  }
  transaction.erase(columns::kTable, {cell(id)});
  return write_audit(transaction, context, "revoke_token", "token", id,
                     text_of(*row, columns::name), clock_.now());
}

Result<Principal> TokenService::authenticate(std::string_view token) {
  const Instant now = clock_.now();
  const std::string hash = crypto_.sha256_hex(token);
  const std::scoped_lock lock(mutex_);
  // What the look-up may leak through its timing is the digest of a guess, which helps nobody to
  // the 256 bits before it.
  const auto it = by_hash_.find(hash);
  if (it == by_hash_.end() || !crypto_.equal_constant_time(it->second.hash, hash)) {
    return unknown_token();
  }
  Known& known = it->second;
  if (!people_.current()->is_active(known.user)) return unknown_token();
  if (known.expires_at.has_value() && *known.expires_at <= now) {
    return make_error(Code::unauthenticated, reasons::kTokenExpired, "the token has expired");
  }
  note_use(known, now);
  return Principal{PrincipalKind::user, known.user};
}

// Called with the mutex held.
void TokenService::note_use(Known& known, Instant now) {
  if (known.noted_at.has_value() && now - *known.noted_at < kNoteInterval) return;
  known.noted_at = now;
  ports::WriteCommand command;
  command.work = [id = known.id, now](ports::WriteTransaction& transaction) -> Status {
    CINNABAR_TRY(auto row, transaction.get(columns::kTable, {cell(id)}));
    if (!row) return {};
    (*row)[columns::last_used_at] = cell(now);
    transaction.update(columns::kTable, std::move(*row));
    return {};
  };
  // A lost write costs a line in a list, so its failure is no error.
  command.done = [](const Status&) {};
  static_cast<void>(store_.submit(std::move(command)));
}

}  // namespace cinnabar::services
