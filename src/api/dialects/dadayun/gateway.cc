#include "api/dialects/dadayun/gateway.h"

#include "api/common/authorization.h"
#include "api/dialects/dadayun/conditions.h"
#include "api/dialects/dadayun/signature.h"
#include "base/text.h"
#include "platform/http/form.h"
#include "vocab/reasons.h"

#include <limits>

namespace cinnabar::dadayun {
namespace {

constexpr std::int64_t kClockWindow = 15 * 60;  // seconds

Error unauthenticated(Reason reason, std::string message) {
  return make_error(Code::unauthenticated, reason, std::move(message));
}

Status check_date(const api::Call& call) {
  const std::string_view date = call.request->header("Date");
  if (date.empty()) return unauthenticated(kDateMissing, "缺少Date请求头");
  const auto at = parse_http_date(date);
  if (!at) return unauthenticated(kDateMissing, "Date请求头无效");
  const std::int64_t window = parse_int(setting(call, "clock_window")).value_or(kClockWindow);
  const std::int64_t off = (call.services->clock.now() - *at).micros() / seconds(1).micros();
  if (off > window || off < -window) {
    return unauthenticated(kTimeSkewed, "请求时间与服务器时间相差过大");
  }
  return {};
}

// A body is not signed; where the client says what its digest is, it has to be that.
Status check_digest(const api::Call& call) {
  const std::string_view digest = call.request->header("Content-MD5");
  if (digest.empty() || call.request->is_multipart) return {};
  const std::string right = to_base64(call.services->crypto.md5(call.request->body));
  if (digest == right) return {};
  return invalid("Content-MD5", "与请求体不符");
}

bool is_signed_by(const api::Call& call, const Secret& secret, const Signature& signature) {
  ports::Crypto& crypto = call.services->crypto;
  const auto fits = [&](std::string_view prefix) {
    const std::string right =
        crypto.hmac_sha1(secret.reveal(), string_to_sign(*call.request, prefix));
    return crypto.equal_constant_time(right, signature.bytes);
  };
  if (fits({})) return true;
  for (const std::string_view prefix : split(setting(call, "signed_path_prefixes"), ',')) {
    if (!trim(prefix).empty() && fits(trim(prefix))) return true;
  }
  return false;
}

Result<Principal> check_signature(const api::Call& call, std::string_view authorization) {
  const auto signature = parse_signature(authorization);
  if (!signature) return unauthenticated(kInvalidHeader, "Authorization请求头无效");
  CINNABAR_CHECK_OK(check_date(call));
  const services::ClientService& clients = call.services->clients;
  const auto client = clients.find_key(kDoorName, signature->key);
  if (!client || client->kind != ClientKind::signing) {
    return unauthenticated(kKeyUnknown, "AccessKeyId不存在");
  }
  CINNABAR_TRY(const Secret secret, clients.signing_secret(*client));
  if (!is_signed_by(call, secret, *signature)) {
    return unauthenticated(kSignatureWrong, "签名不匹配");
  }
  CINNABAR_CHECK_OK(check_digest(call));
  return client->principal();
}

Result<Principal> authenticate(const api::Call& call) {
  const std::string_view authorization = call.request->header("Authorization");
  if (authorization.empty()) {
    return unauthenticated(reasons::kCredentialsMissing, "缺少Authorization请求头");
  }
  if (api::has_scheme(authorization, api::kBearer)) {
    auto principal =
        call.services->grants.find_access(*call.snapshot, api::bearer_token(*call.request));
    if (principal || principal.error().code != Code::unauthenticated) return principal;
    return unauthenticated(reasons::kTokenUnknown, "访问令牌无效或已过期");
  }
  return check_signature(call, authorization);
}

}  // namespace

Result<Parameters> Parameters::read(std::string_view form) {
  Parameters parameters;
  auto fields = http::parse_form(form);
  if (!fields) return invalid("query", "参数编码无效");
  for (auto& [name, value] : *fields) parameters.set_if_absent(name, std::move(value));
  return parameters;
}

void Parameters::set_if_absent(std::string_view name, std::string value) {
  if (value.empty()) return;
  values_.emplace(to_lower_ascii(name), std::move(value));
}

const std::string& Parameters::text(std::string_view name) const {
  static const std::string kNone;
  const auto found = values_.find(to_lower_ascii(name));
  return found == values_.end() ? kNone : found->second;
}

Result<bool> Parameters::flag(std::string_view name, bool fallback) const {
  const std::string_view value = trim(text(name));
  if (value.empty()) return fallback;
  const auto flag = parse_flag(value);
  if (!flag) return invalid(name, "必须是true或false");
  return *flag;
}

Result<std::int64_t> Parameters::count(std::string_view name, std::int64_t fallback) const {
  const std::string_view value = trim(text(name));
  if (value.empty()) return fallback;
  const auto number = parse_int(value);
  if (!number || *number < 0 || *number > std::numeric_limits<std::int32_t>::max()) {
    return invalid(name, "必须是0到2147483647之间的整数");
  }
  return *number;
}

std::string_view setting(const api::Call& call, std::string_view name) {
  if (call.settings == nullptr) return {};
  const auto found = call.settings->values.find(std::string(kDoorName) + "." + std::string(name));
  return found == call.settings->values.end() ? std::string_view() : found->second;
}

Result<Entry> enter(const api::Call& call) {
  Entry entry;
  CINNABAR_TRY(const Principal principal, authenticate(call));
  CINNABAR_TRY(entry.query, Parameters::read(call.request->query));
  entry.call = call;
  entry.context = {principal, std::string(kDoorName), call.request->request_id,
                   call.request->remote_address};
  entry.catalog = call.services->catalog.current();
  entry.people = call.services->people.current();
  return entry;
}

Result<const services::Process*> find_template(const Entry& entry, std::string_view id_or_name) {
  if (const auto digits = plain_guid(id_or_name)) {
    if (const services::Process* found = entry.catalog->process_by_uuid(*digits)) return found;
  }
  const services::Process* found = nullptr;
  for (const auto& [id, process] : entry.catalog->processes()) {
    if (process.name != id_or_name && process.key != id_or_name) continue;
    if (found != nullptr) return invalid("id", "有多个同名的流程模板，请使用Id");
    found = &process;
  }
  if (found != nullptr) return found;
  return make_error(Code::not_found, reasons::kProcessUnknown, "no such process",
                    std::string(id_or_name.substr(0, 64)));
}

}  // namespace cinnabar::dadayun
