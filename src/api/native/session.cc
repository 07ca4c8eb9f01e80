#include "api/common/strict_request.h"
#include "api/native/answer.h"
#include "api/native/handlers.h"
#include "api/native/native.h"
#include "api/native/views.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

std::string set_cookie(const api::Call& call, std::string_view code) {
  std::string cookie = std::string(kCookieName) + "=" + std::string(code);
  cookie += "; Path=/; HttpOnly; SameSite=Lax";
  if (code.empty()) cookie += "; Max-Age=0";
  const auto* settings = call.settings;
  const bool is_asked_for = settings != nullptr &&
                            settings->values.contains(kSecureCookiesSetting) &&
                            settings->values.find(kSecureCookiesSetting)->second == "true";
  if (is_asked_for || (settings != nullptr && settings->is_secure)) cookie += "; Secure";
  return cookie;
}

struct SignIn {
  std::string user;
  Secret password;
};

Result<SignIn> read_sign_in(const api::Call& call) {
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  SignIn sign_in;
  sign_in.user = body.text("user", api::Need::required).value_or("");
  sign_in.password = Secret(body.text("password", api::Need::required).value_or(""));
  CINNABAR_CHECK_OK(body.finish());
  return sign_in;
}

Result<UserId> check_sign_in(const api::Call& call) {
  // Basic credentials were checked before the handler.
  if (call.principal.has_value()) return call.principal->user;
  // A page of another site must not sign its visitor in as somebody else.
  if (!call.request->header("Origin").empty() && !is_same_site(*call.request)) {
    return make_error(Code::permission_denied, kCrossSite, "sign in from our own pages");
  }
  CINNABAR_TRY(const SignIn sign_in, read_sign_in(call));
  return call.services->sessions.check_password(sign_in.user, sign_in.password);
}

}  // namespace

api::Answer sign_in(const api::Call& call) {
  const auto user = check_sign_in(call);
  if (!user.has_value()) return refuse(call, user.error());
  return write(
      call, [call, user = *user](ports::WriteTransaction& transaction) -> Result<http::Response> {
        const auto context =
            context_of(call, {PrincipalKind::user, user}, services::Origin::person);
        CINNABAR_TRY(const services::AccessCode access,
                     call.services->sessions.issue(transaction, context, kSessionKind));
        const Names names = names_of(call);
        http::Response response = api::json_response(
            200,
            Json::object().set("user", user_json(*names.people, user)).set("code", access.code));
        response.headers.push_back({"Set-Cookie", set_cookie(call, access.code)});
        return response;
      });
}

api::Answer sign_out(const api::Call& call) {
  const auto context = authenticate(call);
  if (!context.has_value()) return refuse(call, context.error());
  return write(
      call,
      [call, context = *context](ports::WriteTransaction& transaction) -> Result<http::Response> {
        CINNABAR_CHECK_OK(call.services->sessions.end(transaction, context, kSessionKind));
        http::Response response;
        response.status = 204;
        response.headers.push_back({"Set-Cookie", set_cookie(call, "")});
        return response;
      });
}

api::Answer who_am_i(const api::Call& call) {
  const auto context = authenticate(call);
  if (!context.has_value()) return refuse(call, context.error());
  const Names names = names_of(call);
  const UserId user = context->principal.user;
  Json groups = Json::array();
  for (const GroupId group : names.people->groups_of(user)) {
    groups.push(group_json(*names.people, group));
  }
  const services::User* account = names.people->user(user);
  return api::json_response(200,
                            Json::object()
                                .set("user", user_json(*names.people, user))
                                .set("administrator", account != nullptr && account->administrator)
                                .set("groups", std::move(groups)));
}

}  // namespace cinnabar::native
