// Records of forms: many at once, one by one, and lists; with or without a process behind them.
//
// Writes through here are those of programs: values must have the type of their field and fit the
// limits, but nothing is demanded, compared with others or calculated. What the record of a process
// instance holds is changed by a command of the engine, so that its history tells of it.
//
// Who may: whoever has `add`, `modify`, `remove` or `view` on a process of the form; administrators
// for forms without a process; the server itself always may. Commands run inside a write
// transaction and answer before the commit; reads run on a snapshot. Errors: permission_denied
// (not_permitted); not_found (form_unknown, record_unknown); invalid_argument (fields_invalid,
// filter_invalid, limit_exceeded).
#pragma once

#include "base/result.h"
#include "ports/clock.h"
#include "ports/store.h"
#include "services/catalog.h"
#include "services/context.h"
#include "services/file_service.h"
#include "services/people.h"
#include "services/record_filter.h"
#include "vocab/field_value.h"
#include "vocab/filter.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cinnabar::services {

class AggregateLedger;

// Rows of one call, and how long a key keeps them from being made twice.
inline constexpr std::size_t kRecordBatchMax = 100;
inline constexpr Duration kRecordBatchKept = hours(1);
struct RecordView {
  RecordId id;
  FormId form;
  ProcessInstanceId instance;  // unassigned: no process runs on it
  std::optional<InstanceState> state;
  bool rejected = false;  // a decision against it ended the instance
  bool is_draft = false;  // not a record yet: draft_service.h
  FieldValues fields;
  std::int64_t version = 1;
  UserId created_by;
  UserId updated_by;  // unassigned: nobody yet
  Instant created_at;
  Instant updated_at;
};

// In the recycle bin, from which it never goes by itself.
struct RemovedRecord {
  RecordView record;
  Instant removed_at;
  UserId removed_by;
};

// Who made a record elsewhere, and when.
struct RecordOrigin {
  UserId created_by;  // unassigned: nobody who is known here
  UserId updated_by;
  Instant created_at;
  Instant updated_at;
};
struct NewRecord {
  FieldValues fields;                       // ids as in the form
  std::optional<Error> error;               // why the row is none; it fails, the others do not
  std::vector<NumberedFile> files = {};     // that values refer to, written with the record
  RecordId id = {};                         // assigned: the one that it has as a draft
  std::optional<RecordOrigin> origin = {};  // of one without a process; else the caller, now
};

struct CreateRecords {
  FormId form;
  UserId creator;  // also who starts the process
  bool start_process = false;
  std::string key;  // empty: none; else rows of this key that were made already are passed over
  std::vector<NewRecord> rows;
};
struct CreatedRecord {
  std::optional<RecordView> made;  // by this call
  std::optional<RecordId> known;   // by an earlier one
  std::optional<Error> error;
};

struct ChangeRecord {
  FormId form;
  RecordId record;
  FieldValues changes;                   // Null clears; tables are replaced whole
  std::vector<NumberedFile> files = {};  // that changes refer to
  AggregateLedger* ledger = nullptr;     // of a command that changes several records
};

struct RecordQuery {
  FormId form;
  std::vector<FieldCondition> conditions;
  bool any = false;                 // any of the conditions, instead of all
  std::vector<FilterNode> filters;  // on columns of record, joined the same way
  std::vector<SortKey> order;       // by columns of record; empty: by id
  // By the values of a field of the form instead, then by id; records without one come last, and
  // first when descending. Numbers are ordered to the millionth, texts by their bytes.
  const form::Field* order_field = nullptr;
  bool order_descending = false;
  FilterNode range = all_of({});  // on columns of record, whatever else is asked for
  RecordId after;                 // only with the order by id
  std::int64_t offset = 0;
  std::int64_t limit = 100;
};

// Removes the keys of batches that are older than kRecordBatchKept; returns how many rows there
// were. Blocks on commits.
Result<std::int64_t> forget_old_record_batches(ports::Store& store, Instant now);

class RecordService {
 public:
  RecordService(ports::Clock& clock, const CatalogSource& catalog, const PeopleSource& people,
                UtcOffset utc_offset = {});

  // One result per row, in order. A row without fields is a record, too.
  Result<std::vector<CreatedRecord>> create(ports::WriteTransaction& transaction,
                                            const CallContext& context, CreateRecords request);
  Result<RecordView> change(ports::WriteTransaction& transaction, const CallContext& context,
                            ChangeRecord request);
  // Marks them as deleted, ends their instances, and returns how many there were; ids that name no
  // record of the form are passed over.
  Result<std::int64_t> remove(ports::WriteTransaction& transaction, const CallContext& context,
                              FormId form, const std::vector<RecordId>& records);

  // The newest records first, for whoever may remove them; `after` is the last one of the page
  // before.
  Result<std::vector<RemovedRecord>> removed(ports::ReadTransaction& snapshot,
                                             const CallContext& context, FormId form,
                                             RecordId after, std::int64_t limit);
  // Brings a removed record back with its id and values; an instance that ended with it stays
  // ended. Errors: not_found (record_unknown) also for one that was not removed; already_exists
  // (value_taken) when another record has a value by now that has to be unique;
  // aggregate_check_failed.
  Result<RecordView> restore(ports::WriteTransaction& transaction, const CallContext& context,
                             RecordId record);

  Result<RecordView> find(ports::ReadTransaction& snapshot, const CallContext& context, FormId form,
                          RecordId record);
  // Of whatever form.
  Result<RecordView> find(ports::ReadTransaction& snapshot, const CallContext& context,
                          RecordId record);
  Result<std::vector<RecordView>> list(ports::ReadTransaction& snapshot, const CallContext& context,
                                       const RecordQuery& query);
  // One after the other, without holding them all; an error of `take` ends it. At most one key of
  // order: id, created_by, created_at or updated_at, or a field.
  Status each(ports::ReadTransaction& snapshot, const CallContext& context, RecordQuery query,
              const std::function<Status(const RecordView&)>& take);
  // Whether lists can be ordered by such a field: not by lists of values, files and tables.
  static bool is_ordered_by(const form::Field& field);
  Result<std::int64_t> count(ports::ReadTransaction& snapshot, const CallContext& context,
                             const RecordQuery& query);
  // Whether there is a record of that form, whoever may see it.
  static Result<bool> has_any(ports::ReadTransaction& snapshot, FormId form);
  // The process that runs on records of this form, if there is one; of several the oldest.
  static const Process* process_of(const Catalog& catalog, FormId form);

 private:
  Status check_may(const CallContext& context, const Catalog& catalog, FormId form,
                   PermissionAction action) const;

  ports::Clock& clock_;
  const CatalogSource& catalog_;
  const PeopleSource& people_;
  UtcOffset utc_offset_;
};

}  // namespace cinnabar::services
