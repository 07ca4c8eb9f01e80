// Webhooks: addresses that are told of what happens to the records of a form, or of all forms of an
// application. Deliveries are rows, made in the transaction of what they tell of (webhook_event.h)
// and sent by WebhookSender.
//
// Who may: administrators. Commands run inside a write transaction and answer before the commit;
// reads run on a snapshot. The secret is stored sealed with the key of the server; nobody reads it
// back.
// Errors: permission_denied (not_permitted); not_found (webhook_unknown, delivery_unknown,
// form_unknown, application_unknown); invalid_argument (argument_malformed); failed_precondition
// (webhook_off) for sending again what belongs to a webhook that is switched off;
// resource_exhausted (limit_exceeded).
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "ports/clock.h"
#include "ports/crypto.h"
#include "ports/store.h"
#include "services/catalog.h"
#include "services/context.h"
#include "services/people.h"
#include "services/webhook_event.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cinnabar::services {

inline constexpr std::size_t kWebhooksMax = 1'000;
// Of one delivery: the first attempt and five more.
inline constexpr std::int64_t kWebhookAttemptsMax = 6;
// Failed attempts one after the other, of all deliveries of a webhook, that switch it off.
inline constexpr std::int64_t kWebhookFailuresMax = 100;
inline constexpr Duration kDeliveriesKept = hours(24 * 180);  // after their end
// How many one call sends again or drops.
inline constexpr std::int64_t kDeliveriesAtOnce = 1'000;

// Stored: append only.
enum class DeliveryState : std::uint8_t { waiting = 1, delivered = 2, failed = 3, dropped = 4 };
std::string_view name(DeliveryState state);
std::optional<DeliveryState> parse_delivery_state(std::string_view text);

struct Webhook {
  std::int64_t id = 0;
  ApplicationId application;
  FormId form;  // unassigned: every form of the application
  std::string name;
  std::string url;
  std::string format;  // of which door
  std::set<WebhookKind> events;
  bool include_api_writes = false;  // also of what programs write
  bool enabled = true;
  std::int64_t failures = 0;               // attempts since the last that succeeded
  std::optional<Instant> switched_off_at;  // by too many of them
  Instant created_at;
  Instant updated_at;
};

struct NewWebhook {
  ApplicationId application;  // unassigned: the form's
  FormId form;                // unassigned: every form of the application
};

// What is absent stays as it is. A new one needs name and url.
struct WebhookDetails {
  std::optional<std::string> name = {};
  std::optional<std::string> url = {};
  std::optional<std::string> format = {};            // the first one for a new webhook
  std::optional<std::set<WebhookKind>> events = {};  // all of them for a new one
  std::optional<bool> include_api_writes = {};
  std::optional<bool> enabled = {};  // given, it forgets the failures; true sends what waited
  std::optional<Secret> secret = {};
};

struct CreatedWebhook {
  Webhook webhook;
  std::optional<Secret> secret;  // when it was made up here: told this once
};

struct WebhookDelivery {
  std::int64_t id = 0;
  std::int64_t webhook = 0;
  WebhookKind kind = WebhookKind::record_created;
  FormId form;
  RecordId record;  // unassigned for form_changed
  DeliveryState state = DeliveryState::waiting;
  std::int64_t attempts = 0;
  Instant queued_at;
  std::optional<Instant> due_at;  // nullopt: it is over
  std::optional<Instant> finished_at;
  std::optional<std::int64_t> answer;  // status of the last answer
  std::string message;                 // why the last attempt failed
};

struct DeliveryQuery {
  std::int64_t webhook = 0;
  std::optional<DeliveryState> state;
  std::int64_t after = 0;  // an id
  std::int64_t limit = 50;
};

class WebhookService {
 public:
  // `server_key` has 32 bytes; `formats` live as long as the program, the first is the default.
  WebhookService(ports::Clock& clock, ports::Crypto& crypto, const CatalogSource& catalog,
                 const PeopleSource& people, std::vector<const WebhookFormat*> formats,
                 Secret server_key);

  Result<CreatedWebhook> create(ports::WriteTransaction& transaction, const CallContext& context,
                                const NewWebhook& place, const WebhookDetails& details);
  Result<Webhook> change(ports::WriteTransaction& transaction, const CallContext& context,
                         std::int64_t id, const WebhookDetails& details);
  // With its deliveries that wait; those that are over go with their age.
  Status remove(ports::WriteTransaction& transaction, const CallContext& context, std::int64_t id);
  Result<std::vector<Webhook>> list(ports::ReadTransaction& snapshot, const CallContext& context);
  Result<Webhook> find(ports::ReadTransaction& snapshot, const CallContext& context,
                       std::int64_t id);

  // Oldest first.
  Result<std::vector<WebhookDelivery>> deliveries(ports::ReadTransaction& snapshot,
                                                  const CallContext& context,
                                                  const DeliveryQuery& query);
  // Sends it again with all its attempts, whatever came of it.
  Result<WebhookDelivery> redeliver(ports::WriteTransaction& transaction,
                                    const CallContext& context, std::int64_t webhook,
                                    std::int64_t delivery);
  // Those that failed, at most kDeliveriesAtOnce; returns how many.
  Result<std::int64_t> redeliver_failed(ports::WriteTransaction& transaction,
                                        const CallContext& context, std::int64_t webhook);
  // Sends it no more; one that is over stays as it is.
  Result<WebhookDelivery> drop(ports::WriteTransaction& transaction, const CallContext& context,
                               std::int64_t webhook, std::int64_t delivery);
  // Those that wait, at most kDeliveriesAtOnce; returns how many.
  Result<std::int64_t> drop_waiting(ports::WriteTransaction& transaction,
                                    const CallContext& context, std::int64_t webhook);

  // For WebhookSender. Null pointer when no door has that name.
  [[nodiscard]] const WebhookFormat* format(std::string_view name) const;
  // data_loss (storage_corrupt) when the server's key is another one.
  Result<Secret> secret_of(const ports::Row& webhook) const;

 private:
  Status check_may(const CallContext& context) const;
  Status check(const WebhookDetails& details) const;
  Result<NewWebhook> check_place(const NewWebhook& place) const;
  Status check_on(const ports::Row& webhook) const;

  ports::Clock& clock_;
  ports::Crypto& crypto_;
  const CatalogSource& catalog_;
  const PeopleSource& people_;
  std::vector<const WebhookFormat*> formats_;
  Secret server_key_;
};

}  // namespace cinnabar::services
