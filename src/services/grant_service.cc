#include "services/grant_service.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/expiry.h"
#include "services/rows.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <span>

namespace cinnabar::services {
namespace {

namespace tokens = ports::schema::client_token;

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kTokenTextMax = 512;

Error invalid_grant() {
  return make_error(Code::unauthenticated, kGrantInvalid, "the grant is unknown or over");
}

std::string hex(const std::string& bytes) {
  return to_hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

// Base64 with the alphabet for addresses, without padding.
std::string to_base64url(std::string_view bytes) {
  std::string text = to_base64(bytes);
  std::erase(text, '=');
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

// A challenge has no line break, so the rest is the address.
std::string encode(const CodeBinding& binding) {
  return binding.challenge + "\n" + binding.redirect_uri;
}

}  // namespace

Result<std::int64_t> forget_old_grants(ports::Store& store, Instant now) {
  return erase_older(store, tokens::kTable, tokens::expires_at, now);
}

GrantService::GrantService(ports::Clock& clock, ports::Crypto& crypto, const ClientSource& clients,
                           const PeopleSource& people)
    : clock_(clock), crypto_(crypto), clients_(clients), people_(people) {}

Result<Grant> GrantService::issue(ports::WriteTransaction& transaction, const Client& client,
                                  UserId user, std::string scopes) {
  return make_pair(transaction, client, {0, user, std::move(scopes)});
}

Result<std::optional<Grant>> GrantService::refresh(ports::WriteTransaction& transaction,
                                                   const Client& client,
                                                   std::string_view refresh_token) {
  CINNABAR_TRY(ports::Row row, find(transaction, ClientTokenKind::refresh, refresh_token));
  if (!is_usable(row, client)) return invalid_grant();
  const Instant now = clock_.now();
  const auto used_at = optional_instant_of(row, tokens::used_at);
  if (used_at && now > *used_at + kRefreshGrace) {
    CINNABAR_CHECK_OK(revoke(transaction, int_of(row, tokens::family_id)));
    return std::optional<Grant>{};
  }
  Origin origin{int_of(row, tokens::family_id), id_of<UserId>(row, tokens::user_id),
                text_of(row, tokens::scopes)};
  if (!used_at) {
    row[tokens::used_at] = cell(now);
    transaction.update(tokens::kTable, std::move(row));
  }
  CINNABAR_TRY(Grant grant, make_pair(transaction, client, std::move(origin)));
  return std::optional<Grant>{std::move(grant)};
}

Result<Secret> GrantService::issue_code(ports::WriteTransaction& transaction, const Client& client,
                                        UserId user, std::string scopes,
                                        const CodeBinding& binding) {
  if (binding.challenge.find('\n') != std::string::npos) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                      "the challenge is malformed", "code_challenge");
  }
  Origin origin{0, user, std::move(scopes)};
  return insert(transaction, client, origin, ClientTokenKind::code, kCodeKept, encode(binding));
}

Result<std::optional<Grant>> GrantService::exchange_code(ports::WriteTransaction& transaction,
                                                         const Client& client,
                                                         std::string_view code,
                                                         std::string_view redirect_uri,
                                                         std::string_view verifier) {
  CINNABAR_TRY(ports::Row row, find(transaction, ClientTokenKind::code, code));
  if (!is_usable(row, client)) return invalid_grant();
  const std::int64_t family = int_of(row, tokens::family_id);
  if (!is_null(row, tokens::used_at)) {
    // Somebody else has it, too.
    CINNABAR_CHECK_OK(revoke(transaction, family));
    return std::optional<Grant>{};
  }
  const std::string& detail = text_of(row, tokens::detail);
  const std::string challenge = detail.substr(0, detail.find('\n'));
  const auto digest = from_hex(crypto_.sha256_hex(verifier));
  const std::string shown = challenge.empty() || !digest ? "" : to_base64url(*digest);
  CodeBinding binding{std::string(redirect_uri), shown};
  if (!crypto_.equal_constant_time(encode(binding), detail)) return invalid_grant();
  Origin origin{family, id_of<UserId>(row, tokens::user_id), text_of(row, tokens::scopes)};
  row[tokens::used_at] = cell(clock_.now());
  transaction.update(tokens::kTable, std::move(row));
  CINNABAR_TRY(Grant grant, make_pair(transaction, client, std::move(origin)));
  return std::optional<Grant>{std::move(grant)};
}

Result<Principal> GrantService::find_access(ports::ReadTransaction& snapshot,
                                            std::string_view token) const {
  const auto unknown = [] {
    return make_error(Code::unauthenticated, reasons::kTokenUnknown, "the token is unknown");
  };
  auto row = find(snapshot, ClientTokenKind::access, token);
  if (!row) return row.error().code == Code::unauthenticated ? unknown() : std::move(row).error();
  const auto clients = clients_.current();
  const Client* client = clients->find(int_of(*row, tokens::client_id));
  if (client == nullptr || !client->enabled || !is_usable(*row, *client)) return unknown();
  return Principal{PrincipalKind::client, id_of<UserId>(*row, tokens::user_id)};
}

Result<Grant> GrantService::make_pair(ports::WriteTransaction& transaction, const Client& client,
                                      Origin origin) {
  Grant grant;
  CINNABAR_TRY(grant.access,
               insert(transaction, client, origin, ClientTokenKind::access, kAccessKept, {}));
  CINNABAR_TRY(grant.refresh,
               insert(transaction, client, origin, ClientTokenKind::refresh, kRefreshKept, {}));
  grant.scopes = std::move(origin.scopes);
  return grant;
}

Result<Secret> GrantService::insert(ports::WriteTransaction& transaction, const Client& client,
                                    Origin& origin, ClientTokenKind kind, Duration kept,
                                    std::string detail) {
  const std::string token = hex(crypto_.random_bytes(kTokenBytes));
  const Instant now = clock_.now();
  CINNABAR_TRY(const std::int64_t id, transaction.next_number("client_token"));
  if (origin.family == 0) origin.family = id;
  transaction.insert(tokens::kTable,
                     {cell(id), cell(origin.family), cell(client.id), cell(origin.user), cell(kind),
                      cell(crypto_.sha256_hex(token)), cell(origin.scopes), cell(std::move(detail)),
                      cell(now), cell(now + kept), CellValue{}});
  return Secret{token};
}

Result<ports::Row> GrantService::find(ports::ReadTransaction& snapshot, ClientTokenKind kind,
                                      std::string_view token) const {
  if (token.empty() || token.size() > kTokenTextMax) return invalid_grant();
  ports::Select select;
  select.table = &tokens::kTable;
  select.filter = where_equal(tokens::token_hash, cell(crypto_.sha256_hex(token)));
  select.limit = 1;
  CINNABAR_TRY(auto rows, snapshot.select(select));
  if (rows.empty() || enum_of<ClientTokenKind>(rows.front(), tokens::kind) != kind) {
    return invalid_grant();
  }
  return std::move(rows.front());
}

Status GrantService::revoke(ports::WriteTransaction& transaction, std::int64_t family) {
  ports::Select select;
  select.table = &tokens::kTable;
  select.filter = where_equal(tokens::family_id, cell(family));
  CINNABAR_TRY(const auto rows, transaction.select(select));
  for (const ports::Row& row : rows) transaction.erase(tokens::kTable, {row[tokens::id]});
  return {};
}

bool GrantService::is_usable(const ports::Row& row, const Client& client) const {
  if (int_of(row, tokens::client_id) != client.id) return false;
  if (instant_of(row, tokens::expires_at) <= clock_.now()) return false;
  const auto people = people_.current();
  return people->is_active(id_of<UserId>(row, tokens::user_id));
}

}  // namespace cinnabar::services
