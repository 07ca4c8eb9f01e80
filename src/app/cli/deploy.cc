#include "app/administration.h"
#include "app/cli/console.h"
#include "app/packages.h"
#include "base/text.h"
#include "outbound/package_files.h"

namespace cinnabar::app {
namespace {

Json json_of(const services::PackageFinding& finding) {
  return Json::object()
      .set("path", finding.path)
      .set("line", finding.line)
      .set("rule", finding.rule)
      .set("element", finding.element)
      .set("message", finding.message)
      .set("error", finding.is_error);
}

void print_findings(const std::vector<services::PackageFinding>& findings) {
  for (const services::PackageFinding& finding : findings) {
    print_trouble(services::to_string(finding));
  }
}

void print_deployment(Json deployment, const std::vector<services::PackageFinding>& findings,
                      bool as_json) {
  if (as_json) {
    Json rows = Json::array();
    for (const services::PackageFinding& finding : findings) rows.push(json_of(finding));
    print_json(deployment.set("findings", std::move(rows)));
    return;
  }
  const Json* lines = deployment.find("lines");
  if (lines != nullptr && lines->is_array()) {
    for (const Json& line : *lines->as_array()) print_line(*line.as_string());
  }
  const Json* changed = deployment.find("changed");
  const Json* version = deployment.find("version");
  const bool is_changed =
      changed != nullptr && changed->as_bool() != nullptr && *changed->as_bool();
  print_line(is_changed && version != nullptr
                 ? "deployed version " + std::to_string(version->as_int().value_or(0))
                 : "everything was deployed already; nothing changed");
}

// A directory package is one document of people and groups.
bool is_directory(const services::codec::PackageFiles& files) {
  return files.size() == 1 && files.begin()->first == "directory.json";
}

Status import_people(const Config& config, const std::string& document) {
  // The mistakes of the document are told here, whoever would import it.
  CINNABAR_CHECK_OK(read_directory_or_explain(document));
  CINNABAR_CHECK_OK(administer(
      config, Json::object().set("command", "import_directory").set("document", document)));
  return {};
}

Result<Json> deploy(const Config& config, const services::codec::PackageFiles& files) {
  Json contents = Json::object();
  for (const auto& [path, bytes] : files) contents.set(path, to_base64(bytes));
  return administer(config,
                    Json::object().set("command", "deploy").set("files", std::move(contents)));
}

}  // namespace

Exit run_deploy(const DeployOptions& options) {
  const auto loaded = load_config_or_print(options.common);
  if (!loaded.has_value()) return Exit::usage;
  const auto files = outbound::read_package_files(options.path);
  if (!files.has_value()) {
    print_error(files.error());
    return Exit::failed;
  }
  if (is_directory(*files)) {
    const Status status = import_people(loaded->config, files->begin()->second);
    if (status.has_value()) return Exit::done;
    print_error(status.error());
    return status.error().fields.empty() ? Exit::failed : Exit::findings;
  }
  std::vector<services::PackageFinding> findings;
  const auto package = read_package_or_explain(*files, &findings);
  print_findings(findings);
  if (!package.has_value()) {
    print_trouble(package.error().detail);
    return Exit::findings;
  }
  auto deployment = deploy(loaded->config, *files);
  if (!deployment.has_value()) {
    print_error(deployment.error());
    return Exit::failed;
  }
  print_deployment(std::move(deployment).value(), findings, options.common.json);
  return Exit::done;
}

}  // namespace cinnabar::app
