#include "api/dialects/dabeicloud/dialect.h"

#include "api/dialects/dabeicloud/batches.h"
#include "api/dialects/dabeicloud/ids.h"
#include "vocab/reasons.h"

namespace cinnabar::dabeicloud {
namespace {

using api::Lane;

constexpr api::RouteDoc kCheckDoc{"Which of these tasks may be approved in a batch, in their order",
                                  R"(["3f0a8c5d9b7e4a12b6c4d1e2f3a4b501"])",
                                  R"([{"supported":true}])"};
constexpr api::RouteDoc kSubmitDoc{"Approve these tasks; they are processed afterwards",
                                   R"(["3f0a8c5d9b7e4a12b6c4d1e2f3a4b501"])",
                                   R"({"batch_number":"0c9b8a7d6e5f4a3b9c2d1e0f9a8b7c6d"})"};
constexpr api::RouteDoc kProgressDoc{
    "How far a batch is", "",
    R"({"batch_number":"0c9b8a7d6e5f4a3b9c2d1e0f9a8b7c6d","total":1,"processed":1,"failed_tasks":[]})"};

constexpr api::Route kRoutes[] = {
    {"POST", "/batch_approvals/_check", Lane::read, check_tasks, kCheckDoc},
    {"POST", "/batch_approvals/_submit", Lane::cpu, submit_tasks, kSubmitDoc},
    {"GET", "/batch_approvals/_submit", Lane::read, show_progress, kProgressDoc},
    {"GET", "/batch_approvals/_progress", Lane::read, show_progress, kProgressDoc},
    {"POST", "/openapi/batch_approvals/_check", Lane::read, check_tasks, kCheckDoc},
    {"POST", "/openapi/batch_approvals/_submit", Lane::cpu, submit_tasks, kSubmitDoc},
    {"GET", "/openapi/batch_approvals/_submit", Lane::read, show_progress, kProgressDoc},
    {"GET", "/openapi/batch_approvals/_progress", Lane::read, show_progress, kProgressDoc},
};

constexpr std::string_view kPrefixes[] = {"/batch_approvals/", "/openapi/batch_approvals/"};

http::Response not_found(const api::Call& call) {
  return refuse(call, make_error(Code::not_found, Reason{"route_unknown"}, "接口不存在"));
}

std::optional<Json> work_item_id(const services::InboxItem& item) {
  return Json(to_text(IdKind::work_item, item.id.value()));
}

}  // namespace

constinit const api::Door kDialect{.name = kDoorName,
                                   .routes = kRoutes,
                                   .prefixes = kPrefixes,
                                   .not_found = not_found,
                                   .refuse = refuse,
                                   .work_item_id = work_item_id};

}  // namespace cinnabar::dabeicloud
