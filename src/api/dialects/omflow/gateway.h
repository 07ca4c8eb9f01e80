// What every call below /rest/ goes through before its handler works: the parameters are read and
// the security code in the body says who calls. Checks in the order clients know: the path (by the
// route table), omflow_restapi, security null, code unknown, code expired.
#pragma once

#include "api/common/route.h"
#include "api/dialects/omflow/body.h"
#include "api/dialects/omflow/envelope.h"
#include "services/context.h"

#include <memory>
#include <string_view>
#include <variant>

namespace cinnabar::omflow {

inline constexpr std::string_view kDoorName = "omflow";
inline constexpr std::string_view kApiPathKind = "api_path";
// The kind of access codes that this door issues.
inline constexpr std::string_view kCodeKind = "omflow";

// A call that passed. Borrows the files of the request, which `request` keeps alive.
struct Entry {
  std::shared_ptr<const http::Request> request;
  Parameters parameters;
  services::CallContext context;
  Voice voice;
  services::Services* services = nullptr;
  UtcOffset time_zone;
};

Voice voice_of(const api::Call& call);

std::variant<Entry, http::Response> enter(const api::Call& call);

// The usual body of a handler: `handle` for a call that passed.
template <typename Handle>
api::Answer with_entry(const api::Call& call, Handle handle) {
  auto entered = enter(call);
  if (auto* refused = std::get_if<http::Response>(&entered)) return std::move(*refused);
  return handle(std::move(std::get<Entry>(entered)));
}

}  // namespace cinnabar::omflow
