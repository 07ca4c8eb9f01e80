#include "services/record_service.h"

#include "domain/form/formula.h"
#include "domain/form/validate.h"
#include "ports/schema.h"
#include "services/aggregate.h"
#include "services/codec/instance_codec.h"
#include "services/engine_run.h"
#include "services/expiry.h"
#include "services/instance_access.h"
#include "services/record_events.h"
#include "services/record_index.h"
#include "services/record_rows.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <utility>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;
namespace columns = ports::schema::record;
namespace slots = ports::schema::record_slot;
namespace batches = ports::schema::record_batch;

constexpr std::size_t kBatchKeyBytesMax = 200;

Error record_unknown(RecordId record) {
  return make_error(Code::not_found, reasons::kRecordUnknown, "no such record",
                    std::to_string(record.value()));
}

// Which positions of the batch are records already.
Result<std::map<std::int64_t, RecordId>> filled_slots(ports::WriteTransaction& transaction,
                                                      FormId form, const std::string& key,
                                                      Instant now) {
  std::map<std::int64_t, RecordId> filled;
  if (key.empty()) return filled;
  if (key.size() > kBatchKeyBytesMax) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                      "the key of a batch has at most 200 bytes", "key");
  }
  ports::Select elsewhere;
  elsewhere.table = &batches::kTable;
  elsewhere.filter =
      all_of({where_equal(batches::key, cell(key)),
              where(batches::form_id, FilterOp::not_equal, cell(form)),
              where(batches::created_at, FilterOp::greater, cell(now - kRecordBatchKept))});
  elsewhere.limit = 1;
  CINNABAR_TRY(const auto taken, transaction.select(elsewhere));
  if (!taken.empty()) {
    return make_error(Code::already_exists, reasons::kBatchKeyTaken,
                      "the key is in use for another form", key);
  }
  ports::Select select;
  select.table = &slots::kTable;
  select.filter =
      all_of({where_equal(slots::form_id, cell(form)), where_equal(slots::key, cell(key)),
              where(slots::created_at, FilterOp::greater, cell(now - kRecordBatchKept))});
  CINNABAR_TRY(const auto rows, transaction.select(select));
  for (const ports::Row& row : rows) {
    filled.emplace(int_of(row, slots::position), id_of<RecordId>(row, slots::record_id));
  }
  CINNABAR_TRY(const auto known, transaction.get(batches::kTable, {cell(form), cell(key)}));
  if (!known || instant_of(*known, batches::created_at) <= now - kRecordBatchKept) {
    transaction.put(batches::kTable, {cell(form), cell(key), cell(now)});
  }
  return filled;
}

Status check_size(const std::string& data) {
  if (data.size() <= limits::kRecordBytesMax) return {};
  return make_error(
      Code::invalid_argument, reasons::kLimitExceeded,
      "the record is larger than " + std::to_string(limits::kRecordBytesMax) + " bytes");
}

WebhookEvent record_event(WebhookKind kind, const DeployedForm& form, RecordView record,
                          Instant now) {
  WebhookEvent event;
  event.kind = kind;
  event.application = form.application;
  event.form = form.id;
  event.record = std::move(record);
  event.at = now;
  return event;
}

// Those of a record that a process runs on are files of the instance, too.
void put_files(ports::WriteTransaction& transaction, const CallContext& context, RecordId record,
               ProcessInstanceId instance, const std::vector<NumberedFile>& files, Instant now) {
  for (const NumberedFile& file : files) {
    insert_file(transaction, {instance, record, instance.value()}, file, context.principal.user,
                now);
  }
}

// One call of `create`: makes rows one by one, of which those that fail leave nothing.
class Creation {
 public:
  Creation(ports::WriteTransaction& transaction, const CallContext& context,
           const DeployedForm& form, const Process* process, EngineSurroundings around)
      : transaction_(transaction),
        context_(context),
        form_(form),
        process_(process),
        now_(around.now),
        people_(around.people),
        catalog_(around.catalog),
        ledger_(transaction, *catalog_),
        events_(transaction, context, *catalog_),
        run_(transaction, context, std::move(around)) {
    run_.allow_twins();
    run_.share(ledger_);
  }

  Result<RecordView> make(NewRecord row) {
    if (row.error) return std::move(*row.error);
    FieldValues fields = std::move(row.fields);
    CINNABAR_CHECK_OK(check_values(*form_.definition, nullptr, fields, *people_));
    std::erase_if(fields, [](const auto& field) { return field.second.is_null(); });
    CINNABAR_CHECK_OK(check_size(codec::encode_fields(fields)));
    CINNABAR_CHECK_OK(assign_serials(transaction_, form_.id, *form_.definition, fields));
    CINNABAR_CHECK_OK(assign_row_ids(transaction_, *form_.definition, nullptr, fields));
    form::calculate(*form_.definition, fields);
    const UserId caller = context_.principal.user;
    const RecordOrigin origin = row.origin.value_or(RecordOrigin{caller, UserId{}, now_, now_});
    const RecordId id = row.id.is_assigned() ? row.id : RecordId{run_.fresh_id()};
    RecordView view;
    if (process_ == nullptr) {
      CINNABAR_CHECK_OK(insert(id, fields, origin));
    } else {
      view.instance = ProcessInstanceId{run_.fresh_id()};
      process::Start command;
      command.instance = view.instance;
      command.definition = process_->current->id;
      command.initiator = context_.principal.user;
      command.fields = fields;
      // The run writes all of them at its end; one that must not be is left out here.
      CINNABAR_CHECK_OK(run_.count_in(view.instance, form_.id, fields));
      CINNABAR_CHECK_OK(run_.start(*process_, id, std::move(command), "start",
                                   {.has_attachments = !row.files.empty()}));
    }
    put_files(transaction_, context_, id, view.instance, row.files, now_);
    CINNABAR_CHECK_OK(log_change(
        transaction_, context_,
        {.record = id, .form = form_.id, .action = RecordAction::created, .after = &fields}, now_));
    view.id = id;
    view.form = form_.id;
    view.fields = std::move(fields);
    view.created_by = context_.principal.user;
    view.created_at = now_;
    view.updated_at = now_;
    return view;
  }
  Status finish() { return run_.finish(); }
  [[nodiscard]] InstanceState state_of(ProcessInstanceId id) const { return run_.state_of(id); }

 private:
  Status insert(RecordId id, const FieldValues& fields, const RecordOrigin& origin) {
    CINNABAR_CHECK_OK(ledger_.change(form_.id, nullptr, &fields));
    CINNABAR_CHECK_OK(change_values(
        transaction_, *form_.definition,
        {.form = form_.id, .record = id, .before = {}, .after = fields, .allow_twins = true}));
    transaction_.insert(columns::kTable, {cell(id), cell(form_.id), cell(form_.version_id),
                                          CellValue{}, cell(codec::encode_fields(fields)),
                                          cell(std::int64_t{1}), cell(origin.created_by),
                                          cell_or_null(origin.updated_by), cell(origin.created_at),
                                          cell(origin.updated_at), CellValue{}, CellValue{}});
    CINNABAR_TRY(const bool is_followed,
                 events_.are_followed(form_.application, form_.id, WebhookKind::record_created));
    if (!is_followed) return {};
    RecordView made;
    made.id = id;
    made.form = form_.id;
    made.fields = fields;
    made.created_by = context_.principal.user;
    made.created_at = now_;
    made.updated_at = now_;
    return events_.add(record_event(WebhookKind::record_created, form_, std::move(made), now_));
  }

  ports::WriteTransaction& transaction_;
  const CallContext& context_;
  const DeployedForm& form_;
  const Process* process_;
  Instant now_;
  std::shared_ptr<const People> people_;
  std::shared_ptr<const Catalog> catalog_;
  AggregateLedger ledger_;  // of records without a process, as below
  RecordEvents events_;     // of records without a process; the run tells of others
  EngineRun run_;
};

// What the store cannot do now ends the whole call, not a row of it.
bool is_of_store(const Error& error) {
  return error.code == Code::unavailable || error.code == Code::data_loss ||
         error.code == Code::internal;
}

}  // namespace

Result<std::int64_t> forget_old_record_batches(ports::Store& store, Instant now) {
  const Instant before = now - kRecordBatchKept;
  CINNABAR_TRY(const std::int64_t filled,
               erase_older(store, slots::kTable, slots::created_at, before));
  CINNABAR_TRY(const std::int64_t keys,
               erase_older(store, batches::kTable, batches::created_at, before));
  return filled + keys;
}

RecordService::RecordService(ports::Clock& clock, const CatalogSource& catalog,
                             const PeopleSource& people, UtcOffset utc_offset)
    : clock_(clock), catalog_(catalog), people_(people), utc_offset_(utc_offset) {}

const Process* RecordService::process_of(const Catalog& catalog, FormId form) {
  for (const auto& [id, process] : catalog.processes()) {
    if (process.form == form && process.current != nullptr) return &process;
  }
  return nullptr;
}

Status RecordService::check_may(const CallContext& context, const Catalog& catalog, FormId form,
                                PermissionAction action) const {
  if (context.principal.kind == PrincipalKind::system) return {};
  const auto people = people_.current();
  if (may_on_form(*people, catalog, context.principal.user, form, action)) return {};
  return not_permitted();
}

Result<std::vector<CreatedRecord>> RecordService::create(ports::WriteTransaction& transaction,
                                                         const CallContext& context,
                                                         CreateRecords request) {
  const auto catalog = catalog_.current();
  CINNABAR_TRY(const DeployedForm* form, find_form(*catalog, request.form));
  CINNABAR_CHECK_OK(check_may(context, *catalog, request.form, PermissionAction::add));
  if (request.rows.size() > kRecordBatchMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded,
                      "at most 100 records in one call", "rows");
  }
  const Instant now = clock_.now();
  CINNABAR_TRY(const auto filled, filled_slots(transaction, request.form, request.key, now));
  const Process* process = request.start_process ? process_of(*catalog, request.form) : nullptr;
  if (process != nullptr && !process->enabled) {
    return make_error(Code::failed_precondition, reasons::kProcessDisabled,
                      "the process is disabled", process->key);
  }
  CallContext acting = context;
  if (request.creator.is_assigned()) acting.principal.user = request.creator;
  Creation creation(transaction, acting, *form, process,
                    {catalog, people_.current(), now, utc_offset_});
  std::vector<CreatedRecord> results(request.rows.size());
  for (std::size_t i = 0; i < request.rows.size(); ++i) {
    const auto position = static_cast<std::int64_t>(i);
    if (const auto slot = filled.find(position); slot != filled.end()) {
      results[i].known = slot->second;
      continue;
    }
    auto made = creation.make(std::move(request.rows[i]));
    if (!made) {
      if (is_of_store(made.error())) return std::move(made).error();
      results[i].error = std::move(made).error();
      continue;
    }
    results[i].made = std::move(*made);
    if (request.key.empty()) continue;
    transaction.put(slots::kTable, {cell(request.form), cell(request.key), cell(position),
                                    cell(results[i].made->id), cell(now)});
  }
  CINNABAR_CHECK_OK(creation.finish());
  for (CreatedRecord& result : results) {
    if (!result.made || !result.made->instance.is_assigned()) continue;
    result.made->state = creation.state_of(result.made->instance);
  }
  return results;
}

Result<RecordView> RecordService::change(ports::WriteTransaction& transaction,
                                         const CallContext& context, ChangeRecord request) {
  const auto catalog = catalog_.current();
  CINNABAR_TRY(const DeployedForm* form, find_form(*catalog, request.form));
  CINNABAR_CHECK_OK(check_may(context, *catalog, request.form, PermissionAction::modify));
  CINNABAR_TRY(auto row, record_row(transaction, request.form, request.record));
  if (!row) return record_unknown(request.record);
  const Instant now = clock_.now();
  CINNABAR_TRY(const auto views, record_views(transaction, {*row}));
  RecordView view = views.front();
  const auto people = people_.current();
  CINNABAR_CHECK_OK(check_values(*form->definition, &view.fields, request.changes, *people));
  CINNABAR_CHECK_OK(assign_row_ids(transaction, *form->definition, &view.fields, request.changes));
  FieldValues after = form::merge(view.fields, request.changes);
  form::calculate(*form->definition, after);
  std::string data = codec::encode_fields(after);
  CINNABAR_CHECK_OK(check_size(data));
  AggregateLedger own_ledger(transaction, *catalog);
  AggregateLedger& ledger = request.ledger == nullptr ? own_ledger : *request.ledger;
  if (view.instance.is_assigned()) {
    EngineRun run(transaction, context, {catalog, people, now, utc_offset_});
    run.allow_twins();
    run.share(ledger);
    CINNABAR_CHECK_OK(run.apply(view.instance,
                                process::ChangeData{context.principal.user, request.changes, {}},
                                "change_record", !request.files.empty()));
    CINNABAR_CHECK_OK(run.finish());
  } else {
    CINNABAR_CHECK_OK(ledger.change(request.form, &view.fields, &after));
    CINNABAR_CHECK_OK(change_values(transaction, *form->definition,
                                    {.form = request.form,
                                     .record = request.record,
                                     .before = view.fields,
                                     .after = after,
                                     .allow_twins = true}));
    (*row)[columns::form_version_id] = cell(form->version_id);
    (*row)[columns::data] = cell(std::move(data));
    (*row)[columns::version] = cell(view.version + 1);
    (*row)[columns::updated_by] = cell(context.principal.user);
    (*row)[columns::updated_at] = cell(now);
    transaction.update_if(columns::kTable, std::move(*row), columns::version, view.version);
  }
  put_files(transaction, context, request.record, view.instance, request.files, now);
  CINNABAR_CHECK_OK(log_change(transaction, context,
                               {.record = request.record,
                                .form = request.form,
                                .action = RecordAction::changed,
                                .before = &view.fields,
                                .after = &after},
                               now));
  const FieldValues former = std::exchange(view.fields, std::move(after));
  view.version += 1;
  view.updated_by = context.principal.user;
  view.updated_at = now;
  // What an instance holds is told of by its own write.
  if (view.instance.is_assigned() || view.fields == former) return view;
  RecordEvents events(transaction, context, *catalog);
  CINNABAR_CHECK_OK(
      events.add(record_event(WebhookKind::record_changed, *form, view, now), &former));
  return view;
}

Result<std::int64_t> RecordService::remove(ports::WriteTransaction& transaction,
                                           const CallContext& context, FormId form_id,
                                           const std::vector<RecordId>& records) {
  const auto catalog = catalog_.current();
  CINNABAR_TRY(const DeployedForm* form, find_form(*catalog, form_id));
  CINNABAR_CHECK_OK(check_may(context, *catalog, form_id, PermissionAction::remove));
  const Instant now = clock_.now();
  EngineRun run(transaction, context, {catalog, people_.current(), now, utc_offset_});
  RecordEvents events(transaction, context, *catalog);
  AggregateLedger ledger(transaction, *catalog);
  run.share(ledger);
  std::map<RecordId, ports::Row> found;
  for (const RecordId record : records) {
    CINNABAR_TRY(auto row, record_row(transaction, form_id, record));
    if (row) found.insert_or_assign(record, std::move(*row));
  }
  std::vector<ports::Row> rows;
  for (auto& [record, row] : found) rows.push_back(std::move(row));
  CINNABAR_TRY(const auto views, record_views(transaction, rows));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const RecordView& view = views[i];
    if (view.state && !has_ended(*view.state)) {
      CINNABAR_CHECK_OK(run.apply(view.instance, process::Terminate{}, "remove_record"));
    }
    CINNABAR_CHECK_OK(ledger.change(form_id, &view.fields, nullptr));
    CINNABAR_CHECK_OK(
        change_values(transaction, *form->definition,
                      {.form = form_id, .record = view.id, .before = view.fields, .after = {}}));
    rows[i][columns::deleted_at] = cell(now);
    rows[i][columns::deleted_by] = cell(context.principal.user);
    transaction.update_if(columns::kTable, std::move(rows[i]), columns::version, view.version);
    CINNABAR_CHECK_OK(
        log_change(transaction, context,
                   {.record = view.id, .form = form_id, .action = RecordAction::removed}, now));
    CINNABAR_CHECK_OK(events.add(record_event(WebhookKind::record_removed, *form, view, now)));
  }
  CINNABAR_CHECK_OK(run.finish());
  return std::ssize(views);
}

Result<std::vector<RemovedRecord>> RecordService::removed(ports::ReadTransaction& snapshot,
                                                          const CallContext& context,
                                                          FormId form_id, RecordId after,
                                                          std::int64_t limit) {
  const auto catalog = catalog_.current();
  CINNABAR_CHECK_OK(find_form(*catalog, form_id));
  CINNABAR_CHECK_OK(check_may(context, *catalog, form_id, PermissionAction::remove));
  ports::Select select;
  select.table = &columns::kTable;
  std::vector<FilterNode> conditions{where_equal(columns::form_id, cell(form_id)),
                                     where(columns::deleted_at, FilterOp::not_equal, CellValue{})};
  if (after.is_assigned()) {
    conditions.push_back(where(columns::id, FilterOp::less, cell(after)));
  }
  select.filter = all_of(std::move(conditions));
  select.order = {{columns::id, true}};
  select.limit = limit;
  CINNABAR_TRY(const auto rows, snapshot.select(select));
  CINNABAR_TRY(auto views, record_views(snapshot, rows));
  std::vector<RemovedRecord> found;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    found.push_back({std::move(views[i]), instant_of(rows[i], columns::deleted_at),
                     id_of<UserId>(rows[i], columns::deleted_by)});
  }
  return found;
}

Result<RecordView> RecordService::restore(ports::WriteTransaction& transaction,
                                          const CallContext& context, RecordId record) {
  const auto catalog = catalog_.current();
  CINNABAR_TRY(auto row, transaction.get(columns::kTable, {cell(record)}));
  if (!row || is_null(*row, columns::deleted_at)) return record_unknown(record);
  const auto form_id = id_of<FormId>(*row, columns::form_id);
  // Whoever may not see the form's recycle bin is not told what is in it.
  if (!check_may(context, *catalog, form_id, PermissionAction::remove)) {
    return record_unknown(record);
  }
  CINNABAR_TRY(const DeployedForm* form, find_form(*catalog, form_id));
  const Instant now = clock_.now();
  CINNABAR_TRY(auto views, record_views(transaction, {*row}));
  const RecordView& view = views.front();
  AggregateLedger ledger(transaction, *catalog);
  CINNABAR_CHECK_OK(ledger.change(form_id, nullptr, &view.fields));
  CINNABAR_CHECK_OK(
      change_values(transaction, *form->definition,
                    {.form = form_id, .record = record, .before = {}, .after = view.fields}));
  (*row)[columns::deleted_at] = CellValue{};
  (*row)[columns::deleted_by] = CellValue{};
  transaction.update_if(columns::kTable, std::move(*row), columns::version, view.version);
  CINNABAR_CHECK_OK(
      log_change(transaction, context,
                 {.record = record, .form = form_id, .action = RecordAction::restored}, now));
  RecordEvents events(transaction, context, *catalog);
  CINNABAR_CHECK_OK(events.add(record_event(WebhookKind::record_restored, *form, view, now)));
  return view;
}

Result<RecordView> RecordService::find(ports::ReadTransaction& snapshot, const CallContext& context,
                                       FormId form, RecordId record) {
  const auto catalog = catalog_.current();
  CINNABAR_CHECK_OK(find_form(*catalog, form));
  CINNABAR_CHECK_OK(check_may(context, *catalog, form, PermissionAction::view));
  CINNABAR_TRY(auto row, record_row(snapshot, form, record));
  if (!row) return record_unknown(record);
  CINNABAR_TRY(auto views, record_views(snapshot, {std::move(*row)}));
  return std::move(views.front());
}

Result<RecordView> RecordService::find(ports::ReadTransaction& snapshot, const CallContext& context,
                                       RecordId record) {
  CINNABAR_TRY(auto row, snapshot.get(columns::kTable, {cell(record)}));
  if (!row || !is_null(*row, columns::deleted_at)) return record_unknown(record);
  CINNABAR_CHECK_OK(check_may(context, *catalog_.current(), id_of<FormId>(*row, columns::form_id),
                              PermissionAction::view));
  CINNABAR_TRY(auto views, record_views(snapshot, {std::move(*row)}));
  return std::move(views.front());
}

}  // namespace cinnabar::services
