// Webhooks as the native API words them: JSON, signed with HMAC-SHA-256. docs/reference/webhooks.md
// has the members and headers. Pure but for digests; any thread.
#pragma once

#include "services/webhook_event.h"

namespace cinnabar::native {

extern const services::WebhookFormat kWebhookFormat;

}  // namespace cinnabar::native
