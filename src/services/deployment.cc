#include "services/deployment.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/codec/aggregate_codec.h"
#include "services/codec/automation_codec.h"
#include "services/codec/form_codec.h"
#include "services/rows.h"
#include "services/start_triggers.h"
#include "vocab/reasons.h"

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;

Result<std::optional<ports::Row>> find_one(ports::ReadTransaction& snapshot,
                                           const ports::Table& table, FilterNode filter) {
  ports::Select select;
  select.table = &table;
  select.filter = std::move(filter);
  select.limit = 1;
  CINNABAR_TRY(auto rows, snapshot.select(select));
  if (rows.empty()) return std::optional<ports::Row>{};
  return std::optional<ports::Row>{std::move(rows.front())};
}

Error taken(const std::string& what, const std::string& subject) {
  return make_error(Code::already_exists, reasons::kNameTaken, what, subject);
}

}  // namespace

DeploymentWriter::DeploymentWriter(ports::WriteTransaction& transaction, const Package& package,
                                   const People& people, std::function<std::string()> make_uuid,
                                   const CallContext& context, Instant now, UtcOffset utc_offset)
    : transaction_(transaction),
      package_(package),
      people_(people),
      make_uuid_(std::move(make_uuid)),
      webhooks_(transaction, context),
      now_(now),
      utc_offset_(utc_offset) {}

Result<Deployment> DeploymentWriter::run() {
  CINNABAR_CHECK_OK(place_application());
  CINNABAR_CHECK_OK(place_names(package_.external, deployment_.application.value()));
  for (const PackageForm& form : package_.forms) CINNABAR_CHECK_OK(place_form(form));
  for (const PackageProcess& process : package_.processes)
    CINNABAR_CHECK_OK(place_process(process));
  CINNABAR_CHECK_OK(place_permissions());
  CINNABAR_CHECK_OK(place_aggregates());
  CINNABAR_CHECK_OK(place_automations());
  const bool document_changed =
      application_is_new_ ||
      text_of(application_row_, schema::application::document) != package_.document;
  deployment_.changed = changed_ || document_changed;
  if (deployment_.changed) {
    const std::int64_t version =
        application_is_new_ ? 1 : int_of(application_row_, schema::application::version) + 1;
    application_row_[schema::application::name] = cell(package_.name);
    application_row_[schema::application::version] = cell(version);
    application_row_[schema::application::document] = cell(package_.document);
    application_row_[schema::application::updated_at] = cell(now_);
    transaction_.put(schema::application::kTable, application_row_);
  }
  deployment_.version = int_of(application_row_, schema::application::version);
  return std::move(deployment_);
}

Result<std::int64_t> DeploymentWriter::fresh_id() {
  return transaction_.next_number("definition", ports::WriteTransaction::Gaps::dense);
}

Status DeploymentWriter::place_application() {
  namespace columns = schema::application;
  CINNABAR_TRY(auto row, find_one(transaction_, columns::kTable,
                                  where_equal(columns::key, cell(package_.key))));
  application_is_new_ = !row.has_value();
  if (row) {
    application_row_ = std::move(*row);
  } else {
    CINNABAR_TRY(const std::int64_t id, fresh_id());
    application_row_ = {cell(id),
                        cell(package_.key),
                        cell(package_.name),
                        cell(std::int64_t{0}),
                        cell(std::string{}),
                        cell(now_)};
  }
  deployment_.application = id_of<ApplicationId>(application_row_, columns::id);
  return {};
}

Status DeploymentWriter::place_form(const PackageForm& form) {
  namespace columns = schema::form;
  namespace versions = schema::form_version;
  FormPlace place;
  CINNABAR_TRY(auto row,
               find_one(transaction_, columns::kTable,
                        all_of({where_equal(columns::application_id, cell(deployment_.application)),
                                where_equal(columns::key, cell(form.form.key))})));
  const bool is_new = !row.has_value();
  std::int64_t version = 1;
  if (is_new) {
    CINNABAR_TRY(const std::int64_t id, fresh_id());
    row = ports::Row{cell(id), cell(deployment_.application), cell(form.form.key),
                     cell(form.form.name), CellValue{}};
  } else {
    place.version = id_of<FormVersionId>(*row, columns::current_version_id);
    CINNABAR_TRY(const auto current, transaction_.get(versions::kTable, {cell(place.version)}));
    if (current && text_of(*current, versions::document) == form.document) {
      place.form = id_of<FormId>(*row, columns::id);
      forms_.emplace(form.form.key, place);
      return place_names(form.external, place.form.value());
    }
    version = current ? int_of(*current, versions::version) + 1 : 1;
  }
  place.form = id_of<FormId>(*row, columns::id);
  CINNABAR_TRY(const std::int64_t version_id, fresh_id());
  place.version = FormVersionId{version_id};
  place.changed = true;
  transaction_.insert(versions::kTable, {cell(version_id), cell(place.form), cell(version),
                                         cell(form.document), cell(now_)});
  (*row)[columns::name] = cell(form.form.name);
  (*row)[columns::current_version_id] = cell(version_id);
  transaction_.put(columns::kTable, std::move(*row));
  changed_ = true;
  deployment_.lines.push_back("form " + form.form.key + ": version " + std::to_string(version));
  forms_.emplace(form.form.key, place);
  if (!is_new) CINNABAR_CHECK_OK(tell_webhooks(place));
  return place_names(form.external, place.form.value());
}

Status DeploymentWriter::tell_webhooks(const FormPlace& place) {
  WebhookEvent event;
  event.kind = WebhookKind::form_changed;
  event.application = deployment_.application;
  event.form = place.form;
  event.form_version = place.version;
  event.at = now_;
  return webhooks_.add(std::move(event));
}

Status DeploymentWriter::check_uuid(const std::string& uuid, ProcessId process) {
  namespace columns = schema::process;
  CINNABAR_TRY(const auto other,
               find_one(transaction_, columns::kTable, where_equal(columns::uuid, cell(uuid))));
  if (other && id_of<ProcessId>(*other, columns::id) != process) {
    return taken("the uuid belongs to another process", uuid);
  }
  return {};
}

Status DeploymentWriter::place_process(const PackageProcess& process) {
  namespace columns = schema::process;
  const auto form = forms_.find(process.form_key);
  if (form == forms_.end()) {
    return make_error(Code::invalid_argument, reasons::kPackageInvalid,
                      "the process names no form of its package", process.key);
  }
  CINNABAR_TRY(auto row,
               find_one(transaction_, columns::kTable,
                        all_of({where_equal(columns::application_id, cell(deployment_.application)),
                                where_equal(columns::key, cell(process.key))})));
  const bool is_new = !row.has_value();
  const std::string wanted_uuid = to_lower_ascii(process.uuid);
  if (is_new) {
    CINNABAR_TRY(const std::int64_t id, fresh_id());
    row = ports::Row{cell(id),
                     cell(deployment_.application),
                     cell(process.key),
                     cell(process.name),
                     cell(wanted_uuid.empty() ? make_uuid_() : wanted_uuid),
                     cell(form->second.form),
                     CellValue{},
                     cell(process.enabled),
                     cell(process.api_enabled),
                     cell(std::string{})};
  } else if (!wanted_uuid.empty() && text_of(*row, columns::uuid) != wanted_uuid) {
    return taken("the process is deployed with another uuid, which it keeps", process.key);
  }
  const auto id = id_of<ProcessId>(*row, columns::id);
  CINNABAR_CHECK_OK(check_uuid(text_of(*row, columns::uuid), id));
  processes_.emplace(process.key, id);
  CINNABAR_CHECK_OK(write_definition(process, form->second, std::move(*row), is_new));
  return place_names(process.external, id.value());
}

Status DeploymentWriter::write_definition(const PackageProcess& process, const FormPlace& form,
                                          ports::Row row, bool is_new) {
  namespace columns = schema::process;
  namespace definitions = schema::process_definition;
  std::int64_t version = 1;
  bool same = false;
  std::string former;
  if (!is_new && !is_null(row, columns::current_definition_id)) {
    CINNABAR_TRY(const auto current,
                 transaction_.get(definitions::kTable, {row[columns::current_definition_id]}));
    if (current) {
      version = int_of(*current, definitions::version) + 1;
      former = text_of(*current, definitions::document);
      same = former == process.bpmn &&
             id_of<FormVersionId>(*current, definitions::form_version_id) == form.version;
    }
  }
  const ports::Row before = row;
  if (!same) {
    CINNABAR_TRY(const std::int64_t definition, fresh_id());
    transaction_.insert(definitions::kTable, {cell(definition), row[columns::id], cell(version),
                                              cell(form.version), cell(process.bpmn), cell(now_)});
    row[columns::current_definition_id] = cell(definition);
    CINNABAR_CHECK_OK(write_start_triggers(transaction_, id_of<ProcessId>(row, columns::id),
                                           ProcessDefinitionId{definition}, process.bpmn, former,
                                           {now_, utc_offset_}));
    deployment_.lines.push_back("process " + process.key + ": version " + std::to_string(version));
  }
  row[columns::name] = cell(process.name);
  row[columns::form_id] = cell(form.form);
  row[columns::settings] = cell(codec::print_settings(process.settings));
  // The switches of a running server belong to its administrator once the process exists.
  if (is_new || row != before) {
    transaction_.put(columns::kTable, std::move(row));
    changed_ = true;
  }
  return {};
}

Status DeploymentWriter::place_names(const std::vector<ExternalName>& names,
                                     std::int64_t internal) {
  namespace columns = schema::external_ref;
  for (const ExternalName& name : names) {
    const ports::Key key{cell(name.door), cell(name.kind), cell(name.external)};
    CINNABAR_TRY(const auto row, transaction_.get(columns::kTable, key));
    const bool fresh = names_written_.emplace(name.door, name.kind, name.external).second;
    if ((row && int_of(*row, columns::internal) != internal) || (!row && !fresh)) {
      return taken("the name is taken by something else", name.external);
    }
    if (row) continue;
    transaction_.insert(columns::kTable, {key[0], key[1], key[2], cell(internal)});
    changed_ = true;
  }
  return {};
}

Result<std::vector<ports::Row>> DeploymentWriter::place_documents(
    const ports::Table& table, std::string_view what, const std::vector<PlacedDocument>& documents,
    const std::vector<CellValue>& rest) {
  namespace columns = schema::automation;
  // All such tables begin with the same columns.
  constexpr auto is_same = [](std::uint16_t a, std::uint16_t b) { return a == b; };
  static_assert(is_same(columns::application_id, schema::aggregate::application_id) &&
                is_same(columns::key, schema::aggregate::key) &&
                is_same(columns::document, schema::aggregate::document));
  ports::Select select;
  select.table = &table;
  select.filter = where_equal(columns::application_id, cell(deployment_.application));
  CINNABAR_TRY(const auto rows, transaction_.select(select));
  std::map<std::string, ports::Row> stored;
  for (const ports::Row& row : rows) stored.emplace(text_of(row, columns::key), row);
  for (const PlacedDocument& placed : documents) {
    auto known = stored.extract(placed.key);
    if (!known.empty() && text_of(known.mapped(), columns::document) == placed.document) continue;
    CellValue id;
    if (known.empty()) {
      CINNABAR_TRY(const std::int64_t fresh, fresh_id());
      id = cell(fresh);
    } else {
      id = known.mapped()[columns::id];
    }
    ports::Row row{std::move(id), cell(deployment_.application), cell(placed.key),
                   cell(placed.document)};
    row.insert(row.end(), rest.begin(), rest.end());
    transaction_.put(table, std::move(row));
    deployment_.lines.push_back(std::string(what) + " " + placed.key);
    changed_ = true;
  }
  std::vector<ports::Row> left;
  for (auto& [key, row] : stored) left.push_back(std::move(row));
  return left;
}

// New and changed ones are counted once their catalog is the current one: recount_aggregates.
Status DeploymentWriter::place_aggregates() {
  namespace columns = schema::aggregate;
  namespace totals = schema::aggregate_value;
  std::vector<PlacedDocument> documents;
  for (const AggregateDefinition& definition : package_.aggregates) {
    documents.push_back({definition.key, codec::print_aggregate(definition)});
  }
  constexpr bool kIsCounted = false;
  CINNABAR_TRY(const auto removed,
               place_documents(columns::kTable, "aggregate table", documents, {cell(kIsCounted)}));
  for (const ports::Row& row : removed) {
    ports::Select old;
    old.table = &totals::kTable;
    old.filter = where_equal(totals::aggregate_id, row[columns::id]);
    CINNABAR_TRY(const auto values, transaction_.select(old));
    for (const ports::Row& value : values) {
      transaction_.erase(totals::kTable, {value[totals::aggregate_id], value[totals::group_key]});
    }
    transaction_.erase(columns::kTable, {row[columns::id]});
    changed_ = true;
  }
  return {};
}

// Runs of those that are gone find nothing to do and say so.
Status DeploymentWriter::place_automations() {
  namespace columns = schema::automation;
  std::vector<PlacedDocument> documents;
  for (const AutomationDefinition& definition : package_.automations) {
    documents.push_back({definition.key, codec::print_automation(definition)});
  }
  CINNABAR_TRY(const auto removed, place_documents(columns::kTable, "automation", documents, {}));
  for (const ports::Row& row : removed) {
    transaction_.erase(columns::kTable, {row[columns::id]});
    changed_ = true;
  }
  return {};
}

Status DeploymentWriter::place_permissions() {
  namespace columns = schema::permission;
  std::set<std::tuple<std::int64_t, std::int64_t, std::int64_t>> wanted;
  for (const PackagePermission& permission : package_.permissions) {
    const auto group = people_.find_group(permission.kind, permission.group);
    if (!group) {
      return make_error(Code::failed_precondition, reasons::kGroupUnknown,
                        "the package grants permissions to a group that does not exist",
                        permission.group);
    }
    for (const auto& [key, process] : processes_) {
      if (permission.process != "*" && permission.process != key) continue;
      for (const PermissionAction action : permission.actions) {
        wanted.emplace(group->value(), process.value(), static_cast<std::int64_t>(action));
      }
    }
  }
  for (const auto& [key, process] : processes_) {
    ports::Select select;
    select.table = &columns::kTable;
    select.filter = where_equal(columns::process_id, cell(process));
    CINNABAR_TRY(const auto rows, transaction_.select(select));
    for (const ports::Row& row : rows) {
      const std::tuple stored{int_of(row, columns::group_id), int_of(row, columns::process_id),
                              int_of(row, columns::action)};
      if (wanted.erase(stored) != 0) continue;
      transaction_.erase(columns::kTable, ports::Key(row.begin(), row.begin() + 3));
      changed_ = true;
    }
  }
  for (const auto& [group, process, action] : wanted) {
    transaction_.insert(columns::kTable, {cell(group), cell(process), cell(action), cell(now_)});
    changed_ = true;
  }
  return {};
}

}  // namespace cinnabar::services
