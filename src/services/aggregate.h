// Aggregate tables: running totals over the records of forms, such as what is in stock, kept in the
// transaction of every write and checked in it, so that nothing is ever given away twice.
//
// A source adds, or takes away, a number for each record (or each row of a table in it), by group:
// the values of some fields. Totals are exact decimals. A definition is a part of an application
// package; deploying a changed one counts its records anew.
//
// Thread: definitions are immutable; a ledger runs inside a write command. Errors of a change:
// failed_precondition (aggregate_check_failed) when a total that has to stay at or above a bound
// would fall further below it; invalid_argument (limit_exceeded) for a total out of range.
#pragma once

#include "base/result.h"
#include "ports/store.h"
#include "services/catalog.h"
#include "services/context.h"
#include "services/people.h"
#include "vocab/field_value.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace cinnabar::services {

// Values of a group together; more are cut.
inline constexpr std::size_t kAggregateGroupBytesMax = 1'000;

// The values of a group, and back.
std::string join_group(const std::vector<std::string>& values);
std::vector<std::string> split_group(const std::string& group);

// One command's changes of totals: a group that it changes several times is read once.
class AggregateLedger {
 public:
  AggregateLedger(ports::WriteTransaction& transaction, const Catalog& catalog)
      : transaction_(transaction), catalog_(catalog) {}

  // Either everything or, with an error, nothing. Null pointers: there is no record before, or
  // none any more.
  Status change(FormId form, const FieldValues* before, const FieldValues* after);

 private:
  using Place = std::pair<std::int64_t, std::string>;
  Result<Decimal> total(const Place& place);

  ports::WriteTransaction& transaction_;
  const Catalog& catalog_;
  std::map<Place, Decimal> totals_;
};

// Counts the records of those anew that were deployed since they were counted. Call when their
// catalog is the current one, so that no write after it passes them by. Blocks on commits.
Status recount_aggregates(ports::Store& store, const CatalogSource& catalog);

// Reading them: for whoever may view the records of every form that is counted.
// Errors: not_found (aggregate_unknown), also for those that the caller may not see.
struct AggregateTotal {
  std::vector<std::string> group;
  Decimal total;
};
class AggregateService {
 public:
  AggregateService(const CatalogSource& catalog, const PeopleSource& people)
      : catalog_(catalog), people_(people) {}

  // By id. Valid as long as the catalog.
  [[nodiscard]] std::vector<const DeployedAggregate*> list(const Catalog& catalog,
                                                           const CallContext& context) const;
  // In the order of their groups, after that one (empty: from the first on).
  Result<std::vector<AggregateTotal>> totals(ports::ReadTransaction& snapshot,
                                             const CallContext& context, std::int64_t aggregate,
                                             const std::vector<std::string>& after,
                                             std::int64_t limit) const;

 private:
  [[nodiscard]] bool may_view(const Catalog& catalog, const CallContext& context,
                              const DeployedAggregate& aggregate) const;

  const CatalogSource& catalog_;
  const PeopleSource& people_;
};

}  // namespace cinnabar::services
