#include "services/record_order.h"

#include "base/assert.h"
#include "ports/schema.h"
#include "services/record_index.h"
#include "services/rows.h"

#include <algorithm>
#include <map>

namespace cinnabar::services {
namespace {

namespace columns = ports::schema::record;
namespace entries = ports::schema::record_index;

constexpr std::int64_t kPiece = 200;

class ByField {
 public:
  using Take = std::function<Status(const std::vector<ports::Row>&)>;

  ByField(ports::ReadTransaction& snapshot, const RecordQuery& query, const FilterNode& filter,
          const Take& take)
      : snapshot_(snapshot),
        query_(query),
        filter_(filter),
        take_(take),
        key_(is_indexed_by_number(query.order_field->type) ? entries::num_key : entries::text_key),
        skip_(query.offset),
        left_(query.limit) {}

  Status run() {
    if (query_.order_descending) {
      CINNABAR_CHECK_OK(without_value());
      return with_value();
    }
    CINNABAR_CHECK_OK(with_value());
    return without_value();
  }

 private:
  // Entries of the field, of whatever record.
  [[nodiscard]] std::vector<FilterNode> of_field() const {
    return {where_equal(entries::form_id, cell(query_.form)),
            where_equal(entries::field, cell(query_.order_field->id)),
            where(key_, FilterOp::not_equal, CellValue{})};
  }

  // Behind that entry.
  [[nodiscard]] FilterNode behind(const ports::Row& last) const {
    const FilterOp op = query_.order_descending ? FilterOp::less : FilterOp::greater;
    return any_of({where(key_, op, last[key_]), all_of({where_equal(key_, last[key_]),
                                                        where(entries::record_id, FilterOp::greater,
                                                              last[entries::record_id])})});
  }

  Status with_value() {
    if (left_ <= 0) return {};
    std::vector<FilterNode> parts = of_field();
    parts.push_back(
        FilterNode{RelatedTo{entries::record_id, columns::kTable.name, columns::id, {filter_}}});
    const FilterNode fitting = all_of(std::move(parts));
    ports::Select page;
    page.table = &entries::kTable;
    page.filter = fitting;
    page.order = {{key_, query_.order_descending}};
    page.offset = skip_;
    page.columns = {entries::record_id, key_};
    bool is_first = true;
    while (left_ > 0) {
      page.limit = std::min(left_, kPiece);
      CINNABAR_TRY(const auto found, snapshot_.select(page));
      if (is_first && found.empty() && skip_ > 0) {
        CINNABAR_TRY(const std::int64_t all, snapshot_.count(entries::kTable, fitting));
        skip_ -= all;
        return {};
      }
      is_first = false;
      skip_ = 0;
      CINNABAR_CHECK_OK(take_records(found));
      if (std::ssize(found) < page.limit) return {};
      page.offset = 0;
      page.filter = all_of({fitting, behind(found.back())});
    }
    return {};
  }

  Status take_records(const std::vector<ports::Row>& found) {
    if (found.empty()) return {};
    std::vector<CellValue> ids;
    for (const ports::Row& entry : found) ids.push_back(entry[entries::record_id]);
    ports::Select select;
    select.table = &columns::kTable;
    select.filter = where_one_of(columns::id, std::move(ids));
    CINNABAR_TRY(auto rows, snapshot_.select(select));
    std::map<std::int64_t, ports::Row> by_id;
    for (ports::Row& row : rows) by_id.emplace(int_of(row, columns::id), std::move(row));
    std::vector<ports::Row> ordered;
    for (const ports::Row& entry : found) {
      const auto at = by_id.find(int_of(entry, entries::record_id));
      CINNABAR_ASSERT(at != by_id.end());
      ordered.push_back(std::move(at->second));
    }
    left_ -= std::ssize(ordered);
    return take_(ordered);
  }

  Status without_value() {
    if (left_ <= 0) return {};
    const FilterNode has_value{
        RelatedTo{columns::id, entries::kTable.name, entries::record_id, of_field()}};
    const FilterNode fitting = all_of({filter_, none_of({has_value})});
    ports::Select page;
    page.table = &columns::kTable;
    page.filter = fitting;
    page.offset = skip_;
    bool is_first = true;
    while (left_ > 0) {
      page.limit = std::min(left_, kPiece);
      CINNABAR_TRY(const auto rows, snapshot_.select(page));
      if (is_first && rows.empty() && skip_ > 0) {
        CINNABAR_TRY(const std::int64_t all, snapshot_.count(columns::kTable, fitting));
        skip_ -= all;
        return {};
      }
      is_first = false;
      skip_ = 0;
      left_ -= std::ssize(rows);
      if (!rows.empty()) CINNABAR_CHECK_OK(take_(rows));
      if (std::ssize(rows) < page.limit) return {};
      page.offset = 0;
      page.filter =
          all_of({fitting, where(columns::id, FilterOp::greater, rows.back()[columns::id])});
    }
    return {};
  }

  ports::ReadTransaction& snapshot_;
  const RecordQuery& query_;
  const FilterNode& filter_;
  const Take& take_;
  std::uint16_t key_;
  std::int64_t skip_;
  std::int64_t left_;
};

}  // namespace

Status each_by_field(ports::ReadTransaction& snapshot, const RecordQuery& query,
                     const FilterNode& filter,
                     const std::function<Status(const std::vector<ports::Row>&)>& take) {
  return ByField(snapshot, query, filter, take).run();
}

}  // namespace cinnabar::services
