// Lists of records. A list in the order of ids with a condition that one range of the index answers
// walks that range, so that a page costs what it shows, however many records fit. One with another
// condition that many records meet begins with another one that few do, or else walks the
// records themselves, because the next ones that fit are near.
#include "ports/schema.h"
#include "services/keyset.h"
#include "services/record_index.h"
#include "services/record_order.h"
#include "services/record_rows.h"
#include "services/record_service.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <set>

namespace cinnabar::services {
namespace {

namespace columns = ports::schema::record;
namespace entries = ports::schema::record_index;

// Records that are in memory at a time.
constexpr std::int64_t kPiece = 200;
// Index entries that are looked at in one go.
constexpr std::int64_t kWalkPage = 500;

Result<FilterNode> filter_of(const RecordQuery& query) {
  std::vector<FilterNode> parts = query.filters;
  for (const FieldCondition& condition : query.conditions) {
    CINNABAR_TRY(FilterNode node, record_filter(query.form, columns::id, condition));
    parts.push_back(std::move(node));
  }
  std::vector<FilterNode> all{where_equal(columns::form_id, cell(query.form)),
                              where_equal(columns::deleted_at, CellValue{}), query.range};
  if (!parts.empty())
    all.push_back(query.any ? any_of(std::move(parts)) : all_of(std::move(parts)));
  return all_of(std::move(all));
}

std::optional<std::vector<FilterNode>> range_to_walk(const RecordQuery& query) {
  if (!query.order.empty() || query.offset > 0 || query.any) return std::nullopt;
  for (const FieldCondition& condition : query.conditions) {
    if (auto range = index_range(query.form, condition)) return range;
  }
  return std::nullopt;
}

// More index entries than that meet a broad condition.
constexpr std::int64_t kBroad = 3'000;
// How far records are walked for a broad condition before the index is asked after all.
constexpr int kBroadPages = 4;

// What a broad condition says of an index entry; null pointer when the list has none.
struct Broad {
  const FieldCondition* condition = nullptr;
  FilterNode values;
};

ports::Select entries_of(const RecordQuery& query, const FieldCondition& condition,
                         FilterNode values) {
  ports::Select select;
  select.table = &entries::kTable;
  select.filter =
      all_of({where_equal(entries::form_id, cell(query.form)),
              where_equal(entries::field, cell(condition.field->id)),
              where(entries::record_id, FilterOp::greater, cell(query.after)), std::move(values)});
  select.columns = {entries::record_id};
  // Along the index, so that the first of them are read without the others.
  select.order = {SortKey{
      is_indexed_by_number(condition.field->type) ? entries::num_key : entries::text_key, false}};
  return select;
}

Result<Broad> find_broad(ports::ReadTransaction& snapshot, const RecordQuery& query) {
  Broad none;
  if (!query.order.empty() || query.offset > 0 || query.any) return none;
  for (const FieldCondition& condition : query.conditions) {
    // Equality is walked along the index in the order of ids, however broad it is.
    auto values = condition.op == FieldOp::equal ? std::nullopt : entry_values(condition);
    if (!values) continue;
    ports::Select probe = entries_of(query, condition, *values);
    probe.offset = kBroad;
    probe.limit = 1;
    CINNABAR_TRY(const auto found, snapshot.select(probe));
    if (!found.empty()) return Broad{&condition, std::move(*values)};
  }
  return none;
}

// Those of the records that meet the broad condition. It is negated twice, so that the entries are
// found by their records and not by their values.
Result<std::vector<CellValue>> meeting(ports::ReadTransaction& snapshot, const Broad& broad,
                                       std::vector<CellValue> ids) {
  ports::Select fitting;
  fitting.table = &entries::kTable;
  fitting.filter = all_of({where_one_of(entries::record_id, std::move(ids)),
                           where_equal(entries::field, cell(broad.condition->field->id)),
                           none_of({none_of({broad.values})})});
  fitting.columns = {entries::record_id};
  CINNABAR_TRY(const auto found, snapshot.select(fitting));
  std::vector<CellValue> fit;
  for (const ports::Row& row : found) fit.push_back(row[entries::record_id]);
  return fit;
}

// What else the query asks for.
Result<FilterNode> others_of(const RecordQuery& query, const Broad& broad) {
  RecordQuery others = query;
  std::erase_if(others.conditions, [&](const FieldCondition& condition) {
    return condition.field == broad.condition->field && condition.op == broad.condition->op &&
           condition.values == broad.condition->values;
  });
  return filter_of(others);
}

Result<std::vector<ports::Row>> walk(ports::ReadTransaction& snapshot, const RecordQuery& query,
                                     const FilterNode& filter,
                                     const std::vector<FilterNode>& range) {
  std::vector<ports::Row> rows;
  RecordId after = query.after;
  while (std::ssize(rows) < query.limit) {
    ports::Select page;
    page.table = &entries::kTable;
    std::vector<FilterNode> parts = range;
    parts.push_back(where(entries::record_id, FilterOp::greater, cell(after)));
    page.filter = all_of(std::move(parts));
    page.order = {SortKey{entries::record_id, false}};
    page.limit = kWalkPage;
    CINNABAR_TRY(const auto found, snapshot.select(page));
    std::vector<CellValue> ids;
    for (const ports::Row& row : found) ids.push_back(row[entries::record_id]);
    if (!ids.empty()) {
      after = id_of<RecordId>(found.back(), entries::record_id);
      ports::Select select;
      select.table = &columns::kTable;
      select.filter = all_of({where_one_of(columns::id, std::move(ids)), filter});
      select.limit = query.limit - std::ssize(rows);
      CINNABAR_TRY(auto more, snapshot.select(select));
      std::ranges::move(more, std::back_inserter(rows));
    }
    if (std::ssize(found) < kWalkPage) break;
  }
  return rows;
}

// Among records, those that meet the broad condition and whatever else the query asks for.
Result<std::vector<ports::Row>> select_among(ports::ReadTransaction& snapshot, const Broad& broad,
                                             const FilterNode& rest, std::vector<CellValue> ids,
                                             std::int64_t limit) {
  CINNABAR_TRY(auto fit, meeting(snapshot, broad, std::move(ids)));
  if (fit.empty()) return std::vector<ports::Row>{};
  ports::Select select;
  select.table = &columns::kTable;
  select.filter = all_of({where_one_of(columns::id, std::move(fit)), rest});
  select.limit = limit;
  return snapshot.select(select);
}

// The records that meet another condition of the query, which few do; nullopt: there is none.
Result<std::optional<std::vector<CellValue>>> find_narrow(ports::ReadTransaction& snapshot,
                                                          const RecordQuery& query,
                                                          const Broad& broad) {
  for (const FieldCondition& condition : query.conditions) {
    auto values = &condition == broad.condition ? std::nullopt : entry_values(condition);
    if (!values) continue;
    ports::Select select = entries_of(query, condition, std::move(*values));
    select.limit = kBroad + 1;
    CINNABAR_TRY(const auto found, snapshot.select(select));
    if (std::ssize(found) > kBroad) continue;
    std::set<CellValue> ids;
    for (const ports::Row& row : found) ids.insert(row[entries::record_id]);
    return std::optional(std::vector<CellValue>(ids.begin(), ids.end()));
  }
  return std::optional<std::vector<CellValue>>{};
}

Result<std::vector<ports::Row>> list_among(ports::ReadTransaction& snapshot,
                                           const RecordQuery& query, const Broad& broad,
                                           const std::vector<CellValue>& ids) {
  CINNABAR_TRY(const FilterNode rest, others_of(query, broad));
  std::vector<ports::Row> rows;
  for (std::size_t i = 0; i < ids.size() && std::ssize(rows) < query.limit; i += kWalkPage) {
    const auto first = ids.begin() + static_cast<std::ptrdiff_t>(i);
    const auto last =
        ids.begin() +
        std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(i) + kWalkPage, std::ssize(ids));
    CINNABAR_TRY(auto more, select_among(snapshot, broad, rest, {first, last},
                                         query.limit - std::ssize(rows)));
    std::ranges::move(more, std::back_inserter(rows));
  }
  return rows;
}

struct Walked {
  std::vector<ports::Row> rows;
  RecordId after;        // the last record that was looked at
  bool is_over = false;  // there are no more records
};

Result<Walked> walk_records(ports::ReadTransaction& snapshot, const RecordQuery& query,
                            const Broad& broad) {
  CINNABAR_TRY(const FilterNode rest, others_of(query, broad));
  Walked walked;
  walked.after = query.after;
  for (int page = 0; page < kBroadPages && std::ssize(walked.rows) < query.limit; ++page) {
    ports::Select next;
    next.table = &columns::kTable;
    next.filter = all_of({where_equal(columns::form_id, cell(query.form)),
                          where_equal(columns::deleted_at, CellValue{}),
                          where(columns::id, FilterOp::greater, cell(walked.after))});
    next.order = {SortKey{columns::id, false}};
    next.columns = {columns::id};
    next.limit = kWalkPage;
    CINNABAR_TRY(const auto records, snapshot.select(next));
    walked.is_over = std::ssize(records) < kWalkPage;
    if (records.empty()) break;
    std::vector<CellValue> ids;
    for (const ports::Row& row : records) ids.push_back(row[columns::id]);
    walked.after = id_of<RecordId>(records.back(), columns::id);
    CINNABAR_TRY(auto more, select_among(snapshot, broad, rest, std::move(ids),
                                         query.limit - std::ssize(walked.rows)));
    std::ranges::move(more, std::back_inserter(walked.rows));
    if (walked.is_over) break;
  }
  return walked;
}

CellValue key_cell(const RecordView& view, const SortKey& key) {
  switch (key.column) {
    case columns::id:
      return cell(view.id);
    case columns::created_by:
      return cell(view.created_by);
    case columns::created_at:
      return cell(view.created_at);
    case columns::updated_at:
      return cell(view.updated_at);
    default:
      break;
  }
  CINNABAR_UNREACHABLE();
}

}  // namespace

Result<std::vector<RecordView>> RecordService::list(ports::ReadTransaction& snapshot,
                                                    const CallContext& context,
                                                    const RecordQuery& query) {
  const auto catalog = catalog_.current();
  CINNABAR_CHECK_OK(find_form(*catalog, query.form));
  CINNABAR_CHECK_OK(check_may(context, *catalog, query.form, PermissionAction::view));
  if (query.limit <= 0) return std::vector<RecordView>{};
  CINNABAR_TRY(FilterNode filter, filter_of(query));
  if (query.order_field != nullptr) {
    std::vector<ports::Row> all;
    CINNABAR_CHECK_OK(each_by_field(snapshot, query, filter,
                                    [&all](const std::vector<ports::Row>& rows) -> Status {
                                      all.insert(all.end(), rows.begin(), rows.end());
                                      return {};
                                    }));
    return record_views(snapshot, all);
  }
  CINNABAR_TRY(const Broad broad, find_broad(snapshot, query));
  if (broad.condition != nullptr) {
    CINNABAR_TRY(const auto narrow, find_narrow(snapshot, query, broad));
    if (narrow) {
      CINNABAR_TRY(const auto rows, list_among(snapshot, query, broad, *narrow));
      return record_views(snapshot, rows);
    }
  }
  if (const auto range = range_to_walk(query)) {
    CINNABAR_TRY(const auto rows, walk(snapshot, query, filter, *range));
    return record_views(snapshot, rows);
  }
  Walked walked;
  walked.after = query.after;
  if (broad.condition != nullptr) {
    CINNABAR_TRY(walked, walk_records(snapshot, query, broad));
  }
  std::vector<ports::Row>& rows = walked.rows;
  if (!walked.is_over && std::ssize(rows) < query.limit) {
    ports::Select select;
    select.table = &columns::kTable;
    select.filter = std::move(filter);
    if (query.order.empty() && walked.after.is_assigned()) {
      select.filter = all_of(
          {where(columns::id, FilterOp::greater, cell(walked.after)), std::move(select.filter)});
    }
    select.order = query.order;
    select.offset = query.offset;
    select.limit = query.limit - std::ssize(rows);
    CINNABAR_TRY(auto more, snapshot.select(select));
    std::ranges::move(more, std::back_inserter(rows));
  }
  return record_views(snapshot, rows);
}

Status RecordService::each(ports::ReadTransaction& snapshot, const CallContext& context,
                           RecordQuery query,
                           const std::function<Status(const RecordView&)>& take) {
  if (query.order_field != nullptr) {
    const auto catalog = catalog_.current();
    CINNABAR_CHECK_OK(find_form(*catalog, query.form));
    CINNABAR_CHECK_OK(check_may(context, *catalog, query.form, PermissionAction::view));
    CINNABAR_TRY(const FilterNode filter, filter_of(query));
    return each_by_field(snapshot, query, filter,
                         [&](const std::vector<ports::Row>& rows) -> Status {
                           CINNABAR_TRY(const auto views, record_views(snapshot, rows));
                           for (const RecordView& view : views) CINNABAR_CHECK_OK(take(view));
                           return {};
                         });
  }
  if (query.order.empty()) query.order = {SortKey{columns::id, false}};
  CINNABAR_ASSERT(query.order.size() == 1);
  const SortKey key = query.order.front();
  const FilterNode range = query.range;
  for (std::int64_t left = query.limit; left > 0;) {
    query.limit = std::min(left, kPiece);
    CINNABAR_TRY(const auto views, list(snapshot, context, query));
    for (const RecordView& view : views) CINNABAR_CHECK_OK(take(view));
    if (std::ssize(views) < query.limit) return {};
    left -= std::ssize(views);
    query.offset = 0;
    query.range = all_of({range, rows_after(columns::kTable, key, key_cell(views.back(), key),
                                            cell(views.back().id))});
  }
  return {};
}

bool RecordService::is_ordered_by(const form::Field& field) {
  switch (field.type) {
    case form::FieldType::text:
    case form::FieldType::long_text:
    case form::FieldType::number:
    case form::FieldType::boolean:
    case form::FieldType::date:
    case form::FieldType::datetime:
    case form::FieldType::select:
    case form::FieldType::user:
    case form::FieldType::group:
    case form::FieldType::assignee:
    case form::FieldType::address:
    case form::FieldType::serial:
      return true;
    case form::FieldType::multi_select:
    case form::FieldType::users:
    case form::FieldType::groups:
    case form::FieldType::file:
    case form::FieldType::subtable:
    case form::FieldType::label:
      return false;
  }
  CINNABAR_UNREACHABLE();
}

Result<bool> RecordService::has_any(ports::ReadTransaction& snapshot, FormId form) {
  ports::Select any;
  any.table = &columns::kTable;
  any.filter = all_of(
      {where_equal(columns::form_id, cell(form)), where_equal(columns::deleted_at, CellValue{})});
  any.limit = 1;
  any.columns = {columns::id};
  CINNABAR_TRY(const auto rows, snapshot.select(any));
  return !rows.empty();
}

Result<std::int64_t> RecordService::count(ports::ReadTransaction& snapshot,
                                          const CallContext& context, const RecordQuery& query) {
  const auto catalog = catalog_.current();
  CINNABAR_CHECK_OK(find_form(*catalog, query.form));
  CINNABAR_CHECK_OK(check_may(context, *catalog, query.form, PermissionAction::view));
  CINNABAR_TRY(const FilterNode filter, filter_of(query));
  return snapshot.count(columns::kTable, filter);
}

}  // namespace cinnabar::services
