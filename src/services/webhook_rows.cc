#include "services/webhook_rows.h"

#include "ports/schema.h"
#include "services/codec/instance_codec.h"
#include "services/rows.h"

namespace cinnabar::services {
namespace {

namespace hooks = ports::schema::webhook;
namespace deliveries = ports::schema::webhook_delivery;

CellValue optional_cell(std::optional<Instant> at) {
  return at ? cell(*at) : CellValue{};
}

}  // namespace

Webhook read_webhook(const ports::Row& row) {
  Webhook hook;
  hook.id = int_of(row, hooks::id);
  hook.application = id_of<ApplicationId>(row, hooks::application_id);
  hook.form = id_of<FormId>(row, hooks::form_id);
  hook.name = text_of(row, hooks::name);
  hook.url = text_of(row, hooks::url);
  hook.format = text_of(row, hooks::format);
  for (const WebhookKind kind : kWebhookKinds) {
    if ((int_of(row, hooks::events) & static_cast<std::int64_t>(kind)) != 0) {
      hook.events.insert(kind);
    }
  }
  hook.include_api_writes = bool_of(row, hooks::include_api_writes);
  hook.enabled = bool_of(row, hooks::enabled);
  hook.failures = int_of(row, hooks::failures);
  hook.switched_off_at = optional_instant_of(row, hooks::switched_off_at);
  hook.created_at = instant_of(row, hooks::created_at);
  hook.updated_at = instant_of(row, hooks::updated_at);
  return hook;
}

WebhookDelivery read_delivery(const ports::Row& row) {
  WebhookDelivery delivery;
  delivery.id = int_of(row, deliveries::id);
  delivery.webhook = int_of(row, deliveries::webhook_id);
  delivery.kind = enum_of<WebhookKind>(row, deliveries::kind);
  delivery.form = id_of<FormId>(row, deliveries::form_id);
  delivery.record = id_of<RecordId>(row, deliveries::record_id);
  delivery.state = enum_of<DeliveryState>(row, deliveries::state);
  delivery.attempts = int_of(row, deliveries::attempts);
  delivery.queued_at = instant_of(row, deliveries::queued_at);
  delivery.due_at = optional_instant_of(row, deliveries::due_at);
  delivery.finished_at = optional_instant_of(row, deliveries::finished_at);
  if (!is_null(row, deliveries::answer)) delivery.answer = int_of(row, deliveries::answer);
  delivery.message = optional_text_of(row, deliveries::message).value_or("");
  return delivery;
}

Result<WebhookEvent> read_webhook_event(const ports::Row& row) {
  WebhookEvent event;
  event.kind = enum_of<WebhookKind>(row, deliveries::kind);
  event.application = id_of<ApplicationId>(row, deliveries::application_id);
  event.form = id_of<FormId>(row, deliveries::form_id);
  event.form_version = id_of<FormVersionId>(row, deliveries::form_version_id);
  event.actor = id_of<UserId>(row, deliveries::actor_id);
  event.at = instant_of(row, deliveries::queued_at);
  if (is_null(row, deliveries::data)) return event;
  RecordView& record = event.record;
  record.id = id_of<RecordId>(row, deliveries::record_id);
  record.form = event.form;
  CINNABAR_TRY(record.fields, codec::decode_fields(text_of(row, deliveries::data)));
  record.instance = id_of<ProcessInstanceId>(row, deliveries::instance_id);
  if (!is_null(row, deliveries::instance_state)) {
    record.state = enum_of<InstanceState>(row, deliveries::instance_state);
  }
  record.rejected = bool_of(row, deliveries::rejected);
  record.created_by = id_of<UserId>(row, deliveries::created_by);
  record.created_at = instant_of(row, deliveries::created_at);
  record.updated_by = id_of<UserId>(row, deliveries::updated_by);
  record.updated_at = instant_of(row, deliveries::updated_at);
  return event;
}

ports::Row delivery_row(const WebhookDelivery& delivery, const WebhookEvent& event) {
  const RecordView& record = event.record;
  const bool has_record = record.id.is_assigned();
  ports::Row row(deliveries::kColumns.size());
  row[deliveries::id] = cell(delivery.id);
  row[deliveries::webhook_id] = cell(delivery.webhook);
  row[deliveries::kind] = cell(event.kind);
  row[deliveries::application_id] = cell(event.application);
  row[deliveries::form_id] = cell(event.form);
  row[deliveries::form_version_id] = cell_or_null(event.form_version);
  row[deliveries::rejected] = cell(record.rejected);
  if (has_record) {
    row[deliveries::record_id] = cell(record.id);
    row[deliveries::data] = cell(codec::encode_fields(record.fields));
    row[deliveries::instance_id] = cell_or_null(record.instance);
    if (record.state) row[deliveries::instance_state] = cell(*record.state);
    row[deliveries::created_by] = cell_or_null(record.created_by);
    row[deliveries::created_at] = cell(record.created_at);
    row[deliveries::updated_by] = cell_or_null(record.updated_by);
    row[deliveries::updated_at] = cell(record.updated_at);
  }
  row[deliveries::actor_id] = cell_or_null(event.actor);
  row[deliveries::queued_at] = cell(delivery.queued_at);
  row[deliveries::state] = cell(delivery.state);
  row[deliveries::attempts] = cell(delivery.attempts);
  row[deliveries::due_at] = optional_cell(delivery.due_at);
  row[deliveries::finished_at] = optional_cell(delivery.finished_at);
  row[deliveries::message] = cell_or_null(delivery.message);
  return row;
}

}  // namespace cinnabar::services
