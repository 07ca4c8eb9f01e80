#include "api/common/strict_request.h"
#include "api/native/answer.h"
#include "api/native/handlers.h"
#include "api/native/views.h"
#include "base/text.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

Json time_or_null(const std::optional<Instant>& at) {
  return at.has_value() ? time_json(*at) : Json(nullptr);
}

Json token_json(const services::AccessToken& token) {
  return Json::object()
      .set("id", token.id)
      .set("name", token.name)
      .set("created_at", time_json(token.created_at))
      .set("expires_at", time_or_null(token.expires_at))
      .set("last_used_at", time_or_null(token.last_used_at));
}

struct Creation {
  services::CallContext context;
  services::TokenRequest request;
};

Result<Creation> read_creation(const api::Call& call) {
  Creation creation;
  CINNABAR_TRY(creation.context, authenticate(call));
  // Or a token with an end could make itself one without.
  if (has_personal_token(*call.request)) {
    return make_error(Code::permission_denied, reasons::kTokenNotEnough,
                      "sign in to make a token; a token cannot make another");
  }
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  creation.request.user = creation.context.principal.user;
  creation.request.name = body.text("name", api::Need::required).value_or("");
  if (const auto text = body.text("expires_at", api::Need::optional)) {
    creation.request.expires_at = parse_instant(*text, call.time_zone);
    if (!creation.request.expires_at.has_value()) {
      body.report("expires_at", reasons::kArgumentMalformed, "expected a date and time");
    }
  }
  CINNABAR_CHECK_OK(body.finish());
  return creation;
}

Result<Json> list(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(auto query, api::StrictQuery::parse(*call.request));
  CINNABAR_CHECK_OK(query.finish());
  CINNABAR_TRY(const auto tokens,
               services::TokenService::list(*call.snapshot, context.principal.user));
  Json rows = Json::array();
  for (const services::AccessToken& token : tokens) rows.push(token_json(token));
  return Json::object().set("items", std::move(rows)).set("next", nullptr);
}

}  // namespace

api::Answer create_token(const api::Call& call) {
  auto creation = read_creation(call);
  if (!creation.has_value()) return refuse(call, creation.error());
  return write(call,
               [call, creation = std::move(creation).value()](
                   ports::WriteTransaction& transaction) -> Result<http::Response> {
                 CINNABAR_TRY(
                     const auto made,
                     call.services->tokens.create(transaction, creation.context, creation.request));
                 return api::json_response(
                     201, token_json(made.token).set("token", std::string(made.secret.reveal())));
               });
}

api::Answer list_tokens(const api::Call& call) {
  return answer(call, list(call));
}

api::Answer revoke_token(const api::Call& call) {
  const auto context = authenticate(call);
  if (!context.has_value()) return refuse(call, context.error());
  // Text that is no number names no token.
  const std::int64_t id = parse_int(call.captures.at(0)).value_or(0);
  return write(call,
               [call, context = *context,
                id](ports::WriteTransaction& transaction) -> Result<http::Response> {
                 CINNABAR_CHECK_OK(call.services->tokens.revoke(transaction, context,
                                                                context.principal.user, id));
                 http::Response response;
                 response.status = 204;
                 return response;
               });
}

}  // namespace cinnabar::native
