// How this door names things: a flow by api_path, uuid or names; a row by data_id, which is the id
// of an activity, or of the instance for the row of the start.
#pragma once

#include "api/dialects/omflow/gateway.h"
#include "services/catalog.h"

#include <memory>
#include <string>
#include <string_view>

namespace cinnabar::omflow {

// Valid as long as the catalog that it points into.
struct Flow {
  std::shared_ptr<const services::Catalog> catalog;
  const services::Process* process = nullptr;
};

// By the path segment; "None" stands for the body's flow_uuid, or app_name and flow_name.
// not_found (process_unknown) otherwise, also for flows that are not deployed.
Result<Flow> find_flow(const Entry& entry, std::string_view api_path);
// By the body alone: api_path, flow_uuid, or app_name and flow_name.
Result<Flow> find_flow(const Entry& entry);

// The name in URLs: what the designer chose, else the uuid without dashes.
std::string api_path_of(const services::Catalog& catalog, const services::Process& process);

// A number out of a parameter: argument_missing when absent or empty, argument_malformed otherwise.
Result<std::int64_t> read_id(const Parameters& parameters, std::string_view name);

}  // namespace cinnabar::omflow
