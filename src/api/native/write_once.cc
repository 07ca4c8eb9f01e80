#include "api/native/write_once.h"

#include "api/native/answer.h"
#include "services/idempotency.h"
#include "vocab/reasons.h"

#include <utility>

namespace cinnabar::native {
namespace {

constexpr std::string_view kKeyHeader = "Idempotency-Key";

// What makes an answer: its status, where the new thing is, and its body.
std::string encode_reply(const http::Response& response) {
  Json json =
      Json::object().set("status", std::int64_t{response.status}).set("body", response.body);
  for (const http::Header& header : response.headers) {
    if (header.name == "Location" || header.name == "Content-Type") {
      json.set(header.name, header.value);
    }
  }
  return print(json);
}

Result<http::Response> decode_reply(std::string_view reply) {
  CINNABAR_TRY(const Json json, Json::parse(reply));
  const Json* status = json.find("status");
  const Json* body = json.find("body");
  if (status == nullptr || body == nullptr || body->as_string() == nullptr) {
    return make_error(Code::data_loss, reasons::kStorageCorrupt, "a stored reply cannot be read");
  }
  http::Response response;
  response.status = static_cast<int>(status->as_int().value_or(200));
  response.body = *body->as_string();
  for (const char* name : {"Location", "Content-Type"}) {
    const Json* value = json.find(name);
    if (value != nullptr && value->as_string() != nullptr) {
      response.headers.push_back({name, *value->as_string()});
    }
  }
  response.headers.push_back({"Idempotent-Replay", "true"});
  return response;
}

services::IdempotencyKey key_of(const api::Call& call, const services::CallContext& context) {
  const http::Request& request = *call.request;
  services::IdempotencyKey key;
  key.scope = "native/" + std::to_string(context.principal.user.value());
  key.key = std::string(request.header(kKeyHeader));
  key.request_hash =
      call.services->crypto.sha256_hex(request.method + " " + request.path + "\n" + request.body);
  return key;
}

}  // namespace

api::Answer write_once(const api::Call& call, const services::CallContext& context,
                       std::function<Result<http::Response>(ports::WriteTransaction&)> run) {
  if (call.request->header(kKeyHeader).empty()) return write(call, std::move(run));
  const services::IdempotencyKey key = key_of(call, context);
  if (const Status usable = services::check_key(key); !usable) return refuse(call, usable.error());
  return write(call,
               [call, key, run = std::move(run)](
                   ports::WriteTransaction& transaction) -> Result<http::Response> {
                 CINNABAR_TRY(const auto known, services::find_reply(transaction, key));
                 if (known) return decode_reply(*known);
                 CINNABAR_TRY(http::Response response, run(transaction));
                 services::remember_reply(transaction, key, encode_reply(response),
                                          call.services->clock.now());
                 return response;
               });
}

}  // namespace cinnabar::native
