// The audit of the enterprise: audit_log/domains and audit_log/list.
#pragma once

#include "api/common/route.h"

#include <span>

namespace cinnabar::jodoo {

std::span<const api::Route> audit_routes();

}  // namespace cinnabar::jodoo
