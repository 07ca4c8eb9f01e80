// What webhooks send in the words of this door: data_create and its like, signed with SHA-1. Pure
// but for digests; any thread. Which events there are: docs/dialects/jodoo.md.
#pragma once

#include "base/json.h"
#include "services/webhook_event.h"

#include <string>
#include <string_view>

namespace cinnabar::jodoo {

extern const services::WebhookFormat kWebhookFormat;

// As JSON.stringify prints what JSON.parse has read: receivers check the signature of that text,
// not of the bytes that came. Numbers are those of a double, keys that are array indexes come
// first.
std::string javascript_json(const Json& value);

// Over the exact bytes of the body; `timestamp` in seconds.
struct PushSignature {
  std::string_view nonce;
  std::string_view payload;
  std::string_view secret;
  std::string_view timestamp;
};
std::string sign_push(ports::Crypto& crypto, const PushSignature& push);

}  // namespace cinnabar::jodoo
