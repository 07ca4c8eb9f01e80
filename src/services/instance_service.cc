#include "services/instance_service.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/aggregate.h"
#include "services/codec/instance_codec.h"
#include "services/engine_run.h"
#include "services/instance_access.h"
#include "services/instance_store.h"
#include "services/invalid_fields.h"
#include "services/positions.h"
#include "services/record_index.h"
#include "services/record_rows.h"
#include "services/rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;

Error instance_unknown(std::int64_t number) {
  return make_error(Code::not_found, reasons::kInstanceUnknown, "no such number",
                    std::to_string(number));
}

// The process a command is about, if it may be used now.
Result<const Process*> usable_process(const Catalog& catalog, ProcessId id, bool through_api) {
  const Process* process = catalog.process(id);
  if (process == nullptr || process->current == nullptr) {
    return make_error(Code::not_found, reasons::kProcessUnknown, "no such process",
                      std::to_string(id.value()));
  }
  if (!process->enabled) {
    return make_error(Code::failed_precondition, reasons::kProcessDisabled,
                      "the process is disabled", process->key);
  }
  if (through_api && !process->api_enabled) {
    return make_error(Code::failed_precondition, reasons::kApiDisabled,
                      "the process does not take calls through an API", process->key);
  }
  return process;
}

// Field ids spelt as the form spells them. Later spellings of one id win.
Result<FieldValues> canonical_fields(const form::FormDefinition& form, FieldValues submitted) {
  FieldValues out;
  std::vector<FieldError> unknown;
  for (auto& [id, value] : submitted) {
    const form::Field* field = form.find(id);
    if (field == nullptr) {
      unknown.push_back({id, reasons::kFieldUnknown, "the form has no such field"});
    } else {
      out.insert_or_assign(field->id, std::move(value));
    }
  }
  if (!unknown.empty()) return invalid_fields(std::move(unknown));
  return out;
}

Status check_attachments_allowed(const Process& process, const std::vector<NewFile>& files) {
  const bool has_plain = std::any_of(files.begin(), files.end(),
                                     [](const NewFile& file) { return !file.field.has_value(); });
  if (has_plain && !process.settings.attachments) {
    return make_error(Code::failed_precondition, reasons::kFeatureDisabled,
                      "the process takes no attachments", process.key);
  }
  if (files.size() > limits::kAttachmentsPerCommandMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded,
                      "too many files in one request");
  }
  return {};
}

// Names of file fields become those of the form, whatever their case.
Status name_file_fields(const form::FormDefinition& form, std::vector<NewFile>& files) {
  for (NewFile& file : files) {
    if (!file.field) continue;
    const form::Field* field = form.find(*file.field);
    if (field == nullptr || field->type != form::FieldType::file) {
      return invalid_fields(
          {{*file.field, reasons::kFieldUnknown, "the form has no such file field"}});
    }
    file.field = field->id;
  }
  return {};
}

// Files of file fields become the field's value, after the files it holds already.
Status put_files_into_fields(const form::FormDefinition& form, const std::vector<NewFile>& files,
                             const std::vector<AttachmentId>& ids, FieldValues& fields,
                             const FieldValues* stored) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!files[i].field) continue;
    const form::Field* field = form.find(*files[i].field);
    if (field == nullptr || field->type != form::FieldType::file) {
      return invalid_fields(
          {{*files[i].field, reasons::kFieldUnknown, "the form has no such file field"}});
    }
    FieldValue::List list;
    const auto mine = fields.find(field->id);
    if (mine != fields.end() && mine->second.get<FieldValue::List>() != nullptr) {
      list = *mine->second.get<FieldValue::List>();
    } else if (stored != nullptr && stored->contains(field->id)) {
      const auto* kept = stored->find(field->id)->second.get<FieldValue::List>();
      if (kept != nullptr) list = *kept;
    }
    list.emplace_back(FieldValue{FileRef{ids[i], files[i].file_name}});
    fields.insert_or_assign(field->id, FieldValue{std::move(list)});
  }
  return {};
}

InstanceSummary read_summary(const ports::Row& row) {
  namespace columns = schema::process_instance;
  InstanceSummary summary;
  summary.id = id_of<ProcessInstanceId>(row, columns::id);
  summary.process = id_of<ProcessId>(row, columns::process_id);
  summary.definition = id_of<ProcessDefinitionId>(row, columns::definition_id);
  summary.number = int_of(row, columns::number);
  summary.record = id_of<RecordId>(row, columns::record_id);
  summary.initiator = id_of<UserId>(row, columns::initiator_id);
  summary.state = enum_of<InstanceState>(row, columns::status);
  summary.headers.title = text_of(row, columns::title);
  summary.headers.status = optional_text_of(row, columns::status_text).value_or("");
  summary.headers.level = optional_text_of(row, columns::level).value_or("");
  summary.version = int_of(row, columns::version);
  summary.created_at = instant_of(row, columns::created_at);
  summary.updated_at = instant_of(row, columns::updated_at);
  summary.ended_at = optional_instant_of(row, columns::ended_at);
  summary.rejected = bool_of(row, columns::rejected);
  return summary;
}

std::vector<CellValue> id_cells(const std::vector<ProcessInstanceId>& instances) {
  std::vector<CellValue> cells;
  for (const ProcessInstanceId id : instances) cells.push_back(cell(id));
  return cells;
}

Result<HistoryEntry> read_history(const ports::Row& row) {
  namespace columns = schema::history;
  HistoryEntry entry;
  entry.sequence = int_of(row, columns::sequence);
  entry.at = instant_of(row, columns::at);
  entry.actor = id_of<UserId>(row, columns::actor_id);
  CINNABAR_TRY(entry.events, codec::decode_events(text_of(row, columns::events)));
  return entry;
}

}  // namespace

InstanceService::InstanceService(ports::Clock& clock, const CatalogSource& catalog,
                                 const PeopleSource& people, UtcOffset utc_offset, Logger logger)
    : clock_(clock),
      catalog_(catalog),
      people_(people),
      utc_offset_(utc_offset),
      logger_(std::move(logger)) {}

Result<Started> InstanceService::start(ports::WriteTransaction& transaction,
                                       const CallContext& context, StartRequest request) {
  const auto catalog = catalog_.current();
  const auto people = people_.current();
  CINNABAR_TRY(const Process* process,
               usable_process(*catalog, request.process, request.through_api));
  if (!people->may(context.principal.user, PermissionAction::add, process->id))
    return not_permitted();
  CINNABAR_CHECK_OK(check_attachments_allowed(*process, request.files));
  const form::FormDefinition& form = *process->current->form;
  CINNABAR_TRY(FieldValues fields, canonical_fields(form, std::move(request.fields)));

  const Instant now = clock_.now();
  EngineRun run(transaction, context, {catalog, people, now, utc_offset_, &logger_});
  const ProcessInstanceId id{run.fresh_id()};
  const RecordId record{run.fresh_id()};
  CINNABAR_TRY(const auto file_ids, insert_files(transaction, id, id.value(), request.files,
                                                 context.principal.user, now));
  CINNABAR_CHECK_OK(put_files_into_fields(form, request.files, file_ids, fields, nullptr));

  form::Submission submission;
  submission.submitted = &fields;
  auto errors = form::validate(form, submission, *people);
  if (!errors.empty()) return invalid_fields(std::move(errors));
  fields = form::merge(form::defaults_for(form, fields), fields);
  CINNABAR_CHECK_OK(assign_serials(transaction, process->form, form, fields));
  CINNABAR_CHECK_OK(assign_row_ids(transaction, form, nullptr, fields));

  process::Start command;
  command.instance = id;
  command.definition = process->current->id;
  command.initiator = context.principal.user;
  command.fields = std::move(fields);
  command.variables = std::move(request.variables);
  command.chosen = std::move(request.chosen);
  CINNABAR_CHECK_OK(run.start(*process, record, std::move(command), "start",
                              {.important = request.important,
                               .urgent = request.urgent,
                               .has_attachments = !request.files.empty()}));
  CINNABAR_CHECK_OK(run.finish());
  const process::EventNode* start =
      process->current->graph->node(process->current->graph->start).event();
  return Started{id, run.number_of(id), record, start != nullptr && !start->checks.empty(),
                 run.listed(id)};
}

namespace {

// Before the decision, so that the task is not over with it.
Status ask_others(EngineRun& run, ProcessInstanceId id, const CompleteRequest& request, UserId user,
                  bool for_others) {
  if (request.ask_after.empty()) return {};
  if (!request.item) {
    return make_error(Code::invalid_argument, reasons::kArgumentMissing,
                      "asking others after a decision needs its work item");
  }
  process::AddParticipants ask;
  ask.item = *request.item;
  ask.by = user;
  ask.position = AddedAs::after;
  ask.users = request.ask_after;
  ask.for_others = for_others;
  return run.apply(id, ask, "add");
}

}  // namespace

Result<Completed> InstanceService::complete(ports::WriteTransaction& transaction,
                                            const CallContext& context, CompleteRequest request) {
  const auto catalog = catalog_.current();
  const auto people = people_.current();
  const auto unknown = [&] {
    return make_error(Code::not_found, reasons::kActivityUnknown, "no such open position",
                      std::to_string(request.activity.value()));
  };
  CINNABAR_TRY(const auto row,
               transaction.get(schema::activity_instance::kTable, {cell(request.activity)}));
  if (!row) return unknown();
  EngineRun run(transaction, context, {catalog, people, clock_.now(), utc_offset_, &logger_});
  const auto id = id_of<ProcessInstanceId>(*row, schema::activity_instance::instance_id);
  CINNABAR_TRY(const process::Instance* instance, run.instance(id));
  const LoadedInstance& loaded = run.loaded(id);
  if (request.process && *request.process != loaded.process) return unknown();
  CINNABAR_TRY(const Process* process,
               usable_process(*catalog, loaded.process, request.through_api));
  const UserId user = context.principal.user;
  const bool for_others = people->may(user, PermissionAction::modify, process->id);
  if (!for_others && !is_participant(*people, *instance, user)) return not_permitted();
  CINNABAR_CHECK_OK(check_attachments_allowed(*process, request.files));

  const process::ActivityInstance* activity = loaded.instance.find_activity(request.activity);
  if (activity == nullptr) {
    return make_error(Code::failed_precondition, reasons::kActivityNotOpen,
                      "the position is no longer open", std::to_string(request.activity.value()));
  }
  const Instant now = clock_.now();
  const form::FormDefinition& form = *loaded.definition->form;
  if (request.read_changes != nullptr && !request.quick_action) {
    CINNABAR_TRY(request.changes, request.read_changes(form));
  }
  CINNABAR_CHECK_OK(name_file_fields(form, request.files));
  process::Complete command;
  command.activity = request.activity;
  command.item = request.item;
  command.by = user;
  command.for_others = for_others;
  command.outcome = request.outcome;
  command.if_rejected = request.if_rejected;
  command.quick_action = request.quick_action;
  command.comment = std::move(request.comment);
  command.variables = std::move(request.variables);
  command.chosen = std::move(request.chosen);
  CINNABAR_TRY(const auto file_ids,
               insert_files(transaction, loaded.instance.id, request.activity.value(),
                            request.files, user, now));
  const auto node = loaded.definition->graph->find_node(activity->node_id);
  CINNABAR_ASSERT(node.has_value());
  if (loaded.definition->graph->node(*node).user_task() == nullptr) return unknown();
  const process::UserTask& task = *loaded.definition->graph->node(*node).user_task();
  if (task.comment_required && trim(command.comment).empty()) {
    return invalid_fields({{"comment", reasons::kFieldRequired, "this task asks for a comment"}});
  }
  if (!request.quick_action) {
    CINNABAR_TRY(command.changes, canonical_fields(form, std::move(request.changes)));
    CINNABAR_CHECK_OK(put_files_into_fields(form, request.files, file_ids, command.changes,
                                            &loaded.instance.fields));
    form::Submission submission;
    submission.stored = &loaded.instance.fields;
    submission.submitted = &command.changes;
    submission.access = &task.fields;
    auto errors = form::validate(form, submission, *people);
    if (!errors.empty()) return invalid_fields(std::move(errors));
  }
  CINNABAR_CHECK_OK(ask_others(run, id, request, user, for_others));
  CINNABAR_CHECK_OK(run.apply(id, command, "complete", !request.files.empty()));
  CINNABAR_CHECK_OK(run.finish());
  return Completed{id, loaded.number, run.state_of(id)};
}

namespace {

// Every row that hangs on one instance, by the column that refers to it.
struct Dependent {
  const ports::Table* table;
  std::uint16_t column;
};
constexpr Dependent kDependents[] = {
    {&schema::activity_instance::kTable, schema::activity_instance::instance_id},
    {&schema::wait::kTable, schema::wait::instance_id},
    {&schema::incident::kTable, schema::incident::instance_id},
    {&schema::notice::kTable, schema::notice::instance_id},
    {&schema::work_item::kTable, schema::work_item::instance_id},
    {&schema::record::kTable, schema::record::instance_id},
    {&schema::history::kTable, schema::history::instance_id},
    {&schema::attachment::kTable, schema::attachment::instance_id},
    {&schema::comment::kTable, schema::comment::instance_id},
    {&schema::relation::kTable, schema::relation::from_instance},
    {&schema::relation::kTable, schema::relation::to_instance},
};

Status erase_instance(ports::WriteTransaction& transaction, ProcessInstanceId id) {
  for (const Dependent& dependent : kDependents) {
    ports::Select select;
    select.table = dependent.table;
    select.filter = where_equal(dependent.column, cell(id));
    CINNABAR_TRY(const auto rows, transaction.select(select));
    for (const ports::Row& row : rows) {
      transaction.erase(*dependent.table,
                        ports::Key(row.begin(), row.begin() + dependent.table->key_columns));
    }
  }
  transaction.erase(schema::process_instance::kTable, {cell(id)});
  return {};
}

}  // namespace

Result<std::int64_t> InstanceService::remove(ports::WriteTransaction& transaction,
                                             const CallContext& context, ProcessId process,
                                             const std::vector<std::int64_t>& numbers) {
  const auto catalog = catalog_.current();
  if (catalog->process(process) == nullptr) {
    return make_error(Code::not_found, reasons::kProcessUnknown, "no such process",
                      std::to_string(process.value()));
  }
  if (!people_.current()->may(context.principal.user, PermissionAction::remove, process)) {
    return not_permitted();
  }
  if (numbers.size() > limits::kPageRowsMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded, "too many numbers at once");
  }
  std::vector<std::int64_t> distinct = numbers;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::int64_t removed = 0;
  AggregateLedger ledger(transaction, *catalog);
  for (const std::int64_t number : distinct) {
    CINNABAR_TRY(const auto row, find_instance_row(transaction, process, number));
    if (!row) continue;
    const auto id = id_of<ProcessInstanceId>(*row, schema::process_instance::id);
    CINNABAR_TRY(const LoadedInstance loaded, load_instance(transaction, *catalog, id));
    CINNABAR_CHECK_OK(ledger.change(id_of<FormId>(loaded.record_row, schema::record::form_id),
                                    &loaded.instance.fields, nullptr));
    CINNABAR_CHECK_OK(
        change_values(transaction, *loaded.definition->form,
                      {.form = id_of<FormId>(loaded.record_row, schema::record::form_id),
                       .record = loaded.record,
                       .before = loaded.instance.fields,
                       .after = {}}));
    CINNABAR_CHECK_OK(erase_instance(transaction, id));
    CINNABAR_CHECK_OK(write_audit(transaction, context, "remove", "process_instance", id.value(),
                                  "number " + std::to_string(number), clock_.now()));
    ++removed;
  }
  return removed;
}

Result<InstanceSummary> InstanceService::find(ports::ReadTransaction& snapshot,
                                              const CallContext& context, ProcessId process,
                                              std::int64_t number) {
  CINNABAR_TRY(const ProcessInstanceId id,
               visible_instance(snapshot, *catalog_.current(), *people_.current(), context, process,
                                number));
  CINNABAR_TRY(const auto row, snapshot.get(schema::process_instance::kTable, {cell(id)}));
  if (!row) return instance_unknown(number);
  return read_summary(*row);
}

Result<std::vector<OpenPosition>> InstanceService::open_positions(ports::ReadTransaction& snapshot,
                                                                  const CallContext& context,
                                                                  ProcessId process,
                                                                  std::int64_t number) {
  const auto catalog = catalog_.current();
  std::vector<OpenPosition> open;
  auto summary = find(snapshot, context, process, number);
  if (!summary) {
    if (summary.error().code == Code::not_found) return open;
    return std::move(summary).error();
  }
  CINNABAR_TRY(const LoadedInstance loaded, load_instance(snapshot, *catalog, summary->id));
  for (const process::ActivityInstance& activity : loaded.instance.activities) {
    const auto node = loaded.definition->graph->find_node(activity.node_id);
    CINNABAR_ASSERT(node.has_value());
    const process::Node& place = loaded.definition->graph->node(*node);
    const bool is_position =
        place.user_task() != nullptr && activity.role != process::ActivityRole::loop_body;
    if (is_position) open.push_back({activity.id, activity.node_id, place.name});
  }
  std::sort(open.begin(), open.end(),
            [](const OpenPosition& a, const OpenPosition& b) { return a.activity < b.activity; });
  return open;
}

Result<std::vector<InstancePositions>> InstanceService::positions(
    ports::ReadTransaction& snapshot, const CallContext& context, ProcessId process,
    std::optional<std::int64_t> number, ProcessInstanceId after, std::int64_t limit) {
  namespace columns = schema::process_instance;
  const auto catalog = catalog_.current();
  if (catalog->process(process) == nullptr) {
    return make_error(Code::not_found, reasons::kProcessUnknown, "no such process",
                      std::to_string(process.value()));
  }
  if (!people_.current()->may(context.principal.user, PermissionAction::view, process)) {
    return not_permitted();
  }
  ports::Select select;
  select.table = &columns::kTable;
  std::vector<FilterNode> parts;
  parts.push_back(where_equal(columns::process_id, cell(process)));
  if (number) parts.push_back(where_equal(columns::number, cell(*number)));
  parts.push_back(where(columns::id, FilterOp::greater, cell(after)));
  select.filter = all_of(std::move(parts));
  select.order = {{columns::id, false}};
  select.limit = std::min<std::int64_t>(limit, static_cast<std::int64_t>(limits::kPageRowsMax));
  CINNABAR_TRY(const auto rows, snapshot.select(select));

  std::vector<InstancePositions> out;
  std::vector<ProcessInstanceId> ids;
  for (const ports::Row& row : rows) {
    out.push_back({read_summary(row), {}});
    ids.push_back(out.back().summary.id);
  }
  CINNABAR_TRY(auto told, histories(snapshot, ids));
  for (InstancePositions& one : out) {
    const auto definition = catalog->definition(one.summary.definition);
    if (definition == nullptr) continue;
    one.positions = positions_of(*definition->graph, told[one.summary.id]);
  }
  return out;
}

Result<std::map<ProcessInstanceId, InstanceSummary>> InstanceService::summaries(
    ports::ReadTransaction& snapshot, const std::vector<ProcessInstanceId>& instances) {
  std::map<ProcessInstanceId, InstanceSummary> out;
  if (instances.empty()) return out;
  ports::Select select;
  select.table = &schema::process_instance::kTable;
  select.filter = where_one_of(schema::process_instance::id, id_cells(instances));
  CINNABAR_TRY(const auto rows, snapshot.select(select));
  for (const ports::Row& row : rows) {
    InstanceSummary summary = read_summary(row);
    out.emplace(summary.id, std::move(summary));
  }
  return out;
}

Result<std::map<ProcessInstanceId, std::vector<HistoryEntry>>> InstanceService::histories(
    ports::ReadTransaction& snapshot, const std::vector<ProcessInstanceId>& instances) {
  std::map<ProcessInstanceId, std::vector<HistoryEntry>> out;
  if (instances.empty()) return out;
  ports::Select select;
  select.table = &schema::history::kTable;
  select.filter = where_one_of(schema::history::instance_id, id_cells(instances));
  CINNABAR_TRY(const auto rows, snapshot.select(select));
  for (const ports::Row& row : rows) {
    CINNABAR_TRY(HistoryEntry entry, read_history(row));
    out[id_of<ProcessInstanceId>(row, schema::history::instance_id)].push_back(std::move(entry));
  }
  return out;
}

Result<std::vector<HistoryEntry>> InstanceService::history(ports::ReadTransaction& snapshot,
                                                           ProcessInstanceId instance) {
  ports::Select select;
  select.table = &schema::history::kTable;
  select.filter = where_equal(schema::history::instance_id, cell(instance));
  CINNABAR_TRY(const auto rows, snapshot.select(select));
  std::vector<HistoryEntry> entries;
  for (const ports::Row& row : rows) {
    CINNABAR_TRY(HistoryEntry entry, read_history(row));
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<process::Instance> InstanceService::load(ports::ReadTransaction& snapshot,
                                                ProcessInstanceId instance) {
  CINNABAR_TRY(LoadedInstance loaded, load_instance(snapshot, *catalog_.current(), instance));
  return std::move(loaded.instance);
}

Result<process::Instance> InstanceService::replay(ports::ReadTransaction& snapshot,
                                                  ProcessInstanceId instance) {
  CINNABAR_TRY(const auto entries, history(snapshot, instance));
  if (entries.empty()) return instance_unknown(instance.value());
  process::Instance folded;
  for (const HistoryEntry& entry : entries) {
    for (const process::Event& event : entry.events) process::evolve(folded, event);
  }
  return folded;
}

}  // namespace cinnabar::services
