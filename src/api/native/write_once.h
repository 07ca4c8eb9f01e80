// Writes that a client may send again: with an Idempotency-Key header a command is applied once,
// and the first answer is given for every repeat.
//
// Keys belong to the caller and are kept for a week (services/idempotency.h). A repeat carries the
// header `Idempotent-Replay: true`. Errors: conflict (idempotency_mismatch) for a key that came
// with another request; invalid_argument for an unusable key.
#pragma once

#include "api/common/route.h"

#include <functional>

namespace cinnabar::native {

// As write() of answer.h, which it is when the header is absent.
api::Answer write_once(const api::Call& call, const services::CallContext& context,
                       std::function<Result<http::Response>(ports::WriteTransaction&)> run);

}  // namespace cinnabar::native
