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
    trace.incidents_[event.incident] = event.node_id;
    return "incident " + std::string(name(event.kind)) + " " + event.node_id + ": " + event.detail;
  }
  std::string operator()(const IncidentResolved& event) const {
    return "resolve " + trace.incidents_[event.incident];
  }
  std::string operator()(const InstanceCompleted& event) const {
    return "completed at " + event.node_id;
  }
  std::string operator()(const InstanceTerminated& event) const {
    return (event.withdrawn  ? "withdrawn by "
            : event.rejected ? "rejected by "
                             : "terminated by ") +
           trace.people_.user_name(event.by);
  }
  std::string operator()(const VariablesChanged& event) const {
    std::string out = "variables";
    if (event.scope.is_assigned()) out += " of " + trace.activities_[event.scope];
    for (const auto& [name, value] : event.changes) {
      out += " " + name + "=" + (value.is_null() ? "null" : to_plain_text(expr::to_field(value)));
    }
    return out;
  }
  std::string operator()(const LoopStarted& event) const {
    return "loop " + trace.activities_[event.activity] + " " + std::to_string(event.total);
  }
  std::string operator()(const LoopResult& event) const {
    return "result " + trace.activities_[event.activity] + " " + std::to_string(event.iteration);
  }
  std::string operator()(const WaitStarted& event) const {
    const Wait& wait = event.wait;
    trace.waits_[wait.id] = wait.node_id;
    std::string out = "wait " + wait.node_id + " " + std::string(name(wait.kind));
    if (!wait.name.empty()) out += " " + wait.name;
    if (!wait.key.empty()) out += " key " + wait.key;
    return out;
  }
  std::string operator()(const WaitFired& event) const {
    return "came " + trace.waits_[event.wait];
  }
  std::string operator()(const WaitRescheduled& event) const {
    return "again " + trace.waits_[event.wait];
  }
  std::string operator()(const WaitEnded& event) const {
    return "unwait " + trace.waits_[event.wait];
  }
  std::string operator()(const ConditionObserved& event) const {
    return "condition " + trace.waits_[event.wait] + (event.holds ? " true" : " false");
  }
  std::string operator()(const MessageThrown& event) const { return "message " + event.name; }
  std::string operator()(const SignalThrown& event) const { return "signal " + event.name; }
  std::string operator()(const CallStarted& event) const { return "call " + event.called; }
  std::string operator()(const CallCancelled& event) const {
    return "uncall " + trace.waits_[event.wait];
  }
  std::string operator()(const ErrorThrown& event) const {
    return "error " + event.node_id + " " + event.code;
  }
  std::string operator()(const EscalationThrown& event) const {
    return "escalate " + event.node_id + " " + event.code;
  }
  std::string operator()(const JobFailed& event) const {
    return "job failed " + trace.waits_[event.wait] + " " + std::to_string(event.retries);
  }
  std::string operator()(const CompensationRecorded& event) const {
    return "record " + event.record.node_id;
  }
  std::string operator()(const CompensationStarted& event) const {
    return "compensate from " + trace.activities_[event.activity] + " " +
           std::to_string(event.records.size());
  }
  std::string operator()(const CompensationTaken& /*event*/) const { return "compensation taken"; }
  std::string operator()(const InstanceFailed& event) const {
    return "failed at " + event.node_id + " " + event.code;
  }
  std::string operator()(const InstanceSuspended& event) const {
    return "suspended by " + trace.people_.user_name(event.by);
  }
  std::string operator()(const InstanceResumed& event) const {
    return "resumed by " + trace.people_.user_name(event.by);
  }
  std::string operator()(const InstanceReactivated& event) const {
    return "reactivated by " + trace.people_.user_name(event.by);
  }
  std::string operator()(const InstanceMigrated& event) const {
    return "migrated by " + trace.people_.user_name(event.by);
  }
  std::string operator()(const Redirected& event) const {
    return std::string(name(event.kind)) + " to " + event.node_id + " by " +
           trace.people_.user_name(event.by);
  }
  std::string operator()(const StraightBackSet& event) const {
    return "straight back from " + trace.activities_[event.activity];
  }
  std::string operator()(const WorkItemReassigned& event) const {
    std::string& item = trace.items_[event.item];
    const std::string before = item;
    item = item.substr(0, item.find(' ') + 1) + trace.people_.user_name(event.assignee);
    return std::string(name(event.kind)) + " " + before + " to " +
           trace.people_.user_name(event.assignee);
  }
  std::string operator()(const WorkItemHeld& event) const {
    return "hold " + trace.items_[event.item];
  }
  std::string operator()(const ParticipantsChosen& event) const {
    std::string out = "chosen";
    for (const UserId user : event.users) out += " " + trace.people_.user_name(user);
    return out;
  }
  std::string operator()(const ParticipantsAdded& event) const {
    std::string out = "add " + std::string(name(event.position)) + " " + trace.items_[event.item];
    for (const UserId user : event.users) out += " " + trace.people_.user_name(user);
    return out;
  }
  std::string operator()(const ParticipantRemoved& event) const {
    return "remove " + trace.items_[event.item];
  }
  std::string operator()(const ArrivalsDropped& event) const {
    return "drop " + event.node_id + " " + event.flow_id;
  }
  std::string operator()(const JobRetried& event) const {
    return "retry " + trace.waits_[event.wait];
  }
  std::string operator()(const Urged& event) const {
    return "urge " + trace.activities_[event.activity];
  }
  std::string operator()(const NoticeSent& event) const {
    return "notice for " + trace.people_.user_name(event.reader);
  }
  std::string operator()(const NoticeRead& event) const {
    return "notice read by " + trace.people_.user_name(event.by);
  }
};

std::string Trace::line(const Event& event) {
  return std::visit(Line{*this}, event);
}

}  // namespace cinnabar::process::testing
