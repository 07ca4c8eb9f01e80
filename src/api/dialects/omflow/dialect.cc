#include "api/dialects/omflow/dialect.h"

#include "api/dialects/omflow/auth.h"
#include "api/dialects/omflow/collaboration.h"
#include "api/dialects/omflow/directory.h"
#include "api/dialects/omflow/envelope.h"
#include "api/dialects/omflow/files.h"
#include "api/dialects/omflow/gateway.h"
#include "api/dialects/omflow/read_export.h"
#include "api/dialects/omflow/rows.h"
#include "api/dialects/omflow/tickets.h"
#include "api/dialects/omflow/work_items.h"

namespace cinnabar::omflow {
namespace {

using api::Lane;

constexpr api::Route kRoutes[] = {
    {"*",
     "/accounts/api/security/get",
     Lane::blocking,
     get_security_code,
     {"The security code of a user, for Basic credentials", "",
      R"({"status": 200, "message": "取得成功。", "result": {"security": "d4cee006-..."}})"}},
    {"*",
     "/rest/flowmanage/api/omdata/edit/{api_path}",
     Lane::cpu,
     edit_ticket,
     {"Create, push, quick action or delete, as `action` says",
      R"({"security": "...", "omflow_restapi": 1, "action": "create", "formdata": [{"id": "FORMITM_1", "value": "..."}]})",
      R"({"status": "200", "message": "開單成功。", "result": "1"})"}},
    {"*",
     "/rest/flowmanage/api/omdata-data-id/get/{api_path}",
     Lane::read,
     query_ticket,
     {"The positions where a ticket stands",
      R"({"security": "...", "omflow_restapi": 1, "data_no": 1})",
      R"({"status": "200", "message": "查詢成功。", "result": [{"data_id": 47, "stop_chart_text": "指派人工"}]})"}},
    {"*",
     "/rest/my-mission/api/my-mission/list",
     Lane::read,
     list_missions,
     {"The caller's open missions",
      R"({"security": "...", "omflow_restapi": 1, "search_conditions": [], "limit": 100, "start": 0})",
      R"({"status": 200, "message": "查詢成功。", "result": []})"}},
    {"*",
     "/rest/flowmanage/api/omdata/list/{api_path}",
     Lane::read,
     list_rows,
     {"Rows of tickets: one for each position a ticket had",
      R"({"security": "...", "omflow_restapi": 1, "search_conditions": [{"column": "history", "condition": "=", "value": false}]})",
      R"({"status": 200, "message": "查詢成功。", "result": []})"}},
    {"*",
     "/rest/flowmanage/api/omdata-file/upload",
     Lane::blocking,
     upload_files,
     {"Attach files to a row; multipart, parts named files",
      "security=...&omflow_restapi=1&api_path=...&data_id=47",
      R"({"status": 200, "message": "上傳成功。", "result": null})"}},
    {"*",
     "/rest/flowmanage/api/omdata-file/list",
     Lane::read,
     list_files,
     {"The newest attachments of a ticket",
      R"({"security": "...", "omflow_restapi": 1, "api_path": "...", "data_no": 1})",
      R"({"status": 200, "message": "搜尋成功。", "result": []})"}},
    {"*",
     "/rest/flowmanage/api/omdata-worklog/create",
     Lane::cpu,
     create_worklog,
     {"Add a worklog entry",
      R"({"security": "...", "omflow_restapi": 1, "api_path": "...", "data_no": 1, "data_id": 47, "content": "..."})",
      R"({"status": 200, "message": "建立成功。", "result": null})"}},
    {"*",
     "/rest/flowmanage/api/omdata-worklog/list",
     Lane::read,
     list_worklog,
     {"The worklog of a ticket",
      R"({"security": "...", "omflow_restapi": 1, "api_path": "...", "data_no": 1})",
      R"({"status": 200, "message": "搜尋成功。", "result": []})"}},
    {"*",
     "/rest/flowmanage/api/relation/edit",
     Lane::cpu,
     edit_relations,
     {"Create or delete relations between tickets",
      R"({"security": "...", "omflow_restapi": 1, "action": "create", "api_path": "...", "data_no": 1, "object_flow": "67d4cf9a-...", "object_no": [2], "relation_type": "link"})",
      R"({"status": 200, "message": "建立成功。", "result": null})"}},
    {"*",
     "/rest/flowmanage/api/relation/list",
     Lane::read,
     list_relations,
     {"The relations of a ticket",
      R"({"security": "...", "omflow_restapi": 1, "api_path": "...", "data_no": 1})",
      R"({"status": 200, "message": "讀取成功。", "result": []})"}},
    {"*",
     "/rest/accounts/api/user/list",
     Lane::read,
     list_users,
     {"People, by the query language of the lists",
      R"({"security": "...", "omflow_restapi": 1, "search_columns": ["id", "username"]})",
      R"({"status": 200, "message": "查詢成功。", "result": [{"id": 1, "username": "alice"}]})"}},
    {"*",
     "/rest/accounts/api/user/list-by-group",
     Lane::read,
     list_users_by_group,
     {"The members of groups", R"({"security": "...", "omflow_restapi": 1, "org_name": ["..."]})",
      R"({"status": 200, "message": "讀取成功。", "result": {}})"}},
    {"*",
     "/rest/accounts/api/group/list",
     Lane::read,
     list_groups,
     {"Groups, or roles with functional_flag",
      R"({"security": "...", "omflow_restapi": 1, "org_name": [], "org_no": []})",
      R"({"status": 200, "message": "查詢成功。", "result": []})"}},
};

constexpr std::string_view kPrefixes[] = {"/rest/", "/accounts/api/security/"};

// Nothing below /rest/ that is not in the table exists, whatever the body says.
http::Response not_found(const api::Call& call) {
  return answer(403, text(Text::url_wrong, voice_of(call).language()), {});
}

// Clients name an open position by the data_id of its activity.
std::optional<Json> work_item_id(const services::InboxItem& item) {
  return Json(item.activity.value());
}

http::Response refuse(const api::Call& call, const Error& error) {
  return voice_of(call).refuse(Shape::plain, Verb::other, error);
}

}  // namespace

constinit const api::Door kDialect{.name = kDoorName,
                                   .routes = kRoutes,
                                   .prefixes = kPrefixes,
                                   .not_found = not_found,
                                   .refuse = refuse,
                                   .work_item_id = work_item_id,
                                   .import_package = read_export};

}  // namespace cinnabar::omflow
