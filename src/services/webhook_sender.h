// Sends what waits in the table webhook_delivery: to one webhook one after the other, oldest first,
// to several at a time. What fails is tried again after kPauses, during which later deliveries of
// the same webhook go on; what failed kWebhookAttemptsMax times is given up. A webhook with
// kWebhookFailuresMax failed attempts in a row is switched off: its deliveries wait until it is
// switched on again.
//
// A row is marked only when its answer is there, so an end of the server, of whatever kind, may
// repeat a delivery but never lose one; receivers tell repeats by the id of the delivery. The body
// is stored before the first attempt, so repeats have the same bytes.
//
// Ownership: borrows everything. Thread: `tick` from one thread at a time; sending waits for the
// outside and for commits where `run` puts it. Errors: those of the store.
#pragma once

#include "base/log.h"
#include "ports/connector.h"
#include "services/webhook_service.h"

#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <set>

namespace cinnabar::services {

class WebhookSender {
 public:
  struct Options {
    std::size_t webhooks_max = 4;   // at a time
    Duration timeout = seconds(2);  // for the receiver to answer
  };
  // False: not now; the next tick asks again.
  using Run = std::function<bool(std::function<void()>)>;

  WebhookSender(ports::Store& store, ports::Clock& clock, ports::Crypto& crypto,
                WebhookService& webhooks, const CatalogSource& catalog, const PeopleSource& people,
                ports::Connector& connector, Options options, Logger logger = {});

  // Goes on with the webhooks that have something due and are not being sent to, as far as there is
  // room. Returns how many.
  Result<std::size_t> tick(const Run& run);
  // Before the end: begins nothing more; attempts under way that fail now do not count.
  void stop() { is_stopping_.store(true); }
  // Removes deliveries that were over kDeliveriesKept ago; returns how many.
  Result<std::int64_t> forget_old();

 private:
  // Sends what is due to one webhook: some of it, so that others get their turn.
  void send_to(std::int64_t webhook);
  Status send_some(std::int64_t webhook);
  // Those that are due now with their bodies, which are stored.
  Result<std::vector<ports::Row>> prepare(std::int64_t webhook);
  // False: what it tells of is not published yet.
  Result<bool> word(ports::Row& delivery, const ports::Row& webhook);
  // Whether to go on with the next one.
  Result<bool> send_one(std::int64_t webhook, std::int64_t delivery);
  Result<ports::HttpCall> make_call(const ports::Row& delivery, const ports::Row& webhook);
  Status record(ports::WriteTransaction& transaction, std::int64_t webhook, std::int64_t delivery,
                const Result<ports::ConnectorAnswer>& answer);
  Status count_attempt(ports::WriteTransaction& transaction, std::int64_t webhook,
                       bool has_succeeded);

  ports::Store& store_;
  ports::Clock& clock_;
  ports::Crypto& crypto_;
  WebhookService& webhooks_;
  const CatalogSource& catalog_;
  const PeopleSource& people_;
  ports::Connector& connector_;
  Options options_;
  Logger logger_;
  std::atomic<bool> is_stopping_{false};
  std::int64_t last_begun_ = 0;  // of `tick` alone: the next tick begins behind it
  std::mutex mutex_;
  std::set<std::int64_t> busy_;  // webhooks that are being sent to; guarded by mutex_
};

}  // namespace cinnabar::services
