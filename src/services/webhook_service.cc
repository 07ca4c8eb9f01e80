#include "services/webhook_service.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/instance_store.h"
#include "services/rows.h"
#include "services/uuid.h"
#include "services/webhook_rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <array>

namespace cinnabar::services {
namespace {

namespace hooks = ports::schema::webhook;
namespace rows = ports::schema::webhook_delivery;

constexpr std::size_t kSecretBytes = 24;
constexpr std::size_t kSecretBytesMax = 200;
constexpr std::array kStates{DeliveryState::waiting, DeliveryState::delivered,
                             DeliveryState::failed, DeliveryState::dropped};

Error malformed(std::string what, std::string subject) {
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed, std::move(what),
                    std::move(subject));
}

Error delivery_unknown(std::int64_t id) {
  return make_error(Code::not_found, reasons::kDeliveryUnknown, "no such delivery",
                    std::to_string(id));
}

Result<ports::Row> webhook_row(ports::ReadTransaction& snapshot, std::int64_t id) {
  CINNABAR_TRY(auto row, snapshot.get(hooks::kTable, {cell(id)}));
  if (row) return std::move(*row);
  return make_error(Code::not_found, reasons::kWebhookUnknown, "no such webhook",
                    std::to_string(id));
}

Result<ports::Row> own_delivery(ports::ReadTransaction& snapshot, std::int64_t webhook,
                                std::int64_t id) {
  CINNABAR_TRY(auto row, snapshot.get(rows::kTable, {cell(id)}));
  if (!row || int_of(*row, rows::webhook_id) != webhook) return delivery_unknown(id);
  return std::move(*row);
}

std::int64_t bits_of(const std::set<WebhookKind>& events) {
  std::int64_t bits = 0;
  for (const WebhookKind kind : events) bits |= static_cast<std::int64_t>(kind);
  return bits;
}

std::set<WebhookKind> all_kinds() {
  return {kWebhookKinds.begin(), kWebhookKinds.end()};
}

// What the connector refuses for other reasons shows as a failed delivery. A fragment would swallow
// the parameters that a door appends.
bool is_web_address(std::string_view url) {
  const bool has_scheme = url.starts_with("http://") || url.starts_with("https://");
  const bool is_clean = std::ranges::all_of(
      url, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '#'; });
  return has_scheme && is_clean && url.size() <= limits::kConnectorUrlBytesMax;
}

ports::Select deliveries_in(std::int64_t webhook, DeliveryState state, std::int64_t most) {
  ports::Select select;
  select.table = &rows::kTable;
  select.filter =
      all_of({where_equal(rows::webhook_id, cell(webhook)), where_equal(rows::state, cell(state))});
  select.limit = most;
  return select;
}

void write_details(ports::Row& row, const WebhookDetails& details) {
  if (details.name) row[hooks::name] = cell(*details.name);
  if (details.url) row[hooks::url] = cell(*details.url);
  if (details.format) row[hooks::format] = cell(*details.format);
  if (details.events) row[hooks::events] = cell(bits_of(*details.events));
  if (details.include_api_writes) {
    row[hooks::include_api_writes] = cell(*details.include_api_writes);
  }
  if (details.enabled) {
    row[hooks::enabled] = cell(*details.enabled);
    row[hooks::failures] = cell(std::int64_t{0});
    row[hooks::switched_off_at] = CellValue{};
  }
}

void send_again(ports::Row& row, Instant now) {
  row[rows::state] = cell(DeliveryState::waiting);
  row[rows::attempts] = cell(std::int64_t{0});
  row[rows::due_at] = cell(now);
  row[rows::finished_at] = CellValue{};
}

void end_as_dropped(ports::Row& row, Instant now) {
  row[rows::state] = cell(DeliveryState::dropped);
  row[rows::due_at] = CellValue{};
  row[rows::finished_at] = cell(now);
}

// What is done to deliveries by hand, as the audit calls it.
struct DeliveryChange {
  std::string_view action;
  void (*make)(ports::Row& row, Instant now) = nullptr;
};

// Changes a delivery, and says who did.
Result<WebhookDelivery> change_one(ports::WriteTransaction& transaction, const CallContext& context,
                                   ports::Row row, const DeliveryChange& change, Instant now) {
  change.make(row, now);
  const WebhookDelivery changed = read_delivery(row);
  transaction.update(rows::kTable, std::move(row));
  CINNABAR_CHECK_OK(
      write_audit(transaction, context, change.action, "webhook_delivery", changed.id, {}, now));
  return changed;
}

// All that are in that state, as far as one call goes; returns how many.
Result<std::int64_t> change_all(ports::WriteTransaction& transaction, const CallContext& context,
                                std::int64_t webhook, DeliveryState state,
                                const DeliveryChange& change, Instant now) {
  CINNABAR_TRY(auto found, transaction.select(deliveries_in(webhook, state, kDeliveriesAtOnce)));
  for (ports::Row& row : found) {
    change.make(row, now);
    transaction.update(rows::kTable, std::move(row));
  }
  CINNABAR_CHECK_OK(write_audit(transaction, context, change.action, "webhook", webhook,
                                std::to_string(found.size()) + " deliveries", now));
  return std::ssize(found);
}

}  // namespace

std::string_view name(DeliveryState state) {
  switch (state) {
    case DeliveryState::waiting:
      return "waiting";
    case DeliveryState::delivered:
      return "delivered";
    case DeliveryState::failed:
      return "failed";
    case DeliveryState::dropped:
      return "dropped";
  }
  CINNABAR_UNREACHABLE();
}

std::optional<DeliveryState> parse_delivery_state(std::string_view text) {
  const auto* const found =
      std::ranges::find_if(kStates, [text](DeliveryState state) { return name(state) == text; });
  if (found == kStates.end()) return std::nullopt;
  return *found;
}

WebhookService::WebhookService(ports::Clock& clock, ports::Crypto& crypto,
                               const CatalogSource& catalog, const PeopleSource& people,
                               std::vector<const WebhookFormat*> formats, Secret server_key)
    : clock_(clock),
      crypto_(crypto),
      catalog_(catalog),
      people_(people),
      formats_(std::move(formats)),
      server_key_(std::move(server_key)) {}

const WebhookFormat* WebhookService::format(std::string_view wanted) const {
  const auto it = std::ranges::find(formats_, wanted, &WebhookFormat::name);
  return it == formats_.end() ? nullptr : *it;
}

Result<Secret> WebhookService::secret_of(const ports::Row& webhook) const {
  return crypto_.unseal(server_key_, text_of(webhook, hooks::secret));
}

Status WebhookService::check_may(const CallContext& context) const {
  if (context.principal.kind == PrincipalKind::system) return {};
  const auto people = people_.current();
  const User* caller = people->user(context.principal.user);
  if (caller != nullptr && caller->enabled && caller->administrator) return {};
  return make_error(Code::permission_denied, reasons::kNotPermitted,
                    "webhooks are for administrators");
}

Status WebhookService::check(const WebhookDetails& details) const {
  const bool is_named = !details.name || (!trim(*details.name).empty() &&
                                          details.name->size() <= limits::kNameBytesMax);
  if (!is_named) return malformed("a webhook has a name of at most 200 bytes", "name");
  if (details.url && !is_web_address(*details.url)) {
    return malformed("expected an address of http or https without a fragment", "url");
  }
  if (details.format && format(*details.format) == nullptr) {
    return malformed("no door words webhooks under this name", "format");
  }
  if (details.events && details.events->empty()) {
    return malformed("at least one event is needed", "events");
  }
  const bool is_usable = !details.secret || (!details.secret->reveal().empty() &&
                                             details.secret->reveal().size() <= kSecretBytesMax);
  if (!is_usable) return malformed("a secret has 1 to 200 bytes", "secret");
  return {};
}

Result<NewWebhook> WebhookService::check_place(const NewWebhook& place) const {
  const auto catalog = catalog_.current();
  NewWebhook checked = place;
  if (place.form.is_assigned()) {
    const DeployedForm* form = catalog->form(place.form);
    if (form == nullptr) {
      return make_error(Code::not_found, reasons::kFormUnknown, "no such form",
                        std::to_string(place.form.value()));
    }
    const bool is_elsewhere =
        place.application.is_assigned() && place.application != form->application;
    if (is_elsewhere) return malformed("the form is of another application", "form");
    checked.application = form->application;
  }
  if (!checked.application.is_assigned()) {
    return malformed("a webhook is of an application, or of a form", "application");
  }
  if (catalog->application(checked.application) != nullptr) return checked;
  return make_error(Code::not_found, reasons::kApplicationUnknown, "no such application",
                    std::to_string(checked.application.value()));
}

Status WebhookService::check_on(const ports::Row& webhook) const {
  if (bool_of(webhook, hooks::enabled)) return {};
  return make_error(Code::failed_precondition, reasons::kWebhookOff,
                    "the webhook is switched off; switch it on first",
                    std::to_string(int_of(webhook, hooks::id)));
}

Result<CreatedWebhook> WebhookService::create(ports::WriteTransaction& transaction,
                                              const CallContext& context, const NewWebhook& place,
                                              const WebhookDetails& details) {
  CINNABAR_CHECK_OK(check_may(context));
  if (!details.name) return malformed("a webhook needs a name", "name");
  if (!details.url) return malformed("a webhook needs a url", "url");
  CINNABAR_CHECK_OK(check(details));
  CINNABAR_TRY(const NewWebhook where_to, check_place(place));
  CINNABAR_TRY(const std::int64_t count, transaction.count(hooks::kTable, FilterNode{AllOf{}}));
  if (count >= static_cast<std::int64_t>(kWebhooksMax)) {
    return make_error(Code::resource_exhausted, reasons::kLimitExceeded, "too many webhooks");
  }
  CreatedWebhook made;
  Secret secret;
  if (details.secret) {
    secret = *details.secret;
  } else {
    secret = Secret{random_hex(crypto_, kSecretBytes)};
    made.secret = secret;
  }
  CINNABAR_TRY(const std::int64_t id, transaction.next_number("webhook"));
  const Instant now = clock_.now();
  ports::Row row(hooks::kColumns.size());
  row[hooks::id] = cell(id);
  row[hooks::application_id] = cell(where_to.application);
  row[hooks::form_id] = cell_or_null(where_to.form);
  row[hooks::format] = cell(std::string(formats_.front()->name));
  row[hooks::events] = cell(bits_of(all_kinds()));
  row[hooks::include_api_writes] = cell(false);
  row[hooks::enabled] = cell(true);
  row[hooks::failures] = cell(std::int64_t{0});
  row[hooks::secret] = cell(crypto_.seal(server_key_, secret));
  row[hooks::created_at] = cell(now);
  row[hooks::updated_at] = cell(now);
  write_details(row, details);
  made.webhook = read_webhook(row);
  transaction.insert(hooks::kTable, std::move(row));
  CINNABAR_CHECK_OK(
      write_audit(transaction, context, "create", "webhook", id, made.webhook.name, now));
  return made;
}

Result<Webhook> WebhookService::change(ports::WriteTransaction& transaction,
                                       const CallContext& context, std::int64_t id,
                                       const WebhookDetails& details) {
  CINNABAR_CHECK_OK(check_may(context));
  CINNABAR_CHECK_OK(check(details));
  CINNABAR_TRY(ports::Row row, webhook_row(transaction, id));
  const Instant now = clock_.now();
  write_details(row, details);
  if (details.secret) row[hooks::secret] = cell(crypto_.seal(server_key_, *details.secret));
  row[hooks::updated_at] = cell(now);
  const Webhook webhook = read_webhook(row);
  transaction.update(hooks::kTable, std::move(row));
  CINNABAR_CHECK_OK(write_audit(transaction, context, "change", "webhook", id, webhook.name, now));
  return webhook;
}

Status WebhookService::remove(ports::WriteTransaction& transaction, const CallContext& context,
                              std::int64_t id) {
  CINNABAR_CHECK_OK(check_may(context));
  CINNABAR_TRY(const ports::Row row, webhook_row(transaction, id));
  ports::Select waiting = deliveries_in(id, DeliveryState::waiting, kDeliveriesWaitingMax);
  waiting.columns = {rows::id};
  CINNABAR_TRY(const auto found, transaction.select(waiting));
  for (const ports::Row& delivery : found) transaction.erase(rows::kTable, {delivery[rows::id]});
  transaction.erase(hooks::kTable, {cell(id)});
  return write_audit(transaction, context, "remove", "webhook", id, text_of(row, hooks::name),
                     clock_.now());
}

Result<std::vector<Webhook>> WebhookService::list(ports::ReadTransaction& snapshot,
                                                  const CallContext& context) {
  CINNABAR_CHECK_OK(check_may(context));
  CINNABAR_TRY(const auto all, all_rows(snapshot, hooks::kTable));
  std::vector<Webhook> webhooks;
  for (const ports::Row& row : all) webhooks.push_back(read_webhook(row));
  return webhooks;
}

Result<Webhook> WebhookService::find(ports::ReadTransaction& snapshot, const CallContext& context,
                                     std::int64_t id) {
  CINNABAR_CHECK_OK(check_may(context));
  CINNABAR_TRY(const ports::Row row, webhook_row(snapshot, id));
  return read_webhook(row);
}

Result<std::vector<WebhookDelivery>> WebhookService::deliveries(ports::ReadTransaction& snapshot,
                                                                const CallContext& context,
                                                                const DeliveryQuery& query) {
  CINNABAR_CHECK_OK(check_may(context));
  CINNABAR_CHECK_OK(webhook_row(snapshot, query.webhook));
  std::vector<FilterNode> conditions{where_equal(rows::webhook_id, cell(query.webhook)),
                                     where(rows::id, FilterOp::greater, cell(query.after))};
  if (query.state) conditions.push_back(where_equal(rows::state, cell(*query.state)));
  ports::Select select;
  select.table = &rows::kTable;
  select.filter = all_of(std::move(conditions));
  select.limit = std::clamp<std::int64_t>(query.limit, 1, limits::kPageRowsMax);
  CINNABAR_TRY(const auto found, snapshot.select(select));
  std::vector<WebhookDelivery> deliveries;
  for (const ports::Row& row : found) deliveries.push_back(read_delivery(row));
  return deliveries;
}

Result<WebhookDelivery> WebhookService::redeliver(ports::WriteTransaction& transaction,
                                                  const CallContext& context, std::int64_t webhook,
                                                  std::int64_t delivery) {
  CINNABAR_CHECK_OK(check_may(context));
  CINNABAR_TRY(const ports::Row hook, webhook_row(transaction, webhook));
  CINNABAR_TRY(ports::Row row, own_delivery(transaction, webhook, delivery));
  CINNABAR_CHECK_OK(check_on(hook));
  return change_one(transaction, context, std::move(row), {"redeliver", send_again}, clock_.now());
}

Result<std::int64_t> WebhookService::redeliver_failed(ports::WriteTransaction& transaction,
                                                      const CallContext& context,
                                                      std::int64_t webhook) {
  CINNABAR_CHECK_OK(check_may(context));
  CINNABAR_TRY(const ports::Row hook, webhook_row(transaction, webhook));
  CINNABAR_CHECK_OK(check_on(hook));
  return change_all(transaction, context, webhook, DeliveryState::failed, {"redeliver", send_again},
                    clock_.now());
}

Result<WebhookDelivery> WebhookService::drop(ports::WriteTransaction& transaction,
                                             const CallContext& context, std::int64_t webhook,
                                             std::int64_t delivery) {
  CINNABAR_CHECK_OK(check_may(context));
  CINNABAR_CHECK_OK(webhook_row(transaction, webhook));
  CINNABAR_TRY(ports::Row row, own_delivery(transaction, webhook, delivery));
  if (enum_of<DeliveryState>(row, rows::state) != DeliveryState::waiting) return read_delivery(row);
  return change_one(transaction, context, std::move(row), {"drop", end_as_dropped}, clock_.now());
}

Result<std::int64_t> WebhookService::drop_waiting(ports::WriteTransaction& transaction,
                                                  const CallContext& context,
                                                  std::int64_t webhook) {
  CINNABAR_CHECK_OK(check_may(context));
  CINNABAR_CHECK_OK(webhook_row(transaction, webhook));
  return change_all(transaction, context, webhook, DeliveryState::waiting, {"drop", end_as_dropped},
                    clock_.now());
}

}  // namespace cinnabar::services
