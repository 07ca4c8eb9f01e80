// Reads an exported application (.omf) where an application package is expected.
#pragma once

#include "services/codec/package_codec.h"

#include <optional>

namespace cinnabar::omflow {

// nullopt when the files hold no export. An export of several applications, or one that would
// behave differently here, gives findings and no package.
std::optional<services::codec::ReadPackage> read_export(const services::codec::PackageFiles& files);

}  // namespace cinnabar::omflow
