#include "services/decision_log.h"

#include <map>

namespace cinnabar::services {
namespace {

class Writer {
 public:
  explicit Writer(const process::ProcessDefinition& graph) : graph_(graph) {}

  void entry(const HistoryEntry& entry) {
    current_ = &entry;
    position_ = 0;
    for (const process::Event& event : entry.events) {
      std::visit([this](const auto& e) { note(e); }, event);
    }
  }
  std::vector<LogEntry> take() { return std::move(log_); }

 private:
  struct Activity {
    std::string node_id;
    std::string from_node;
  };

  template <typename Event>
  void note(const Event&) {}

  void note(const process::InstanceStarted& event) {
    const std::string& start = graph_.node(graph_.start).id;
    LogEntry& entry = add(LoggedAction::started, event.initiator, {});
    name_node(entry, start);
    last_node_ = start;
  }
  void note(const process::ActivityActivated& event) {
    activities_[event.activity] = {event.node_id, last_node_};
  }
  void note(const process::ActivityCompleted& event) {
    const auto known = activities_.find(event.activity);
    if (known != activities_.end()) last_node_ = known->second.node_id;
  }
  void note(const process::WorkItemOffered& event) { items_[event.item] = event.activity; }

  void note(const process::WorkItemCompleted& event) {
    LogEntry& entry = add_of_item(LoggedAction::decided, event.item, event.by, event.comment);
    entry.outcome = event.outcome;
  }
  void note(const process::WorkItemReassigned& event) {
    add_of_item(LoggedAction::transferred, event.item, event.by, event.comment);
  }
  void note(const process::ParticipantsAdded& event) {
    add_of_item(LoggedAction::added, event.item, event.by, event.comment);
  }
  void note(const process::ParticipantRemoved& event) {
    add_of_item(LoggedAction::removed, event.item, event.by, event.comment);
  }
  void note(const process::Redirected& event) {
    if (event.kind == Redirection::straight_back || event.kind == Redirection::reactivated) return;
    LoggedAction action = LoggedAction::returned;
    if (event.kind == Redirection::withdrawn) action = LoggedAction::withdrawn;
    if (event.kind == Redirection::taken_back) action = LoggedAction::taken_back;
    LogEntry& entry = add(action, event.by, event.comment);
    entry.activity = event.activity;
    name_activity(entry, event.activity);
  }
  void note(const process::InstanceTerminated& event) {
    add(event.withdrawn ? LoggedAction::withdrawn : LoggedAction::terminated, event.by,
        event.comment);
  }
  void note(const process::InstanceSuspended& event) {
    add(LoggedAction::suspended, event.by, event.comment);
  }
  void note(const process::InstanceResumed& event) {
    add(LoggedAction::resumed, event.by, event.comment);
  }
  void note(const process::InstanceReactivated& event) {
    add(LoggedAction::reactivated, event.by, event.comment);
  }

  LogEntry& add(LoggedAction action, UserId by, const std::string& comment) {
    LogEntry entry;
    entry.sequence = current_->sequence;
    entry.position = position_++;
    entry.action = action;
    entry.by = by;
    entry.comment = comment;
    entry.at = current_->at;
    log_.push_back(std::move(entry));
    return log_.back();
  }
  LogEntry& add_of_item(LoggedAction action, WorkItemId item, UserId by,
                        const std::string& comment) {
    LogEntry& entry = add(action, by, comment);
    entry.item = item;
    const auto known = items_.find(item);
    if (known != items_.end()) {
      entry.activity = known->second;
      name_activity(entry, known->second);
    }
    return entry;
  }
  void name_activity(LogEntry& entry, ActivityInstanceId activity) const {
    const auto known = activities_.find(activity);
    if (known == activities_.end()) return;
    name_node(entry, known->second.node_id);
    entry.from_node = known->second.from_node;
  }
  void name_node(LogEntry& entry, const std::string& node_id) const {
    entry.node_id = node_id;
    if (const auto node = graph_.find_node(node_id)) entry.node_name = graph_.node(*node).name;
  }

  const process::ProcessDefinition& graph_;
  const HistoryEntry* current_ = nullptr;
  std::int64_t position_ = 0;
  std::vector<LogEntry> log_;
  std::map<ActivityInstanceId, Activity> activities_;
  std::map<WorkItemId, ActivityInstanceId> items_;
  std::string last_node_;
};

}  // namespace

std::vector<LogEntry> decision_log(const process::ProcessDefinition& graph,
                                   const std::vector<HistoryEntry>& history) {
  Writer writer(graph);
  for (const HistoryEntry& entry : history) writer.entry(entry);
  return writer.take();
}

}  // namespace cinnabar::services
