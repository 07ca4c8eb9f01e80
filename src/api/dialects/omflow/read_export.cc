#include "api/dialects/omflow/read_export.h"

#include "api/dialects/omflow/import_omf.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace cinnabar::omflow {
namespace {

using services::PackageFinding;

void append(std::vector<PackageFinding>& findings, std::vector<PackageFinding> more) {
  findings.insert(findings.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

services::codec::ReadPackage refused(std::vector<PackageFinding> findings, PackageFinding why) {
  findings.push_back(std::move(why));
  return {std::nullopt, std::move(findings)};
}

}  // namespace

std::optional<services::codec::ReadPackage> read_export(
    const services::codec::PackageFiles& files) {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [](const auto& file) { return file.first.ends_with(".omf"); });
  if (found == files.end()) return std::nullopt;
  OmfImport imported = import_omf(found->second);
  if (imported.applications.size() != 1) {
    return refused(std::move(imported.report),
                   {found->first, "one_application", "", 0,
                    "the export must hold exactly one application; export them one by one", true});
  }
  OmfApplication& application = imported.applications.front();
  services::codec::ReadPackage read = services::codec::read_package(application.files);
  append(read.findings, std::move(application.report));
  append(read.findings, std::move(imported.report));
  const bool has_error =
      std::any_of(read.findings.begin(), read.findings.end(),
                  [](const PackageFinding& finding) { return finding.is_error; });
  if (has_error) read.package.reset();
  return read;
}

}  // namespace cinnabar::omflow
