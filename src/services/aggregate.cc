#include "services/aggregate.h"

#include "base/text.h"
#include "domain/expr/decimal_math.h"
#include "ports/schema.h"
#include "services/codec/instance_codec.h"
#include "services/record_rows.h"
#include "services/rows.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;
namespace sums = schema::aggregate_value;

constexpr char kBetween = '\x1F';
constexpr std::int64_t kPage = 500;

// What a record is worth, by group.
using AggregateShares = std::map<std::string, Decimal>;

Error out_of_range() {
  return make_error(Code::invalid_argument, reasons::kLimitExceeded,
                    "a total has at most 34 digits");
}

const FieldValue* value_in(const FieldValues& fields, const std::string& id) {
  const auto found = fields.find(id);
  return found == fields.end() || found->second.is_null() ? nullptr : &found->second;
}

// Of the row where it has such a column, else of the record.
std::string text_in(const FieldValues& fields, const FieldValues* row, const std::string& id) {
  const FieldValue* value = row == nullptr ? nullptr : value_in(*row, id);
  if (value == nullptr) value = value_in(fields, id);
  return value == nullptr ? std::string() : to_plain_text(*value);
}

Status add_share(const AggregateSource& source, const FieldValues& fields, const FieldValues* row,
                 AggregateShares& shares) {
  Decimal amount{1};
  if (!source.value.empty()) {
    const FieldValue* value = value_in(row == nullptr ? fields : *row, source.value);
    const auto* number = value == nullptr ? nullptr : value->get<Decimal>();
    if (number == nullptr || number->is_zero()) return {};
    amount = *number;
  }
  std::vector<std::string> values;
  for (const std::string& id : source.group) values.push_back(text_in(fields, row, id));
  Decimal& share = shares[join_group(values)];
  const auto sum = source.subtract ? expr::subtract(share, amount) : expr::add(share, amount);
  if (!sum) return out_of_range();
  share = *sum;
  return {};
}

Status add_all(const AggregateSource& source, const FieldValues& fields, AggregateShares& shares) {
  if (source.table.empty()) return add_share(source, fields, nullptr, shares);
  const FieldValue* value = value_in(fields, source.table);
  const auto* table = value == nullptr ? nullptr : value->get<FieldValue::Table>();
  if (table == nullptr) return {};
  for (const FieldValues& row : *table) {
    CINNABAR_CHECK_OK(add_share(source, fields, &row, shares));
  }
  return {};
}

// What `after` is worth more than `before`, without groups that stay.
Result<AggregateShares> difference(const AggregateDefinition& definition,
                                   const std::vector<FormId>& forms, FormId form,
                                   const FieldValues* before, const FieldValues* after) {
  AggregateShares change;
  AggregateShares old;
  for (std::size_t i = 0; i < definition.sources.size(); ++i) {
    if (forms[i] != form) continue;
    if (after != nullptr) CINNABAR_CHECK_OK(add_all(definition.sources[i], *after, change));
    if (before != nullptr) CINNABAR_CHECK_OK(add_all(definition.sources[i], *before, old));
  }
  for (const auto& [group, share] : old) {
    Decimal& mine = change[group];
    const auto left = expr::subtract(mine, share);
    if (!left) return out_of_range();
    mine = *left;
  }
  std::erase_if(change, [](const auto& share) { return share.second.is_zero(); });
  return change;
}

Error refused(const AggregateDefinition& definition, const std::string& group,
              const Decimal& total) {
  std::string where;
  for (const std::string& value : split_group(group)) where += (where.empty() ? "" : ", ") + value;
  return make_error(Code::failed_precondition, reasons::kAggregateCheckFailed,
                    definition.name + (where.empty() ? "" : " (" + where + ")") + " would be " +
                        total.text() + ", and has to stay at " + definition.at_least->text() +
                        " or above",
                    definition.key);
}

}  // namespace

std::string join_group(const std::vector<std::string>& values) {
  std::string group;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0) group += kBetween;
    std::string value = values[i];
    std::erase_if(value, [](char c) { return c == kBetween || c == '\0'; });
    group += value;
  }
  return std::string(utf8_prefix(group, kAggregateGroupBytesMax));
}

std::vector<std::string> split_group(const std::string& group) {
  std::vector<std::string> values;
  for (const std::string_view value : split(group, kBetween)) values.emplace_back(value);
  return values;
}

Result<Decimal> AggregateLedger::total(const Place& place) {
  const auto known = totals_.find(place);
  if (known != totals_.end()) return known->second;
  CINNABAR_TRY(const auto row,
               transaction_.get(sums::kTable, {cell(place.first), cell(place.second)}));
  if (!row) return Decimal{};
  return Decimal::parse(text_of(*row, sums::total)).value_or(Decimal{});
}

Status AggregateLedger::change(FormId form, const FieldValues* before, const FieldValues* after) {
  std::map<Place, Decimal> changed;
  for (const DeployedAggregate* aggregate : catalog_.aggregates_of(form)) {
    const AggregateDefinition& definition = aggregate->definition;
    CINNABAR_TRY(const AggregateShares shares,
                 difference(definition, aggregate->forms, form, before, after));
    for (const auto& [group, share] : shares) {
      const Place place{aggregate->id, group};
      CINNABAR_TRY(const Decimal old, total(place));
      const auto sum = expr::add(old, share);
      if (!sum) return out_of_range();
      if (definition.at_least && share.is_negative() && *sum < *definition.at_least) {
        return refused(definition, group, *sum);
      }
      changed.insert_or_assign(place, *sum);
    }
  }
  for (auto& [place, sum] : changed) {
    if (sum.is_zero()) {
      transaction_.erase(sums::kTable, {cell(place.first), cell(place.second)});
    } else {
      transaction_.put(sums::kTable, {cell(place.first), cell(place.second), cell(sum.text())});
    }
    totals_.insert_or_assign(place, std::move(sum));
  }
  return {};
}

namespace {

Status recount(ports::WriteTransaction& transaction, const DeployedAggregate& aggregate) {
  const AggregateDefinition& definition = aggregate.definition;
  ports::Select stored;
  stored.table = &sums::kTable;
  stored.filter = where_equal(sums::aggregate_id, cell(aggregate.id));
  CINNABAR_TRY(const auto rows, transaction.select(stored));
  AggregateShares counted;
  for (std::size_t i = 0; i < definition.sources.size(); ++i) {
    RecordId after;
    while (true) {
      namespace records = schema::record;
      ports::Select page;
      page.table = &records::kTable;
      page.filter = all_of({where_equal(records::form_id, cell(aggregate.forms[i])),
                            where_equal(records::deleted_at, CellValue{}),
                            where(records::id, FilterOp::greater, cell(after))});
      page.columns = {records::id, records::data};
      page.limit = kPage;
      CINNABAR_TRY(const auto found, transaction.select(page));
      for (const ports::Row& row : found) {
        CINNABAR_TRY(const FieldValues fields, codec::decode_fields(text_of(row, records::data)));
        CINNABAR_CHECK_OK(add_all(definition.sources[i], fields, counted));
        after = id_of<RecordId>(row, records::id);
      }
      if (std::ssize(found) < kPage) break;
    }
  }
  std::erase_if(counted, [](const auto& sum) { return sum.second.is_zero(); });
  for (const ports::Row& row : rows) {
    if (counted.contains(text_of(row, sums::group_key))) continue;
    transaction.erase(sums::kTable, {row[sums::aggregate_id], row[sums::group_key]});
  }
  for (const auto& [group, sum] : counted) {
    transaction.put(sums::kTable, {cell(aggregate.id), cell(group), cell(sum.text())});
  }
  return {};
}

}  // namespace

Status recount_aggregates(ports::Store& store, const CatalogSource& catalog) {
  namespace definitions = schema::aggregate;
  std::vector<std::int64_t> pending;
  {
    CINNABAR_TRY(auto snapshot, store.read());
    CINNABAR_TRY(const auto rows, all_rows(*snapshot, definitions::kTable));
    for (const ports::Row& row : rows) {
      if (!bool_of(row, definitions::is_counted)) pending.push_back(int_of(row, definitions::id));
    }
  }
  for (const std::int64_t id : pending) {
    CINNABAR_CHECK_OK(
        ports::submit_and_wait(store, [&](ports::WriteTransaction& transaction) -> Status {
          const auto current = catalog.current();
          const DeployedAggregate* aggregate = current->aggregate(id);
          CINNABAR_TRY(auto row, transaction.get(definitions::kTable, {cell(id)}));
          if (aggregate == nullptr || !row) return {};
          CINNABAR_CHECK_OK(recount(transaction, *aggregate));
          (*row)[definitions::is_counted] = cell(true);
          transaction.update(definitions::kTable, std::move(*row));
          return {};
        }));
  }
  return {};
}

bool AggregateService::may_view(const Catalog& catalog, const CallContext& context,
                                const DeployedAggregate& aggregate) const {
  const auto people = people_.current();
  return std::ranges::all_of(aggregate.forms, [&](FormId form) {
    return may_on_form(*people, catalog, context.principal.user, form, PermissionAction::view);
  });
}

std::vector<const DeployedAggregate*> AggregateService::list(const Catalog& catalog,
                                                             const CallContext& context) const {
  std::vector<const DeployedAggregate*> found;
  for (const auto& [id, aggregate] : catalog.aggregates()) {
    if (may_view(catalog, context, aggregate)) found.push_back(&aggregate);
  }
  return found;
}

Result<std::vector<AggregateTotal>> AggregateService::totals(ports::ReadTransaction& snapshot,
                                                             const CallContext& context,
                                                             std::int64_t aggregate,
                                                             const std::vector<std::string>& after,
                                                             std::int64_t limit) const {
  const auto catalog = catalog_.current();
  const DeployedAggregate* known = catalog->aggregate(aggregate);
  if (known == nullptr || !may_view(*catalog, context, *known)) {
    return make_error(Code::not_found, reasons::kAggregateUnknown, "no such aggregate table",
                      std::to_string(aggregate));
  }
  std::vector<FilterNode> parts{where_equal(sums::aggregate_id, cell(aggregate))};
  if (!after.empty()) {
    parts.push_back(where(sums::group_key, FilterOp::greater, cell(join_group(after))));
  }
  ports::Select select;
  select.table = &sums::kTable;
  select.filter = all_of(std::move(parts));
  select.limit = limit;
  CINNABAR_TRY(const auto rows, snapshot.select(select));
  std::vector<AggregateTotal> found;
  for (const ports::Row& row : rows) {
    found.push_back({split_group(text_of(row, sums::group_key)),
                     Decimal::parse(text_of(row, sums::total)).value_or(Decimal{})});
  }
  return found;
}

}  // namespace cinnabar::services
