// What happens to records and forms, as webhooks and automations follow it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cinnabar::services {

// Their numbers are bits of webhook.events and of an automation's events. Stored: append only.
enum class WebhookKind : std::uint8_t {
  record_created = 1,
  record_changed = 2,
  record_removed = 4,
  form_changed = 8,
  record_restored = 16,
};
inline constexpr std::array kWebhookKinds{WebhookKind::record_created, WebhookKind::record_changed,
                                          WebhookKind::record_removed, WebhookKind::record_restored,
                                          WebhookKind::form_changed};
std::string_view name(WebhookKind kind);
std::optional<WebhookKind> parse_webhook_kind(std::string_view text);

}  // namespace cinnabar::services
