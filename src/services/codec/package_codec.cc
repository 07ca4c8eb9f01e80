#include "services/codec/package_codec.h"

#include "domain/process/bpmn/import.h"
#include "services/codec/aggregate_codec.h"
#include "services/codec/automation_codec.h"
#include "services/codec/form_codec.h"
#include "services/codec/form_json.h"
#include "services/codec/package_parts.h"
#include "vocab/limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace cinnabar::services::codec {

namespace {

constexpr std::string_view kAppFile = "app.json";
constexpr std::size_t kPackageListMax = 500;  // forms, processes or permissions of one package

bool is_lower_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? text[i] != '-' : !is_lower_hex(text[i])) return false;
  }
  return true;
}

// Reads one package; used once.
class PackageReader {
 public:
  explicit PackageReader(const PackageFiles& files) : files_(files) {}

  ReadPackage read();

 private:
  void read_app(StrictObject& app);
  void read_forms(StrictObject& app);
  void read_form_file(const std::string& path);
  void read_processes(StrictObject& app);
  void read_process(const Json& json, const std::string& path);
  void read_uuid(StrictObject& object, PackageProcess& process);
  void check_document(const PackageProcess& process);
  void read_permissions(StrictObject& app);
  std::vector<PermissionAction> read_actions(StrictObject& object);
  void read_aggregates(StrictObject& app);
  void read_automations(StrictObject& app);
  void check_automation(const AutomationDefinition& automation, const std::string& path);
  void check_action(const AutomationAction& action, const form::FormDefinition& followed,
                    const std::string& path);
  void check_source(const AggregateSource& source, const std::string& path);
  void report_unused_files();

  // Null pointer, with a finding, when the package has no such file or it is too large.
  const std::string* file(const std::string& path, std::string_view named_by);
  const PackageForm* find_form(std::string_view key) const;
  // An element of app.json that may be there once only.
  void expect_new(std::set<std::string>& seen, const std::string& value, const std::string& path);
  void expect_new_names(const std::vector<ExternalName>& names, std::string_view file,
                        const std::string& path);
  void add(std::string_view file, std::string_view rule, std::string element, std::string message,
           bool is_error = true);

  const PackageFiles& files_;
  Package package_;
  std::vector<PackageFinding> findings_;
  Problems problems_;  // of app.json
  std::set<std::string, std::less<>> used_;
  std::set<std::tuple<std::string, std::string, std::string>> external_;
};

ReadPackage PackageReader::read() {
  if (const std::string* document = file(std::string{kAppFile}, {})) {
    if (const auto json = Json::parse(*document)) {
      package_.document = print(*json);
      StrictObject app{*json, {}, problems_};
      read_app(app);
    } else {
      add(kAppFile, json.error().reason.name, {}, json.error().detail);
    }
  }
  add_findings(findings_, kAppFile, problems_);
  report_unused_files();
  ReadPackage result;
  if (!has_error(findings_)) result.package = std::move(package_);
  result.findings = std::move(findings_);
  return result;
}

void PackageReader::read_app(StrictObject& app) {
  package_.key = read_key(app, "key");
  package_.name = app.name("name", limits::kNameBytesMax);
  package_.external = read_external(app, problems_);
  expect_new_names(package_.external, kAppFile, "external_ids");
  read_forms(app);
  read_processes(app);
  read_permissions(app);
  read_aggregates(app);
  read_automations(app);
  app.finish();
}

void PackageReader::read_forms(StrictObject& app) {
  const Json::Array* forms = app.array("forms", Need::required);
  if (forms == nullptr) return;
  if (forms->size() > kPackageListMax) {
    app.report("forms", kValueMalformed, fmt::format("more than {} forms", kPackageListMax));
    return;
  }
  std::set<std::string> seen;
  for (const std::string& path : read_texts(*forms, "forms", problems_)) {
    expect_new(seen, path, "forms");
    read_form_file(path);
  }
}

void PackageReader::read_form_file(const std::string& path) {
  const std::string* document = file(path, "forms");
  if (document == nullptr) return;
  const auto json = Json::parse(*document);
  if (!json) {
    add(path, json.error().reason.name, {}, json.error().detail);
    return;
  }
  Problems problems;
  StrictObject object{*json, {}, problems};
  PackageForm form;
  form.form = read_form(object, problems);
  form.external = read_external(object, problems);
  object.finish();
  if (!form.form.key.empty() && !is_key(form.form.key)) {
    object.report("key", kValueMalformed, "expected letters, digits, '_', '-' or '.'");
  }
  if (find_form(form.form.key) != nullptr) {
    object.report("key", kKeyDuplicate, "another form of the package has this key");
  }
  add_findings(findings_, path, problems);
  expect_new_names(form.external, path, "external_ids");
  for (const FieldError& error : form::check(form.form)) {
    add(path, error.reason.name, error.field, error.detail);
  }
  form.document = print_form(form.form);
  package_.forms.push_back(std::move(form));
}

void PackageReader::read_processes(StrictObject& app) {
  const Json::Array* processes = app.array("processes", Need::required);
  if (processes == nullptr) return;
  if (processes->size() > kPackageListMax) {
    app.report("processes", kValueMalformed,
               fmt::format("more than {} processes", kPackageListMax));
    return;
  }
  for (std::size_t i = 0; i < processes->size(); ++i) {
    read_process((*processes)[i], path_of("processes", i));
  }
  std::set<std::string> keys;
  std::set<std::string> names;
  std::set<std::string> uuids;
  for (const PackageProcess& process : package_.processes) {
    expect_new(keys, process.key, "processes");
    expect_new(names, process.name, "processes");
    if (!process.uuid.empty()) expect_new(uuids, process.uuid, "processes");
  }
}

void PackageReader::read_process(const Json& json, const std::string& path) {
  StrictObject object{json, path, problems_};
  PackageProcess process;
  process.key = read_key(object, "key");
  process.name = object.name("name", limits::kNameBytesMax);
  read_uuid(object, process);
  process.form_key = object.name("form", limits::kNameBytesMax);
  process.enabled = object.flag("enabled", true);
  process.api_enabled = object.flag("api", true);
  process.path = object.name("document", limits::kNameBytesMax);
  if (const Json* settings = object.any("settings")) {
    StrictObject members{*settings, path_of(path, "settings"), problems_};
    process.settings = read_settings(members);
  }
  process.external = read_external(object, problems_);
  object.finish();
  expect_new_names(process.external, kAppFile, path);
  if (!process.form_key.empty() && find_form(process.form_key) == nullptr) {
    object.report("form", kValueUnknown,
                  fmt::format("the package has no form '{}'", process.form_key));
  }
  if (!process.path.empty()) {
    if (const std::string* document = file(process.path, path)) {
      process.bpmn = *document;
      check_document(process);
    }
  }
  package_.processes.push_back(std::move(process));
}

void PackageReader::read_uuid(StrictObject& object, PackageProcess& process) {
  if (object.any("uuid") == nullptr) return;
  process.uuid = object.text("uuid", Need::optional);
  if (!is_uuid(process.uuid)) {
    object.report("uuid", kValueMalformed,
                  "expected 8-4-4-4-12 lower-case hexadecimal digits with dashes");
  }
}

void PackageReader::check_document(const PackageProcess& process) {
  const PackageForm* form = find_form(process.form_key);
  const form::FormDefinition* fields = form == nullptr ? nullptr : &form->form;
  const process::bpmn::Imported imported = process::bpmn::import(process.bpmn, fields);
  std::vector<process::Finding> findings = imported.findings;
  if (imported.definition != nullptr) {
    const std::vector<process::Finding> more = process::validate(*imported.definition, fields);
    findings.insert(findings.end(), more.begin(), more.end());
  }
  // The importer may have checked the graph already; one finding is told once.
  std::set<std::tuple<std::string, std::string, std::string>> told;
  for (const process::Finding& finding : findings) {
    if (!told.emplace(finding.rule, finding.element, finding.message).second) continue;
    findings_.push_back({.path = process.path,
                         .rule = finding.rule,
                         .element = finding.element,
                         .line = finding.line,
                         .message = finding.message,
                         .is_error = finding.is_error});
  }
}

void PackageReader::read_permissions(StrictObject& app) {
  const Json::Array* permissions = app.array("permissions", Need::optional);
  if (permissions == nullptr) return;
  if (permissions->size() > kPackageListMax) {
    app.report("permissions", kValueMalformed,
               fmt::format("more than {} permissions", kPackageListMax));
    return;
  }
  for (std::size_t i = 0; i < permissions->size(); ++i) {
    StrictObject object{(*permissions)[i], path_of("permissions", i), problems_};
    PackagePermission permission;
    permission.kind = read_group_kind(object);
    permission.group = object.name("group", limits::kNameBytesMax);
    permission.process = object.name("process", limits::kNameBytesMax);
    permission.actions = read_actions(object);
    object.finish();
    const bool is_known = permission.process.empty() || permission.process == "*" ||
                          std::any_of(package_.processes.begin(), package_.processes.end(),
                                      [&](const PackageProcess& process) {
                                        return process.key == permission.process;
                                      });
    if (!is_known) {
      object.report("process", kValueUnknown,
                    fmt::format("the package has no process '{}'", permission.process));
    }
    package_.permissions.push_back(std::move(permission));
  }
}

std::vector<PermissionAction> PackageReader::read_actions(StrictObject& object) {
  std::vector<PermissionAction> actions;
  const Json::Array* array = object.array("actions", Need::required);
  if (array == nullptr) return actions;
  if (array->empty()) object.report("actions", kValueMalformed, "the list is empty");
  const std::string path = path_of(object.path(), "actions");
  for (const std::string& text : read_texts(*array, path, problems_)) {
    if (const auto action = parse_permission_action(text)) {
      actions.push_back(*action);
    } else {
      object.report("actions", kValueUnknown, fmt::format("there is no action '{}'", text));
    }
  }
  return actions;
}

void PackageReader::read_aggregates(StrictObject& app) {
  const Json::Array* aggregates = app.array("aggregates", Need::optional);
  if (aggregates == nullptr) return;
  if (aggregates->size() > kPackageListMax) {
    app.report("aggregates", kValueMalformed,
               fmt::format("more than {} aggregate tables", kPackageListMax));
    return;
  }
  std::set<std::string> keys;
  for (std::size_t i = 0; i < aggregates->size(); ++i) {
    StrictObject object{(*aggregates)[i], path_of("aggregates", i), problems_};
    AggregateDefinition definition = read_aggregate(object, problems_);
    expect_new(keys, definition.key, "aggregates");
    for (std::size_t s = 0; s < definition.sources.size(); ++s) {
      check_source(definition.sources[s], path_of(path_of(object.path(), "sources"), s));
    }
    package_.aggregates.push_back(std::move(definition));
  }
}

void PackageReader::read_automations(StrictObject& app) {
  const Json::Array* automations = app.array("automations", Need::optional);
  if (automations == nullptr) return;
  if (automations->size() > kPackageListMax) {
    app.report("automations", kValueMalformed,
               fmt::format("more than {} automations", kPackageListMax));
    return;
  }
  std::set<std::string> keys;
  for (std::size_t i = 0; i < automations->size(); ++i) {
    StrictObject object{(*automations)[i], path_of("automations", i), problems_};
    AutomationDefinition definition = read_automation(object, problems_);
    expect_new(keys, definition.key, "automations");
    check_automation(definition, object.path());
    package_.automations.push_back(std::move(definition));
  }
}

// Its forms and their fields have to be there, and be what can be written.
void PackageReader::check_automation(const AutomationDefinition& automation,
                                     const std::string& path) {
  if (automation.form.empty()) return;
  const PackageForm* form = find_form(automation.form);
  if (form == nullptr) {
    return add_problem(problems_, path_of(path, "form"), kValueUnknown,
                       fmt::format("the package has no form '{}'", automation.form));
  }
  for (const std::string& field : automation.fields) {
    if (form->form.find(field) != nullptr) continue;
    add_problem(problems_, path_of(path, "fields"), kValueUnknown,
                fmt::format("the form has no field '{}'", field));
  }
  for (std::size_t i = 0; i < automation.actions.size(); ++i) {
    check_action(automation.actions[i], form->form, path_of(path_of(path, "actions"), i));
  }
}

void PackageReader::check_action(const AutomationAction& action,
                                 const form::FormDefinition& followed, const std::string& path) {
  const auto problem = [&](std::string_view member, std::string message) {
    add_problem(problems_, path_of(path, member), kValueUnknown, std::move(message));
  };
  const form::FormDefinition* form = &followed;
  if (!action.form.empty()) {
    const PackageForm* other = find_form(action.form);
    if (other == nullptr) {
      return problem("form", fmt::format("the package has no form '{}'", action.form));
    }
    form = &other->form;
  }
  for (const auto& [id, value] : action.values) {
    const form::Field* field = form->find(id);
    const bool is_written =
        field != nullptr && !field->formula && field->type != form::FieldType::serial &&
        field->type != form::FieldType::label && field->type != form::FieldType::file;
    if (!is_written) problem("values", fmt::format("no field '{}' to write", id));
  }
  for (const auto& [id, value] : action.match) {
    const form::Field* field = form->find(id);
    const bool is_compared = field != nullptr && field->type != form::FieldType::subtable &&
                             field->type != form::FieldType::label &&
                             field->type != form::FieldType::file;
    if (!is_compared) problem("match", fmt::format("no field '{}' to compare", id));
  }
  for (const std::string& id : action.fields) {
    const form::Field* field = followed.find(id);
    const bool holds_people = field != nullptr && field->type >= form::FieldType::user &&
                              field->type <= form::FieldType::assignee;
    if (!holds_people) problem("fields", fmt::format("no field '{}' with people", id));
  }
}

// Its fields have to be there, and be what can be grouped and added up.
void PackageReader::check_source(const AggregateSource& source, const std::string& path) {
  const auto problem = [&](std::string_view member, std::string message) {
    add_problem(problems_, path_of(path, member), kValueUnknown, std::move(message));
  };
  if (source.form.empty()) return;
  const PackageForm* form = find_form(source.form);
  if (form == nullptr) {
    return problem("form", fmt::format("the package has no form '{}'", source.form));
  }
  const std::vector<form::Field>* fields = &form->form.fields;
  if (!source.table.empty()) {
    const form::Field* table = form->form.find(source.table);
    if (table == nullptr || table->type != form::FieldType::subtable) {
      return problem("table", fmt::format("the form has no table '{}'", source.table));
    }
    fields = &table->columns;
  }
  const auto is_group = [](const form::Field& field) {
    return field.type != form::FieldType::subtable && field.type != form::FieldType::file &&
           field.type != form::FieldType::label;
  };
  for (const std::string& id : source.group) {
    const auto is_it = [&](const form::Field& field) { return field.id == id && is_group(field); };
    if (std::ranges::any_of(*fields, is_it) || std::ranges::any_of(form->form.fields, is_it)) {
      continue;
    }
    problem("group", fmt::format("the form has no field '{}' to group by", id));
  }
  const bool has_value =
      source.value.empty() || std::ranges::any_of(*fields, [&](const form::Field& field) {
        return field.id == source.value && field.type == form::FieldType::number;
      });
  if (!has_value) problem("value", fmt::format("there is no number '{}'", source.value));
}

void PackageReader::report_unused_files() {
  for (const auto& [path, bytes] : files_) {
    if (used_.contains(path)) continue;
    if (!path.ends_with(".json") && !path.ends_with(".bpmn")) continue;
    add(path, "file_unused", {}, "app.json does not name this file", false);
  }
}

const std::string* PackageReader::file(const std::string& path, std::string_view named_by) {
  used_.insert(path);
  const auto found = files_.find(path);
  if (found == files_.end()) {
    add(named_by.empty() ? std::string_view{path} : kAppFile, "file_missing", std::string{named_by},
        fmt::format("the package has no file '{}'", path));
    return nullptr;
  }
  if (found->second.size() > limits::kDefinitionBytesMax) {
    add(path, "file_too_large", {},
        fmt::format("the file is larger than {} bytes", limits::kDefinitionBytesMax));
    return nullptr;
  }
  return &found->second;
}

const PackageForm* PackageReader::find_form(std::string_view key) const {
  for (const PackageForm& form : package_.forms) {
    if (form.form.key == key) return &form;
  }
  return nullptr;
}

void PackageReader::expect_new(std::set<std::string>& seen, const std::string& value,
                               const std::string& path) {
  if (value.empty() || seen.insert(value).second) return;
  add(kAppFile, kKeyDuplicate.name, path, fmt::format("'{}' comes twice", value));
}

void PackageReader::expect_new_names(const std::vector<ExternalName>& names, std::string_view file,
                                     const std::string& path) {
  for (const ExternalName& name : names) {
    if (external_.emplace(name.door, name.kind, name.external).second) continue;
    add(file, kKeyDuplicate.name, path, fmt::format("the name '{}' is given twice", name.external));
  }
}

void PackageReader::add(std::string_view file, std::string_view rule, std::string element,
                        std::string message, bool is_error) {
  findings_.push_back({.path = std::string{file},
                       .rule = std::string{rule},
                       .element = std::move(element),
                       .line = 0,
                       .message = std::move(message),
                       .is_error = is_error});
}

}  // namespace

ReadPackage read_package(const PackageFiles& files) {
  return PackageReader{files}.read();
}

}  // namespace cinnabar::services::codec
