#include "api/dialects/omflow/ids.h"

#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::omflow {
namespace {

Error flow_unknown(std::string_view name) {
  return make_error(Code::not_found, reasons::kProcessUnknown, "no such flow", std::string(name));
}

const services::Process* by_path(const services::Catalog& catalog, std::string_view api_path) {
  if (const auto id = catalog.find_external(kDoorName, kApiPathKind, api_path)) {
    return catalog.process(ProcessId{*id});
  }
  // A flow without a chosen name is known by its uuid, and only then.
  const services::Process* process = catalog.process_by_uuid(api_path);
  if (process == nullptr) return nullptr;
  const bool has_name =
      catalog.external_of(kDoorName, kApiPathKind, process->id.value()).has_value();
  return has_name ? nullptr : process;
}

Result<Flow> deployed(std::shared_ptr<const services::Catalog> catalog,
                      const services::Process* process, std::string_view name) {
  if (process == nullptr || process->current == nullptr) return flow_unknown(name);
  return Flow{std::move(catalog), process};
}

}  // namespace

Result<Flow> find_flow(const Entry& entry, std::string_view api_path) {
  if (api_path == "None") return find_flow(entry);
  auto catalog = entry.services->catalog.current();
  const services::Process* process = by_path(*catalog, api_path);
  return deployed(std::move(catalog), process, api_path);
}

Result<Flow> find_flow(const Entry& entry) {
  auto catalog = entry.services->catalog.current();
  const services::Process* process = nullptr;
  std::string name;
  if (entry.parameters.is_truthy("api_path")) {
    name = entry.parameters.text("api_path").value_or("");
    process = by_path(*catalog, name);
  } else if (entry.parameters.is_truthy("flow_uuid")) {
    name = entry.parameters.text("flow_uuid").value_or("");
    process = catalog->process_by_uuid(name);
  } else {
    name = entry.parameters.text("flow_name").value_or("");
    process = catalog->process_by_name(entry.parameters.text("app_name").value_or(""), name);
  }
  return deployed(std::move(catalog), process, name);
}

std::string api_path_of(const services::Catalog& catalog, const services::Process& process) {
  if (auto name = catalog.external_of(kDoorName, kApiPathKind, process.id.value())) return *name;
  std::string hex = process.uuid;
  std::erase(hex, '-');
  return hex;
}

Result<std::int64_t> read_id(const Parameters& parameters, std::string_view name) {
  if (!parameters.is_truthy(name)) {
    return make_error(Code::invalid_argument, reasons::kArgumentMissing, "the parameter is missing",
                      std::string(name));
  }
  const auto id = whole_number(*parameters.find(name));
  if (!id) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                      "a whole number is expected", std::string(name));
  }
  return *id;
}

}  // namespace cinnabar::omflow
