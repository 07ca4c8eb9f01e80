#include "api/common/answer_cache.h"
#include "api/common/strict_request.h"
#include "api/native/answer.h"
#include "api/native/fields.h"
#include "api/native/handlers.h"
#include "api/native/targets.h"
#include "api/native/write_once.h"
#include "base/text.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

constexpr std::int64_t kPageDefault = 50;
constexpr std::int64_t kPageMax = 1'000;

Result<WorkItemId> id_of(const api::Call& call) {
  CINNABAR_TRY(const std::int64_t id, id_capture(call, reasons::kWorkItemUnknown, "work item"));
  return WorkItemId{id};
}

Result<Json> list(const api::Call& call, const services::CallContext& context) {
  CINNABAR_TRY(auto query, api::StrictQuery::parse(*call.request));
  if (query.text("assignee").value_or("me") != "me") {
    query.report("assignee", api::kValueUnknown, "expected me");
  }
  const std::int64_t limit = query.integer("limit", kPageDefault, 1, kPageMax);
  const std::int64_t after = query.integer("after", 0, 0, kIdMax);
  CINNABAR_CHECK_OK(query.finish());

  services::InboxQuery inbox;
  inbox.order = {SortKey{services::inbox_columns::id, false}};
  inbox.limit = limit;
  if (after > 0) {
    inbox.filter = where(services::inbox_columns::id, FilterOp::greater, CellValue{after});
  }
  CINNABAR_TRY(const auto items, call.services->inbox.list(*call.snapshot, context, inbox));
  const Names names = names_of(call);
  Json rows = Json::array();
  for (const services::InboxItem& item : items) {
    rows.push(work_item_json(names, call.doors, item));
  }
  return page_json(std::move(rows), limit, items.empty() ? 0 : items.back().id.value());
}

Result<Json> show(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(const WorkItemId id, id_of(call));
  CINNABAR_TRY(const auto item, call.services->inbox.find(*call.snapshot, context, id));
  return work_item_json(names_of(call), call.doors, item).set("state", name(item.state));
}

struct Completion {
  services::CallContext context;
  WorkItemId item;
  Outcome outcome = Outcome::submitted;
  std::optional<std::string> quick_action;
  std::string comment;
  Json fields = Json::object();
  expr::Variables variables;
  std::vector<UserId> chosen;
};

Result<Completion> read_completion(const api::Call& call) {
  Completion completion;
  CINNABAR_TRY(completion.context, authenticate(call));
  CINNABAR_TRY(completion.item, id_of(call));
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  if (const auto outcome = body.text("outcome", api::Need::optional)) {
    const auto parsed = parse_outcome(*outcome);
    if (parsed.has_value() && *parsed != Outcome::none) {
      completion.outcome = *parsed;
    } else {
      body.report("outcome", api::kValueUnknown,
                  "expected submitted, approved, rejected or returned");
    }
  }
  completion.quick_action = body.text("quick_action", api::Need::optional);
  completion.comment = body.text("comment", api::Need::optional).value_or("");
  if (const Json* fields = body.object("fields", api::Need::optional)) completion.fields = *fields;
  completion.variables = read_variables(body, "variables");
  completion.chosen = read_people(body, *names_of(call).people, "chosen", api::Need::optional);
  CINNABAR_CHECK_OK(body.finish());
  return completion;
}

Result<http::Response> complete(const api::Call& call, const Completion& completion,
                                ports::WriteTransaction& transaction) {
  services::Services& services = *call.services;
  CINNABAR_TRY(const auto item,
               services.inbox.find(transaction, completion.context, completion.item));
  // The record is checked against the version its instance runs on, not the current one.
  CINNABAR_TRY(const auto instance, services.instances.load(transaction, item.instance));
  const Names names = names_of(call);
  const auto definition = names.catalog->definition(instance.definition);
  if (definition == nullptr) {
    return make_error(Code::not_found, reasons::kProcessUnknown, "the definition is gone");
  }
  services::CompleteRequest request;
  request.activity = item.activity;
  request.item = item.id;
  request.outcome = completion.outcome;
  request.quick_action = completion.quick_action;
  request.comment = completion.comment;
  request.through_api = false;
  request.variables = completion.variables;
  request.chosen = completion.chosen;
  CINNABAR_TRY(request.changes,
               read_fields(*definition, *names.people, call.time_zone, completion.fields));
  CINNABAR_TRY(const auto completed,
               services.instances.complete(transaction, completion.context, std::move(request)));
  return api::json_response(
      200, Json::object().set("process_instance",
                              Json::object()
                                  .set("id", completed.instance.value())
                                  .set("process", process_json(*names.catalog, item.process))
                                  .set("number", completed.number)
                                  .set("state", name(completed.state))));
}

}  // namespace

api::Answer list_work_items(const api::Call& call) {
  const auto context = authenticate(call);
  if (!context.has_value()) return refuse(call, context.error());
  return api::answer_again(call, context->principal.user, {}, [&]() -> http::Response {
    const auto page = list(call, *context);
    return page.has_value() ? api::json_response(200, *page) : refuse(call, page.error());
  });
}

api::Answer show_work_item(const api::Call& call) {
  return answer(call, show(call));
}

api::Answer complete_work_item(const api::Call& call) {
  return write_once(call, read_completion(call), complete);
}

}  // namespace cinnabar::native
