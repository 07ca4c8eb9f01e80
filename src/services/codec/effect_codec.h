// What one instance asks of others, as bytes of the outbox. decode(encode(x)) == x. Errors as in
// instance_codec.h.
#pragma once

#include "base/result.h"
#include "domain/expr/value.h"
#include "vocab/ids.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace cinnabar::services::codec {

// Stored: append only, never renumber.
enum class EffectKind : std::uint8_t {
  message = 1,
  signal = 2,
  call = 3,            // start the called process
  cancel_call = 4,     // terminate the called instance
  call_done = 5,       // the called instance completed
  call_failed = 6,     // it failed with the error `name`, or could not be started
  call_escalated = 7,  // it threw the escalation `name`, which it does not handle
  condition = 8,       // start what begins with a condition that holds for the variables
};

std::string_view name(EffectKind kind);

struct Effect {
  EffectKind kind = EffectKind::message;
  ProcessInstanceId instance;  // of a call: the caller; else who threw it, if anybody
  WaitId wait;                 // of a call: the caller's wait
  std::string name;            // message, signal, key of the called process, error code
  std::string key;             // correlation key; of a failed call: what happened
  expr::Variables variables;
  WaitId after;           // signals: the last wait that got it
  WaitId until;           // signals: waits that began later do not get it
  std::int32_t hops = 0;  // how many others led to it
  // Signals and conditions: the last row of what they start that was looked at; a signal has
  // reached all waits by then.
  std::int64_t started = 0;
  friend bool operator==(const Effect&, const Effect&) = default;
};

Result<std::string> encode_effect(const Effect& effect);
Result<Effect> decode_effect(std::string_view bytes);

}  // namespace cinnabar::services::codec
