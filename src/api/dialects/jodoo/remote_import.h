// Takes over the apps, forms, members, departments and records of a server that speaks this API.
#pragma once

#include "api/common/remote_import.h"

namespace cinnabar::jodoo {

extern const api::RemoteImport kRemoteImport;

}  // namespace cinnabar::jodoo
