// Workflow instances: the list, one of them, and starting one. Handlers of routes.
#pragma once

#include "api/dialects/dadayun/gateway.h"

namespace cinnabar::dadayun {

Result<http::Response> list_instances(Entry& entry);
Result<http::Response> show_instance(Entry& entry);
Result<Write> start_instance(std::shared_ptr<Entry> entry);

// By the captures of a route: the template, then the instance. instance_unknown also for an id that
// is none.
struct Target {
  const services::Process* process = nullptr;
  ProcessInstanceId instance;
};
Result<Target> find_target(const Entry& entry);

}  // namespace cinnabar::dadayun
