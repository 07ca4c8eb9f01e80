// Writes that a client may send again: with an Idempotency-Key header a command is applied once,
// and the first answer is given for every repeat.
//
// Keys belong to the caller and are kept for a week (services/idempotency.h). A repeat carries the
// header `Idempotent-Replay: true`. Errors: conflict (idempotency_mismatch) for a key that came
// with another request; invalid_argument for an unusable key.
#pragma once

#include "api/native/auth.h"

#include <functional>
#include <utility>

namespace cinnabar::native {

// As write() of answer.h, which it is when the header is absent.
api::Answer write_once(const api::Call& call, const services::CallContext& context,
                       std::function<Result<http::Response>(ports::WriteTransaction&)> run);

// With what was read of the call: a value with its `context`, or the error that is answered. `run`
// is Result<http::Response>(const api::Call&, const T&, ports::WriteTransaction&).
template <typename T, typename Run>
api::Answer write_once(const api::Call& call, Result<T> read, Run run) {
  if (!read.has_value()) return refuse(call, read.error());
  const services::CallContext context = read->context;
  return write_once(
      call, context,
      [call, read = std::move(read).value(), run = std::move(run)](
          ports::WriteTransaction& transaction) { return run(call, read, transaction); });
}

}  // namespace cinnabar::native
