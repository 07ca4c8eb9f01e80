#include "api/native/fields.h"
#include "api/native/views.h"
#include "services/codec/variable_json.h"

namespace cinnabar::native {
namespace {

// One event as {"type": ..., its members}; the names are those of docs/reference/api.md.
struct EventJson {
  const Names& names;

  static Json of(std::string_view type) { return Json::object().set("type", type); }

  Json operator()(const process::InstanceStarted& event) const {
    return of("instance_started").set("initiator", user_json(*names.people, event.initiator));
  }
  Json operator()(const process::FieldsChanged& event) const {
    return of("fields_changed").set("changes", fields_json(names, event.changes));
  }
  Json operator()(const process::HeadersChanged& event) const {
    return of("headers_changed")
        .set("title", event.title)
        .set("status", text_or_null(event.status))
        .set("level", text_or_null(event.level));
  }
  Json operator()(const process::NodePassed& event) const {
    return of("node_passed").set("node", event.node_id);
  }
  Json operator()(const process::FlowTaken& event) const {
    return of("flow_taken").set("flow", event.flow_id);
  }
  Json operator()(const process::JoinArrived& event) const {
    return of("join_arrived").set("node", event.node_id).set("flow", event.flow_id);
  }
  Json operator()(const process::JoinFired& event) const {
    return of("join_fired").set("node", event.node_id);
  }
  Json operator()(const process::ActivityActivated& event) const {
    return of("activity_activated")
        .set("activity", event.activity.value())
        .set("node", event.node_id);
  }
  Json operator()(const process::WorkItemOffered& event) const {
    return of("work_item_offered")
        .set("work_item", event.item.value())
        .set("activity", event.activity.value())
        .set("assignee", user_json(*names.people, event.assignee))
        .set("group", group_json(*names.people, event.group))
        .set("waiting", event.waiting);
  }
  Json operator()(const process::WorkItemOpened& event) const {
    return of("work_item_opened").set("work_item", event.item.value());
  }
  Json operator()(const process::WorkItemCompleted& event) const {
    return of("work_item_completed")
        .set("work_item", event.item.value())
        .set("by", user_json(*names.people, event.by))
        .set("outcome", name(event.outcome))
        .set("quick_action", text_or_null(event.quick_action))
        .set("comment", text_or_null(event.comment));
  }
  Json operator()(const process::WorkItemSuperseded& event) const {
    return of("work_item_superseded").set("work_item", event.item.value());
  }
  Json operator()(const process::ActivityCompleted& event) const {
    return of("activity_completed")
        .set("activity", event.activity.value())
        .set("outcome", name(event.outcome));
  }
  Json operator()(const process::ActivityTerminated& event) const {
    return of("activity_terminated").set("activity", event.activity.value());
  }
  Json operator()(const process::IncidentRaised& event) const {
    return of("incident_raised")
        .set("incident", event.incident.value())
        .set("kind", name(event.kind))
        .set("node", event.node_id)
        .set("detail", event.detail);
  }
  Json operator()(const process::IncidentResolved& event) const {
    return of("incident_resolved")
        .set("incident", event.incident.value())
        .set("by", user_json(*names.people, event.by))
        .set("comment", text_or_null(event.comment));
  }
  Json operator()(const process::InstanceCompleted& event) const {
    return of("instance_completed").set("node", event.node_id);
  }
  Json operator()(const process::InstanceTerminated& event) const {
    return of("instance_terminated")
        .set("by", user_json(*names.people, event.by))
        .set("comment", text_or_null(event.comment))
        .set("withdrawn", event.withdrawn)
        .set("rejected", event.rejected);
  }

  // ---- data, loops and waits ----

  Json operator()(const process::VariablesChanged& event) const {
    return of("variables_changed")
        .set("activity", id_or_null(event.scope))
        .set("variables", services::codec::variables_json(event.changes));
  }
  Json operator()(const process::LoopStarted& event) const {
    return of("loop_started")
        .set("activity", event.activity.value())
        .set("total", std::int64_t{event.total});
  }
  Json operator()(const process::LoopResult& event) const {
    return of("loop_result")
        .set("activity", event.activity.value())
        .set("iteration", std::int64_t{event.iteration})
        .set("value", services::codec::variable_json(event.value));
  }
  Json operator()(const process::WaitStarted& event) const {
    return of("wait_started")
        .set("wait", event.wait.id.value())
        .set("kind", name(event.wait.kind))
        .set("node", event.wait.node_id)
        .set("activity", id_or_null(event.wait.owner))
        .set("name", text_or_null(event.wait.name))
        .set("key", text_or_null(event.wait.key))
        .set("due_at", event.wait.due ? time_json(*event.wait.due) : Json(nullptr));
  }
  Json operator()(const process::WaitFired& event) const {
    return of("wait_fired").set("wait", event.wait.value());
  }
  Json operator()(const process::WaitRescheduled& event) const {
    return of("wait_rescheduled")
        .set("wait", event.wait.value())
        .set("due_at", time_json(event.due));
  }
  Json operator()(const process::WaitEnded& event) const {
    return of("wait_ended").set("wait", event.wait.value());
  }
  Json operator()(const process::ConditionObserved& event) const {
    return of("condition_observed").set("wait", event.wait.value()).set("holds", event.holds);
  }
  Json operator()(const process::MessageThrown& event) const {
    return of("message_thrown")
        .set("node", event.node_id)
        .set("name", event.name)
        .set("key", text_or_null(event.key));
  }
  Json operator()(const process::SignalThrown& event) const {
    return of("signal_thrown").set("node", event.node_id).set("name", event.name);
  }
  Json operator()(const process::CallStarted& event) const {
    return of("call_started").set("wait", event.wait.value()).set("process", event.called);
  }
  Json operator()(const process::CallCancelled& event) const {
    return of("call_cancelled").set("wait", event.wait.value());
  }
  Json operator()(const process::ErrorThrown& event) const {
    return of("error_thrown")
        .set("node", event.node_id)
        .set("code", event.code)
        .set("message", text_or_null(event.message));
  }
  Json operator()(const process::EscalationThrown& event) const {
    return of("escalation_thrown").set("node", event.node_id).set("code", event.code);
  }
  Json operator()(const process::JobFailed& event) const {
    return of("job_failed")
        .set("job", event.wait.value())
        .set("retries", std::int64_t{event.retries})
        .set("retry_at", event.retry_at ? time_json(*event.retry_at) : Json(nullptr))
        .set("message", text_or_null(event.message));
  }
  Json operator()(const process::CompensationRecorded& event) const {
    return of("compensation_recorded").set("node", event.record.node_id);
  }
  Json operator()(const process::CompensationStarted& event) const {
    return of("compensation_started").set("activity", event.activity.value());
  }
  Json operator()(const process::CompensationTaken& event) const {
    return of("compensation_taken").set("activity", event.activity.value());
  }

  // ---- administration and approval ----

  Json operator()(const process::InstanceFailed& event) const {
    return of("instance_failed").set("node", event.node_id).set("code", event.code);
  }
  Json operator()(const process::InstanceSuspended& event) const {
    return by(of("instance_suspended"), event.by, event.comment);
  }
  Json operator()(const process::InstanceResumed& event) const {
    return by(of("instance_resumed"), event.by, event.comment);
  }
  Json operator()(const process::InstanceReactivated& event) const {
    return by(of("instance_reactivated"), event.by, event.comment);
  }
  Json operator()(const process::InstanceMigrated& event) const {
    return by(of("instance_migrated").set("definition", event.definition.value()), event.by, {});
  }
  Json operator()(const process::Redirected& event) const {
    return by(of("redirected")
                  .set("kind", name(event.kind))
                  .set("activity", id_or_null(event.activity))
                  .set("node", event.node_id),
              event.by, event.comment);
  }
  Json operator()(const process::StraightBackSet& event) const {
    return of("straight_back_set").set("activity", event.activity.value());
  }
  Json operator()(const process::WorkItemReassigned& event) const {
    return by(of("work_item_reassigned")
                  .set("work_item", event.item.value())
                  .set("kind", name(event.kind))
                  .set("assignee", user_json(*names.people, event.assignee))
                  .set("owner", user_json(*names.people, event.owner)),
              event.by, event.comment);
  }
  Json operator()(const process::WorkItemHeld& event) const {
    return of("work_item_held").set("work_item", event.item.value());
  }
  Json operator()(const process::ParticipantsAdded& event) const {
    Json users = Json::array();
    for (const UserId user : event.users) users.push(user_json(*names.people, user));
    return by(of("participants_added")
                  .set("work_item", event.item.value())
                  .set("position", name(event.position))
                  .set("users", std::move(users)),
              event.by, event.comment);
  }
  Json operator()(const process::ParticipantRemoved& event) const {
    return by(of("participant_removed").set("work_item", event.item.value()), event.by,
              event.comment);
  }
  Json operator()(const process::ArrivalsDropped& event) const {
    return of("arrivals_dropped").set("node", event.node_id).set("flow", event.flow_id);
  }
  Json operator()(const process::JobRetried& event) const {
    return by(of("job_retried").set("wait", event.wait.value()).set("retries", event.retries),
              event.by, {});
  }
  Json operator()(const process::ParticipantsChosen& event) const {
    Json users = Json::array();
    for (const UserId user : event.users) users.push(user_json(*names.people, user));
    return by(of("participants_chosen").set("users", std::move(users)), event.by, {});
  }
  Json operator()(const process::Urged& event) const {
    return by(of("urged").set("activity", event.activity.value()), event.by, event.comment);
  }
  Json operator()(const process::NoticeSent& event) const {
    return by(of("notice_sent")
                  .set("notice", event.notice.value())
                  .set("reader", user_json(*names.people, event.reader))
                  .set("node", text_or_null(event.node_id)),
              event.by, event.comment);
  }
  Json operator()(const process::NoticeRead& event) const {
    return by(of("notice_read").set("notice", event.notice.value()), event.by, {});
  }

 private:
  [[nodiscard]] Json by(Json json, UserId user, const std::string& comment) const {
    json.set("by", user_json(*names.people, user)).set("comment", text_or_null(comment));
    return json;
  }
  static Json id_or_null(ActivityInstanceId id) {
    return id.is_assigned() ? Json(id.value()) : Json(nullptr);
  }
};

}  // namespace

Json history_json(const Names& names, const services::HistoryEntry& entry) {
  Json events = Json::array();
  for (const process::Event& event : entry.events) events.push(std::visit(EventJson{names}, event));
  return Json::object()
      .set("sequence", entry.sequence)
      .set("at", time_json(entry.at))
      .set("actor", user_json(*names.people, entry.actor))
      .set("events", std::move(events));
}

}  // namespace cinnabar::native
