// What every call of this door passes: the API key, the rate limits, the body, and the app and form
// that it is about. Handlers get an Entry and answer with a Result.
//
// A key's settings: "rate_limits" = "off"; "apps" and "addresses", lists divided by commas, of what
// it may be used for and from (an address may end with *).
#pragma once

#include "api/common/route.h"
#include "api/dialects/jodoo/envelope.h"
#include "api/dialects/jodoo/ids.h"
#include "services/client_service.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cinnabar::jodoo {

// A call that passed. `body` is an object; `path` are the captures behind the version.
struct Entry {
  std::shared_ptr<const http::Request> request;
  std::vector<std::string> path;
  std::int64_t version = 0;  // of the endpoint, from its path
  Json body;
  services::CallContext context;
  services::Client client;
  std::shared_ptr<const services::Catalog> catalog;
  std::shared_ptr<const services::People> people;
  services::Services* services = nullptr;
  ports::ReadTransaction* snapshot = nullptr;  // lane `read` only
  const api::DoorSettings* settings = nullptr;
  UtcOffset time_zone;
};

// The member of the body; null pointer when it is absent or null.
const Json* member(const Entry& entry, std::string_view name);
// A text that is there and not empty, else the parameter error.
Result<std::string> required_text(const Entry& entry, std::string_view name);
// Empty when absent.
Result<std::string> optional_text(const Entry& entry, std::string_view name);
Result<bool> flag(const Entry& entry, std::string_view name);
// Between 1 and `most`; more is `most`, 0 and absent are `fallback`.
Result<std::int64_t> limit(const Entry& entry, std::int64_t fallback, std::int64_t most);
Result<std::int64_t> skip(const Entry& entry);

// The caller's name for what belongs together: empty when absent; 17025 when it is unusable or has
// template variables that nobody filled in.
Result<std::string> transaction_id(const Entry& entry);
// Of this door, as the operator wrote it; empty when absent.
std::string_view setting(const Entry& entry, std::string_view name);

// 17053 when the key is not for that app.
Status check_app(const Entry& entry, std::string_view app_id);

struct Target {
  ApplicationId app;
  FormId form;
  const services::DeployedForm* deployed = nullptr;  // of the entry's catalog
  std::string app_id;
  std::string entry_id;
};
// From the body, or from the path of a legacy route.
Result<Target> target(const Entry& entry);

Result<Entry> enter(const api::Call& call, std::size_t per_second);

// A route's handler: `Handle` is Result<Json>(Entry&) and reads.
template <std::size_t kPerSecond, Result<Json> (*Handle)(Entry&)>
api::Answer reading(const api::Call& call) {
  auto entry = enter(call, kPerSecond);
  if (!entry) return refuse(entry.error());
  const auto answer = Handle(*entry);
  return answer ? success(*answer) : refuse(answer.error());
}

// `Handle` writes; what it answers is sent after the commit.
template <std::size_t kPerSecond,
          Result<Json> (*Handle)(const Entry&, ports::WriteTransaction& transaction)>
api::Answer writing(const api::Call& call) {
  auto entry = enter(call, kPerSecond);
  if (!entry) return refuse(entry.error());
  const auto shared = std::make_shared<const Entry>(std::move(*entry));
  return api::WriteStep{[shared](ports::WriteTransaction& transaction) -> Result<http::Response> {
                          CINNABAR_TRY(const Json answer, Handle(*shared, transaction));
                          return success(answer);
                        },
                        [](const Error& error) { return refuse(error); }};
}

}  // namespace cinnabar::jodoo
