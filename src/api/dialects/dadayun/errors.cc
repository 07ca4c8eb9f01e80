#include "api/dialects/dadayun/errors.h"

#include "api/common/problem.h"
#include "base/text.h"
#include "vocab/reasons.h"

namespace cinnabar::dadayun {
namespace {

constexpr std::string_view kJson = "application/json; charset=utf-8";

std::string_view code_of(const Error& error) {
  if (error.reason == kInvalidHeader) return "InvalidAuthorizationHeader";
  if (error.reason == kDateMissing) return "MissingDateHeader";
  if (error.reason == kKeyUnknown) return "InvalidAccessKeyId";
  if (error.reason == kSignatureWrong) return "SignatureDoesNotMatch";
  if (error.reason == kTimeSkewed) return "RequestTimeTooSkewed";
  switch (error.code) {
    case Code::invalid_argument:
      return error.reason == reasons::kBodyTooLarge ? "RequestTooLarge" : "InvalidParameter";
    case Code::unauthenticated:
      return "Unauthorized";
    case Code::permission_denied:
      return "AccessDenied";
    case Code::not_found:
      return "NotFound";
    case Code::conflict:
    case Code::failed_precondition:
      return "InvalidState";
    case Code::resource_exhausted:
      return "TooManyRequests";
    case Code::unavailable:
    case Code::deadline_exceeded:
      return "ServiceUnavailable";
    default:
      return "InternalError";
  }
}

int status_of(const Error& error) {
  // What people do to a task that is gone, or is not theirs to do now, is a conflict here.
  if (error.code == Code::failed_precondition) return 409;
  return api::http_status(error);
}

// Of errors whose detail is written for programmers in another language.
std::string_view known_text(const Error& error) {
  if (error.reason == reasons::kProcessUnknown) return "流程模板不存在";
  if (error.reason == reasons::kInstanceUnknown) return "流程实例不存在";
  if (error.reason == reasons::kFormUnknown) return "单据模板不存在";
  if (error.reason == reasons::kRecordUnknown) return "单据实例不存在";
  if (error.reason == reasons::kNotPermitted) return "没有权限";
  if (error.reason == reasons::kActivityNotOpen ||
      error.reason == reasons::kWorkItemAlreadyCompleted) {
    return "当前节点已处理";
  }
  if (error.reason == reasons::kInstanceNotRunning) return "流程未在运行";
  if (error.reason == reasons::kInstanceNotSuspended) return "流程未挂起";
  if (error.reason == reasons::kProcessDisabled) return "流程已停用";
  if (error.reason == reasons::kApiDisabled) return "流程未开放接口";
  return {};
}

std::string message_of(const Error& error) {
  if (api::hides_detail(error.code)) return "未知错误";
  const std::string_view known = known_text(error);
  if (!known.empty()) return std::string(known);
  std::string text = to_valid_utf8(error.detail);
  for (const FieldError& field : error.fields) {
    text += text.empty() ? "" : "; ";
    text += to_valid_utf8(field.field + ": " + field.detail);
  }
  return text.empty() ? std::string(code_of(error)) : text;
}

}  // namespace

Error invalid(std::string_view subject, std::string_view message) {
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                    std::string(subject) + ": " + std::string(message), std::string(subject));
}

http::Response with_request_id(const api::Call& call, http::Response response) {
  response.headers.push_back({"x-ddy-request-id", call.request->request_id});
  return response;
}

http::Response answer(const api::Call& call, int status, const Json& body) {
  http::Response response = api::json_response(status, body);
  for (http::Header& header : response.headers) {
    if (header.name == "Content-Type") header.value = kJson;
  }
  return with_request_id(call, std::move(response));
}

http::Response answer_empty(const api::Call& call, int status) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", std::string(kJson)}, {"Cache-Control", "no-store"}};
  return with_request_id(call, std::move(response));
}

http::Response refuse(const api::Call& call, const Error& error) {
  Json body = Json::object();
  body.set("Code", code_of(error)).set("Message", message_of(error));
  http::Response response = answer(call, status_of(error), body);
  api::add_retry_after(response);
  return response;
}

}  // namespace cinnabar::dadayun
