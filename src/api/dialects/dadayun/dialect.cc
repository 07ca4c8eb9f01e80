#include "api/dialects/dadayun/dialect.h"

#include "api/common/utc_text.h"
#include "api/dialects/dadayun/actions.h"
#include "api/dialects/dadayun/authorize.h"
#include "api/dialects/dadayun/errors.h"
#include "api/dialects/dadayun/forms.h"
#include "api/dialects/dadayun/gateway.h"
#include "api/dialects/dadayun/instances.h"
#include "api/dialects/dadayun/templates.h"
#include "api/dialects/dadayun/tokens.h"

namespace cinnabar::dadayun {
namespace {

using api::Lane;

// A bare JSON text, which clients read as a time.
Result<http::Response> show_date(Entry& entry) {
  return answer(entry.call, 200, Json(api::to_utc_millis(entry.call.services->clock.now())));
}

constexpr std::string_view kTemplate =
    R"([{"Id":"8c50cd03-905b-8dd1-d7a9-1bbf35b868f1","Name":"purchase","Status":3,"HasInstance":true,"CreatorName":"","CreateTime":"2026-03-02T01:15:42.080Z"}])";
constexpr std::string_view kInstance =
    R"({"Id":"b7d0e6c4-18f2-4a0b-8d35-6f2a9c417e01","Title":"purchase","IsImportant":false,"IsUrgent":true,"Status":5,"WFTplId":"8c50cd03-905b-8dd1-d7a9-1bbf35b868f1","CurrentNodeId":"5a9e0d72-4c31-4be6-b0f8-71d2c3a6e911","CurrentNodeName":"approval","CurrentActors":"manager-Bob","CreatorPositionId":null,"Creator":"e8f3b2a1-70c6-4d19-a5be-3c4d1f6e8a03","CreatorName":"Alice","CreateTime":"2026-03-02T01:15:42.080Z"})";
constexpr std::string_view kRecord =
    R"({"Id":"6a5b4c3d-2e1f-4a0b-9c8d-7e6f5a4b3c41","IsValid":true,"IsBlock":false,"DataEnable":true,"CreatorName":"Lin","ModifyByName":"Lin","CreatorPosition":"store-keeper","Title":"grinder","item":"grinder"})";
constexpr std::string_view kSubmission =
    R"({"IsSubmit":true,"InstanceData":{"item":"grinder"},"AutoFillMode":""})";

constexpr api::RouteDoc kDateDoc{"The time of the server", "", R"("2026-03-02T08:00:00.000Z")"};
constexpr api::RouteDoc kTokenDoc{
    "Tokens for a person: grant_type password, authorization_code or refresh_token",
    "grant_type=password&username=lin&password=secret&scope=openapi%20offline_access&"
    "client_id=cid&client_secret=cs",
    R"({"access_token":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","expires_in":3600,"token_type":"Bearer","refresh_token":"60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"})"};
constexpr api::RouteDoc kAuthorizeDoc{
    "A page on which a person signs in; a code goes to redirect_uri", "", ""};
constexpr api::RouteDoc kWorkflowsDoc{"Workflow templates", "", kTemplate};
constexpr api::RouteDoc kInstancesDoc{
    "Workflow instances as an array: filter, start, limit, sort, count; the total is in the header "
    "Total-Count",
    "", R"([{"Id":"b7d0e6c4-18f2-4a0b-8d35-6f2a9c417e01","Title":"purchase","Status":5}])"};
constexpr api::RouteDoc kStartDoc{
    "Start a workflow",
    R"({"isUrgent":true,"wfDataObjectInstances":[{"InstanceData":{"item":"paper"}}]})", kInstance};
constexpr api::RouteDoc kInstanceDoc{"One workflow instance", "", kInstance};
constexpr api::RouteDoc kStatusDoc{
    "1 approve, 2 oppose, 3 veto, 4 withdraw, 10 resume, 11 suspend, 12 terminate",
    R"({"nodeId":"5a9e0d72-4c31-4be6-b0f8-71d2c3a6e911","actionResultType":1,"actionMemo":"ok","wfDataObjectInstances":[],"keyOption":"FieldName"})",
    ""};
constexpr api::RouteDoc kResultsDoc{
    "What people did with a workflow instance, oldest first", "",
    R"([{"Id":"71c0a9d8-2b3e-4f5a-8c6d-7e9f0a1b2c31","WFInstanceId":"b7d0e6c4-18f2-4a0b-8d35-6f2a9c417e01","NodeId":"5a9e0d72-4c31-4be6-b0f8-71d2c3a6e911","ActionorPositionId":null,"Actionor":"1b2c3d4e-5f6a-4b7c-8d9e-0f1a2b3c4d33","ActionTime":"2026-03-02T02:00:00.500Z","ActionResult":1,"ActionMemo":"ok","ComefromNode":"00aa11bb-22cc-43dd-84ee-55ff66aa7734","Status":1,"NodeName":"approval","ActorName":"department-manager-Bob"}])"};
constexpr api::RouteDoc kFormsDoc{"Form templates", "", kTemplate};
constexpr api::RouteDoc kFormDoc{
    "One form template; an empty object when `version` is the one it has", "",
    R"({"Id":"3f2c8a10-6b1e-4d57-9a33-0c5be1d7f201","Name":"purchase","Version":1,"Fields":[{"Id":"item","FieldName":"item","EntityPropertyName":"item","Caption":"item","Hidden":false}]})"};
constexpr api::RouteDoc kRecordsDoc{
    "Records of a form as an array: fields, filter, start, limit, sort, keyOption, count", "",
    R"([{"Id":"6a5b4c3d-2e1f-4a0b-9c8d-7e6f5a4b3c41","IsValid":true,"IsBlock":false,"Title":"grinder"}])"};
constexpr api::RouteDoc kMakeDoc{"Make a record", kSubmission, kRecord};
constexpr api::RouteDoc kRecordDoc{
    "One record, with the caller's rights on each field unless containsAuthority is false", "",
    kRecord};
constexpr api::RouteDoc kChangeDoc{"Change a record", kSubmission, kRecord};
constexpr api::RouteDoc kDeleteDoc{"Delete a record", "", ""};

constexpr api::Route kRoutes[] = {
    {"GET", "/v1/date", Lane::read, reading<show_date>, kDateDoc},
    {"GET", "/connect/authorize", Lane::cpu, show_authorization, kAuthorizeDoc},
    {"POST", "/connect/authorize", Lane::blocking, authorize, kAuthorizeDoc},
    {"POST", "/connect/token", Lane::blocking, issue_token, kTokenDoc},
    {"GET", "/v1/workflow/templates", Lane::read, reading<list_workflow_templates>, kWorkflowsDoc},
    {"GET", "/v1/workflow/templates/{id}/instances", Lane::read, reading<list_instances>,
     kInstancesDoc},
    {"POST", "/v1/workflow/templates/{id}/instances", Lane::read, writing<start_instance>,
     kStartDoc},
    {"GET", "/v1/workflow/templates/{id}/instances/{instance}", Lane::read, reading<show_instance>,
     kInstanceDoc},
    {"PUT", "/v1/workflow/templates/{id}/instances/{instance}/updateStatus", Lane::read,
     writing<update_status>, kStatusDoc},
    {"GET", "/v1/workflow/templates/{id}/instances/{instance}/wfrunresults", Lane::read,
     reading<list_results>, kResultsDoc},
    {"GET", "/v1/form/templates", Lane::read, reading<list_form_templates>, kFormsDoc},
    {"GET", "/v1/form/templates/{form}", Lane::read, reading<show_form_template>, kFormDoc},
    {"GET", "/v1/form/templates/{form}/instances", Lane::read, reading<list_records>, kRecordsDoc},
    {"POST", "/v1/form/templates/{form}/instances", Lane::read, writing<create_record>, kMakeDoc},
    {"GET", "/v1/form/templates/{form}/instances/{record}", Lane::read, reading<show_record>,
     kRecordDoc},
    {"PUT", "/v1/form/templates/{form}/instances/{record}", Lane::read, writing<update_record>,
     kChangeDoc},
    // As some clients write it.
    {"POST", "/v1/form/templates/{form}/instances/{record}", Lane::read, writing<update_record>,
     kChangeDoc},
    {"DELETE", "/v1/form/templates/{form}/instances/{record}", Lane::read, writing<delete_record>,
     kDeleteDoc},
};

constexpr std::string_view kPrefixes[] = {"/v1/", "/connect/"};

http::Response not_found(const api::Call& call) {
  return refuse(call, make_error(Code::not_found, Reason{"route_unknown"}, "接口不存在"));
}

http::Response method_not_allowed(const api::Call& call) {
  Json body = Json::object();
  body.set("Code", "MethodNotAllowed").set("Message", "不支持该请求方法");
  return answer(call, 405, body);
}

// Clients of this door know instances and nodes, not work items.
std::optional<Json> work_item_id(const services::InboxItem& item) {
  return Json(to_guid(IdKind::instance, item.instance.value()));
}

}  // namespace

constinit const api::Door kDialect{.name = kDoorName,
                                   .routes = kRoutes,
                                   .prefixes = kPrefixes,
                                   .not_found = not_found,
                                   .refuse = refuse,
                                   .method_not_allowed = method_not_allowed,
                                   .work_item_id = work_item_id};

}  // namespace cinnabar::dadayun
