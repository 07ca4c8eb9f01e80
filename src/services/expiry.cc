#include "services/expiry.h"

#include "services/rows.h"

namespace cinnabar::services {

Result<std::int64_t> erase_older(ports::Store& store, const ports::Table& table,
                                 std::uint16_t column, Instant before) {
  constexpr std::int64_t kPage = 1'000;
  std::int64_t removed = 0;
  std::int64_t last = kPage;
  while (last == kPage) {
    last = 0;
    CINNABAR_CHECK_OK(
        ports::submit_and_wait(store, [&](ports::WriteTransaction& transaction) -> Status {
          ports::Select select;
          select.table = &table;
          select.filter = where(column, FilterOp::less, cell(before));
          select.limit = kPage;
          CINNABAR_TRY(const auto rows, transaction.select(select));
          for (const ports::Row& row : rows) {
            transaction.erase(table, ports::Key(row.begin(), row.begin() + table.key_columns));
          }
          last = std::ssize(rows);
          return {};
        }));
    removed += last;
  }
  return removed;
}

}  // namespace cinnabar::services
