// What webhooks tell of: how an event is queued in the transaction that it happened in, and how a
// door words it. Webhooks themselves: services/webhook_service.h.
//
// The queue keeps the record as it is in that transaction, not yet as the text that is sent:
// wording it looks people and forms up and would hold up the writer, and most of that work is for
// receivers who can wait. The text is made before the first attempt and stays the same for all of
// them.
//
// Thread: plain values; WebhookQueue runs inside a write command.
#pragma once

#include "ports/connector.h"
#include "ports/crypto.h"
#include "ports/store.h"
#include "services/catalog.h"
#include "services/context.h"
#include "services/people.h"
#include "services/record_service.h"
#include "services/webhook_kind.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::services {

struct WebhookEvent {
  WebhookKind kind = WebhookKind::record_created;
  ApplicationId application;
  FormId form;
  FormVersionId form_version;  // of form_changed
  RecordView record;  // right after it was made, changed or restored, before it was removed
  UserId actor;       // unassigned: the server itself
  Instant at;
  std::map<AttachmentId, Attachment> files = {};  // of the record; filled in before it is worded
};

// With so many of one webhook waiting, further ones are kept as dropped.
inline constexpr std::int64_t kDeliveriesWaitingMax = 10'000;

// One command's way to webhooks: those of a form are read once.
class WebhookQueue {
 public:
  WebhookQueue(ports::WriteTransaction& transaction, const CallContext& context)
      : transaction_(transaction), context_(context) {}

  // Whether anybody is to be told, so that nothing is gathered for nobody.
  Result<bool> is_heard(ApplicationId application, FormId form, WebhookKind kind);
  // A delivery for each webhook that wants it. What programs write is told only to those that ask
  // for it. The actor is the caller.
  Status add(WebhookEvent event);

 private:
  struct Listener {
    ports::Row row;
    bool has_room = true;
  };
  Result<std::vector<Listener>*> listeners(ApplicationId application, FormId form);

  ports::WriteTransaction& transaction_;
  const CallContext& context_;
  std::map<FormId, std::vector<Listener>> listeners_;
};

// What is signed. `nonce` is fresh for every attempt.
struct WebhookSignature {
  std::string_view secret;
  std::string_view nonce;
  std::string_view body;
  std::int64_t delivery = 0;
  Instant at;
};

// How a door words what is delivered: a constant of the program.
struct WebhookFormat {
  std::string_view name;  // of the door
  // Asked once for a delivery.
  Result<std::string> (*body)(const std::shared_ptr<const Catalog>& catalog,
                              const std::shared_ptr<const People>& people,
                              const WebhookEvent& event) = nullptr;
  // Address and headers of one attempt; the caller adds method, body and timeout.
  ports::HttpCall (*call)(ports::Crypto& crypto, const std::string& url,
                          const WebhookSignature& signature) = nullptr;
};

}  // namespace cinnabar::services
