#include "app/cli/console.h"
#include "app/packages.h"
#include "app/wire.h"
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

void print_deployment(const services::Deployment& deployment,
                      const std::vector<services::PackageFinding>& findings, bool as_json) {
  if (!as_json) {
    for (const std::string& line : deployment.lines) print_line(line);
    print_line(deployment.changed ? "deployed version " + std::to_string(deployment.version)
                                  : "everything was deployed already; nothing changed");
    return;
  }
  Json lines = Json::array();
  for (const std::string& line : deployment.lines) lines.push(line);
  Json rows = Json::array();
  for (const services::PackageFinding& finding : findings) rows.push(json_of(finding));
  print_json(Json::object()
                 .set("application", deployment.application.value())
                 .set("version", deployment.version)
                 .set("changed", deployment.changed)
                 .set("lines", std::move(lines))
                 .set("findings", std::move(rows)));
}

// A directory package is one document of people and groups.
bool is_directory(const services::codec::PackageFiles& files) {
  return files.size() == 1 && files.begin()->first == "directory.json";
}

Status import_people(const Config& config, const services::codec::PackageFiles& files) {
  CINNABAR_TRY(const auto directory, read_directory_or_explain(files.begin()->second));
  CINNABAR_TRY(auto core, Core::open(config));
  CINNABAR_CHECK_OK(core->admin->import_directory(directory));
  core->store->stop();
  return {};
}

Result<services::Deployment> deploy(const Config& config, const services::Package& package) {
  CINNABAR_TRY(auto core, Core::open(config));
  auto deployment = core->admin->deploy(package);
  core->store->stop();
  return deployment;
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
    const Status status = import_people(loaded->config, *files);
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
  const auto deployment = deploy(loaded->config, *package);
  if (!deployment.has_value()) {
    print_error(deployment.error());
    return Exit::failed;
  }
  print_deployment(*deployment, findings, options.common.json);
  return Exit::done;
}

}  // namespace cinnabar::app
