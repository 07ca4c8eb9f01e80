#include "domain/process/testing/trace.h"

namespace cinnabar::process::testing {

struct Trace::Line {
  Trace& trace;

  std::string operator()(const InstanceStarted& event) const {
    return "started by " + trace.people_.user_name(event.initiator);
  }
  std::string operator()(const FieldsChanged& event) const {
    std::string out = "fields";
    for (const auto& [id, value] : event.changes) {
      out += " " + id + "=" + (value.is_null() ? "null" : to_plain_text(value));
    }
    return out;
  }
  std::string operator()(const HeadersChanged& event) const {
    return "headers \"" + event.title + "\" \"" + event.status + "\" \"" + event.level + "\"";
  }
  std::string operator()(const NodePassed& event) const { return "pass " + event.node_id; }
  std::string operator()(const FlowTaken& event) const { return "flow " + event.flow_id; }
  std::string operator()(const JoinArrived& event) const {
    return "arrive " + event.node_id + " " + event.flow_id;
  }
  std::string operator()(const JoinFired& event) const { return "fire " + event.node_id; }
  std::string operator()(const ActivityActivated& event) const {
    trace.activities_[event.activity] = event.node_id;
    return "activate " + event.node_id;
  }
  std::string operator()(const WorkItemOffered& event) const {
    std::string whom;
    if (event.assignee.is_assigned()) whom = trace.people_.user_name(event.assignee);
    if (event.group.is_assigned()) whom += "@" + trace.people_.group_key(event.group);
    trace.items_[event.item] = trace.activities_[event.activity] + " " + whom;
    return "offer " + trace.items_[event.item] + (event.waiting ? " waiting" : "");
  }
  std::string operator()(const WorkItemOpened& event) const {
    return "open " + trace.items_[event.item];
  }
  std::string operator()(const WorkItemCompleted& event) const {
    std::string out = "complete " + trace.items_[event.item] + " by " +
                      trace.people_.user_name(event.by) + " " + std::string(name(event.outcome));
    if (!event.quick_action.empty()) out += " with " + event.quick_action;
    return out;
  }
  std::string operator()(const WorkItemSuperseded& event) const {
    return "supersede " + trace.items_[event.item];
  }
  std::string operator()(const ActivityCompleted& event) const {
    return "finish " + trace.activities_[event.activity] + " " + std::string(name(event.outcome));
  }
  std::string operator()(const ActivityTerminated& event) const {
    return "cancel " + trace.activities_[event.activity];
  }
  std::string operator()(const IncidentRaised& event) const {
    return "incident " + std::string(name(event.kind)) + " " + event.node_id + ": " + event.detail;
  }
  std::string operator()(const IncidentResolved& event) const { return "resolve " + event.node_id; }
  std::string operator()(const InstanceCompleted& event) const {
    return "completed at " + event.node_id;
  }
  std::string operator()(const InstanceTerminated& event) const {
    return "terminated by " + trace.people_.user_name(event.by);
  }
};

std::string Trace::line(const Event& event) {
  return std::visit(Line{*this}, event);
}

}  // namespace cinnabar::process::testing
