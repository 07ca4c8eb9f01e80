#include "api/dialects/omflow/gateway.h"

#include "base/text.h"
#include "vocab/reasons.h"

namespace cinnabar::omflow {
namespace {

// Whatever is no text is no security code either.
std::string code_of(const Parameters& parameters) {
  const Json* code = parameters.find("security");
  const std::string* text = code == nullptr ? nullptr : code->as_string();
  return text == nullptr ? std::string{} : *text;
}

}  // namespace

Voice voice_of(const api::Call& call) {
  return Voice{read_options(call.settings), pick_language(call.request->header("Accept-Language"))};
}

std::variant<Entry, http::Response> enter(const api::Call& call) {
  const Voice voice = voice_of(call);
  const auto say = [&](Text what) { return std::string(text(what, voice.language())); };
  Parameters parameters = Parameters::read(*call.request);
  if (!parameters.is_truthy("omflow_restapi")) {
    return answer(403, say(Text::parameter_missing) + "omflow_restapi", {});
  }
  if (const Json* code = parameters.find("security"); code != nullptr && code->is_null()) {
    return answer(403, say(Text::code_missing), {});
  }
  auto principal = call.services->sessions.authenticate(kCodeKind, code_of(parameters));
  if (!principal) {
    const Error& error = principal.error();
    return answer(status_of(error.code), describe(error, Verb::other, voice.language()), {});
  }
  services::CallContext context{*principal, std::string(kDoorName), call.request->request_id,
                                call.request->remote_address, services::Origin::program};
  return Entry{call.request, std::move(parameters), std::move(context),
               voice,        call.services,         call.time_zone};
}

}  // namespace cinnabar::omflow
