// Automations and their runs.
#include "api/native/answer.h"
#include "api/native/handlers.h"
#include "api/native/targets.h"
#include "services/automation_runner.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

constexpr std::int64_t kPageDefault = 100;
constexpr std::int64_t kPageMax = 1'000;

Json automation_json(const Names& names, const services::DeployedAutomation& automation) {
  const services::AutomationDefinition& definition = automation.definition;
  Json events = Json::array();
  for (const services::WebhookKind kind : services::kWebhookKinds) {
    if ((definition.events & static_cast<std::int64_t>(kind)) != 0) events.push(name(kind));
  }
  Json actions = Json::array();
  for (const auto& action : definition.actions) actions.push(name(action.kind));
  return Json::object()
      .set("id", automation.id)
      .set("key", definition.key)
      .set("name", definition.name)
      .set("application", application_json(*names.catalog, automation.application))
      .set("form", form_json(*names.catalog, automation.form))
      .set("on", std::move(events))
      .set("enabled", definition.enabled)
      .set("include_api_writes", definition.include_api_writes)
      .set("actions", std::move(actions));
}

Result<Json> list(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(auto query, api::StrictQuery::parse(*call.request));
  CINNABAR_CHECK_OK(query.finish());
  const Names names = names_of(call);
  CINNABAR_TRY(const auto found, call.services->automations.list(*names.catalog, context));
  Json rows = Json::array();
  for (const auto* automation : found) rows.push(automation_json(names, *automation));
  return Json::object().set("items", std::move(rows)).set("next", nullptr);
}

Json run_json(const Names& names, const services::AutomationRun& run) {
  return Json::object()
      .set("id", run.id)
      .set("event", name(run.event))
      .set("record", run.record.value())
      .set("executor", user_json(*names.people, run.executor))
      .set("state", name(run.state))
      .set("actions_done", run.actions_done)
      .set("queued_at", time_json(run.queued_at))
      .set("finished_at", run.finished_at.has_value() ? time_json(*run.finished_at) : Json(nullptr))
      .set("message", text_or_null(run.message));
}

Result<Json> list_runs(const api::Call& call) {
  CINNABAR_TRY(const NamedThing named, read_named(call, reasons::kAutomationUnknown, "automation"));
  CINNABAR_TRY(auto query, api::StrictQuery::parse(*call.request));
  services::AutomationRunQuery wanted;
  wanted.automation = named.id;
  if (const auto state = query.text("state")) {
    wanted.state = services::parse_automation_run_state(*state);
    if (!wanted.state) {
      query.report("state", api::kValueUnknown, "expected waiting, done or failed");
    }
  }
  wanted.limit = query.integer("limit", kPageDefault, 1, kPageMax);
  wanted.before = query.integer("after", 0, 0, kIdMax);
  CINNABAR_CHECK_OK(query.finish());
  CINNABAR_TRY(const auto runs,
               call.services->automations.runs(*call.snapshot, named.context, wanted));
  const Names names = names_of(call);
  Json rows = Json::array();
  for (const services::AutomationRun& run : runs) rows.push(run_json(names, run));
  return page_json(std::move(rows), wanted.limit, runs.empty() ? 0 : runs.back().id);
}

}  // namespace

api::Answer list_automations(const api::Call& call) {
  return answer(call, list(call));
}

api::Answer list_automation_runs(const api::Call& call) {
  return answer(call, list_runs(call));
}

}  // namespace cinnabar::native
