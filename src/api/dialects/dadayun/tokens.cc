#include "api/dialects/dadayun/tokens.h"

#include "api/common/authorization.h"
#include "api/dialects/dadayun/errors.h"
#include "api/dialects/dadayun/gateway.h"
#include "api/dialects/dadayun/scopes.h"
#include "base/text.h"
#include "platform/http/form.h"
#include "services/grant_service.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::dadayun {
namespace {

// What went wrong, in the words of the standard.
constexpr Reason kInvalidRequest{"invalid_request"};
constexpr Reason kInvalidClient{"invalid_client"};
constexpr Reason kInvalidGrant{"invalid_grant"};
constexpr Reason kUnauthorizedClient{"unauthorized_client"};
constexpr Reason kUnsupportedGrantType{"unsupported_grant_type"};

Error oauth_error(Reason reason) {
  return make_error(Code::invalid_argument, reason, {});
}

std::string_view error_name(const Error& error) {
  for (const Reason known : {kInvalidRequest, kInvalidClient, kInvalidGrant, kUnauthorizedClient,
                             kUnsupportedGrantType, kInvalidScope}) {
    if (error.reason == known) return known.name;
  }
  if (error.reason == services::kGrantInvalid || error.reason == reasons::kCredentialsWrong) {
    return kInvalidGrant.name;
  }
  if (error.reason == reasons::kClientUnknown) return kInvalidClient.name;
  const bool is_busy = error.code == Code::unavailable || error.code == Code::resource_exhausted ||
                       error.code == Code::deadline_exceeded;
  return is_busy ? "temporarily_unavailable" : "server_error";
}

http::Response refuse_token(const api::Call& call, const Error& error) {
  return answer(call, 400, Json::object().set("error", error_name(error)));
}

struct TokenRequest {
  Parameters form;
  services::Client client;
};

// In the body, or as Basic.
Result<TokenRequest> read_request(const api::Call& call) {
  TokenRequest request;
  auto form = Parameters::read(call.request->body);
  if (!form || call.request->is_multipart) return oauth_error(kInvalidRequest);
  request.form = std::move(*form);
  std::string id = request.form.text("client_id");
  Secret secret{request.form.text("client_secret")};
  if (id.empty()) {
    auto basic = http::parse_basic_auth(call.request->header("Authorization"));
    if (!basic) return oauth_error(kInvalidClient);
    id = basic->user;
    secret = std::move(basic->password);
  }
  auto client = call.services->clients.find_key(kDoorName, id);
  const bool is_known = client && client->kind == ClientKind::oauth &&
                        call.services->clients.has_secret(*client, secret.reveal());
  if (!is_known) return oauth_error(kInvalidClient);
  request.client = std::move(*client);
  return request;
}

http::Response grant_json(const api::Call& call, const services::Grant& grant) {
  Json body = Json::object();
  body.set("access_token", grant.access.reveal())
      .set("expires_in", grant.expires_in.micros() / seconds(1).micros())
      .set("token_type", "Bearer");
  if (grant.scopes.find("offline_access") != std::string::npos) {
    body.set("refresh_token", grant.refresh.reveal());
  }
  return answer(call, 200, body);
}

using MakeGrant = std::function<Result<std::optional<services::Grant>>(ports::WriteTransaction&)>;

// A grant that was revoked is an error to the caller, but its revocation is written.
api::Answer write_grant(const api::Call& call, MakeGrant make) {
  return api::WriteStep{[call, make = std::move(make)](
                            ports::WriteTransaction& transaction) -> Result<http::Response> {
                          CINNABAR_TRY(const auto grant, make(transaction));
                          if (!grant) return refuse_token(call, oauth_error(kInvalidGrant));
                          return grant_json(call, *grant);
                        },
                        [call](const Error& error) { return refuse_token(call, error); }};
}

Result<MakeGrant> password_grant(const api::Call& call, const TokenRequest& request) {
  const std::string& name = request.form.text("username");
  const std::string& password = request.form.text("password");
  if (name.empty() || password.empty()) return oauth_error(kInvalidRequest);
  CINNABAR_TRY(std::string scopes, parse_scopes(request.form.text("scope")));
  CINNABAR_TRY(const UserId user, call.services->sessions.check_password(name, Secret{password}));
  return MakeGrant{
      [grants = &call.services->grants, client = request.client, user, scopes = std::move(scopes)](
          ports::WriteTransaction& transaction) -> Result<std::optional<services::Grant>> {
        CINNABAR_TRY(services::Grant grant, grants->issue(transaction, client, user, scopes));
        return std::optional{std::move(grant)};
      }};
}

// The setting `grants` of a client lists those that it may use, divided by commas; without it all.
bool may_use(const services::Client& client, std::string_view grant) {
  const std::string_view allowed = client.setting("grants");
  const std::vector<std::string_view> names = split(allowed, ',');
  return allowed.empty() ||
         std::ranges::any_of(names, [grant](std::string_view name) { return trim(name) == grant; });
}

Result<MakeGrant> make_grant(const api::Call& call, const TokenRequest& request) {
  const std::string& type = request.form.text("grant_type");
  services::GrantService* grants = &call.services->grants;
  if (type.empty()) return oauth_error(kInvalidRequest);
  if (!may_use(request.client, type)) return oauth_error(kUnauthorizedClient);
  if (type == "password") return password_grant(call, request);
  if (type == "refresh_token") {
    const std::string& token = request.form.text("refresh_token");
    if (token.empty()) return oauth_error(kInvalidRequest);
    return MakeGrant{
        [grants, client = request.client, token](ports::WriteTransaction& transaction) {
          return grants->refresh(transaction, client, token);
        }};
  }
  if (type == "authorization_code") {
    const std::string& code = request.form.text("code");
    if (code.empty()) return oauth_error(kInvalidRequest);
    return MakeGrant{
        [grants, client = request.client, code, address = request.form.text("redirect_uri"),
         verifier = request.form.text("code_verifier")](ports::WriteTransaction& transaction) {
          return grants->exchange_code(transaction, client, code, address, verifier);
        }};
  }
  return oauth_error(kUnsupportedGrantType);
}

}  // namespace

api::Answer issue_token(const api::Call& call) {
  const auto request = read_request(call);
  if (!request) return refuse_token(call, request.error());
  auto make = make_grant(call, *request);
  if (!make) return refuse_token(call, make.error());
  return write_grant(call, std::move(*make));
}

}  // namespace cinnabar::dadayun
