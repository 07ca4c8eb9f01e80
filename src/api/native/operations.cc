// What administrators of a process look at and put right: variables, incidents, timers, deliveries.
#include "api/common/strict_request.h"
#include "api/native/answer.h"
#include "api/native/handlers.h"
#include "api/native/targets.h"
#include "api/native/write_once.h"
#include "base/text.h"
#include "services/codec/variable_json.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

constexpr std::int64_t kPageDefault = 50;
constexpr std::int64_t kPageMax = 1'000;
constexpr std::int64_t kRetriesMax = 1'000;

// ---- variables ----

Result<Json> variables(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(const auto summary, find_instance(call, context, *call.snapshot));
  CINNABAR_TRY(const auto values,
               call.services->engine.variables(*call.snapshot, context, summary.id));
  return Json::object().set("variables", services::codec::variables_json(values));
}

struct Change {
  services::CallContext context;
  expr::Variables variables;
};

Result<Change> read_change(const api::Call& call) {
  Change change;
  CINNABAR_TRY(change.context, authenticate(call));
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  static_cast<void>(body.object("variables", api::Need::required));
  change.variables = read_variables(body, "variables");
  CINNABAR_CHECK_OK(body.finish());
  return change;
}

Result<http::Response> change(const api::Call& call, const Change& wanted,
                              ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const auto summary, find_instance(call, wanted.context, transaction));
  CINNABAR_TRY(const auto applied, call.services->engine.set_variables(
                                       transaction, wanted.context, summary.id, wanted.variables));
  return api::json_response(200, applied_json(names_of(call), applied));
}

// ---- incidents ----

Json incident_json(const Names& names, const services::IncidentRow& incident) {
  return Json::object()
      .set("id", incident.id.value())
      .set("kind", name(incident.kind))
      .set("process", process_json(*names.catalog, incident.process))
      .set("number", incident.number)
      .set("process_instance", incident.instance.value())
      .set("definition", incident.definition.value())
      .set("node", incident.node_id)
      .set("detail", incident.detail)
      .set("created_at", time_json(incident.created_at));
}

Result<Json> incidents(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(auto query, api::StrictQuery::parse(*call.request));
  const auto process_name = query.text("process");
  services::IncidentQuery wanted;
  wanted.node_id = query.text("node").value_or("");
  const std::int64_t version = query.integer("version", 0, 1, kIdMax);
  if (version > 0 && !process_name.has_value()) {
    query.report("version", api::kMemberMissing, "is of a process, which is not named");
  }
  wanted.limit = query.integer("limit", kPageDefault, 1, kPageMax);
  wanted.after = IncidentId{query.integer("after", 0, 0, kIdMax)};
  CINNABAR_CHECK_OK(query.finish());
  const Names names = names_of(call);
  if (process_name.has_value()) {
    CINNABAR_TRY(const services::Process* process, find_process(*names.catalog, *process_name));
    wanted.process = process->id;
    if (version > 0) {
      const auto definition = names.catalog->find_version(process->id, version);
      if (definition == nullptr) {
        return make_error(Code::not_found, reasons::kProcessUnknown,
                          "the process has no such version", std::to_string(version));
      }
      wanted.definition = definition->id;
    }
  }
  CINNABAR_TRY(const auto found, call.services->engine.incidents(*call.snapshot, context, wanted));
  Json rows = Json::array();
  for (const auto& incident : found) rows.push(incident_json(names, incident));
  return page_json(std::move(rows), wanted.limit, found.empty() ? 0 : found.back().id.value());
}

// One who may not manage the process does not learn that there is such an incident.
Error hidden(const Error& error, IncidentId incident) {
  if (error.reason != reasons::kNotPermitted) return error;
  return make_error(Code::not_found, reasons::kIncidentUnknown, "no such incident",
                    std::to_string(incident.value()));
}

enum class Remedy : std::uint8_t { retry, resolve, skip };

struct Repair {
  services::CallContext context;
  IncidentId incident;
  std::int32_t retries = 1;
  std::string comment;
  expr::Variables variables;
};

Result<Repair> read_repair(const api::Call& call, Remedy remedy) {
  Repair repair;
  CINNABAR_TRY(repair.context, authenticate(call));
  CINNABAR_TRY(const std::int64_t id, id_capture(call, reasons::kIncidentUnknown, "incident"));
  repair.incident = IncidentId{id};
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  if (remedy != Remedy::skip) {
    repair.retries = static_cast<std::int32_t>(read_integer(body, "retries", 1, 1, kRetriesMax));
  } else {
    repair.comment = read_text(body, "comment");
  }
  if (remedy != Remedy::retry) repair.variables = read_variables(body, "variables");
  CINNABAR_CHECK_OK(body.finish());
  return repair;
}

Result<services::Applied> do_repair(const api::Call& call, Remedy remedy, const Repair& repair,
                                    ports::WriteTransaction& transaction) {
  services::EngineService& engine = call.services->engine;
  const process::RetryIncident retry{repair.incident, {}, repair.retries};
  if (remedy == Remedy::resolve) {
    return engine.resolve_incident(transaction, repair.context, retry, repair.variables);
  }
  CINNABAR_TRY(const ProcessInstanceId instance, engine.instance_of(transaction, repair.incident));
  if (remedy == Remedy::retry) {
    return engine.apply(transaction, repair.context, instance, retry, "retry_incident");
  }
  return engine.apply(transaction, repair.context, instance,
                      process::SkipIncident{repair.incident, {}, repair.comment, repair.variables},
                      "skip_incident");
}

api::Answer on_incident(const api::Call& call, Remedy remedy) {
  return write_once(call, read_repair(call, remedy),
                    [remedy](const api::Call& caller, const Repair& repair,
                             ports::WriteTransaction& transaction) -> Result<http::Response> {
                      const auto applied = do_repair(caller, remedy, repair, transaction);
                      if (!applied.has_value()) return hidden(applied.error(), repair.incident);
                      return api::json_response(200, applied_json(names_of(caller), *applied));
                    });
}

// ---- what it waits for ----

Json wait_json(const services::WaitRow& wait) {
  Json json = Json::object()
                  .set("id", wait.id.value())
                  .set("kind", name(wait.kind))
                  .set("node", wait.node_id)
                  .set("name", text_or_null(wait.name))
                  .set("correlation_key", text_or_null(wait.key))
                  .set("due_at", wait.due_at.has_value() ? time_json(*wait.due_at) : Json(nullptr));
  if (wait.kind == WaitKind::job) json.set("retries", std::int64_t{wait.retries});
  return json;
}

Result<Json> waits(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(const auto summary, find_instance(call, context, *call.snapshot));
  CINNABAR_TRY(const auto found, call.services->engine.waits(*call.snapshot, context, summary.id));
  Json rows = Json::array();
  for (const auto& wait : found) rows.push(wait_json(wait));
  return Json::object().set("items", std::move(rows)).set("next", nullptr);
}

Result<NamedThing> read_firing(const api::Call& call) {
  CINNABAR_TRY(NamedThing timer, read_named(call, reasons::kWaitUnknown, "timer"));
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  CINNABAR_CHECK_OK(body.finish());
  return timer;
}

Result<http::Response> fire(const api::Call& call, const NamedThing& timer,
                            ports::WriteTransaction& transaction) {
  services::EngineService& engine = call.services->engine;
  const WaitId wait{timer.id};
  CINNABAR_TRY(const ProcessInstanceId instance, engine.instance_of(transaction, wait));
  const auto applied = engine.apply(transaction, timer.context, instance,
                                    process::FireTimer{wait, true}, "fire_timer");
  if (applied.has_value()) return api::json_response(200, applied_json(names_of(call), *applied));
  if (applied.error().reason != reasons::kNotPermitted) return applied.error();
  return make_error(Code::not_found, reasons::kWaitUnknown, "no such timer",
                    std::to_string(wait.value()));
}

// ---- deliveries ----

Result<Json> deliveries(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(auto query, api::StrictQuery::parse(*call.request));
  const std::int64_t limit = query.integer("limit", kPageDefault, 1, kPageMax);
  const std::int64_t after = query.integer("after", 0, 0, kIdMax);
  CINNABAR_CHECK_OK(query.finish());
  CINNABAR_TRY(const auto found,
               call.services->engine.failed_deliveries(*call.snapshot, context, after, limit));
  Json rows = Json::array();
  for (const auto& delivery : found) {
    rows.push(Json::object()
                  .set("id", delivery.id)
                  .set("kind", text_or_null(delivery.kind))
                  .set("name", text_or_null(delivery.name))
                  .set("process_instance", delivery.instance.is_assigned()
                                               ? Json(delivery.instance.value())
                                               : Json(nullptr))
                  .set("attempts", delivery.attempts)
                  .set("created_at", time_json(delivery.created_at)));
  }
  return page_json(std::move(rows), limit, found.empty() ? 0 : found.back().id);
}

Result<http::Response> retry(const api::Call& call, const NamedThing& delivery,
                             ports::WriteTransaction& transaction) {
  CINNABAR_CHECK_OK(
      call.services->engine.retry_delivery(transaction, delivery.context, delivery.id));
  return api::json_response(200, Json::object().set("id", delivery.id));
}

}  // namespace

api::Answer show_variables(const api::Call& call) {
  return answer(call, variables(call));
}

api::Answer change_variables(const api::Call& call) {
  return write_once(call, read_change(call), change);
}

api::Answer list_incidents(const api::Call& call) {
  return answer(call, incidents(call));
}

api::Answer retry_incident(const api::Call& call) {
  return on_incident(call, Remedy::retry);
}

api::Answer resolve_incident(const api::Call& call) {
  return on_incident(call, Remedy::resolve);
}

api::Answer skip_incident(const api::Call& call) {
  return on_incident(call, Remedy::skip);
}

api::Answer list_waits(const api::Call& call) {
  return answer(call, waits(call));
}

api::Answer fire_timer(const api::Call& call) {
  return write_once(call, read_firing(call), fire);
}

api::Answer list_failed_deliveries(const api::Call& call) {
  return answer(call, deliveries(call));
}

api::Answer retry_delivery(const api::Call& call) {
  return write_once(call, read_named(call, reasons::kDeliveryUnknown, "failed delivery"), retry);
}

}  // namespace cinnabar::native
