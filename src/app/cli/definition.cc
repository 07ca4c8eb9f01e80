// definition lint, definition simulate: documents before they are deployed. Neither needs a
// configuration or a data folder.
#include "api/native/fields.h"
#include "api/native/preview.h"
#include "app/cli/console.h"
#include "app/packages.h"
#include "base/text.h"
#include "domain/process/bpmn/import.h"
#include "outbound/openssl_crypto.h"
#include "outbound/system_clock.h"
#include "services/admin_service.h"
#include "services/codec/form_codec.h"
#include "services/codec/variable_json.h"
#include "services/simulation_service.h"
#include "storage/memory/memory_store.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace cinnabar::app {
namespace {

constexpr const char* kInitiator = "initiator";

Result<std::string> read_text_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return make_error(Code::not_found, reasons::kFileMissing, "the file cannot be read", path);
  }
  // One byte more than is allowed is enough for a document to be found too large.
  std::string text(limits::kDefinitionBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

// Null pointer when none is named.
Result<std::shared_ptr<const form::FormDefinition>> read_form(const std::string& path) {
  if (path.empty()) return std::shared_ptr<const form::FormDefinition>();
  CINNABAR_TRY(const std::string text, read_text_file(path));
  CINNABAR_TRY(form::FormDefinition form, services::codec::parse_form(text));
  return std::make_shared<const form::FormDefinition>(std::move(form));
}

Exit explain(const Error& error) {
  print_error(error);
  return Exit::failed;
}

// ---- lint ----

std::string finding_line(const std::string& file, const process::Finding& finding) {
  const std::string element = finding.element.empty() ? "" : " (" + finding.element + ")";
  return fmt::format("{}:{}: {}: {}{}: {}", file, finding.line,
                     finding.is_error ? "error" : "warning", finding.rule, element,
                     finding.message);
}

struct Linted {
  Json json = Json::array();
  std::vector<std::string> lines;
  bool has_errors = false;
};

Status lint_file(const std::string& file, const form::FormDefinition* form, Linted& linted) {
  CINNABAR_TRY(const std::string text, read_text_file(file));
  Json rows = Json::array();
  bool is_deployable = true;
  for (const process::Finding& finding : services::lint_definition(text, form)) {
    rows.push(native::finding_json(finding));
    linted.lines.push_back(finding_line(file, finding));
    is_deployable = is_deployable && !finding.is_error;
  }
  linted.json.push(Json::object()
                       .set("file", file)
                       .set("deployable", is_deployable)
                       .set("findings", std::move(rows)));
  linted.has_errors = linted.has_errors || !is_deployable;
  return {};
}

// ---- simulate ----

// A world of its own: people in memory, and what the dry run is told.
struct Stage {
  memory::MemoryStore store;
  outbound::SystemClock clock;
  outbound::OpensslCrypto crypto;
  services::CatalogSource catalog;
  services::PeopleSource people;
  services::DeployedDefinition definition;
  services::DryRun run;
};

Status invite(Stage& stage, const DefinitionOptions& options) {
  CINNABAR_CHECK_OK(stage.store.migrate());
  CINNABAR_CHECK_OK(stage.catalog.reload(stage.store));
  CINNABAR_CHECK_OK(stage.people.reload(stage.store));
  services::DirectoryPackage directory;
  if (!options.people.empty()) {
    CINNABAR_TRY(const std::string text, read_text_file(options.people));
    CINNABAR_TRY(directory, read_directory_or_explain(text));
  }
  // Nobody signs in here.
  for (services::PackageUser& user : directory.users) user.password = Secret();
  std::string initiator = options.initiator;
  if (initiator.empty()) {
    initiator = directory.users.empty() ? kInitiator : directory.users.front().name;
  }
  if (options.people.empty()) {
    services::PackageUser user;
    user.name = initiator;
    user.display_name = initiator;
    directory.users.push_back(std::move(user));
  }
  services::ClientSource client_set;
  services::ClientService clients(stage.clock, stage.crypto, client_set, stage.people,
                                  Secret(stage.crypto.random_bytes(32)));
  services::AdminService admin(stage.store, stage.clock, stage.crypto, stage.catalog, stage.people,
                               client_set, clients);
  CINNABAR_CHECK_OK(admin.import_directory(directory));
  const auto user = stage.people.current()->find_user(initiator);
  if (!user) {
    return make_error(Code::not_found, reasons::kUserUnknown, "there is no such person", initiator);
  }
  stage.run.initiator = *user;
  return {};
}

Result<Json> parse_option(const char* name, const std::string& text) {
  auto json = Json::parse(text);
  if (json.has_value()) return json;
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed, "expected JSON", name);
}

Status prepare(Stage& stage, const DefinitionOptions& options) {
  CINNABAR_CHECK_OK(invite(stage, options));
  services::DryRun& run = stage.run;
  CINNABAR_TRY(const Json variables, parse_option("--vars", options.variables));
  CINNABAR_TRY(run.variables, services::codec::read_variables(variables));
  CINNABAR_TRY(const Json fields, parse_option("--fields", options.fields));
  if (!fields.is_object()) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed, "expected a JSON object",
                      "--fields");
  }
  stage.definition.form = run.form;
  stage.definition.graph = run.definition;
  const auto people = stage.people.current();
  CINNABAR_TRY(run.fields, native::read_fields(stage.definition, *people, UtcOffset{}, fields));
  CINNABAR_TRY(const Json decisions, parse_option("--decisions", options.decisions));
  CINNABAR_TRY(run.decisions,
               native::read_decisions(stage.definition, *people, UtcOffset{}, decisions));
  return {};
}

std::string person_text(const services::People& people, const services::PreviewPerson& person) {
  std::string text;
  if (const services::User* user = people.user(person.user)) text = user->name;
  if (const services::Group* group = people.group(person.group)) {
    text += text.empty() ? "group " + group->key : " of " + group->key;
  }
  if (!person.reason.empty()) text += " (" + person.reason + ")";
  if (person.passes) text += ", is not asked";
  return text;
}

void print_preview(const services::People& people, const services::Preview& preview) {
  for (const services::PreviewStep& step : preview.steps) {
    std::string line = step.node_id + " " + step.node_kind;
    if (!step.node_name.empty()) line += " \"" + step.node_name + "\"";
    if (!step.assumed.empty()) line += ": " + step.assumed;
    print_line(line);
    for (const auto& person : step.people) print_line("  " + person_text(people, person));
  }
  for (const services::PreviewIncident& incident : preview.incidents) {
    print_line(fmt::format("incident {} at {}: {}", name(incident.kind), incident.node_id,
                           incident.detail));
  }
  print_line(preview.is_complete ? "ends as " + std::string(name(preview.state))
                                 : "does not come to an end");
}

}  // namespace

Exit run_definition_lint(const DefinitionOptions& options) {
  const auto form = read_form(options.form);
  if (!form.has_value()) return explain(form.error());
  Linted linted;
  for (const std::string& file : options.files) {
    const Status done = lint_file(file, form->get(), linted);
    if (!done.has_value()) return explain(done.error());
  }
  if (options.common.json) {
    print_json(linted.json);
  } else {
    for (const std::string& line : linted.lines) print_line(line);
  }
  return linted.has_errors ? Exit::findings : Exit::done;
}

Exit run_definition_simulate(const DefinitionOptions& options) {
  const auto form = read_form(options.form);
  if (!form.has_value()) return explain(form.error());
  const std::string& file = options.files.front();
  const auto text = read_text_file(file);
  if (!text.has_value()) return explain(text.error());
  const process::bpmn::Imported imported = process::bpmn::import(*text, form->get());
  if (imported.definition == nullptr) {
    for (const process::Finding& finding : imported.findings) {
      if (finding.is_error) print_trouble(finding_line(file, finding));
    }
    return Exit::findings;
  }
  Stage stage;
  stage.run.definition = imported.definition;
  stage.run.form = *form != nullptr ? *form : std::make_shared<const form::FormDefinition>();
  const Status ready = prepare(stage, options);
  if (!ready.has_value()) return explain(ready.error());
  const auto people = stage.people.current();
  const auto preview = services::dry_run(stage.run, *people, stage.clock.now(), UtcOffset{});
  if (!preview.has_value()) return explain(preview.error());
  if (options.common.json) {
    print_json(native::preview_json({stage.catalog.current(), people}, *preview));
  } else {
    print_preview(*people, *preview);
  }
  return preview->incidents.empty() ? Exit::done : Exit::findings;
}

}  // namespace cinnabar::app
