// Definitions before they run: what is wrong with a document, and dry runs.
#include "api/native/answer.h"
#include "api/native/fields.h"
#include "api/native/handlers.h"
#include "api/native/preview.h"
#include "api/native/targets.h"
#include "base/text.h"
#include "services/simulation_service.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

// ---- findings ----

bool is_xml(std::string_view content_type) {
  const std::string_view media = trim(content_type.substr(0, content_type.find(';')));
  return media.empty() || equals_ignore_ascii_case(media, "application/xml") ||
         equals_ignore_ascii_case(media, "text/xml") || media.ends_with("+xml");
}

// Of a process that the caller may see.
Result<std::shared_ptr<const form::FormDefinition>> form_of(const api::Call& call,
                                                            const services::CallContext& context,
                                                            const std::string& process_name) {
  const Names names = names_of(call);
  CINNABAR_TRY(const services::Process* process, find_process(*names.catalog, process_name));
  const UserId user = context.principal.user;
  const bool may_see = names.people->may(user, PermissionAction::view, process->id) ||
                       names.people->may(user, PermissionAction::add, process->id);
  if (!may_see || process->current == nullptr) {
    return make_error(Code::not_found, reasons::kProcessUnknown, "no such process", process_name);
  }
  return process->current->form;
}

Result<Json> lint(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(auto query, api::StrictQuery::parse(*call.request));
  const auto process_name = query.text("process");
  CINNABAR_CHECK_OK(query.finish());
  if (call.request->is_multipart || !is_xml(call.request->header("Content-Type"))) {
    return make_error(Code::invalid_argument, api::kContentTypeUnknown,
                      "expected a body of type application/xml");
  }
  std::shared_ptr<const form::FormDefinition> form;
  if (process_name.has_value()) {
    CINNABAR_TRY(form, form_of(call, context, *process_name));
  }
  const auto findings = services::lint_definition(call.request->body, form.get());
  Json rows = Json::array();
  bool is_deployable = true;
  for (const process::Finding& finding : findings) {
    rows.push(finding_json(finding));
    is_deployable = is_deployable && !finding.is_error;
  }
  return Json::object().set("deployable", is_deployable).set("findings", std::move(rows));
}

// ---- dry runs ----

Result<Json> simulate(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  const Names names = names_of(call);
  CINNABAR_TRY(const services::Process* process, find_process(*names.catalog, call.captures.at(0)));
  if (process->current == nullptr) {
    return make_error(Code::not_found, reasons::kProcessUnknown, "no such process");
  }
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  services::DryRun run;
  const Json* initiator = body.any("initiator", api::Need::optional);
  if (initiator != nullptr && !initiator->is_null()) {
    run.initiator = read_person(body, *names.people, "initiator");
  }
  run.variables = read_variables(body, "variables");
  const Json* fields = body.object("fields", api::Need::optional);
  if (const Json* list = body.any("decisions", api::Need::optional)) {
    auto decisions = read_decisions(*process->current, *names.people, call.time_zone, *list);
    if (decisions.has_value()) {
      run.decisions = std::move(*decisions);
    } else {
      body.report("decisions", reasons::kArgumentMalformed, decisions.error().detail);
    }
  }
  CINNABAR_CHECK_OK(body.finish());
  if (fields != nullptr) {
    CINNABAR_TRY(run.fields,
                 read_fields(*process->current, *names.people, call.time_zone, *fields));
  }
  CINNABAR_TRY(const auto preview,
               call.services->simulation.simulate(context, process->id, std::move(run)));
  return preview_json(names, preview);
}

Result<Json> route(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(const auto summary, find_instance(call, context, *call.snapshot));
  CINNABAR_TRY(const auto preview, call.services->simulation.route(
                                       *call.snapshot, context, summary.process, summary.number));
  return preview_json(names_of(call), preview);
}

}  // namespace

api::Answer lint_definition(const api::Call& call) {
  return answer(call, lint(call));
}

api::Answer simulate_definition(const api::Call& call) {
  return answer(call, simulate(call));
}

api::Answer preview_route(const api::Call& call) {
  return answer(call, route(call));
}

}  // namespace cinnabar::native
