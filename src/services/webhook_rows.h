// Rows of webhooks and their deliveries, and back. Pure functions, any thread.
#pragma once

#include "ports/table.h"
#include "services/webhook_event.h"
#include "services/webhook_service.h"

namespace cinnabar::services {

Webhook read_webhook(const ports::Row& row);
WebhookDelivery read_delivery(const ports::Row& row);
// data_loss (storage_corrupt) when the stored values are damaged.
Result<WebhookEvent> read_webhook_event(const ports::Row& delivery);
ports::Row delivery_row(const WebhookDelivery& delivery, const WebhookEvent& event);

}  // namespace cinnabar::services
