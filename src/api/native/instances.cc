#include "api/common/strict_request.h"
#include "api/native/answer.h"
#include "api/native/fields.h"
#include "api/native/handlers.h"
#include "api/native/targets.h"
#include "api/native/write_once.h"
#include "base/text.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

struct Start {
  services::CallContext context;
  services::StartRequest request;
};

Result<Start> read_start(const api::Call& call) {
  Start start;
  CINNABAR_TRY(start.context, authenticate(call));
  CINNABAR_TRY(auto body, api::StrictBody::parse(*call.request));
  const auto process_name = body.text("process", api::Need::required);
  const Json* fields = body.object("fields", api::Need::optional);
  const Names names = names_of(call);
  start.request.variables = read_variables(body, "variables");
  start.request.chosen = read_people(body, *names.people, "chosen", api::Need::optional);
  CINNABAR_CHECK_OK(body.finish());
  CINNABAR_TRY(const services::Process* process, find_process(*names.catalog, *process_name));
  start.request.process = process->id;
  start.request.through_api = false;
  if (fields != nullptr && process->current != nullptr) {
    CINNABAR_TRY(start.request.fields,
                 read_fields(*process->current, *names.people, call.time_zone, *fields));
  }
  return start;
}

Result<http::Response> start_in(const api::Call& call, const Start& start,
                                ports::WriteTransaction& transaction) {
  CINNABAR_TRY(const auto started,
               call.services->instances.start(transaction, start.context, start.request));
  const Names names = names_of(call);
  const std::string location = "/api/v1/process-instances/" +
                               std::to_string(start.request.process.value()) + "/" +
                               std::to_string(started.number);
  http::Response response = api::json_response(
      201, Json::object()
               .set("id", started.instance.value())
               .set("process", process_json(*names.catalog, start.request.process))
               .set("number", started.number)
               .set("record", started.record.value())
               .set("href", location));
  response.headers.push_back({"Location", location});
  return response;
}

struct Target {
  services::CallContext context;
  services::InstanceSummary summary;
};

// The instance that a path ending in {process}/{number} names.
Result<Target> find_target(const api::Call& call) {
  Target target;
  CINNABAR_TRY(target.context, authenticate(call));
  CINNABAR_TRY(target.summary, find_instance(call, target.context, *call.snapshot));
  return target;
}

Result<Json> show(const api::Call& call) {
  CINNABAR_TRY(const Target target, find_target(call));
  services::InstanceService& instances = call.services->instances;
  CINNABAR_TRY(const auto positions,
               instances.open_positions(*call.snapshot, target.context, target.summary.process,
                                        target.summary.number));
  CINNABAR_TRY(const auto instance, instances.load(*call.snapshot, target.summary.id));
  const Names names = names_of(call);
  Json open = Json::array();
  for (const services::OpenPosition& position : positions) {
    open.push(Json::object()
                  .set("activity", position.activity.value())
                  .set("node",
                       Json::object().set("id", position.node_id).set("name", position.node_name)));
  }
  Json incidents = Json::array();
  for (const process::Incident& incident : instance.incidents) {
    incidents.push(Json::object()
                       .set("kind", name(incident.kind))
                       .set("node", incident.node_id)
                       .set("detail", incident.detail));
  }
  return instance_json(names, target.summary)
      .set("positions", std::move(open))
      .set("incidents", std::move(incidents))
      .set("fields", fields_json(names, instance.fields));
}

Result<Json> history(const api::Call& call) {
  CINNABAR_TRY(const Target target, find_target(call));
  CINNABAR_TRY(const auto entries,
               call.services->instances.history(*call.snapshot, target.summary.id));
  const Names names = names_of(call);
  Json rows = Json::array();
  for (const services::HistoryEntry& entry : entries) rows.push(history_json(names, entry));
  return Json::object().set("items", std::move(rows)).set("next", nullptr);
}

Result<Json> record(const api::Call& call) {
  CINNABAR_TRY(const Target target, find_target(call));
  CINNABAR_TRY(const auto instance,
               call.services->instances.load(*call.snapshot, target.summary.id));
  const Names names = names_of(call);
  Json json = Json::object()
                  .set("id", target.summary.record.value())
                  .set("process", process_json(*names.catalog, target.summary.process))
                  .set("number", target.summary.number)
                  .set("fields", fields_json(names, instance.fields));
  if (const auto definition = names.catalog->definition(target.summary.definition)) {
    json.set("form", form_json(*definition));
  }
  return json;
}

Result<Json> attachments(const api::Call& call) {
  CINNABAR_TRY(const Target target, find_target(call));
  CINNABAR_TRY(const auto files,
               call.services->files.list(*call.snapshot, target.context, target.summary.process,
                                         target.summary.number));
  const Names names = names_of(call);
  Json rows = Json::array();
  for (const services::Attachment& file : files) rows.push(attachment_json(names, file));
  return Json::object().set("items", std::move(rows)).set("next", nullptr);
}

Result<Json> definitions(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  const Names names = names_of(call);
  const UserId user = context.principal.user;
  Json rows = Json::array();
  for (const auto& [id, process] : names.catalog->processes()) {
    const bool may_start = names.people->may(user, PermissionAction::add, id);
    const bool may_see = may_start || names.people->may(user, PermissionAction::view, id);
    if (!may_see || process.current == nullptr) continue;
    const services::Application* application = names.catalog->application(process.application);
    rows.push(
        process_json(*names.catalog, id)
            .set("application",
                 application == nullptr
                     ? Json(nullptr)
                     : Json::object().set("key", application->key).set("name", application->name))
            .set("version", process.current->version)
            .set("enabled", process.enabled)
            .set("may_start", may_start && process.enabled)
            .set("form", form_json(*process.current)));
  }
  return Json::object().set("items", std::move(rows)).set("next", nullptr);
}

}  // namespace

api::Answer start_instance(const api::Call& call) {
  return write_once(call, read_start(call), start_in);
}

api::Answer show_instance(const api::Call& call) {
  return answer(call, show(call));
}

api::Answer show_history(const api::Call& call) {
  return answer(call, history(call));
}

api::Answer show_record(const api::Call& call) {
  return answer(call, record(call));
}

api::Answer list_attachments(const api::Call& call) {
  return answer(call, attachments(call));
}

api::Answer list_definitions(const api::Call& call) {
  return answer(call, definitions(call));
}

}  // namespace cinnabar::native
