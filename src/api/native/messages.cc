// What the world tells processes: messages for one receiver, signals for all.
#include "api/native/answer.h"
#include "api/native/handlers.h"
#include "api/native/targets.h"
#include "api/native/write_once.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

struct Sent {
  services::CallContext context;
  services::EngineService::Message message;
};

Result<Sent> read_sent(const api::Call& call, bool has_key) {
  Sent sent;
  CINNABAR_TRY(sent.context, authenticate(call));
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  sent.message.name = read_text(body, "name", api::Need::required);
  if (has_key) sent.message.key = read_text(body, "correlation_key");
  sent.message.variables = read_variables(body, "variables");
  CINNABAR_CHECK_OK(body.finish());
  return sent;
}

}  // namespace

api::Answer send_message(const api::Call& call) {
  auto sent = read_sent(call, true);
  if (!sent.has_value()) return refuse(call, sent.error());
  const services::CallContext context = sent->context;
  return write_once(call, context,
                    [call, sent = std::move(sent).value()](
                        ports::WriteTransaction& transaction) -> Result<http::Response> {
                      CINNABAR_TRY(
                          const auto applied,
                          call.services->engine.correlate(transaction, sent.context, sent.message));
                      return api::json_response(200, applied_json(names_of(call), applied));
                    });
}

api::Answer send_signal(const api::Call& call) {
  auto sent = read_sent(call, false);
  if (!sent.has_value()) return refuse(call, sent.error());
  const services::CallContext context = sent->context;
  return write_once(
      call, context,
      [call, sent = std::move(sent).value()](
          ports::WriteTransaction& transaction) -> Result<http::Response> {
        CINNABAR_CHECK_OK(call.services->engine.broadcast(transaction, sent.context, sent.message));
        return api::json_response(200, Json::object().set("signal", sent.message.name));
      });
}

}  // namespace cinnabar::native
