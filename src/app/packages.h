// Packages from their files, whichever product wrote them, with their findings as one error.
#pragma once

#include "base/result.h"
#include "services/codec/package_codec.h"

#include <string>
#include <vector>

namespace cinnabar::app {

// invalid_argument (package_invalid) with one field error per finding that is an error. `findings`
// gets all of them when it is no null pointer. Exports of other products are tried when the files
// have no app.json.
Result<services::Package> read_package_or_explain(const services::codec::PackageFiles& files,
                                                  std::vector<services::PackageFinding>* findings);
Result<services::DirectoryPackage> read_directory_or_explain(std::string_view document);

}  // namespace cinnabar::app
