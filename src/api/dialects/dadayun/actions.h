// What people do with workflow instances: updateStatus, and the log of what they did. Handlers of
// routes.
#pragma once

#include "api/dialects/dadayun/gateway.h"

namespace cinnabar::dadayun {

Result<Write> update_status(std::shared_ptr<Entry> entry);
Result<http::Response> list_results(Entry& entry);

}  // namespace cinnabar::dadayun
