#include "api/native/webhook_format.h"

#include "api/native/fields.h"
#include "api/native/views.h"

namespace cinnabar::native {
namespace {

Json record_json(const Names& names, const services::RecordView& record) {
  return Json::object()
      .set("id", record.id.value())
      .set("process_instance",
           record.instance.is_assigned() ? Json(record.instance.value()) : Json(nullptr))
      .set("state", record.state.has_value() ? Json(name(*record.state)) : Json(nullptr))
      .set("fields", fields_json(names, record.fields))
      .set("created_by", user_json(*names.people, record.created_by))
      .set("created_at", time_json(record.created_at))
      .set("updated_by", user_json(*names.people, record.updated_by))
      .set("updated_at", time_json(record.updated_at));
}

Result<std::string> body(const std::shared_ptr<const services::Catalog>& catalog,
                         const std::shared_ptr<const services::People>& people,
                         const services::WebhookEvent& event) {
  const Names names{catalog, people};
  Json application = Json::object().set("id", event.application.value());
  if (const services::Application* known = catalog->application(event.application)) {
    application.set("key", known->key).set("name", known->name);
  }
  Json form = Json::object().set("id", event.form.value());
  if (const services::DeployedForm* known = catalog->form(event.form)) {
    form.set("key", known->definition->key)
        .set("name", known->definition->name)
        .set("version", known->version);
  }
  return print(Json::object()
                   .set("event", name(event.kind))
                   .set("at", time_json(event.at))
                   .set("actor", user_json(*people, event.actor))
                   .set("application", std::move(application))
                   .set("form", std::move(form))
                   .set("record", event.record.id.is_assigned() ? record_json(names, event.record)
                                                                : Json(nullptr)));
}

ports::HttpCall call(ports::Crypto& crypto, const std::string& url,
                     const services::WebhookSignature& signature) {
  const std::string timestamp = std::to_string(signature.at.micros() / 1'000'000);
  std::string text = timestamp;
  text.append(".").append(signature.nonce).append(".").append(signature.body);
  ports::HttpCall request;
  request.url = url;
  request.headers = {
      {"Content-Type", "application/json"},
      {"X-Cinnabar-Delivery", std::to_string(signature.delivery)},
      {"X-Cinnabar-Timestamp", timestamp},
      {"X-Cinnabar-Nonce", std::string(signature.nonce)},
      {"X-Cinnabar-Signature", "sha256=" + crypto.hmac_sha256_hex(signature.secret, text)}};
  return request;
}

}  // namespace

const services::WebhookFormat kWebhookFormat{"native", body, call};

}  // namespace cinnabar::native
