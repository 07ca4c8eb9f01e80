#include "api/dialects/omflow/auth.h"

#include "api/dialects/omflow/gateway.h"
#include "base/text.h"
#include "vocab/reasons.h"

#include <optional>
#include <utility>

namespace cinnabar::omflow {
namespace {

struct Credentials {
  std::string name;
  Secret password;
};

// Clients that write another scheme than Basic have always been served, so the scheme is not
// compared: what follows the first space is base64 of "name:password".
std::optional<Credentials> read_credentials(std::string_view header) {
  header = trim(header);
  const std::size_t space = header.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto decoded = from_base64(trim(header.substr(space + 1)));
  if (!decoded || !is_utf8(*decoded)) return std::nullopt;
  const std::size_t colon = decoded->find(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  return Credentials{decoded->substr(0, colon), Secret{decoded->substr(colon + 1)}};
}

// An unknown name and a wrong password are told alike, so that nobody can list the users.
http::Response refuse_login(const Voice& voice, const Error& error) {
  const bool as_document = voice.options().login_failure == OmflowOptions::LoginFailure::document;
  if (error.reason == reasons::kCredentialsWrong) {
    return answer(as_document ? 404 : 403,
                  text(as_document ? Text::login_failed : Text::user_unusable, voice.language()),
                  {});
  }
  const int status = error.reason == reasons::kRateLimited ? 403 : status_of(error.code);
  return answer(status, describe(error, Verb::other, voice.language()), {});
}

http::Response refuse_header(const Voice& voice) {
  const bool as_document = voice.options().login_failure == OmflowOptions::LoginFailure::document;
  return answer(500, text(as_document ? Text::user_missing : Text::user_unusable, voice.language()),
                {});
}

}  // namespace

api::Answer get_security_code(const api::Call& call) {
  const Voice voice = voice_of(call);
  const auto credentials = read_credentials(call.request->header("Authorization"));
  if (!credentials) return refuse_header(voice);
  services::SessionService& sessions = call.services->sessions;
  const auto user = sessions.check_password(credentials->name, credentials->password);
  if (!user) return refuse_login(voice, user.error());
  api::WriteStep step;
  const services::CallContext context{Principal{PrincipalKind::user, *user}, std::string(kDoorName),
                                      call.request->request_id, call.request->remote_address};
  step.run = [&sessions, voice,
              context](ports::WriteTransaction& transaction) -> Result<http::Response> {
    CINNABAR_TRY(const services::AccessCode issued,
                 sessions.issue(transaction, context, kCodeKind));
    Json result = Json::object();
    result.set("security", issued.code);
    return answer(200, text(Text::obtained, voice.language()), std::move(result));
  };
  step.refuse = [voice](const Error& error) { return refuse_login(voice, error); };
  return step;
}

}  // namespace cinnabar::omflow
