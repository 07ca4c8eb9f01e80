#include "api/native/native.h"

#include "api/common/problem.h"
#include "api/native/auth.h"
#include "api/native/batch_routes.h"
#include "api/native/engine_routes.h"
#include "api/native/handlers.h"
#include "api/native/platform_routes.h"
#include "api/native/webhook_format.h"
#include "api/native/webhook_routes.h"

#include <algorithm>
#include <array>

namespace cinnabar::native {
namespace {

constexpr std::string_view kWorkItem =
    R"({"id":21,"process":{"id":1,"key":"leave","name":"Leave","uuid":"67d4cf9a-49cd-4341-90da-b899eb0219b1"},)"
    R"("number":3,"process_instance":19,"activity":20,"node":{"id":"Approve","name":"Approve"},)"
    R"("title":"Leave of Bob","status":"waiting","level":null,)"
    R"("assignee":{"id":2,"name":"alice","display_name":"Alice"},"group":null,)"
    R"("initiator":{"id":3,"name":"bob","display_name":"Bob"},)"
    R"("quick_actions":[{"key":"action1","label":"Approve"}],"has_attachments":false,)"
    R"("created_at":"2026-01-31T09:00:00Z","updated_at":"2026-01-31T09:00:00Z","dialect_ids":{}})";
constexpr std::string_view kWorkItems =
    R"({"items":[{"id":21,"number":3,"title":"Leave of Bob","dialect_ids":{}}],"next":null})";
constexpr std::string_view kInstance =
    R"({"id":19,"process":{"id":1,"key":"leave","name":"Leave","uuid":"67d4cf9a-49cd-4341-90da-b899eb0219b1"},)"
    R"("number":3,"record":18,"state":"running","title":"Leave of Bob",)"
    R"("positions":[{"activity":20,"node":{"id":"Approve","name":"Approve"}}],"incidents":[],)"
    R"("fields":{"days":2}})";

constexpr std::array kBasicRoutes{
    Route{
        "POST",
        "/api/v1/session",
        Lane::blocking,
        sign_in,
        {"Sign in: answers an access code and sets the session cookie",
         R"({"user":"alice","password":"alice"})",
         R"({"user":{"id":2,"name":"alice","display_name":"Alice"},"code":"2b1f0f6e-5d1c-4c39-9c6a-0a53ba3d0d6f"})"}},
    Route{
        "GET",
        "/api/v1/session",
        Lane::cpu,
        who_am_i,
        {"Who the caller is", "",
         R"({"user":{"id":2,"name":"alice","display_name":"Alice"},"administrator":false,"groups":[]})"}},
    Route{"DELETE",
          "/api/v1/session",
          Lane::cpu,
          sign_out,
          {"Sign out: ends the caller's access code", "", ""}},
    Route{
        "POST",
        "/api/v1/tokens",
        Lane::cpu,
        create_token,
        {"Make a personal access token; its secret is answered this once",
         R"({"name":"nightly report","expires_at":"2027-01-31T00:00:00Z"})",
         R"({"id":4,"name":"nightly report","created_at":"2026-01-31T09:00:00Z","expires_at":"2027-01-31T00:00:00Z","last_used_at":null,"token":"cnb_5d1c..."})"}},
    Route{
        "GET",
        "/api/v1/tokens",
        Lane::read,
        list_tokens,
        {"Personal access tokens of the caller, without their secrets", "",
         R"({"items":[{"id":4,"name":"nightly report","created_at":"2026-01-31T09:00:00Z","expires_at":null,"last_used_at":null}],"next":null})"}},
    Route{"DELETE",
          "/api/v1/tokens/{id}",
          Lane::cpu,
          revoke_token,
          {"Revoke a personal access token of the caller", "", ""}},
    Route{
        "GET",
        "/api/v1/work-items",
        Lane::read,
        list_work_items,
        {"Open work items of the caller, oldest first; ?limit= and ?after= page", "", kWorkItems}},
    Route{"GET",
          "/api/v1/work-items/{id}",
          Lane::read,
          show_work_item,
          {"One work item", "", kWorkItem}},
    Route{"POST",
          "/api/v1/work-items/{id}/complete",
          Lane::cpu,
          complete_work_item,
          {"Decide a work item, by form or by quick action",
           R"({"outcome":"approved","fields":{"days":2},"comment":"fine"})",
           R"({"process_instance":{"id":19,"number":3,"state":"completed"}})"}},
    Route{
        "GET",
        "/api/v1/process-definitions",
        Lane::cpu,
        list_definitions,
        {"Processes that the caller may see, with their forms", "",
         R"({"items":[{"id":1,"key":"leave","name":"Leave","version":1,"may_start":true}],"next":null})"}},
    Route{"POST",
          "/api/v1/process-instances",
          Lane::cpu,
          start_instance,
          {"Start a process, named by key, application/key, UUID or id",
           R"({"process":"leave","fields":{"days":2}})",
           R"({"id":19,"number":3,"record":18,"href":"/api/v1/process-instances/1/3"})"}},
    Route{"GET",
          "/api/v1/process-instances/{process}/{number}",
          Lane::read,
          show_instance,
          {"One process instance with its fields and where it stands", "", kInstance}},
    Route{
        "GET",
        "/api/v1/process-instances/{process}/{number}/history",
        Lane::read,
        show_history,
        {"Everything that happened to it, in order", "",
         R"({"items":[{"sequence":1,"at":"2026-01-31T09:00:00Z","actor":{"id":3},"events":[{"type":"instance_started"}]}],"next":null})"}},
    Route{"GET",
          "/api/v1/process-instances/{process}/{number}/attachments",
          Lane::read,
          list_attachments,
          {"Its files, oldest first", "",
           R"({"items":[{"id":30,"file_name":"plan.pdf","size":1024}],"next":null})"}},
    Route{"GET",
          "/api/v1/records/{process}/{number}",
          Lane::read,
          show_record,
          {"The record of a process instance with the form it follows", "",
           R"({"id":18,"number":3,"fields":{"days":2},"form":{"key":"leave","fields":[]}})"}},
    Route{"GET",
          "/api/v1/attachments/{id}",
          Lane::read,
          download_attachment,
          {"The bytes of a file", "", ""}},
};

template <std::size_t A, std::size_t B>
constexpr std::array<Route, A + B> join(const std::array<Route, A>& first,
                                        const std::array<Route, B>& second) {
  std::array<Route, A + B> all;
  std::ranges::copy(first, all.begin());
  std::ranges::copy(second, all.begin() + A);
  return all;
}
constexpr auto kRoutes = join(
    join(join(join(kBasicRoutes, kBatchRoutes), kEngineRoutes), kWebhookRoutes), kPlatformRoutes);

constexpr std::array<std::string_view, 1> kPrefixes{"/api"};

constexpr Reason kRouteUnknown{"route_unknown"};
constexpr Reason kMethodNotAllowed{"method_not_allowed"};

http::Response not_found(const api::Call& call) {
  return api::problem(make_error(Code::not_found, kRouteUnknown, "there is nothing here"),
                      call.request->request_id);
}

http::Response method_not_allowed(const api::Call& call) {
  return api::problem_with_status(
      405, make_error(Code::unimplemented, kMethodNotAllowed, "not with this method"),
      call.request->request_id);
}

}  // namespace

const api::Door kDoor{
    .name = "native",
    .routes = kRoutes,
    .prefixes = kPrefixes,
    .not_found = not_found,
    .refuse = refuse,
    .method_not_allowed = method_not_allowed,
    .is_slow_to_authenticate = has_unchecked_password,
    .authenticate = check_password,
    .webhook_format = &kWebhookFormat,
};

}  // namespace cinnabar::native
