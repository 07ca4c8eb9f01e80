#include "api/dialects/dabeicloud/batches.h"

#include "api/common/authorization.h"
#include "api/common/problem.h"
#include "api/dialects/dabeicloud/ids.h"
#include "base/text.h"
#include "platform/http/form.h"
#include "services/batch_service.h"
#include "vocab/reasons.h"

namespace cinnabar::dabeicloud {
namespace {

struct Caller {
  services::CallContext context;  // of the person on whose behalf it is
  http::FormFields query;
};

Error malformed(std::string message, std::string subject = {}) {
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed, std::move(message),
                    std::move(subject));
}

// Empty when absent.
std::string_view parameter(const http::FormFields& query, std::string_view name) {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return {};
}

std::string_view token_of(const http::Request& request, const http::FormFields& query) {
  const std::string_view token = api::bearer_token(request);
  return token.empty() ? parameter(query, "access_token") : token;
}

services::BatchService service_of(const api::Call& call) {
  const services::Services& services = *call.services;
  return {services.clock, services.catalog, services.people, services.instances, services.engine};
}

// The application first, so that only applications learn which people there are.
Result<Caller> caller_of(const api::Call& call) {
  Caller caller;
  CINNABAR_TRY(caller.query, http::parse_form(call.request->query));
  const std::string_view token = token_of(*call.request, caller.query);
  if (token.empty()) {
    return make_error(Code::unauthenticated, reasons::kCredentialsMissing, "缺少access_token");
  }
  CINNABAR_TRY(const services::Client application,
               call.services->clients.find_bearer(kDoorName, token));
  const std::string_view user_id = parameter(caller.query, "user_id");
  if (user_id.empty()) return malformed("user_id不能为空", "user_id");
  const auto people = call.services->people.current();
  const services::User* user = people->user_by_name(user_id);
  if (user == nullptr || !user->enabled) {
    return make_error(Code::not_found, reasons::kUserUnknown, "用户不存在或已停用");
  }
  caller.context = {{PrincipalKind::client, user->id},
                    std::string(kDoorName),
                    call.request->request_id,
                    call.request->remote_address};
  return caller;
}

// A bare array of texts, or the same in a member task_ids.
Result<std::vector<std::string>> read_ids(const http::Request& request) {
  const auto body = Json::parse(request.body);
  if (!body) return malformed("请求体必须是字符串数组");
  const Json* list = body->is_object() ? body->find("task_ids") : &*body;
  const Json::Array* array = list == nullptr ? nullptr : list->as_array();
  if (array == nullptr) return malformed("请求体必须是字符串数组", "task_ids");
  if (array->size() > services::kBatchItemsMax) {
    return malformed("task_ids每次最多" + std::to_string(services::kBatchItemsMax) + "个",
                     "task_ids");
  }
  std::vector<std::string> ids;
  for (const Json& one : *array) {
    if (!one.is_string()) return malformed("task_ids必须是字符串", "task_ids");
    ids.push_back(*one.as_string());
  }
  return ids;
}

WorkItemId item_of(std::string_view text) {
  return WorkItemId{from_text(IdKind::work_item, text).value_or(0)};
}

std::string_view reason_text(services::BatchObstacle obstacle) {
  using enum services::BatchObstacle;
  switch (obstacle) {
    case none:
      return "";
    case unknown:
      return "任务不存在或已删除";
    case ended:
      return "流程已关闭";
    case decided:
      return "任务已处理";
    case suspended:
      return "流程已暂停";
    case switched_off:
      return "未开启批量审批";
    case added_participant:
      return "加签任务不支持批量审批";
    case comment_required:
      return "审批意见必填";
    case signature_required:
      return "手写签名必填";
    case field_required:
      return "存在必填字段未填写";
    case choice_required:
      return "需选择下一节点处理人";
    case refused:
      return "任务处理失败";
    case user_disabled:
      return "用户已停用";
    case no_approval:
      return "非审批节点";
  }
  CINNABAR_UNREACHABLE();
}

Result<Json> check_all(const api::Call& call) {
  CINNABAR_TRY(const Caller caller, caller_of(call));
  CINNABAR_TRY(const auto ids, read_ids(*call.request));
  services::BatchService batches = service_of(call);
  Json answer = Json::array();
  for (const std::string& id : ids) {
    CINNABAR_TRY(const auto obstacle, batches.check(*call.snapshot, caller.context, item_of(id)));
    Json row = Json::object();
    row.set("supported", obstacle == services::BatchObstacle::none);
    if (obstacle != services::BatchObstacle::none) row.set("reason", reason_text(obstacle));
    answer.push(std::move(row));
  }
  return answer;
}

struct Submission {
  services::CallContext context;
  services::BatchRequest request;
};

Result<Submission> read_submission(const api::Call& call) {
  CINNABAR_TRY(const Caller caller, caller_of(call));
  CINNABAR_TRY(const auto ids, read_ids(*call.request));
  if (ids.empty()) return malformed("task_ids不能为空", "task_ids");
  Submission out;
  out.context = caller.context;
  out.request.idempotency_key = std::string(call.request->header("Idempotency-Key"));
  for (const std::string& id : ids) {
    const WorkItemId item = item_of(id);
    // One spelling for one task, so that it is processed once however it is written.
    out.request.items.push_back(
        {item.is_assigned() ? to_text(IdKind::work_item, item.value()) : id, item});
  }
  return out;
}

Result<Json> progress_of(const api::Call& call) {
  CINNABAR_TRY(const Caller caller, caller_of(call));
  const std::string_view number = parameter(caller.query, "batch_number");
  if (number.empty()) return malformed("batch_number不能为空", "batch_number");
  services::BatchService batches = service_of(call);
  CINNABAR_TRY(const services::BatchProgress progress,
               batches.progress(*call.snapshot, caller.context,
                                from_text(IdKind::batch, number).value_or(0), kDoorName));
  Json failed = Json::array();
  for (const auto& failure : progress.failures()) failed.push(failure.item.text);
  return std::move(Json::object()
                       .set("batch_number", to_text(IdKind::batch, progress.summary.id))
                       .set("total", progress.summary.total)
                       .set("processed", progress.processed())
                       .set("failed_tasks", std::move(failed)));
}

std::string_view code_of(const Error& error) {
  if (error.reason == reasons::kUserUnknown) return "user_not_found";
  if (error.reason == services::kBatchUnknown) return "batch_not_found";
  return name(error.code);
}

api::Answer answer(const api::Call& call, const Result<Json>& result) {
  if (!result) return refuse(call, result.error());
  return api::json_response(200, *result);
}

}  // namespace

http::Response refuse(const api::Call& /*call*/, const Error& error) {
  Json body = Json::object();
  body.set("code", code_of(error))
      .set("message", api::hides_detail(error.code) ? "" : to_valid_utf8(error.detail));
  http::Response response = api::json_response(api::http_status(error), body);
  api::add_retry_after(response);
  return response;
}

api::Answer check_tasks(const api::Call& call) {
  return answer(call, check_all(call));
}

api::Answer submit_tasks(const api::Call& call) {
  auto submission = read_submission(call);
  if (!submission) return refuse(call, submission.error());
  api::WriteStep step;
  step.run = [call, submission = std::move(submission).value()](
                 ports::WriteTransaction& transaction) -> Result<http::Response> {
    services::BatchService batches = service_of(call);
    CINNABAR_TRY(const std::int64_t id,
                 batches.submit(transaction, submission.context, submission.request));
    return api::json_response(200, Json::object().set("batch_number", to_text(IdKind::batch, id)));
  };
  step.refuse = [call](const Error& error) { return refuse(call, error); };
  return step;
}

api::Answer show_progress(const api::Call& call) {
  return answer(call, progress_of(call));
}

}  // namespace cinnabar::dabeicloud
