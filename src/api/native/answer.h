// From results to answers, so that handlers read as sentences.
#pragma once

#include "api/common/problem.h"
#include "api/native/auth.h"

#include <utility>

namespace cinnabar::native {

inline api::Answer answer(const api::Call& call, Result<Json> result, int status = 200) {
  if (!result.has_value()) return refuse(call, result.error());
  return api::json_response(status, *result);
}

// A write whose errors are worded like all others. The call is copied: it outlives the handler.
inline api::Answer write(const api::Call& call,
                         std::function<Result<http::Response>(ports::WriteTransaction&)> run) {
  return api::WriteStep{std::move(run), [call](const Error& error) { return refuse(call, error); }};
}

}  // namespace cinnabar::native
