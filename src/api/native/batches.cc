// Decisions on many work items at once, and how far they are. The batch is on disk before its
// answer; its items are decided afterwards, each by itself.
#include "api/native/answer.h"
#include "api/native/handlers.h"
#include "api/native/targets.h"
#include "api/native/write_once.h"
#include "services/batch_service.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

using services::BatchItemState;

constexpr std::int64_t kPageDefault = 50;
constexpr std::int64_t kPageMax = 200;
constexpr std::size_t kCommentBytesMax = 10'000;

services::BatchService service_of(const api::Call& call) {
  const services::Services& services = *call.services;
  return {services.clock, services.catalog, services.people, services.instances, services.engine};
}

struct Request {
  services::CallContext context;
  services::BatchRequest batch;
};

std::vector<services::BatchItem> read_items(api::StrictBody& body) {
  constexpr std::string_view kMember = "work_items";
  std::vector<services::BatchItem> items;
  const Json* value = body.any(kMember, api::Need::required);
  if (value == nullptr) return items;
  const Json::Array* list = value->as_array();
  if (list == nullptr || list->empty() || list->size() > services::kBatchItemsMax) {
    body.report(kMember, api::kMemberWrongType,
                "expected a list of 1 to " + std::to_string(services::kBatchItemsMax) + " ids");
    return items;
  }
  for (const Json& one : *list) {
    const auto id = one.as_int();
    if (!id.has_value() || *id <= 0 || *id > kIdMax) {
      body.report(kMember, api::kMemberWrongType, "expected ids of work items");
      return items;
    }
    items.push_back({std::to_string(*id), WorkItemId{*id}});
  }
  return items;
}

Outcome read_outcome(api::StrictBody& body) {
  const std::string text = read_text(body, "outcome");
  if (text.empty()) return Outcome::approved;
  const auto outcome = parse_outcome(text);
  if (outcome.has_value() && *outcome != Outcome::none) return *outcome;
  body.report("outcome", api::kValueUnknown, "expected approved, rejected, submitted or returned");
  return Outcome::approved;
}

Result<Request> read_request(const api::Call& call) {
  Request request;
  CINNABAR_TRY(request.context, authenticate(call));
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  request.batch.items = read_items(body);
  request.batch.outcome = read_outcome(body);
  request.batch.comment = read_text(body, "comment");
  if (request.batch.comment.size() > kCommentBytesMax) {
    body.report("comment", reasons::kLimitExceeded,
                "a comment has at most " + std::to_string(kCommentBytesMax) + " bytes");
  }
  CINNABAR_CHECK_OK(body.finish());
  return request;
}

Json reason_json(services::BatchObstacle reason) {
  return reason == services::BatchObstacle::none ? Json(nullptr) : Json(name(reason));
}

Json batch_json(const services::BatchSummary& batch) {
  return Json::object()
      .set("id", batch.id)
      .set("outcome", name(batch.outcome))
      .set("comment", text_or_null(batch.comment))
      .set("total", batch.total)
      .set("created_at", time_json(batch.created_at))
      .set("finished_at",
           batch.finished_at.has_value() ? time_json(*batch.finished_at) : Json(nullptr));
}

Json progress_json(const services::BatchProgress& progress) {
  Json items = Json::array();
  for (const services::BatchItemResult& one : progress.items) {
    Json item = Json::object();
    item.set("work_item", one.item.item.is_assigned() ? Json(one.item.item.value()) : Json(nullptr))
        .set("text", one.item.text)
        .set("state", name(one.state))
        .set("reason", reason_json(one.reason));
    items.push(std::move(item));
  }
  return batch_json(progress.summary)
      .set("processed", progress.processed())
      .set("done", progress.count(BatchItemState::done))
      .set("failed", progress.count(BatchItemState::failed))
      .set("cancelled", progress.count(BatchItemState::cancelled))
      .set("items", std::move(items));
}

http::Response created(std::int64_t batch) {
  const std::string href = "/api/v1/batches/" + std::to_string(batch);
  http::Response response =
      api::json_response(201, Json::object().set("id", batch).set("href", href));
  response.headers.push_back({"Location", href});
  return response;
}

Result<Json> check(const api::Call& call) {
  CINNABAR_TRY(const Request request, read_request(call));
  services::BatchService batches = service_of(call);
  Json rows = Json::array();
  for (const services::BatchItem& one : request.batch.items) {
    CINNABAR_TRY(const auto obstacle,
                 batches.check(*call.snapshot, request.context, one.item,
                               {request.batch.outcome, !request.batch.comment.empty()}));
    rows.push(Json::object()
                  .set("work_item", one.item.value())
                  .set("allowed", obstacle == services::BatchObstacle::none)
                  .set("reason", reason_json(obstacle)));
  }
  return Json::object().set("items", std::move(rows));
}

Result<http::Response> submit(const api::Call& call, const Request& request,
                              ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const std::int64_t id,
               service_of(call).submit(transaction, request.context, request.batch));
  return created(id);
}

Result<Json> mine(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(auto query, api::StrictQuery::parse(*call.request));
  services::BatchQuery wanted;
  wanted.limit = query.integer("limit", kPageDefault, 1, kPageMax);
  wanted.before = query.integer("after", 0, 0, kIdMax);
  CINNABAR_CHECK_OK(query.finish());
  CINNABAR_TRY(const auto batches, service_of(call).list(*call.snapshot, context, wanted));
  Json rows = Json::array();
  for (const services::BatchSummary& batch : batches) rows.push(batch_json(batch));
  return page_json(std::move(rows), wanted.limit, batches.empty() ? 0 : batches.back().id);
}

Result<Json> show(const api::Call& call) {
  CINNABAR_TRY(const NamedThing batch, read_named(call, services::kBatchUnknown, "batch"));
  CINNABAR_TRY(const auto progress,
               service_of(call).progress(*call.snapshot, batch.context, batch.id));
  return progress_json(progress);
}

// Nothing may be said in the body of these.
Result<NamedThing> read_batch(const api::Call& call) {
  CINNABAR_TRY(NamedThing batch, read_named(call, services::kBatchUnknown, "batch"));
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  CINNABAR_CHECK_OK(body.finish());
  return batch;
}

Result<http::Response> retry(const api::Call& call, const NamedThing& batch,
                             ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const std::int64_t id, service_of(call).retry(transaction, batch.context, batch.id));
  return created(id);
}

Result<http::Response> cancel(const api::Call& call, const NamedThing& batch,
                              ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const std::int64_t cancelled,
               service_of(call).cancel(transaction, batch.context, batch.id));
  return api::json_response(200, Json::object().set("id", batch.id).set("cancelled", cancelled));
}

}  // namespace

api::Answer check_batch(const api::Call& call) {
  return answer(call, check(call));
}

api::Answer submit_batch(const api::Call& call) {
  return write_once(call, read_request(call), submit);
}

api::Answer list_batches(const api::Call& call) {
  return answer(call, mine(call));
}

api::Answer show_batch(const api::Call& call) {
  return answer(call, show(call));
}

api::Answer retry_batch(const api::Call& call) {
  return write_once(call, read_batch(call), retry);
}

api::Answer cancel_batch(const api::Call& call) {
  return write_once(call, read_batch(call), cancel);
}

}  // namespace cinnabar::native
