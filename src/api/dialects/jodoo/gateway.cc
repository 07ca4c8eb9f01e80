#include "api/dialects/jodoo/gateway.h"

#include "api/common/authorization.h"
#include "api/common/rate_limiter.h"
#include "base/text.h"

namespace cinnabar::jodoo {
namespace {

constexpr std::size_t kCompanyPerSecond = 50;

Result<std::string> key_of(const http::Request& request) {
  const std::string_view key = api::bearer_token(request);
  if (key.empty()) {
    return fail(codes::kKeyMissing, "Send the header Authorization: Bearer <API key>.");
  }
  return std::string(key);
}

bool is_listed(std::string_view list, std::string_view text) {
  for (const std::string_view item : split(list, ',')) {
    const std::string_view pattern = trim(item);
    if (pattern.ends_with('*') ? text.starts_with(pattern.substr(0, pattern.size() - 1))
                               : text == pattern) {
      return true;
    }
  }
  return false;
}

Status check_address(const services::Client& client, const std::string& address) {
  const std::string_view allowed = client.setting("addresses");
  if (allowed.empty() || is_listed(allowed, address)) return {};
  return fail(codes::kAddressRefused);
}

Status check_rates(const api::Call& call, const services::Client& client, std::size_t per_second) {
  if (call.rates == nullptr || client.setting("rate_limits") == "off") return {};
  const Instant now = call.services->clock.now();
  // Calls of all keys count together, as those of one company do.
  if (!call.rates->admit("jodoo/" + std::string(call.pattern), per_second, now)) {
    return fail(codes::kEndpointRate);
  }
  if (!call.rates->admit("jodoo", kCompanyPerSecond, now)) return fail(codes::kCompanyRate);
  return {};
}

// "v5" -> 5
std::optional<std::int64_t> version_of(std::string_view text) {
  if (text.size() != 2 || text.front() != 'v') return std::nullopt;
  const auto number = parse_int(text.substr(1));
  if (!number || *number < 1 || *number > 6) return std::nullopt;
  return number;
}

Result<Json> read_body(const http::Request& request) {
  if (trim(request.body).empty()) return Json::object();
  auto json = Json::parse(request.body);
  if (!json || !json->is_object()) {
    return fail(codes::kInvalidPlatformParameter, "The body must be one JSON object.");
  }
  return json;
}

Error wrong(std::string_view name, std::string_view what) {
  return fail(codes::kInvalidPlatformParameter,
              std::string(name) + " must be " + std::string(what) + ".");
}

}  // namespace

const Json* member(const Entry& entry, std::string_view name) {
  const Json* found = entry.body.find(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

Result<std::string> optional_text(const Entry& entry, std::string_view name) {
  const Json* found = member(entry, name);
  if (found == nullptr) return std::string();
  if (const std::string* text = found->as_string()) return *text;
  if (const auto number = found->as_int()) return std::to_string(*number);
  return wrong(name, "a text");
}

Result<std::string> required_text(const Entry& entry, std::string_view name) {
  CINNABAR_TRY(std::string text, optional_text(entry, name));
  if (text.empty()) {
    return fail(codes::kInvalidPlatformParameter, std::string(name) + " is missing.");
  }
  return text;
}

Result<bool> flag(const Entry& entry, std::string_view name) {
  const Json* found = member(entry, name);
  if (found == nullptr) return false;
  if (const bool* value = found->as_bool()) return *value;
  return wrong(name, "true or false");
}

Result<std::int64_t> limit(const Entry& entry, std::int64_t fallback, std::int64_t most) {
  const Json* found = member(entry, "limit");
  if (found == nullptr) return fallback;
  const auto number = found->as_int();
  if (!number || *number < 0) return wrong("limit", "a number that is not negative");
  if (*number == 0) return fallback;
  return std::min(*number, most);
}

Result<std::int64_t> skip(const Entry& entry) {
  const Json* found = member(entry, "skip");
  if (found == nullptr) return 0;
  const auto number = found->as_int();
  if (!number || *number < 0) return wrong("skip", "a number that is not negative");
  return *number;
}

Result<std::string> transaction_id(const Entry& entry) {
  const Json* found = member(entry, "transaction_id");
  if (found == nullptr) return std::string();
  const std::string* text = found->as_string();
  constexpr std::size_t kBytesMax = 200;
  if (text == nullptr || text->empty() || text->size() > kBytesMax) {
    return fail(codes::kTransactionFormat);
  }
  for (std::size_t at = text->find('$'); at != std::string::npos; at = text->find('$', at + 1)) {
    const bool opens = at + 1 < text->size() && ((*text)[at + 1] == '{' || (*text)[at + 1] == '(');
    if (opens && text->find_first_of("})", at + 2) != std::string::npos) {
      return fail(codes::kTransactionFormat);
    }
  }
  return *text;
}

std::string_view setting(const Entry& entry, std::string_view name) {
  if (entry.settings == nullptr) return {};
  const auto found = entry.settings->values.find(std::string(kDoorName) + "." + std::string(name));
  return found == entry.settings->values.end() ? std::string_view() : found->second;
}

Status check_app(const Entry& entry, std::string_view app_id) {
  const std::string_view apps = entry.client.setting("apps");
  if (apps.empty() || is_listed(apps, app_id)) return {};
  return fail(codes::kAppRefused);
}

Result<Target> target(const Entry& entry) {
  Target found;
  if (entry.path.size() >= 2) {
    found.app_id = entry.path[0];
    found.entry_id = entry.path[1];
  } else {
    CINNABAR_TRY(found.app_id, required_text(entry, "app_id"));
    CINNABAR_TRY(found.entry_id, required_text(entry, "entry_id"));
  }
  CINNABAR_CHECK_OK(check_app(entry, found.app_id));
  const auto app = find_app(*entry.catalog, found.app_id);
  if (!app) return fail(codes::kAppUnknown);
  const auto form = find_entry(*entry.catalog, *app, found.entry_id);
  if (!form) return fail(codes::kFormUnknown);
  found.app = *app;
  found.form = *form;
  found.deployed = entry.catalog->form(*form);
  return found;
}

Result<Entry> enter(const api::Call& call, std::size_t per_second) {
  const http::Request& request = *call.request;
  Entry entry;
  CINNABAR_TRY(const std::string key, key_of(request));
  auto client = call.services->clients.find_bearer(kDoorName, key);
  if (!client) return fail(codes::kKeyInvalid);
  entry.client = std::move(*client);
  CINNABAR_CHECK_OK(check_address(entry.client, request.remote_address));
  const auto version = call.captures.empty() ? std::nullopt : version_of(call.captures.front());
  if (!version) return fail(codes::kInvalidRequest, "There is no such version of this API.");
  entry.version = *version;
  CINNABAR_CHECK_OK(check_rates(call, entry.client, per_second));
  CINNABAR_TRY(entry.body, read_body(request));
  entry.request = call.request;
  entry.path.assign(call.captures.begin() + 1, call.captures.end());
  entry.context = {entry.client.principal(), std::string(kDoorName), request.request_id,
                   request.remote_address};
  entry.catalog = call.services->catalog.current();
  entry.people = call.services->people.current();
  entry.services = call.services;
  entry.snapshot = call.snapshot;
  entry.settings = call.settings;
  entry.time_zone = call.time_zone;
  return entry;
}

}  // namespace cinnabar::jodoo
