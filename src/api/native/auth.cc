#include "api/native/auth.h"

#include "api/common/authorization.h"
#include "api/common/credential_cache.h"
#include "api/common/problem.h"
#include "base/text.h"
#include "platform/http/form.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

using api::has_scheme;
using api::kBearer;

constexpr std::string_view kBasic = "basic ";

std::string_view cookie(const http::Request& request, std::string_view name) {
  for (const std::string_view pair : split(request.header("Cookie"), ';')) {
    const std::string_view trimmed = trim(pair);
    if (trimmed.size() > name.size() && trimmed.starts_with(name) && trimmed[name.size()] == '=') {
      return trimmed.substr(name.size() + 1);
    }
  }
  return {};
}

bool changes_something(const http::Request& request) {
  return request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
}

Result<Principal> remembered_password(const api::Call& call, std::string_view authorization) {
  CINNABAR_TRY(const auto basic, http::parse_basic_auth(authorization));
  const auto people = call.services->people.current();
  const auto user =
      call.credentials->find(*people, basic.user, basic.password, call.services->clock.now());
  if (user.has_value()) return Principal{PrincipalKind::user, *user};
  return make_error(Code::unauthenticated, reasons::kCredentialsWrong,
                    "the password was changed a moment ago");
}

}  // namespace

std::string_view session_code(const http::Request& request) {
  const std::string_view authorization = request.header("Authorization");
  if (has_scheme(authorization, kBearer)) return trim(authorization.substr(kBearer.size()));
  return cookie(request, kCookieName);
}

bool has_personal_token(const http::Request& request) {
  return has_scheme(request.header("Authorization"), kBearer) &&
         session_code(request).starts_with(services::kTokenPrefix);
}

bool is_same_site(const http::Request& request) {
  // Other sites cannot add this header without asking us first, and we never agree.
  if (!request.header("X-Requested-With").empty()) return true;
  const std::string_view site = request.header("Sec-Fetch-Site");
  if (!site.empty()) return site == "same-origin" || site == "none";
  const std::string_view origin = request.header("Origin");
  const std::size_t scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos) return false;
  return origin.substr(scheme_end + 3) == request.header("Host");
}

services::CallContext context_of(const api::Call& call, Principal principal,
                                 services::Origin origin) {
  return services::CallContext{principal, "native", call.request->request_id,
                               call.request->remote_address, origin};
}

Result<services::CallContext> authenticate(const api::Call& call) {
  if (call.principal.has_value()) return context_of(call, *call.principal);
  const http::Request& request = *call.request;
  const std::string_view authorization = request.header("Authorization");
  if (has_scheme(authorization, kBasic)) {
    CINNABAR_TRY(const Principal principal, remembered_password(call, authorization));
    return context_of(call, principal);
  }
  const bool has_bearer = has_scheme(authorization, kBearer);
  if (!authorization.empty() && !has_bearer) {
    return make_error(Code::unauthenticated, reasons::kCredentialsMalformed,
                      "expected Authorization: Bearer or Basic");
  }
  const std::string_view code = session_code(request);
  if (code.empty()) {
    return make_error(Code::unauthenticated, reasons::kCredentialsMissing,
                      "sign in, or send Authorization: Bearer or Basic");
  }
  if (!has_bearer && changes_something(request) && !is_same_site(request)) {
    return make_error(Code::permission_denied, kCrossSite,
                      "a call with a cookie needs the header X-Requested-With");
  }
  if (has_personal_token(request)) {
    CINNABAR_TRY(const Principal principal, call.services->tokens.authenticate(code));
    return context_of(call, principal);
  }
  CINNABAR_TRY(const Principal principal, call.services->sessions.authenticate(kSessionKind, code));
  return context_of(call, principal, services::Origin::person);
}

bool has_unchecked_password(const api::Call& call) {
  const std::string_view authorization = call.request->header("Authorization");
  if (!has_scheme(authorization, kBasic)) return false;
  const auto basic = http::parse_basic_auth(authorization);
  if (!basic.has_value()) return true;
  const auto people = call.services->people.current();
  return !call.credentials->find(*people, basic->user, basic->password, call.services->clock.now())
              .has_value();
}

Status check_password(api::Call& call) {
  const auto basic = http::parse_basic_auth(call.request->header("Authorization"));
  if (!basic.has_value()) {
    return make_error(Code::unauthenticated, reasons::kCredentialsMalformed, basic.error().detail);
  }
  const auto people = call.services->people.current();
  CINNABAR_TRY(const UserId user,
               call.services->sessions.check_password(basic->user, basic->password));
  call.credentials->remember(*people, basic->user, basic->password, user,
                             call.services->clock.now());
  call.principal = Principal{PrincipalKind::user, user};
  return {};
}

http::Response refuse(const api::Call& call, const Error& error) {
  http::Response response = api::problem(error, call.request->request_id);
  // A browser answers this header with a dialog of its own, which our pages do not want.
  if (response.status == 401 && call.request->header("X-Requested-With").empty()) {
    response.headers.push_back({"WWW-Authenticate", "Basic realm=\"cinnabar\", charset=\"UTF-8\""});
  }
  return response;
}

}  // namespace cinnabar::native
