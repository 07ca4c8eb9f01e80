#include "services/instance_store.h"

#include "ports/schema.h"
#include "services/codec/instance_codec.h"
#include "services/current_position.h"
#include "services/projection.h"
#include "services/record_index.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;
ports::Row instance_row(const DecisionRecord& record, std::string state) {
  const process::Instance& after = record.decision.after;
  const LoadedInstance& loaded = record.loaded;
  const CurrentPosition current = current_position(after, *record.definition.graph, record.people);
  return {cell(after.id),
          cell(loaded.process),
          cell(after.definition),
          cell(loaded.number),
          cell(loaded.record),
          cell(after.initiator),
          record.is_new ? CellValue{} : cell_or_null(record.context.principal.user),
          cell(after.state),
          cell(shown_title(after.headers.title)),
          cell_or_null(after.headers.status),
          cell_or_null(after.headers.level),
          cell(loaded.version + 1),
          cell(std::move(state)),
          cell(after.started_at),
          cell(record.now),
          has_ended(after.state) ? cell(record.now) : CellValue{},
          cell_or_null(after.caller),
          cell_or_null(after.caller_wait),
          cell(loaded.start.important),
          cell(loaded.start.urgent),
          cell(after.rejected),
          cell_or_null(current.node_id),
          cell_or_null(current.node_names),
          cell_or_null(current.assignees),
          cell(loaded.start.initiator_name),
          cell_or_null(loaded.start.initiator_position)};
}

Status tell_of(const DecisionRecord& record, WebhookKind kind) {
  namespace columns = schema::record;
  CINNABAR_TRY(const bool is_followed,
               record.events.are_followed(record.application, record.form, kind));
  if (!is_followed) return {};
  const process::Instance& after = record.decision.after;
  const ports::Row& before = record.loaded.record_row;
  const UserId user = record.context.principal.user;
  WebhookEvent event;
  event.kind = kind;
  event.application = record.application;
  event.form = record.form;
  event.at = record.now;
  event.record.id = record.loaded.record;
  event.record.form = record.form;
  event.record.instance = after.id;
  event.record.state = after.state;
  event.record.rejected = after.rejected;
  event.record.fields = after.fields;
  event.record.created_by = record.is_new ? user : id_of<UserId>(before, columns::created_by);
  event.record.created_at = record.is_new ? record.now : instant_of(before, columns::created_at);
  if (!record.is_new) event.record.updated_by = user;
  event.record.updated_at = record.now;
  return record.events.add(std::move(event),
                           record.is_new ? nullptr : &record.loaded.instance.fields);
}

Status write_record(ports::WriteTransaction& transaction, const DecisionRecord& record) {
  namespace columns = schema::record;
  const process::Instance& after = record.decision.after;
  const LoadedInstance& loaded = record.loaded;
  std::string data = codec::encode_fields(after.fields);
  if (data.size() > limits::kRecordBytesMax) {
    return make_error(
        Code::invalid_argument, reasons::kLimitExceeded,
        "the record is larger than " + std::to_string(limits::kRecordBytesMax) + " bytes");
  }
  const CellValue user = cell(record.context.principal.user);
  if (record.is_new) {
    transaction.insert(
        columns::kTable,
        {cell(loaded.record), cell(record.form), cell(loaded.definition->form_version),
         cell(after.id), cell(std::move(data)), cell(std::int64_t{1}), user, CellValue{},
         cell(record.now), cell(record.now), CellValue{}, CellValue{}});
    return tell_of(record, WebhookKind::record_created);
  }
  if (after.fields == loaded.instance.fields) return {};
  ports::Row row = loaded.record_row;
  const std::int64_t version = int_of(row, columns::version);
  row[columns::data] = cell(std::move(data));
  row[columns::version] = cell(version + 1);
  row[columns::updated_by] = user;
  row[columns::updated_at] = cell(record.now);
  transaction.update_if(columns::kTable, std::move(row), columns::version, version);
  return tell_of(record, WebhookKind::record_changed);
}

}  // namespace

Result<LoadedInstance> load_instance(ports::ReadTransaction& snapshot, const Catalog& catalog,
                                     ProcessInstanceId id) {
  namespace columns = schema::process_instance;
  CINNABAR_TRY(const auto row, snapshot.get(columns::kTable, {cell(id)}));
  if (!row) {
    return make_error(Code::not_found, reasons::kInstanceUnknown, "no such process instance",
                      std::to_string(id.value()));
  }
  LoadedInstance loaded;
  CINNABAR_TRY(loaded.instance, codec::decode_instance(text_of(*row, columns::state)));
  loaded.process = id_of<ProcessId>(*row, columns::process_id);
  loaded.number = int_of(*row, columns::number);
  loaded.version = int_of(*row, columns::version);
  loaded.record = id_of<RecordId>(*row, columns::record_id);
  loaded.updated_at = instant_of(*row, columns::updated_at);
  loaded.updated_by = id_of<UserId>(*row, columns::updated_by);
  loaded.ended_at = optional_instant_of(*row, columns::ended_at);
  loaded.start = {.important = bool_of(*row, columns::important),
                  .urgent = bool_of(*row, columns::urgent),
                  .initiator_name = text_of(*row, columns::initiator_name),
                  .initiator_position = id_of<GroupId>(*row, columns::initiator_position_id)};
  loaded.definition = catalog.definition(loaded.instance.definition);
  CINNABAR_TRY(auto record, snapshot.get(schema::record::kTable, {cell(loaded.record)}));
  if (loaded.definition == nullptr || !record) {
    return make_error(Code::data_loss, reasons::kStorageCorrupt,
                      "the instance's definition or record is missing", std::to_string(id.value()));
  }
  CINNABAR_TRY(loaded.instance.fields,
               codec::decode_fields(text_of(*record, schema::record::data)));
  loaded.record_row = std::move(*record);
  return loaded;
}

Result<std::optional<ports::Row>> find_instance_row(ports::ReadTransaction& snapshot,
                                                    ProcessId process, std::int64_t number) {
  namespace columns = schema::process_instance;
  ports::Select select;
  select.table = &columns::kTable;
  select.filter = all_of({where_equal(columns::process_id, cell(process)),
                          where_equal(columns::number, cell(number))});
  select.limit = 1;
  CINNABAR_TRY(auto rows, snapshot.select(select));
  if (rows.empty()) return std::optional<ports::Row>{};
  return std::optional<ports::Row>{std::move(rows.front())};
}

Result<ListedInstance> write_decision(ports::WriteTransaction& transaction,
                                      const DecisionRecord& record) {
  const LoadedInstance& loaded = record.loaded;
  const process::Instance& after = record.decision.after;
  CINNABAR_CHECK_OK(change_values(transaction, *loaded.definition->form,
                                  {.form = record.form,
                                   .record = loaded.record,
                                   .before = loaded.instance.fields,
                                   .after = after.fields,
                                   .allow_twins = record.allow_twins}));
  CINNABAR_CHECK_OK(write_record(transaction, record));
  CINNABAR_TRY(std::string state, codec::encode_instance(after));
  CINNABAR_TRY(std::string events, codec::encode_events(record.decision.events));
  ports::Row row = instance_row(record, std::move(state));
  ListedInstance listed = listed_instance(row);
  if (record.is_new) {
    transaction.insert(schema::process_instance::kTable, std::move(row));
  } else {
    transaction.update_if(schema::process_instance::kTable, std::move(row),
                          schema::process_instance::version, loaded.version);
  }
  CINNABAR_CHECK_OK(write_projection(transaction, record));
  transaction.insert(schema::history::kTable,
                     {cell(after.id), cell(loaded.version + 1), cell(record.now),
                      cell(record.context.principal.user), cell(std::move(events))});
  CINNABAR_CHECK_OK(write_audit(transaction, record.context, record.action, "process_instance",
                                after.id.value(), {}, record.now));
  return listed;
}

std::int64_t SequenceIds::next() {
  auto number = transaction_.next_number("runtime");
  if (number) return *number;
  // The command fails with this error before anything is written; the id is never seen.
  status_ = std::move(number).error();
  return 1;
}

Status write_audit(ports::WriteTransaction& transaction, const CallContext& context,
                   std::string_view action, std::string_view subject_kind, std::int64_t subject,
                   std::string detail, Instant now) {
  CINNABAR_TRY(const std::int64_t id, transaction.next_number("audit"));
  transaction.insert(schema::audit::kTable,
                     {cell(id), cell(now), cell(context.principal.user), cell(context.door),
                      cell(context.request_id), cell(context.remote), cell(std::string(action)),
                      cell(std::string(subject_kind)), cell(subject), cell(std::move(detail))});
  return {};
}

}  // namespace cinnabar::services
