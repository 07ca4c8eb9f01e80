#include "api/dialects/jodoo/workflow.h"

#include "api/dialects/jodoo/contacts.h"
#include "api/dialects/jodoo/workflow_codes.h"
#include "api/dialects/jodoo/workflow_target.h"
#include "api/dialects/jodoo/workflow_views.h"
#include "base/text.h"
#include "services/engine_service.h"
#include "services/inbox_service.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace cinnabar::jodoo {
namespace {

using api::Lane;
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
  const Json* types = member(entry, "types");
  if (types == nullptr) return fail(codes::kInvalidPlatformParameter, "types is missing.");
  const Json::Array* array = types->as_array();
  const bool is_known = array != nullptr && std::ranges::all_of(*array, [](const Json& one) {
                          return one.as_string() != nullptr && *one.as_string() == "comment";
                        });
  if (!is_known) return fail(codes::kInvalidPlatformParameter, "types is [\"comment\"].");
  CINNABAR_TRY(const std::int64_t most, limit(entry, kPageMax, kPageMax));
  CINNABAR_TRY(const std::int64_t passed, skip(entry));
  CINNABAR_TRY(const Workflow workflow, find_workflow(entry, *entry.snapshot));
  CINNABAR_TRY(auto stages, stages_of(entry, workflow));
  const FlowNumbers numbers(*workflow.definition->graph);
  Json::Array logs;
  for (const WorkItemStage& stage : done_by_people(std::move(stages))) {
    if (!stage.comment.empty()) logs.push_back(log_json(entry, numbers, stage));
  }
  return std::move(Json::object().set("logs", page_of(std::move(logs), passed, most)));
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
  CINNABAR_TRY(const std::int64_t passed, skip(entry));
  CINNABAR_TRY(const Workflow workflow, find_workflow(entry, *entry.snapshot, entry.path[2]));
  if (workflow.process->form != form.form) return fail(codes::kInstanceUnknown);
  CINNABAR_TRY(auto stages, stages_of(entry, workflow));
  Json::Array list;
  for (const WorkItemStage& stage : done_by_people(std::move(stages))) {
    list.push_back(std::move(Json::object()
                                 .set("operator", operator_json(entry, stage.ended_by))
                                 .set("flowAction", std::string(finish_action(stage)))
                                 .set("comment", stage.comment)
                                 .set("flowNodeName", stage.node_name)));
  }
  return std::move(
      Json::object().set("approveCommentList", page_of(std::move(list), passed, kPageMax)));
}

// ---- a member's tasks ----

// Whose tasks this key may see.
std::vector<ProcessId> processes_of(const Entry& entry) {
  std::vector<ProcessId> ids;
  const UserId own = entry.context.principal.user;
  for (const auto& [id, process] : entry.catalog->processes()) {
    if (!entry.people->may(own, PermissionAction::view, id)) continue;
    if (check_app(entry, app_id(*entry.catalog, process.application))) ids.push_back(id);
  }
  return ids;
}

services::CallContext context_of(const Entry& entry, UserId user) {
  services::CallContext context = entry.context;
  context.principal.user = user;
  return context;
}

// Lists are asked for one more than are shown, which tells whether there are more.
template <typename Row>
bool drop_what_is_more(std::vector<Row>& rows, std::int64_t most) {
  const bool has_more = std::ssize(rows) > most;
  if (has_more) rows.resize(static_cast<std::size_t>(most));
  return has_more;
}

// The instances that rows are about.
template <typename Row>
std::vector<ProcessInstanceId> instances_of(const std::vector<Row>& rows) {
  std::set<ProcessInstanceId> ids;
  for (const Row& row : rows) ids.insert(row.instance);
  return {ids.begin(), ids.end()};
}

Result<std::map<ProcessInstanceId, Workflow>> workflows_of(
    const Entry& entry, const std::vector<ProcessInstanceId>& ids) {
  CINNABAR_TRY(const auto summaries, entry.services->instances.summaries(*entry.snapshot, ids));
  std::map<ProcessInstanceId, Workflow> workflows;
  for (const auto& [id, summary] : summaries) {
    if (auto workflow = workflow_of(entry, summary)) workflows.emplace(id, *std::move(workflow));
  }
  return workflows;
}

Result<services::InboxQuery> task_query(const Entry& entry, std::int64_t most) {
  namespace columns = services::inbox_columns;
  CINNABAR_TRY(const std::int64_t offset, skip(entry));
  CINNABAR_TRY(const std::string cursor, optional_text(entry, "task_id"));
  std::vector<CellValue> processes;
  for (const ProcessId id : processes_of(entry)) processes.emplace_back(id.value());
  std::vector<FilterNode> parts{where_one_of(columns::process_id, std::move(processes))};
  if (!cursor.empty()) {
    const auto number = from_hex24(cursor);
    if (!number) return fail(codes::kTaskUnknown);
    parts.push_back(where(columns::id, FilterOp::greater, CellValue{*number}));
  }
  services::InboxQuery query;
  query.filter = all_of(std::move(parts));
  query.order = {{columns::id, false}};
  // Version 6 goes on from a task, the others pass over so many.
  constexpr std::int64_t kFirstWithCursor = 6;
  query.offset = entry.version < kFirstWithCursor ? offset : 0;
  query.limit = most + 1;
  return query;
}

// The tasks as they are listed, of the instances that are known.
Result<Json> tasks_json(const Entry& entry, const std::vector<services::InboxItem>& items,
                        UserId user) {
  const std::vector<ProcessInstanceId> ids = instances_of(items);
  CINNABAR_TRY(const auto workflows, workflows_of(entry, ids));
  CINNABAR_TRY(const auto histories, entry.services->instances.histories(*entry.snapshot, ids));
  // An instance may ask somebody several times.
  std::map<ProcessInstanceId, std::pair<FlowNumbers, std::vector<WorkItemStage>>> told;
  for (const auto& [id, workflow] : workflows) {
    const auto history = histories.find(id);
    if (history == histories.end()) continue;
    const process::ProcessDefinition& graph = *workflow.definition->graph;
    told.emplace(id,
                 std::pair(FlowNumbers(graph), services::work_item_log(graph, history->second)));
  }
  Json tasks = Json::array();
  for (const services::InboxItem& item : items) {
    const auto found = told.find(item.instance);
    if (found == told.end()) continue;
    const auto& [numbers, stages] = found->second;
    const auto stage = std::ranges::find_if(
        stages, [&](const WorkItemStage& one) { return one.item == item.id && one.is_last; });
    if (stage == stages.end()) continue;
    tasks.push(task_json(entry, workflows.at(item.instance), numbers, *stage, user));
  }
  return tasks;
}

Result<Json> list_tasks(Entry& entry) {
  CINNABAR_TRY(const std::string username, required_text(entry, "username"));
  CINNABAR_TRY(const std::int64_t most, limit(entry, 10, kPageMax));
  CINNABAR_TRY(const UserId user, find_member(*entry.people, username));
  CINNABAR_TRY(const services::InboxQuery query, task_query(entry, most));
  CINNABAR_TRY(auto items,
               entry.services->inbox.list(*entry.snapshot, context_of(entry, user), query));
  const bool has_more = drop_what_is_more(items, most);
  CINNABAR_TRY(Json tasks, tasks_json(entry, items, user));
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

Result<Json> list_copies(Entry& entry) {
  CINNABAR_TRY(const std::string username, required_text(entry, "username"));
  services::NoticeQuery query;
  CINNABAR_TRY(query.is_read, read_status(entry));
  CINNABAR_TRY(const std::int64_t most, limit(entry, 10, kPageMax));
  CINNABAR_TRY(query.offset, skip(entry));
  CINNABAR_TRY(const UserId user, find_member(*entry.people, username));
  query.since = entry.services->clock.now() - hours(90 * 24);
  query.processes = processes_of(entry);
  query.newest_first = true;
  query.limit = most + 1;
  CINNABAR_TRY(auto notices,
               services::NoticeService::list(*entry.snapshot, context_of(entry, user), query));
  const bool has_more = drop_what_is_more(notices, most);
  CINNABAR_TRY(const auto workflows, workflows_of(entry, instances_of(notices)));
  Json list = Json::array();
  for (const services::NoticeRow& notice : notices) {
    const auto found = workflows.find(notice.instance);
    if (found != workflows.end()) list.push(copy_json(entry, found->second, notice, user));
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
