#include "services/catalog.h"

#include "base/text.h"
#include "domain/process/bpmn/import.h"
#include "ports/schema.h"
#include "services/codec/aggregate_codec.h"
#include "services/codec/automation_codec.h"
#include "services/codec/form_codec.h"
#include "services/rows.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;

std::string without_dashes(std::string_view uuid) {
  std::string out = to_lower_ascii(uuid);
  std::erase(out, '-');
  return out;
}

// A deployed document was checked before it was stored, so failing to read it is damage.
Error damaged(std::string_view what, std::int64_t id) {
  return make_error(Code::data_loss, reasons::kStorageCorrupt,
                    "the stored " + std::string(what) + " can no longer be read",
                    std::to_string(id));
}

using FormVersions = std::map<FormVersionId, DeployedForm>;

Result<FormVersions> load_form_versions(ports::ReadTransaction& snapshot) {
  namespace columns = schema::form_version;
  FormVersions versions;
  CINNABAR_TRY(const auto rows, all_rows(snapshot, columns::kTable));
  for (const ports::Row& row : rows) {
    DeployedForm deployed;
    deployed.id = id_of<FormId>(row, columns::form_id);
    deployed.version_id = id_of<FormVersionId>(row, columns::id);
    deployed.version = int_of(row, columns::version);
    deployed.created_at = instant_of(row, columns::created_at);
    auto parsed = codec::parse_form(text_of(row, columns::document));
    if (!parsed) return damaged("form", deployed.version_id.value());
    deployed.definition = std::make_shared<const form::FormDefinition>(std::move(*parsed));
    versions.emplace(deployed.version_id, std::move(deployed));
  }
  return versions;
}

Process read_process(const ports::Row& row) {
  namespace columns = schema::process;
  Process process;
  process.id = id_of<ProcessId>(row, columns::id);
  process.application = id_of<ApplicationId>(row, columns::application_id);
  process.key = text_of(row, columns::key);
  process.name = text_of(row, columns::name);
  process.uuid = text_of(row, columns::uuid);
  process.form = id_of<FormId>(row, columns::form_id);
  process.enabled = bool_of(row, columns::enabled);
  process.api_enabled = bool_of(row, columns::api_enabled);
  return process;
}

}  // namespace

Result<std::shared_ptr<const Catalog>> Catalog::load(ports::ReadTransaction& snapshot) {
  auto catalog = std::make_shared<Catalog>();
  CINNABAR_TRY(const auto applications, all_rows(snapshot, schema::application::kTable));
  for (const ports::Row& row : applications) {
    Application application;
    application.id = id_of<ApplicationId>(row, schema::application::id);
    application.key = text_of(row, schema::application::key);
    application.name = text_of(row, schema::application::name);
    application.version = int_of(row, schema::application::version);
    catalog->applications_.emplace(application.id, std::move(application));
  }
  CINNABAR_TRY(const FormVersions versions, load_form_versions(snapshot));
  std::map<FormId, Instant> first_forms;
  for (const auto& [id, form] : versions) {
    if (form.version == 1) first_forms.emplace(form.id, form.created_at);
  }
  CINNABAR_TRY(const auto forms, all_rows(snapshot, schema::form::kTable));
  for (const ports::Row& row : forms) {
    const auto it = versions.find(id_of<FormVersionId>(row, schema::form::current_version_id));
    if (it == versions.end()) continue;
    DeployedForm form = it->second;
    form.application = id_of<ApplicationId>(row, schema::form::application_id);
    form.first_created_at = first_forms[form.id];
    catalog->forms_.emplace(id_of<FormId>(row, schema::form::id), std::move(form));
  }
  std::map<ProcessId, Instant> first_definitions;
  CINNABAR_TRY(const auto definitions, all_rows(snapshot, schema::process_definition::kTable));
  for (const ports::Row& row : definitions) {
    namespace columns = schema::process_definition;
    auto deployed = std::make_shared<DeployedDefinition>();
    deployed->id = id_of<ProcessDefinitionId>(row, columns::id);
    deployed->process = id_of<ProcessId>(row, columns::process_id);
    deployed->version = int_of(row, columns::version);
    deployed->form_version = id_of<FormVersionId>(row, columns::form_version_id);
    if (deployed->version == 1) {
      first_definitions.emplace(deployed->process, instant_of(row, columns::created_at));
    }
    const auto version = versions.find(deployed->form_version);
    if (version == versions.end()) return damaged("process definition", deployed->id.value());
    deployed->form = version->second.definition;
    deployed->graph =
        process::bpmn::import(text_of(row, columns::document), deployed->form.get()).definition;
    if (deployed->graph == nullptr) return damaged("process definition", deployed->id.value());
    catalog->definitions_.emplace(deployed->id, std::move(deployed));
  }
  CINNABAR_TRY(const auto processes, all_rows(snapshot, schema::process::kTable));
  for (const ports::Row& row : processes) {
    Process process = read_process(row);
    CINNABAR_TRY(process.settings, codec::parse_settings(text_of(row, schema::process::settings)));
    process.created_at = first_definitions[process.id];
    process.current = catalog->definition(
        id_of<ProcessDefinitionId>(row, schema::process::current_definition_id));
    catalog->by_uuid_.emplace(without_dashes(process.uuid), process.id);
    catalog->processes_.emplace(process.id, std::move(process));
  }
  CINNABAR_TRY(const auto names, all_rows(snapshot, schema::external_ref::kTable));
  for (const ports::Row& row : names) {
    namespace columns = schema::external_ref;
    const std::string& door = text_of(row, columns::door);
    const std::string& kind = text_of(row, columns::kind);
    const std::string& external = text_of(row, columns::external);
    const std::int64_t internal = int_of(row, columns::internal);
    catalog->external_.emplace(std::tuple{door, kind, external}, internal);
    catalog->external_of_.emplace(std::tuple{door, kind, internal}, external);
  }
  CINNABAR_CHECK_OK(catalog->load_aggregates(snapshot));
  CINNABAR_CHECK_OK(catalog->load_automations(snapshot));
  return std::shared_ptr<const Catalog>(std::move(catalog));
}

Status Catalog::load_aggregates(ports::ReadTransaction& snapshot) {
  namespace columns = schema::aggregate;
  CINNABAR_TRY(const auto rows, all_rows(snapshot, columns::kTable));
  for (const ports::Row& row : rows) {
    DeployedAggregate aggregate;
    aggregate.id = int_of(row, columns::id);
    aggregate.application = id_of<ApplicationId>(row, columns::application_id);
    auto definition = codec::parse_aggregate(text_of(row, columns::document));
    if (!definition) return damaged("aggregate table", aggregate.id);
    aggregate.definition = std::move(*definition);
    for (const AggregateSource& source : aggregate.definition.sources) {
      const auto form = form_of(aggregate.application, source.form);
      if (!form) return damaged("aggregate table", aggregate.id);
      aggregate.forms.push_back(*form);
    }
    aggregates_.emplace(aggregate.id, std::move(aggregate));
  }
  for (const auto& [id, aggregate] : aggregates_) {
    for (const FormId form : aggregate.forms) {
      auto& known = aggregates_of_[form];
      if (known.empty() || known.back() != &aggregate) known.push_back(&aggregate);
    }
  }
  return {};
}

std::optional<FormId> Catalog::form_of(ApplicationId application, std::string_view key) const {
  const auto form = std::ranges::find_if(forms_, [&](const auto& known) {
    return known.second.application == application && known.second.definition->key == key;
  });
  if (form == forms_.end()) return std::nullopt;
  return form->first;
}

Status Catalog::load_automations(ports::ReadTransaction& snapshot) {
  namespace columns = schema::automation;
  CINNABAR_TRY(const auto rows, all_rows(snapshot, columns::kTable));
  for (const ports::Row& row : rows) {
    DeployedAutomation automation;
    automation.id = int_of(row, columns::id);
    automation.application = id_of<ApplicationId>(row, columns::application_id);
    auto definition = codec::parse_automation(text_of(row, columns::document));
    const auto form = definition ? form_of(automation.application, definition->form) : std::nullopt;
    if (!form) return damaged("automation", automation.id);
    automation.form = *form;
    for (const AutomationAction& action : definition->actions) {
      const auto target = action.form.empty() ? form : form_of(automation.application, action.form);
      if (!target) return damaged("automation", automation.id);
      automation.targets.push_back(*target);
    }
    automation.definition = std::move(*definition);
    automations_.emplace(automation.id, std::move(automation));
  }
  for (const auto& [id, automation] : automations_) {
    automations_of_[automation.form].push_back(&automation);
  }
  return {};
}

const std::vector<const DeployedAutomation*>& Catalog::automations_of(FormId form) const {
  static const std::vector<const DeployedAutomation*> kNone;
  const auto it = automations_of_.find(form);
  return it == automations_of_.end() ? kNone : it->second;
}

const DeployedAggregate* Catalog::aggregate(std::int64_t id) const {
  const auto it = aggregates_.find(id);
  return it == aggregates_.end() ? nullptr : &it->second;
}

const std::vector<const DeployedAggregate*>& Catalog::aggregates_of(FormId form) const {
  static const std::vector<const DeployedAggregate*> kNone;
  const auto it = aggregates_of_.find(form);
  return it == aggregates_of_.end() ? kNone : it->second;
}

const Process* Catalog::process(ProcessId id) const {
  const auto it = processes_.find(id);
  return it == processes_.end() ? nullptr : &it->second;
}

const Process* Catalog::process_by_uuid(std::string_view uuid) const {
  const auto it = by_uuid_.find(without_dashes(uuid));
  return it == by_uuid_.end() ? nullptr : process(it->second);
}

const Process* Catalog::process_by_key(std::string_view application, std::string_view key) const {
  for (const auto& [id, process] : processes_) {
    const Application* owner = this->application(process.application);
    if (process.key == key && owner != nullptr && owner->key == application) return &process;
  }
  return nullptr;
}

const Process* Catalog::process_by_name(std::string_view application_name,
                                        std::string_view name) const {
  for (const auto& [id, process] : processes_) {
    const Application* owner = this->application(process.application);
    if (process.name == name && owner != nullptr && owner->name == application_name)
      return &process;
  }
  return nullptr;
}

std::shared_ptr<const DeployedDefinition> Catalog::definition(ProcessDefinitionId id) const {
  const auto it = definitions_.find(id);
  return it == definitions_.end() ? nullptr : it->second;
}

std::shared_ptr<const DeployedDefinition> Catalog::find_version(ProcessId process,
                                                                std::int64_t version) const {
  for (const auto& [id, definition] : definitions_) {
    if (definition->process == process && definition->version == version) return definition;
  }
  return nullptr;
}

const DeployedForm* Catalog::form(FormId id) const {
  const auto it = forms_.find(id);
  return it == forms_.end() ? nullptr : &it->second;
}

const Application* Catalog::application(ApplicationId id) const {
  const auto it = applications_.find(id);
  return it == applications_.end() ? nullptr : &it->second;
}

std::optional<std::int64_t> Catalog::find_external(std::string_view door, std::string_view kind,
                                                   std::string_view external) const {
  const auto it = external_.find({std::string(door), std::string(kind), std::string(external)});
  if (it == external_.end()) return std::nullopt;
  return it->second;
}

std::optional<std::string> Catalog::external_of(std::string_view door, std::string_view kind,
                                                std::int64_t internal) const {
  const auto it = external_of_.find({std::string(door), std::string(kind), internal});
  if (it == external_of_.end()) return std::nullopt;
  return it->second;
}

}  // namespace cinnabar::services
