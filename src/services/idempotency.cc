#include "services/idempotency.h"

#include "ports/schema.h"
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
  constexpr std::int64_t kPage = 1'000;
  std::int64_t removed = 0;
  std::int64_t last = kPage;
  while (last == kPage) {
    last = 0;
    CINNABAR_CHECK_OK(
        ports::submit_and_wait(store, [&](ports::WriteTransaction& transaction) -> Status {
          ports::Select select;
          select.table = &columns::kTable;
          select.filter = where(columns::created_at, FilterOp::less, cell(now - kIdempotencyKept));
          select.limit = kPage;
          CINNABAR_TRY(const auto rows, transaction.select(select));
          for (const ports::Row& row : rows) {
            transaction.erase(columns::kTable, {row[columns::scope], row[columns::key]});
          }
          last = std::ssize(rows);
          return {};
        }));
    removed += last;
  }
  return removed;
}

}  // namespace cinnabar::services
