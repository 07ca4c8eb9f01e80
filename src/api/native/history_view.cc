#include "api/native/fields.h"
#include "api/native/views.h"

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
        .set("kind", name(event.kind))
        .set("node", event.node_id)
        .set("detail", event.detail);
  }
  Json operator()(const process::IncidentResolved& event) const {
    return of("incident_resolved").set("node", event.node_id);
  }
  Json operator()(const process::InstanceCompleted& event) const {
    return of("instance_completed").set("node", event.node_id);
  }
  Json operator()(const process::InstanceTerminated& event) const {
    return of("instance_terminated")
        .set("by", user_json(*names.people, event.by))
        .set("comment", text_or_null(event.comment));
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
