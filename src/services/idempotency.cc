#include "services/idempotency.h"

#include "ports/schema.h"
#include "services/expiry.h"
#include "services/rows.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::services {

namespace columns = ports::schema::idempotency;

Status check_key(const IdempotencyKey& key) {
  const bool printable =
      std::all_of(key.key.begin(), key.key.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (!key.key.empty() && key.key.size() <= kIdempotencyKeyBytesMax && printable) return {};
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                    "an idempotency key has 1 to 200 printable ASCII characters",
                    "Idempotency-Key");
}

Result<std::optional<std::string>> find_reply(ports::WriteTransaction& transaction,
                                              const IdempotencyKey& key) {
  CINNABAR_CHECK_OK(check_key(key));
  CINNABAR_TRY(const auto row, transaction.get(columns::kTable, {cell(key.scope), cell(key.key)}));
  if (!row) return std::optional<std::string>{};
  if (text_of(*row, columns::request_hash) != key.request_hash) {
    return make_error(Code::conflict, reasons::kIdempotencyMismatch,
                      "the key was used with another request", key.key);
  }
  return std::optional<std::string>{text_of(*row, columns::reply)};
}

void remember_reply(ports::WriteTransaction& transaction, const IdempotencyKey& key,
                    std::string reply, Instant now) {
  transaction.insert(columns::kTable, {cell(key.scope), cell(key.key), cell(key.request_hash),
                                       cell(std::move(reply)), cell(now)});
}

Result<std::int64_t> forget_old_replies(ports::Store& store, Instant now) {
  return erase_older(store, columns::kTable, columns::created_at, now - kIdempotencyKept);
}

}  // namespace cinnabar::services
