#include "api/common/problem.h"

#include "base/text.h"
#include "vocab/reasons.h"

namespace cinnabar::api {
namespace {

Json json_of(const FieldError& error) {
  Json row = Json::object();
  row.set("field", to_valid_utf8(error.field)).set("reason", error.reason.name);
  if (!error.detail.empty()) row.set("detail", to_valid_utf8(error.detail));
  return row;
}

}  // namespace

int http_status(Code code) {
  switch (code) {
    case Code::invalid_argument:
      return 400;
    case Code::unauthenticated:
      return 401;
    case Code::permission_denied:
      return 403;
    case Code::not_found:
      return 404;
    case Code::already_exists:
    case Code::conflict:
      return 409;
    case Code::failed_precondition:
      return 422;
    case Code::resource_exhausted:
      return 429;
    case Code::deadline_exceeded:
      return 504;
    case Code::unavailable:
      return 503;
    case Code::unimplemented:
      return 501;
    case Code::data_loss:
    case Code::internal:
      return 500;
  }
  CINNABAR_UNREACHABLE();
}

http::Response json_response(int status, const Json& body) {
  http::Response response = http::text_response(status, "application/json", print(body));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

int http_status(const Error& error) {
  return error.reason == reasons::kQueueFull ? 503 : http_status(error.code);
}

bool hides_detail(Code code) {
  return code == Code::internal || code == Code::data_loss || code == Code::unavailable;
}

void add_retry_after(http::Response& response) {
  if (response.status == 503 || response.status == 429) {
    response.headers.push_back({"Retry-After", "1"});
  }
}

http::Response problem(const Error& error, std::string_view request_id) {
  return problem_with_status(http_status(error), error, request_id);
}

http::Response problem_with_status(int status, const Error& error, std::string_view request_id) {
  Json body = Json::object();
  body.set("type", "about:blank")
      .set("title", http::reason_phrase(status))
      .set("status", status)
      .set("code", name(error.code))
      .set("reason", error.reason.name);
  if (!hides_detail(error.code)) {
    if (!error.detail.empty()) body.set("detail", to_valid_utf8(error.detail));
    if (!error.subject.empty()) body.set("subject", to_valid_utf8(error.subject));
  }
  Json fields = Json::array();
  for (const FieldError& field : error.fields) fields.push(json_of(field));
  body.set("fields", std::move(fields)).set("request_id", request_id);
  http::Response response = http::text_response(status, "application/problem+json", print(body));
  response.headers.push_back({"Cache-Control", "no-store"});
  add_retry_after(response);
  return response;
}

}  // namespace cinnabar::api
