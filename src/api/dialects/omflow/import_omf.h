// Exported applications (.omf) -> application packages, for moving to this server.
//
// An export is a JSON list of applications with their flows, forms and settings. What has the same
// meaning here is converted; what has not is reported, as an error where the process would behave
// differently, so that nothing is deployed that silently lost a part. The files are made even then,
// as a start for the person who finishes them. Ownership: plain values. Thread: any; pure.
#pragma once

#include "services/codec/package_codec.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::omflow {

// Exports name groups and people by the numbers of the server they come from.
struct OmfNames {
  std::map<std::string, std::string> groups;  // number there -> key of a group here
  std::map<std::string, std::string> users;   // number there -> user name here
};

struct OmfApplication {
  std::string key;
  services::codec::PackageFiles files;
  // Paths as in `files`; an application with an error must not be deployed.
  std::vector<services::PackageFinding> report;
};

struct OmfImport {
  std::vector<OmfApplication> applications;
  std::vector<services::PackageFinding> report;  // of the export as a whole
};

OmfImport import_omf(std::string_view document, const OmfNames& names = {});

}  // namespace cinnabar::omflow
