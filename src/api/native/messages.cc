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

Result<http::Response> correlate(const api::Call& call, const Sent& sent,
                                 ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const auto applied,
               call.services->engine.correlate(transaction, sent.context, sent.message));
  return api::json_response(200, applied_json(names_of(call), applied));
}

Result<http::Response> broadcast(const api::Call& call, const Sent& sent,
                                 ports::WriteTransaction& transaction) {
  CINNABAR_CHECK_OK(call.services->engine.broadcast(transaction, sent.context, sent.message));
  return api::json_response(200, Json::object().set("signal", sent.message.name));
}

struct Facts {
  services::CallContext context;
  expr::Variables variables;
};

Result<Facts> read_facts(const api::Call& call) {
  Facts facts;
  CINNABAR_TRY(facts.context, authenticate(call));
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  facts.variables = read_variables(body, "variables");
  CINNABAR_CHECK_OK(body.finish());
  return facts;
}

Result<http::Response> look_at_conditions(const api::Call& call, const Facts& facts,
                                          ports::WriteTransaction& transaction) {
  CINNABAR_CHECK_OK(call.services->engine.tell_facts(transaction, facts.context, facts.variables));
  return api::json_response(200, Json::object());
}

}  // namespace

api::Answer tell_facts(const api::Call& call) {
  return write_once(call, read_facts(call), look_at_conditions);
}

api::Answer send_message(const api::Call& call) {
  return write_once(call, read_sent(call, true), correlate);
}

api::Answer send_signal(const api::Call& call) {
  return write_once(call, read_sent(call, false), broadcast);
}

}  // namespace cinnabar::native
