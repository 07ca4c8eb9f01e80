#include "services/webhook_event.h"

#include "ports/schema.h"
#include "services/rows.h"
#include "services/webhook_rows.h"

#include <algorithm>
#include <limits>

namespace cinnabar::services {
namespace {

namespace hooks = ports::schema::webhook;
namespace deliveries = ports::schema::webhook_delivery;

bool wants(const ports::Row& hook, Origin origin, WebhookKind kind) {
  if ((int_of(hook, hooks::events) & static_cast<std::int64_t>(kind)) == 0) return false;
  return origin != Origin::program || bool_of(hook, hooks::include_api_writes);
}

Result<bool> has_room(ports::ReadTransaction& snapshot, std::int64_t webhook) {
  ports::Select waiting;
  waiting.table = &deliveries::kTable;
  waiting.filter = all_of({where_equal(deliveries::webhook_id, cell(webhook)),
                           where(deliveries::due_at, FilterOp::greater,
                                 CellValue{std::numeric_limits<std::int64_t>::min()})});
  waiting.order = {{deliveries::due_at}};
  waiting.offset = kDeliveriesWaitingMax - 1;
  waiting.limit = 1;
  waiting.columns = {deliveries::id};
  CINNABAR_TRY(const auto last, snapshot.select(waiting));
  return last.empty();
}

}  // namespace

std::string_view name(WebhookKind kind) {
  switch (kind) {
    case WebhookKind::record_created:
      return "record_created";
    case WebhookKind::record_changed:
      return "record_changed";
    case WebhookKind::record_removed:
      return "record_removed";
    case WebhookKind::record_restored:
      return "record_restored";
    case WebhookKind::form_changed:
      return "form_changed";
  }
  CINNABAR_UNREACHABLE();
}

std::optional<WebhookKind> parse_webhook_kind(std::string_view text) {
  const auto* const found =
      std::ranges::find_if(kWebhookKinds, [text](WebhookKind kind) { return name(kind) == text; });
  if (found == kWebhookKinds.end()) return std::nullopt;
  return *found;
}

Result<std::vector<WebhookQueue::Listener>*> WebhookQueue::listeners(ApplicationId application,
                                                                     FormId form) {
  const auto known = listeners_.find(form);
  if (known != listeners_.end()) return &known->second;
  ports::Select select;
  select.table = &hooks::kTable;
  select.filter = where_equal(hooks::application_id, cell(application));
  CINNABAR_TRY(auto rows, transaction_.select(select));
  std::vector<Listener> found;
  for (ports::Row& row : rows) {
    const bool is_of_form =
        is_null(row, hooks::form_id) || id_of<FormId>(row, hooks::form_id) == form;
    if (!is_of_form || !bool_of(row, hooks::enabled)) continue;
    CINNABAR_TRY(const bool is_free, has_room(transaction_, int_of(row, hooks::id)));
    found.push_back({std::move(row), is_free});
  }
  return &listeners_.insert_or_assign(form, std::move(found)).first->second;
}

Result<bool> WebhookQueue::is_heard(ApplicationId application, FormId form, WebhookKind kind) {
  CINNABAR_TRY(const auto* found, listeners(application, form));
  const Origin origin = origin_of(context_);
  return std::ranges::any_of(*found, [origin, kind](const Listener& listener) {
    return wants(listener.row, origin, kind);
  });
}

Status WebhookQueue::add(WebhookEvent event) {
  CINNABAR_TRY(const auto* found, listeners(event.application, event.form));
  event.actor = context_.principal.user;
  const Origin origin = origin_of(context_);
  for (const Listener& listener : *found) {
    if (!wants(listener.row, origin, event.kind)) continue;
    CINNABAR_TRY(const std::int64_t id, transaction_.next_number("webhook_delivery"));
    WebhookDelivery delivery;
    delivery.id = id;
    delivery.webhook = int_of(listener.row, hooks::id);
    delivery.queued_at = event.at;
    if (listener.has_room) {
      delivery.due_at = event.at;
    } else {
      delivery.state = DeliveryState::dropped;
      delivery.message = "too many deliveries wait";
      delivery.finished_at = event.at;
    }
    transaction_.insert(deliveries::kTable, delivery_row(delivery, event));
  }
  return {};
}

}  // namespace cinnabar::services
