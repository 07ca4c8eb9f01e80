#include "api/dialects/jodoo/workflow.h"

#include "api/common/utc_text.h"
#include "api/dialects/jodoo/fields.h"
#include "api/dialects/jodoo/workflow_codes.h"
#include "api/dialects/jodoo/workflow_target.h"
#include "api/dialects/jodoo/workflow_views.h"
#include "base/text.h"
#include "services/engine_service.h"
#include "services/inbox_service.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace cinnabar::jodoo {
namespace {

using api::Lane;
using services::StageEnd;
using services::WorkItemStage;

constexpr std::int64_t kPageMax = 100;

Result<std::vector<WorkItemStage>> stages_of(const Entry& entry, const Workflow& workflow) {
  CINNABAR_TRY(const auto history,
               entry.services->instances.history(*entry.snapshot, workflow.summary.id));
  return services::work_item_log(*workflow.definition->graph, history);
}

// ---- one instance ----

Result<Json> get_instance(Entry& entry) {
  CINNABAR_TRY(const std::string type, optional_text(entry, "tasks_type"));
  if (!type.empty() && type != "0" && type != "1") {
    return fail(codes::kInvalidPlatformParameter, "tasks_type is 0 or 1.");
  }
  CINNABAR_TRY(const Workflow workflow, find_workflow(entry, *entry.snapshot));
  Json json = instance_json(entry, workflow);
  Json tasks = Json::array();
  // Before version 4 there was no choice.
  constexpr std::int64_t kFirstWithChoice = 4;
  if (type == "1" || (type.empty() && entry.version < kFirstWithChoice)) {
    const FlowNumbers numbers(*workflow.definition->graph);
    CINNABAR_TRY(const auto stages, stages_of(entry, workflow));
    for (const WorkItemStage& stage : stages) {
      tasks.push(task_json(entry, workflow, numbers, stage));
    }
  }
  json.set("tasks", std::move(tasks));
  return json;
}

// ---- comments ----

// What people did with tasks, in the order in which they did it.
std::vector<WorkItemStage> done_by_people(std::vector<WorkItemStage> stages) {
  std::erase_if(stages, [](const WorkItemStage& stage) {
    return !stage.item.is_assigned() || finish_action(stage).empty() || stage.by_engine;
  });
  std::ranges::sort(stages, {}, [](const WorkItemStage& stage) {
    return std::tuple(stage.ended_at, stage.item, stage.stage);
  });
  return stages;
}

Result<Json> list_logs(Entry& entry) {
  if (const Json* types = member(entry, "types")) {
    const Json::Array* array = types->as_array();
    const bool is_known = array != nullptr && std::ranges::all_of(*array, [](const Json& one) {
                            return one.as_string() != nullptr && *one.as_string() == "comment";
                          });
    if (!is_known) return fail(codes::kInvalidPlatformParameter, "types is [\"comment\"].");
  } else {
    return fail(codes::kInvalidPlatformParameter, "types is missing.");
  }
  CINNABAR_TRY(const std::int64_t most, limit(entry, kPageMax, kPageMax));
  CINNABAR_TRY(std::int64_t passed, skip(entry));
  CINNABAR_TRY(const Workflow workflow, find_workflow(entry, *entry.snapshot));
  CINNABAR_TRY(auto all, stages_of(entry, workflow));
  const FlowNumbers numbers(*workflow.definition->graph);
  Json logs = Json::array();
  std::int64_t taken = 0;
  for (const WorkItemStage& stage : done_by_people(std::move(all))) {
    if (stage.comment.empty() || passed-- > 0) continue;
    if (taken++ == most) break;
    const auto number = numbers.number_of(stage.node_id);
    logs.push(std::move(
        Json::object()
            .set("flow_id", number ? Json(*number) : Json())
            .set("flow_name", stage.node_name)
            .set("create_time", api::to_utc_millis(stage.created_at))
            .set("create_action", std::string(create_action(stage)))
            .set("finish_time", stage.ended_at ? Json(api::to_utc_millis(*stage.ended_at)) : Json())
            .set("finish_action", std::string(finish_action(stage)))
            .set("operator", member_json(*entry.people, stage.ended_by))
            .set("comment", stage.comment)
            .set("signature", nullptr)
            .set("attachments", Json::array())));
  }
  return std::move(Json::object().set("logs", std::move(logs)));
}

// The id of a member, besides what other answers say.
Json operator_json(const Entry& entry, UserId user) {
  const services::User* found = entry.people->user(user);
  if (found == nullptr) return nullptr;
  return std::move(Json::object()
                       .set("_id", to_hex24(user.value()))
                       .set("username", found->name)
                       .set("status", found->enabled ? 1 : -1)
                       .set("name", found->display_name));
}

Result<Json> approval_comments(Entry& entry) {
  CINNABAR_TRY(const Target form, target(entry));
  CINNABAR_TRY(std::int64_t passed, skip(entry));
  CINNABAR_TRY(const Workflow workflow, find_workflow(entry, *entry.snapshot, entry.path[2]));
  if (workflow.record.form != form.form) return fail(codes::kInstanceUnknown);
  CINNABAR_TRY(auto all, stages_of(entry, workflow));
  Json list = Json::array();
  std::int64_t taken = 0;
  for (const WorkItemStage& stage : done_by_people(std::move(all))) {
    if (passed-- > 0) continue;
    if (taken++ == kPageMax) break;
    list.push(std::move(Json::object()
                            .set("operator", operator_json(entry, stage.ended_by))
                            .set("flowAction", std::string(finish_action(stage)))
                            .set("comment", stage.comment)
                            .set("flowNodeName", stage.node_name)));
  }
  return std::move(Json::object().set("approveCommentList", std::move(list)));
}

// ---- a member's tasks ----

// Of the processes whose tasks this key may see.
std::vector<CellValue> processes_of(const Entry& entry) {
  std::vector<CellValue> ids;
  const UserId own = entry.context.principal.user;
  for (const auto& [id, process] : entry.catalog->processes()) {
    if (!entry.people->may(own, PermissionAction::view, id)) continue;
    if (!check_app(entry, app_id(*entry.catalog, process.application))) continue;
    ids.emplace_back(id.value());
  }
  return ids;
}

// What the pages of tasks and copies know about an instance.
struct Known {
  Workflow workflow;
  std::vector<WorkItemStage> stages;
};

Result<std::map<ProcessInstanceId, Known>> know(const Entry& entry,
                                                const std::vector<ProcessInstanceId>& ids) {
  CINNABAR_TRY(const auto summaries, entry.services->instances.summaries(*entry.snapshot, ids));
  CINNABAR_TRY(const auto histories, entry.services->instances.histories(*entry.snapshot, ids));
  std::map<ProcessInstanceId, Known> known;
  for (const auto& [id, summary] : summaries) {
    Workflow workflow;
    workflow.summary = summary;
    workflow.process = entry.catalog->process(summary.process);
    workflow.definition = entry.catalog->definition(summary.definition);
    const auto history = histories.find(id);
    if (workflow.process == nullptr || workflow.definition == nullptr) continue;
    if (history == histories.end()) continue;
    workflow.record.form = workflow.process->form;
    workflow.app_id = app_id(*entry.catalog, workflow.process->application);
    workflow.entry_id = entry_id(*entry.catalog, workflow.process->form);
    auto stages = services::work_item_log(*workflow.definition->graph, history->second);
    known.emplace(id, Known{std::move(workflow), std::move(stages)});
  }
  return known;
}

Result<Json> list_tasks(Entry& entry) {
  CINNABAR_TRY(const std::string username, required_text(entry, "username"));
  CINNABAR_TRY(const std::int64_t most, limit(entry, 10, kPageMax));
  CINNABAR_TRY(const std::int64_t offset, skip(entry));
  CINNABAR_TRY(const std::string cursor, optional_text(entry, "task_id"));
  CINNABAR_TRY(const UserId user, find_member(entry, username));
  namespace columns = services::inbox_columns;
  services::InboxQuery query;
  std::vector<FilterNode> parts{where_one_of(columns::process_id, processes_of(entry))};
  if (!cursor.empty()) {
    const auto number = from_hex24(cursor);
    if (!number) return fail(codes::kTaskUnknown);
    parts.push_back(where(columns::id, FilterOp::greater, CellValue{*number}));
  }
  query.filter = all_of(std::move(parts));
  query.order = {{columns::id, false}};
  // Version 6 goes on from a task, the others pass over so many.
  constexpr std::int64_t kFirstWithCursor = 6;
  query.offset = entry.version < kFirstWithCursor ? offset : 0;
  query.limit = most + 1;
  services::CallContext context = entry.context;
  context.principal.user = user;
  CINNABAR_TRY(auto items, entry.services->inbox.list(*entry.snapshot, context, query));
  const bool has_more = std::ssize(items) > most;
  if (has_more) items.resize(static_cast<std::size_t>(most));
  std::set<ProcessInstanceId> ids;
  for (const services::InboxItem& item : items) ids.insert(item.instance);
  CINNABAR_TRY(const auto known, know(entry, {ids.begin(), ids.end()}));
  Json tasks = Json::array();
  for (const services::InboxItem& item : items) {
    const auto found = known.find(item.instance);
    if (found == known.end()) continue;
    const auto& [workflow, stages] = found->second;
    const auto stage = std::ranges::find_if(
        stages, [&](const WorkItemStage& one) { return one.item == item.id && one.is_last; });
    if (stage == stages.end()) continue;
    const FlowNumbers numbers(*workflow.definition->graph);
    tasks.push(task_json(entry, workflow, numbers, *stage, user));
  }
  return std::move(Json::object().set("has_more", has_more).set("tasks", std::move(tasks)));
}

// ---- copies ----

Result<std::optional<bool>> read_status(const Entry& entry) {
  CINNABAR_TRY(const std::string text, optional_text(entry, "read_status"));
  if (text.empty() || text == "all") return std::optional<bool>();
  if (text == "read") return std::optional(true);
  if (text == "unread") return std::optional(false);
  return fail(codes::kInvalidPlatformParameter, "read_status is read, unread or all.");
}

Json copy_json(const Entry& entry, const Known& known, const services::NoticeRow& notice,
               UserId reader) {
  const Workflow& workflow = known.workflow;
  const process::ProcessDefinition& graph = *workflow.definition->graph;
  const auto number = FlowNumbers(graph).number_of(notice.node_id);
  const auto node = graph.find_node(notice.node_id);
  const services::DeployedForm* form = entry.catalog->form(workflow.record.form);
  const auto& ended = workflow.summary.ended_at;
  return std::move(Json::object()
                       .set("app_id", workflow.app_id)
                       .set("form_id", workflow.entry_id)
                       .set("task_id", to_hex24(notice.id.value()))
                       .set("instance_id", to_hex24(workflow.summary.record.value()))
                       .set("form_title", form == nullptr ? std::string() : form->definition->name)
                       .set("title", notice.title)
                       .set("flow_id", number ? Json(*number) : Json())
                       .set("flow_name", node ? graph.node(*node).name : std::string())
                       .set("url", "")
                       .set("assignee", member_json(*entry.people, reader))
                       .set("creator", member_json(*entry.people, workflow.summary.initiator))
                       .set("create_time", api::to_utc_millis(workflow.summary.created_at))
                       .set("status", notice.read_at ? 1 : 0)
                       .set("start_time", api::to_utc_millis(notice.created_at))
                       .set("start_action", "forward")
                       .set("finish_time", ended ? Json(api::to_utc_millis(*ended)) : Json()));
}

Result<Json> list_copies(Entry& entry) {
  CINNABAR_TRY(const std::string username, required_text(entry, "username"));
  services::NoticeQuery query;
  CINNABAR_TRY(query.is_read, read_status(entry));
  CINNABAR_TRY(const std::int64_t most, limit(entry, 10, kPageMax));
  CINNABAR_TRY(query.offset, skip(entry));
  CINNABAR_TRY(const UserId user, find_member(entry, username));
  query.since = entry.services->clock.now() - hours(90 * 24);
  query.newest_first = true;
  query.limit = most + 1;
  std::vector<ProcessId> processes;
  for (const CellValue& id : processes_of(entry)) {
    processes.emplace_back(std::get<std::int64_t>(id));
  }
  query.processes = std::move(processes);
  services::CallContext context = entry.context;
  context.principal.user = user;
  CINNABAR_TRY(auto notices, entry.services->engine.notices(*entry.snapshot, context, query));
  const bool has_more = std::ssize(notices) > most;
  if (has_more) notices.resize(static_cast<std::size_t>(most));
  std::set<ProcessInstanceId> ids;
  for (const services::NoticeRow& notice : notices) ids.insert(notice.instance);
  CINNABAR_TRY(const auto known, know(entry, {ids.begin(), ids.end()}));
  Json list = Json::array();
  for (const services::NoticeRow& notice : notices) {
    const auto found = known.find(notice.instance);
    if (found != known.end()) list.push(copy_json(entry, found->second, notice, user));
  }
  return std::move(Json::object().set("has_more", has_more).set("cc_list", std::move(list)));
}

constexpr std::string_view kInstance =
    R"({"instance_id": "5f0c1e000000000000000a01", "tasks_type": 1})";

constexpr api::Route kRoutes[] = {
    {"POST",
     "/api/{version}/workflow/instance/get",
     Lane::read,
     reading<30, get_instance>,
     {"One workflow, with its tasks when tasks_type is 1", kInstance,
      R"({"instance_id": "5f0c1e000000000000000a01", "status": 0, "tasks": []})"}},
    {"POST",
     "/api/{version}/workflow/instance/logs",
     Lane::read,
     reading<30, list_logs>,
     {"What was said about a workflow",
      R"({"instance_id": "5f0c1e000000000000000a01", "types": ["comment"]})",
      R"({"logs": [{"flow_id": 1, "comment": "fine", "finish_action": "forward"}]})"}},
    {"POST",
     "/api/{version}/app/{app_id}/entry/{entry_id}/data/{data_id}/approval_comments",
     Lane::read,
     reading<30, approval_comments>,
     {"Who decided what about a record", R"({"skip": 0})",
      R"({"approveCommentList": [{"flowAction": "forward", "comment": "fine"}]})"}},
    {"POST",
     "/api/{version}/workflow/task/list",
     Lane::read,
     reading<30, list_tasks>,
     {"A member's open tasks",
      R"({"username": "bob", "limit": 100, "task_id": "5f0c1e000000000000000a07"})",
      R"({"has_more": false, "tasks": [{"task_id": "5f0c1e000000000000000a08", "status": 0}]})"}},
    {"POST",
     "/api/{version}/workflow/cc/list",
     Lane::read,
     reading<5, list_copies>,
     {"Copies that were sent to a member in the last 90 days", R"({"username": "bob"})",
      R"({"has_more": false, "cc_list": []})"}},
};

}  // namespace

std::span<const api::Route> workflow_routes() {
  return kRoutes;
}

}  // namespace cinnabar::jodoo
