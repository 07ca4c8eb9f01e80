#include "api/dialects/jodoo/workflow_views.h"

#include "api/common/utc_text.h"
#include "api/dialects/jodoo/fields.h"

namespace cinnabar::jodoo {
namespace {

using services::StageEnd;
using services::StageOrigin;
using services::WorkItemStage;

// A policy answered for its assignee at once.
bool is_passed(const WorkItemStage& stage) {
  return stage.by_engine && stage.end == StageEnd::decided && stage.ended_at == stage.created_at;
}

// 0 open, 1 done, 2 ended without having been done, 4 begun again, 5 paused.
int task_status(const WorkItemStage& stage, InstanceState state) {
  if (stage.is_overtaken) return 4;
  switch (stage.end) {
    case StageEnd::open:
      return stage.is_held || state == InstanceState::suspended ? 5 : 0;
    case StageEnd::decided:
    case StageEnd::returned:
    case StageEnd::handed_over:
      return 1;
    case StageEnd::unneeded:
    case StageEnd::left:
    case StageEnd::closed:
      return 2;
  }
  CINNABAR_UNREACHABLE();
}

Json text_or_null(std::string_view text) {
  return text.empty() ? Json() : Json(std::string(text));
}

Json time_or_null(const std::optional<Instant>& at) {
  return at ? Json(api::to_utc_millis(*at)) : Json();
}

std::string form_title(const Entry& entry, const Workflow& workflow) {
  const services::DeployedForm* form = entry.catalog->form(workflow.process->form);
  return form == nullptr ? std::string() : form->definition->name;
}

Json flow_id(const FlowNumbers& numbers, std::string_view node_id) {
  const auto number = numbers.number_of(node_id);
  return number ? Json(*number) : Json();
}

}  // namespace

std::string_view create_action(const WorkItemStage& stage) {
  if (is_passed(stage)) return "auto_approve";
  switch (stage.origin) {
    case StageOrigin::started:
    case StageOrigin::reached:
      return "forward";
    case StageOrigin::returned:
      return stage.created_by.is_assigned() ? "back" : "auto_back";
    case StageOrigin::withdrawn:
    case StageOrigin::taken_back:
      return "revoke";
    case StageOrigin::jumped:
    case StageOrigin::reactivated:
      return "activate";
    case StageOrigin::handed_over:
      return "transfer";
    case StageOrigin::added_before:
      return "sign_before";
    case StageOrigin::added_after:
      return "sign_after";
    case StageOrigin::added_parallel:
      return "sign_parallel";
  }
  CINNABAR_UNREACHABLE();
}

std::string_view finish_action(const WorkItemStage& stage) {
  switch (stage.end) {
    case StageEnd::decided:
      if (stage.by_engine) return "auto_approve";
      if (stage.outcome == Outcome::rejected) return "reject";
      return stage.asked_for_others ? "sign_after" : "forward";
    case StageEnd::returned:
      return "back";
    case StageEnd::handed_over:
      return "transfer";
    case StageEnd::closed:
      return "close";
    case StageEnd::open:
    case StageEnd::unneeded:
    case StageEnd::left:
      return {};
  }
  CINNABAR_UNREACHABLE();
}

Json task_json(const Entry& entry, const Workflow& workflow, const FlowNumbers& numbers,
               const WorkItemStage& stage, UserId assignee) {
  return std::move(
      Json::object()
          .set("app_id", workflow.app_id)
          .set("form_id", workflow.entry_id)
          .set("form_title", form_title(entry, workflow))
          .set("title", workflow.summary.headers.title)
          .set("instance_id", to_hex24(workflow.summary.record.value()))
          .set("task_id", task_id(workflow, stage))
          .set("flow_id", flow_id(numbers, stage.node_id))
          .set("flow_name", stage.node_name)
          .set("url", "")
          .set("assignee",
               member_json(*entry.people, stage.assignee.is_assigned() ? stage.assignee : assignee))
          .set("creator", member_json(*entry.people, workflow.summary.initiator))
          .set("create_time", api::to_utc_millis(stage.created_at))
          .set("create_action", std::string(create_action(stage)))
          .set("finish_time", time_or_null(stage.ended_at))
          .set("finish_action", text_or_null(finish_action(stage)))
          .set("status", task_status(stage, workflow.summary.state)));
}

Json log_json(const Entry& entry, const FlowNumbers& numbers, const WorkItemStage& stage) {
  return std::move(Json::object()
                       .set("flow_id", flow_id(numbers, stage.node_id))
                       .set("flow_name", stage.node_name)
                       .set("create_time", api::to_utc_millis(stage.created_at))
                       .set("create_action", std::string(create_action(stage)))
                       .set("finish_time", time_or_null(stage.ended_at))
                       .set("finish_action", std::string(finish_action(stage)))
                       .set("operator", member_json(*entry.people, stage.ended_by))
                       .set("comment", stage.comment)
                       .set("signature", nullptr)
                       .set("attachments", Json::array()));
}

Json copy_json(const Entry& entry, const Workflow& workflow, const services::NoticeRow& notice,
               UserId reader) {
  const process::ProcessDefinition& graph = *workflow.definition->graph;
  const auto node = graph.find_node(notice.node_id);
  return std::move(Json::object()
                       .set("app_id", workflow.app_id)
                       .set("form_id", workflow.entry_id)
                       .set("task_id", to_hex24(notice.id.value()))
                       .set("instance_id", to_hex24(workflow.summary.record.value()))
                       .set("form_title", form_title(entry, workflow))
                       .set("title", notice.title)
                       .set("flow_id", flow_id(FlowNumbers(graph), notice.node_id))
                       .set("flow_name", node ? graph.node(*node).name : std::string())
                       .set("url", "")
                       .set("assignee", member_json(*entry.people, reader))
                       .set("creator", member_json(*entry.people, workflow.summary.initiator))
                       .set("create_time", api::to_utc_millis(workflow.summary.created_at))
                       .set("status", notice.read_at ? 1 : 0)
                       .set("start_time", api::to_utc_millis(notice.created_at))
                       .set("start_action", "forward")
                       .set("finish_time", time_or_null(workflow.summary.ended_at)));
}

Json instance_json(const Entry& entry, const Workflow& workflow) {
  const services::InstanceSummary& summary = workflow.summary;
  Json json = Json::object();
  json.set("app_id", workflow.app_id)
      .set("form_id", workflow.entry_id)
      .set("form_title", form_title(entry, workflow))
      .set("title", summary.headers.title)
      .set("instance_id", to_hex24(summary.record.value()))
      .set("url", "")
      .set("update_time", api::to_utc_millis(summary.updated_at))
      .set("create_time", api::to_utc_millis(summary.created_at))
      .set("finish_time", time_or_null(summary.ended_at))
      .set("creator", member_json(*entry.people, summary.initiator));
  const bool is_finished = summary.state == InstanceState::completed || summary.rejected;
  json.set("status", is_finished ? 1 : (has_ended(summary.state) ? 2 : 0));
  if (is_finished) json.set("result", summary.rejected ? 0 : 1);
  return json;
}

}  // namespace cinnabar::jodoo
