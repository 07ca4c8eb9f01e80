#include "services/webhook_sender.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/expiry.h"
#include "services/instance_store.h"
#include "services/rows.h"
#include "services/uuid.h"
#include "services/webhook_rows.h"

#include <algorithm>
#include <array>

namespace cinnabar::services {
namespace {

namespace hooks = ports::schema::webhook;
namespace rows = ports::schema::webhook_delivery;

constexpr std::int64_t kTurn = 32;  // deliveries until other webhooks get their turn
constexpr std::size_t kNonceBytes = 8;
constexpr std::size_t kMessageBytesMax = 500;
constexpr std::array<Duration, 5> kPauses{seconds(10), seconds(30), minutes(1), minutes(5),
                                          minutes(15)};

CallContext of_the_sender() {
  return CallContext{system_principal(), "webhooks", "", ""};
}

ports::Select due_of(std::int64_t webhook, Instant now, std::int64_t most) {
  ports::Select select;
  select.table = &rows::kTable;
  select.filter = all_of({where_equal(rows::webhook_id, cell(webhook)),
                          where(rows::due_at, FilterOp::less_equal, cell(now))});
  select.order = {{rows::due_at}};
  select.limit = most;
  return select;
}

bool is_due(const std::optional<ports::Row>& delivery, Instant now) {
  if (!delivery) return false;
  const auto due = optional_instant_of(*delivery, rows::due_at);
  return due && *due <= now;
}

void finish(ports::Row& delivery, DeliveryState state, std::string message, Instant now) {
  delivery[rows::state] = cell(state);
  delivery[rows::due_at] = CellValue{};
  delivery[rows::finished_at] = cell(now);
  delivery[rows::message] = cell_or_null(std::move(message));
}

// What wording changed, on the row as it is now.
void take_wording(ports::Row& stored, const ports::Row& worded) {
  for (const std::uint16_t column :
       {rows::body, rows::data, rows::state, rows::due_at, rows::finished_at, rows::message}) {
    const bool is_over = is_null(worded, rows::due_at);
    if (is_over || column == rows::body || column == rows::data) stored[column] = worded[column];
  }
}

bool is_success(const Result<ports::ConnectorAnswer>& answer) {
  return answer && answer->status >= 200 && answer->status < 300;
}

std::string message_of(const Result<ports::ConnectorAnswer>& answer) {
  const std::string whole = answer ? "the receiver answered " + std::to_string(answer->status)
                                   : to_string(answer.error());
  return std::string(utf8_prefix(to_valid_utf8(whole), kMessageBytesMax));
}

}  // namespace

WebhookSender::WebhookSender(ports::Store& store, ports::Clock& clock, ports::Crypto& crypto,
                             WebhookService& webhooks, const CatalogSource& catalog,
                             const PeopleSource& people, ports::Connector& connector,
                             Options options, Logger logger)
    : store_(store),
      clock_(clock),
      crypto_(crypto),
      webhooks_(webhooks),
      catalog_(catalog),
      people_(people),
      connector_(connector),
      options_(options),
      logger_(std::move(logger)) {}

Result<std::size_t> WebhookSender::tick(const Run& run) {
  std::set<std::int64_t> busy;
  {
    const std::lock_guard lock(mutex_);
    busy = busy_;
  }
  if (is_stopping_.load() || busy.size() >= options_.webhooks_max) return std::size_t{0};
  std::vector<std::int64_t> due;
  {
    CINNABAR_TRY(auto snapshot, store_.read());
    CINNABAR_TRY(const auto all, all_rows(*snapshot, hooks::kTable));
    for (const ports::Row& hook : all) {
      const std::int64_t id = int_of(hook, hooks::id);
      if (!bool_of(hook, hooks::enabled) || busy.contains(id)) continue;
      ports::Select first = due_of(id, clock_.now(), 1);
      first.columns = {rows::id};
      CINNABAR_TRY(const auto found, snapshot->select(first));
      if (!found.empty()) due.push_back(id);
    }
  }
  // Whoever was begun last is asked last.
  std::ranges::rotate(due, std::ranges::upper_bound(due, last_begun_));
  std::size_t begun = 0;
  for (const std::int64_t webhook : due) {
    if (busy.size() + begun >= options_.webhooks_max) break;
    {
      const std::lock_guard lock(mutex_);
      busy_.insert(webhook);
    }
    last_begun_ = webhook;
    if (run([this, webhook] { send_to(webhook); })) {
      ++begun;
      continue;
    }
    const std::lock_guard lock(mutex_);
    busy_.erase(webhook);
    break;
  }
  return begun;
}

void WebhookSender::send_to(std::int64_t webhook) {
  const Status sent = send_some(webhook);
  if (!sent) {
    logger_.warning("webhooks.send_failed",
                    {{"webhook", webhook}, {"error", to_string(sent.error())}});
  }
  const std::lock_guard lock(mutex_);
  busy_.erase(webhook);
}

Status WebhookSender::send_some(std::int64_t webhook) {
  CINNABAR_TRY(const auto prepared, prepare(webhook));
  for (const ports::Row& delivery : prepared) {
    CINNABAR_TRY(const bool goes_on, send_one(webhook, int_of(delivery, rows::id)));
    if (!goes_on) return {};
  }
  return {};
}

Result<std::vector<ports::Row>> WebhookSender::prepare(std::int64_t webhook) {
  std::vector<ports::Row> found;
  std::optional<ports::Row> hook;
  {
    CINNABAR_TRY(auto snapshot, store_.read());
    CINNABAR_TRY(hook, snapshot->get(hooks::kTable, {cell(webhook)}));
    if (!hook) return found;
    CINNABAR_TRY(found, snapshot->select(due_of(webhook, clock_.now(), kTurn)));
  }
  std::vector<ports::Row> worded;
  for (auto it = found.begin(); it != found.end(); ++it) {
    if (!is_null(*it, rows::body)) continue;
    CINNABAR_TRY(const bool is_worded, word(*it, *hook));
    if (!is_worded) {
      found.erase(it, found.end());
      break;
    }
    worded.push_back(*it);
  }
  if (worded.empty()) return found;
  CINNABAR_CHECK_OK(
      ports::submit_and_wait(store_, [&](ports::WriteTransaction& transaction) -> Status {
        for (const ports::Row& one : worded) {
          CINNABAR_TRY(auto stored, transaction.get(rows::kTable, {one[rows::id]}));
          // Dropped meanwhile, or removed with its webhook.
          if (!stored || is_null(*stored, rows::due_at)) continue;
          take_wording(*stored, one);
          transaction.update(rows::kTable, std::move(*stored));
        }
        return {};
      }));
  return found;
}

Result<bool> WebhookSender::word(ports::Row& delivery, const ports::Row& webhook) {
  const WebhookFormat* format = webhooks_.format(text_of(webhook, hooks::format));
  const auto catalog = catalog_.current();
  auto event = read_webhook_event(delivery);
  if (format == nullptr || !event) {
    finish(delivery, DeliveryState::failed,
           format == nullptr ? "no door has this format" : to_string(event.error()), clock_.now());
    return true;
  }
  const DeployedForm* form = catalog->form(event->form);
  // A deployment is published a moment after its commit. Version ids only grow.
  if (form == nullptr || form->version_id < event->form_version) return false;
  if (const auto ids = files_in(event->record.fields); !ids.empty()) {
    CINNABAR_TRY(auto snapshot, store_.read());
    CINNABAR_TRY(event->files, FileService::describe(*snapshot, ids));
  }
  auto body = format->body(catalog, people_.current(), *event);
  if (body) {
    delivery[rows::body] = cell(std::move(*body));
    delivery[rows::data] = CellValue{};
  } else {
    finish(delivery, DeliveryState::failed, to_string(body.error()), clock_.now());
  }
  return true;
}

Result<bool> WebhookSender::send_one(std::int64_t webhook, std::int64_t delivery) {
  if (is_stopping_.load()) return false;
  std::optional<ports::Row> hook;
  std::optional<ports::Row> row;
  {
    CINNABAR_TRY(auto snapshot, store_.read());
    CINNABAR_TRY(hook, snapshot->get(hooks::kTable, {cell(webhook)}));
    CINNABAR_TRY(row, snapshot->get(rows::kTable, {cell(delivery)}));
  }
  if (!hook || !bool_of(*hook, hooks::enabled)) return false;
  if (!is_due(row, clock_.now()) || is_null(*row, rows::body)) return true;
  const auto call = make_call(*row, *hook);
  const Result<ports::ConnectorAnswer> answer =
      call ? connector_.call(*call) : Result<ports::ConnectorAnswer>(call.error());
  // Cut off by the server's own end: it is still due when the server is there again.
  if (is_stopping_.load() && !answer) return false;
  CINNABAR_CHECK_OK(ports::submit_and_wait(store_, [&](ports::WriteTransaction& transaction) {
    return record(transaction, webhook, delivery, answer);
  }));
  return is_success(answer);
}

Result<ports::HttpCall> WebhookSender::make_call(const ports::Row& delivery,
                                                 const ports::Row& webhook) {
  const WebhookFormat* format = webhooks_.format(text_of(webhook, hooks::format));
  if (format == nullptr) {
    return make_error(Code::failed_precondition, Reason{"format_unknown"},
                      "no door has this format");
  }
  CINNABAR_TRY(const Secret secret, webhooks_.secret_of(webhook));
  const std::string& body = text_of(delivery, rows::body);
  const std::string nonce = random_hex(crypto_, kNonceBytes);
  ports::HttpCall call =
      format->call(crypto_, text_of(webhook, hooks::url),
                   {secret.reveal(), nonce, body, int_of(delivery, rows::id), clock_.now()});
  call.method = "POST";
  call.body = body;
  call.timeout = options_.timeout;
  return call;
}

Status WebhookSender::record(ports::WriteTransaction& transaction, std::int64_t webhook,
                             std::int64_t delivery, const Result<ports::ConnectorAnswer>& answer) {
  const bool has_succeeded = is_success(answer);
  CINNABAR_CHECK_OK(count_attempt(transaction, webhook, has_succeeded));
  CINNABAR_TRY(auto row, transaction.get(rows::kTable, {cell(delivery)}));
  // Dropped meanwhile, or removed with its webhook.
  if (!row || is_null(*row, rows::due_at)) return {};
  const Instant now = clock_.now();
  const std::int64_t attempts = int_of(*row, rows::attempts) + 1;
  (*row)[rows::attempts] = cell(attempts);
  (*row)[rows::answer] = answer ? cell(std::int64_t{answer->status}) : CellValue{};
  if (has_succeeded) {
    finish(*row, DeliveryState::delivered, {}, now);
  } else if (attempts >= kWebhookAttemptsMax) {
    finish(*row, DeliveryState::failed, message_of(answer), now);
  } else {
    const auto pause = static_cast<std::size_t>(std::clamp<std::int64_t>(attempts - 1, 0, 4));
    (*row)[rows::due_at] = cell(now + kPauses.at(pause));
    (*row)[rows::message] = cell(message_of(answer));
  }
  transaction.update(rows::kTable, std::move(*row));
  return {};
}

Status WebhookSender::count_attempt(ports::WriteTransaction& transaction, std::int64_t webhook,
                                    bool has_succeeded) {
  CINNABAR_TRY(auto row, transaction.get(hooks::kTable, {cell(webhook)}));
  if (!row) return {};
  const std::int64_t failures = int_of(*row, hooks::failures);
  if (has_succeeded && failures == 0) return {};
  const std::int64_t counted = has_succeeded ? 0 : failures + 1;
  (*row)[hooks::failures] = cell(counted);
  if (counted >= kWebhookFailuresMax && bool_of(*row, hooks::enabled)) {
    const Instant now = clock_.now();
    (*row)[hooks::enabled] = cell(false);
    (*row)[hooks::switched_off_at] = cell(now);
    logger_.error("webhooks.switched_off",
                  {{"webhook", webhook}, {"name", text_of(*row, hooks::name)}});
    CINNABAR_CHECK_OK(write_audit(transaction, of_the_sender(), "switch_off", "webhook", webhook,
                                  std::to_string(counted) + " failed attempts", now));
  }
  transaction.update(hooks::kTable, std::move(*row));
  return {};
}

Result<std::int64_t> WebhookSender::forget_old() {
  return erase_older(store_, rows::kTable, rows::finished_at, clock_.now() - kDeliveriesKept);
}

}  // namespace cinnabar::services
