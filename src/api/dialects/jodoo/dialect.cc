#include "api/dialects/jodoo/dialect.h"

#include "api/dialects/jodoo/apps.h"
#include "api/dialects/jodoo/audit.h"
#include "api/dialects/jodoo/contacts.h"
#include "api/dialects/jodoo/envelope.h"
#include "api/dialects/jodoo/files.h"
#include "api/dialects/jodoo/ids.h"
#include "api/dialects/jodoo/records.h"
#include "api/dialects/jodoo/remote_import.h"
#include "api/dialects/jodoo/webhooks.h"
#include "api/dialects/jodoo/workflow.h"

#include <vector>

namespace cinnabar::jodoo {
namespace {

// The native API has its own routes below /api/v1, so the prefixes are those of this door alone.
constexpr std::string_view kPrefixes[] = {"/api/v1/app/",
                                          "/api/v1/corp/",
                                          "/api/v1/workflow/",
                                          "/api/v1/user/",
                                          "/api/v1/department/",
                                          "/api/v1/role/",
                                          "/api/v1/audit_log/",
                                          "/api/v2/",
                                          "/api/v3/",
                                          "/api/v4/",
                                          "/api/v5/",
                                          "/api/v6/"};

std::span<const api::Route> all_routes() {
  static const std::vector<api::Route> routes = [] {
    std::vector<api::Route> all;
    for (const auto part : {app_routes(), record_routes(), file_routes(), member_routes(),
                            department_routes(), role_routes(), guest_routes(), workflow_routes(),
                            workflow_action_routes(), audit_routes()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return routes;
}

http::Response not_found(const api::Call&) {
  return refuse(fail(codes::kInvalidRequest, "There is no such API."));
}

http::Response refuse_call(const api::Call&, const Error& error) {
  return refuse(error);
}

// Clients name an open task by the id of its work item.
std::optional<Json> work_item_id(const services::InboxItem& item) {
  return Json(to_hex24(item.id.value()));
}

}  // namespace

const api::Door kDialect{.name = kDoorName,
                         .routes = all_routes(),
                         .prefixes = kPrefixes,
                         .not_found = not_found,
                         .refuse = refuse_call,
                         .method_not_allowed = not_found,
                         .work_item_id = work_item_id,
                         .webhook_format = &kWebhookFormat,
                         .remote_import = &kRemoteImport};

}  // namespace cinnabar::jodoo
