// Webhooks and their deliveries, for administrators.
#include "api/common/strict_request.h"
#include "api/native/answer.h"
#include "api/native/handlers.h"
#include "api/native/targets.h"
#include "api/native/write_once.h"
#include "base/text.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

constexpr std::int64_t kPageDefault = 50;
constexpr std::int64_t kPageMax = 1'000;

Json time_or_null(const std::optional<Instant>& at) {
  return at.has_value() ? time_json(*at) : Json(nullptr);
}

Json webhook_json(const Names& names, const services::Webhook& webhook) {
  Json application = Json::object().set("id", webhook.application.value());
  if (const auto* known = names.catalog->application(webhook.application)) {
    application.set("key", known->key).set("name", known->name);
  }
  Json form = nullptr;
  if (webhook.form.is_assigned()) {
    form = Json::object().set("id", webhook.form.value());
    if (const auto* known = names.catalog->form(webhook.form)) {
      form.set("key", known->definition->key).set("name", known->definition->name);
    }
  }
  Json events = Json::array();
  for (const services::WebhookKind kind : webhook.events) events.push(name(kind));
  return Json::object()
      .set("id", webhook.id)
      .set("name", webhook.name)
      .set("application", std::move(application))
      .set("form", std::move(form))
      .set("url", webhook.url)
      .set("format", webhook.format)
      .set("events", std::move(events))
      .set("include_api_writes", webhook.include_api_writes)
      .set("enabled", webhook.enabled)
      .set("failures", webhook.failures)
      .set("switched_off_at", time_or_null(webhook.switched_off_at))
      .set("created_at", time_json(webhook.created_at))
      .set("updated_at", time_json(webhook.updated_at));
}

Json delivery_json(const services::WebhookDelivery& delivery) {
  return Json::object()
      .set("id", delivery.id)
      .set("event", name(delivery.kind))
      .set("form", delivery.form.value())
      .set("record", delivery.record.is_assigned() ? Json(delivery.record.value()) : Json(nullptr))
      .set("state", name(delivery.state))
      .set("attempts", delivery.attempts)
      .set("queued_at", time_json(delivery.queued_at))
      .set("due_at", time_or_null(delivery.due_at))
      .set("finished_at", time_or_null(delivery.finished_at))
      .set("answer", delivery.answer.has_value() ? Json(*delivery.answer) : Json(nullptr))
      .set("message", text_or_null(delivery.message));
}

// ---- what a body says ----

std::optional<std::string> maybe_text(api::StrictBody& body, std::string_view member) {
  return body.text(member, api::Need::optional);
}

std::optional<bool> maybe_flag(api::StrictBody& body, std::string_view member) {
  const Json* value = body.any(member, api::Need::optional);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (const bool* flag = value->as_bool()) return *flag;
  body.report(member, api::kMemberWrongType, "expected true or false");
  return std::nullopt;
}

std::optional<std::set<services::WebhookKind>> maybe_events(api::StrictBody& body) {
  constexpr std::string_view kMember = "events";
  const Json* value = body.any(kMember, api::Need::optional);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const Json::Array* list = value->as_array();
  if (list == nullptr) {
    body.report(kMember, api::kMemberWrongType, "expected a list of events");
    return std::nullopt;
  }
  std::set<services::WebhookKind> events;
  for (const Json& one : *list) {
    const std::string* text = one.as_string();
    const auto kind = text == nullptr ? std::nullopt : services::parse_webhook_kind(*text);
    if (kind.has_value()) {
      events.insert(*kind);
      continue;
    }
    body.report(kMember, api::kValueUnknown,
                "expected record_created, record_changed, record_removed, record_restored or "
                "form_changed");
    return std::nullopt;
  }
  return events;
}

services::WebhookDetails read_details(api::StrictBody& body) {
  services::WebhookDetails details;
  details.name = maybe_text(body, "name");
  details.url = maybe_text(body, "url");
  details.format = maybe_text(body, "format");
  details.events = maybe_events(body);
  details.include_api_writes = maybe_flag(body, "include_api_writes");
  details.enabled = maybe_flag(body, "enabled");
  if (auto secret = maybe_text(body, "secret")) details.secret = Secret{std::move(*secret)};
  return details;
}

// By key or id. Unassigned when absent.
ApplicationId read_application(api::StrictBody& body, const services::Catalog& catalog) {
  const Json* value = body.any("application", api::Need::optional);
  if (value == nullptr || value->is_null()) return {};
  for (const auto& [id, application] : catalog.applications()) {
    if (value->as_int() == id.value()) return id;
    if (value->is_string() && *value->as_string() == application.key) return id;
  }
  body.report("application", reasons::kApplicationUnknown, "no such application");
  return {};
}

// By id, or by key, which the application tells apart. Unassigned when absent.
FormId read_form(api::StrictBody& body, const services::Catalog& catalog,
                 ApplicationId application) {
  const Json* value = body.any("form", api::Need::optional);
  if (value == nullptr || value->is_null()) return {};
  std::string name;
  if (const std::string* text = value->as_string()) name = *text;
  if (const auto number = value->as_int()) name = std::to_string(*number);
  const FormId found = find_form(catalog, name, application);
  if (!found.is_assigned()) {
    body.report("form", reasons::kFormUnknown,
                "no such form; when several applications have one, name the application");
  }
  return found;
}

struct Creation {
  services::CallContext context;
  services::NewWebhook place;
  services::WebhookDetails details;
};

Result<Creation> read_creation(const api::Call& call) {
  Creation creation;
  CINNABAR_TRY(creation.context, authenticate(call));
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  const Names names = names_of(call);
  creation.place.application = read_application(body, *names.catalog);
  creation.place.form = read_form(body, *names.catalog, creation.place.application);
  static_cast<void>(body.any("name", api::Need::required));
  static_cast<void>(body.any("url", api::Need::required));
  creation.details = read_details(body);
  CINNABAR_CHECK_OK(body.finish());
  return creation;
}

struct Change {
  services::CallContext context;
  std::int64_t webhook = 0;
  services::WebhookDetails details;
};

Result<Change> read_change(const api::Call& call) {
  Change change;
  CINNABAR_TRY(change.context, authenticate(call));
  CINNABAR_TRY(change.webhook, id_capture(call, reasons::kWebhookUnknown, "webhook"));
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  change.details = read_details(body);
  CINNABAR_CHECK_OK(body.finish());
  return change;
}

struct OnDelivery {
  services::CallContext context;
  std::int64_t webhook = 0;
  std::int64_t delivery = 0;
};

Result<OnDelivery> read_on_delivery(const api::Call& call) {
  OnDelivery wanted;
  CINNABAR_TRY(wanted.context, authenticate(call));
  CINNABAR_TRY(wanted.webhook, id_capture(call, 0, reasons::kWebhookUnknown, "webhook"));
  CINNABAR_TRY(wanted.delivery, id_capture(call, 1, reasons::kDeliveryUnknown, "delivery"));
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  CINNABAR_CHECK_OK(body.finish());
  return wanted;
}

Result<NamedThing> read_webhook_id(const api::Call& call) {
  CINNABAR_TRY(NamedThing named, read_named(call, reasons::kWebhookUnknown, "webhook"));
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  CINNABAR_CHECK_OK(body.finish());
  return named;
}

// ---- lists ----

Result<Json> list(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(auto query, api::StrictQuery::parse(*call.request));
  CINNABAR_CHECK_OK(query.finish());
  CINNABAR_TRY(const auto found, call.services->webhooks.list(*call.snapshot, context));
  const Names names = names_of(call);
  Json rows = Json::array();
  for (const services::Webhook& webhook : found) rows.push(webhook_json(names, webhook));
  return Json::object().set("items", std::move(rows)).set("next", nullptr);
}

Result<Json> show(const api::Call& call) {
  CINNABAR_TRY(const NamedThing named, read_named(call, reasons::kWebhookUnknown, "webhook"));
  CINNABAR_TRY(const auto webhook,
               call.services->webhooks.find(*call.snapshot, named.context, named.id));
  return webhook_json(names_of(call), webhook);
}

Result<Json> list_deliveries(const api::Call& call) {
  CINNABAR_TRY(const NamedThing named, read_named(call, reasons::kWebhookUnknown, "webhook"));
  CINNABAR_TRY(auto query, api::StrictQuery::parse(*call.request));
  services::DeliveryQuery wanted;
  wanted.webhook = named.id;
  if (const auto text = query.text("state")) {
    wanted.state = services::parse_delivery_state(*text);
    if (!wanted.state.has_value()) {
      query.report("state", api::kValueUnknown, "expected waiting, delivered, failed or dropped");
    }
  }
  wanted.limit = query.integer("limit", kPageDefault, 1, kPageMax);
  wanted.after = query.integer("after", 0, 0, kIdMax);
  CINNABAR_CHECK_OK(query.finish());
  CINNABAR_TRY(const auto found,
               call.services->webhooks.deliveries(*call.snapshot, named.context, wanted));
  Json rows = Json::array();
  for (const services::WebhookDelivery& delivery : found) rows.push(delivery_json(delivery));
  return page_json(std::move(rows), wanted.limit, found.empty() ? 0 : found.back().id);
}

}  // namespace

api::Answer create_webhook(const api::Call& call) {
  auto creation = read_creation(call);
  if (!creation.has_value()) return refuse(call, creation.error());
  // Not once for all repeats: their answers are kept, and this one may tell a secret.
  return write(call,
               [call, creation = std::move(creation).value()](
                   ports::WriteTransaction& transaction) -> Result<http::Response> {
                 CINNABAR_TRY(const auto made,
                              call.services->webhooks.create(transaction, creation.context,
                                                             creation.place, creation.details));
                 Json json = webhook_json(names_of(call), made.webhook);
                 if (made.secret.has_value()) {
                   json.set("secret", std::string(made.secret->reveal()));
                 }
                 return api::json_response(201, json);
               });
}

api::Answer list_webhooks(const api::Call& call) {
  return answer(call, list(call));
}

api::Answer show_webhook(const api::Call& call) {
  return answer(call, show(call));
}

api::Answer change_webhook(const api::Call& call) {
  return write_once(call, read_change(call),
                    [](const api::Call& caller, const Change& change,
                       ports::WriteTransaction& transaction) -> Result<http::Response> {
                      CINNABAR_TRY(const auto webhook, caller.services->webhooks.change(
                                                           transaction, change.context,
                                                           change.webhook, change.details));
                      return api::json_response(200, webhook_json(names_of(caller), webhook));
                    });
}

api::Answer remove_webhook(const api::Call& call) {
  return write_once(
      call, read_webhook_id(call),
      [](const api::Call& caller, const NamedThing& named,
         ports::WriteTransaction& transaction) -> Result<http::Response> {
        CINNABAR_CHECK_OK(caller.services->webhooks.remove(transaction, named.context, named.id));
        http::Response response;
        response.status = 204;
        return response;
      });
}

api::Answer list_webhook_deliveries(const api::Call& call) {
  return answer(call, list_deliveries(call));
}

api::Answer redeliver_webhook(const api::Call& call) {
  return write_once(call, read_webhook_id(call),
                    [](const api::Call& caller, const NamedThing& named,
                       ports::WriteTransaction& transaction) -> Result<http::Response> {
                      CINNABAR_TRY(const std::int64_t count,
                                   caller.services->webhooks.redeliver_failed(
                                       transaction, named.context, named.id));
                      return api::json_response(200, Json::object().set("redelivered", count));
                    });
}

api::Answer drop_webhook(const api::Call& call) {
  return write_once(
      call, read_webhook_id(call),
      [](const api::Call& caller, const NamedThing& named,
         ports::WriteTransaction& transaction) -> Result<http::Response> {
        CINNABAR_TRY(const std::int64_t count,
                     caller.services->webhooks.drop_waiting(transaction, named.context, named.id));
        return api::json_response(200, Json::object().set("dropped", count));
      });
}

api::Answer redeliver_webhook_delivery(const api::Call& call) {
  return write_once(call, read_on_delivery(call),
                    [](const api::Call& caller, const OnDelivery& wanted,
                       ports::WriteTransaction& transaction) -> Result<http::Response> {
                      CINNABAR_TRY(const auto delivery, caller.services->webhooks.redeliver(
                                                            transaction, wanted.context,
                                                            wanted.webhook, wanted.delivery));
                      return api::json_response(200, delivery_json(delivery));
                    });
}

api::Answer drop_webhook_delivery(const api::Call& call) {
  return write_once(call, read_on_delivery(call),
                    [](const api::Call& caller, const OnDelivery& wanted,
                       ports::WriteTransaction& transaction) -> Result<http::Response> {
                      CINNABAR_TRY(const auto delivery,
                                   caller.services->webhooks.drop(transaction, wanted.context,
                                                                  wanted.webhook, wanted.delivery));
                      return api::json_response(200, delivery_json(delivery));
                    });
}

}  // namespace cinnabar::native
