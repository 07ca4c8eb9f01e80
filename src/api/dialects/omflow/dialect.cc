#include "api/dialects/omflow/dialect.h"

#include "api/dialects/omflow/auth.h"
#include "api/dialects/omflow/envelope.h"
#include "api/dialects/omflow/gateway.h"
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
};

constexpr std::string_view kPrefixes[] = {"/rest/", "/accounts/api/security/"};

// Nothing below /rest/ that is not in the table exists, whatever the body says.
http::Response not_found(const api::Call& call) {
  return answer(403, text(Text::url_wrong, voice_of(call).language()), {});
}

http::Response refuse(const api::Call& call, const Error& error) {
  return voice_of(call).refuse(Shape::plain, Verb::other, error);
}

}  // namespace

constinit const api::Door kDialect{kDoorName, kRoutes, kPrefixes, not_found, refuse};

}  // namespace cinnabar::omflow
