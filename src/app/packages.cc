#include "app/packages.h"

#include "app/wire.h"
#include "vocab/reasons.h"

namespace cinnabar::app {
namespace {

constexpr const char* kManifest = "app.json";

Error invalid_package(const std::vector<services::PackageFinding>& findings) {
  Error error = make_error(Code::invalid_argument, reasons::kPackageInvalid,
                           "the package has mistakes; nothing was deployed");
  for (const services::PackageFinding& finding : findings) {
    if (!finding.is_error) continue;
    error.fields.push_back(
        FieldError{finding.path, reasons::kPackageInvalid, services::to_string(finding)});
  }
  return error;
}

services::codec::ReadPackage read(const services::codec::PackageFiles& files) {
  if (!files.contains(kManifest)) {
    for (const api::Door* door : all_doors()) {
      if (door->import_package == nullptr) continue;
      if (auto imported = door->import_package(files)) return std::move(*imported);
    }
  }
  return services::codec::read_package(files);
}

}  // namespace

Result<services::Package> read_package_or_explain(const services::codec::PackageFiles& files,
                                                  std::vector<services::PackageFinding>* findings) {
  services::codec::ReadPackage read_package = read(files);
  if (findings != nullptr) *findings = read_package.findings;
  if (!read_package.package.has_value()) return invalid_package(read_package.findings);
  return std::move(*read_package.package);
}

Result<services::DirectoryPackage> read_directory_or_explain(std::string_view document) {
  services::codec::ReadDirectory read_directory = services::codec::read_directory(document);
  if (!read_directory.directory.has_value()) return invalid_package(read_directory.findings);
  return std::move(*read_directory.directory);
}

}  // namespace cinnabar::app
