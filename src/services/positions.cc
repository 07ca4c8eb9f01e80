#include "services/positions.h"

#include "domain/process/decide.h"

#include <algorithm>

namespace cinnabar::services {
namespace {

class Folder {
 public:
  explicit Folder(const process::ProcessDefinition& graph) : graph_(graph) {}

  void entry(const HistoryEntry& entry) {
    left_.clear();
    entered_.clear();
    last_passed_.clear();
    bool ended = false;
    for (const process::Event& event : entry.events) {
      process::evolve(instance_, event);
      note(event, entry.at, entry.actor);
      ended = ended || std::holds_alternative<process::InstanceCompleted>(event) ||
              std::holds_alternative<process::InstanceTerminated>(event) ||
              std::holds_alternative<process::InstanceFailed>(event);
    }
    for (const std::int64_t id : left_) freeze(id, entry, ended);
    // Positions that began in this command show the values that the whole command left.
    for (const std::int64_t id : entered_) show_present(position(id));
  }

  std::vector<Position> finish() {
    for (Position& position : positions_) {
      // A closed one too: its record may have been changed since.
      if (!position.is_past) show_present(position);
      for (const process::Incident& incident : instance_.incidents) {
        if (!position.is_past && incident.node_id == position.node_id) {
          position.has_incident = true;
          position.incident_detail = incident.detail;
        }
      }
    }
    return std::move(positions_);
  }

 private:
  void note(const process::Event& event, Instant at, UserId actor) {
    if (const auto* started = std::get_if<process::InstanceStarted>(&event)) {
      enter(started->instance.value(), graph_.node(graph_.start).id, at, actor);
      left_.push_back(started->instance.value());
      entered_.clear();
    } else if (const auto* activated = std::get_if<process::ActivityActivated>(&event)) {
      if (is_position(*activated)) {
        enter(activated->activity.value(), activated->node_id, at, actor);
      } else {
        last_passed_ = activated->node_id;
      }
    } else if (const auto* completed = std::get_if<process::ActivityCompleted>(&event)) {
      leave(completed->activity);
    } else if (const auto* terminated = std::get_if<process::ActivityTerminated>(&event)) {
      leave(terminated->activity);
    } else if (const auto* passed = std::get_if<process::NodePassed>(&event)) {
      last_passed_ = passed->node_id;
    } else if (const auto* arrived = std::get_if<process::JoinArrived>(&event)) {
      last_passed_ = arrived->node_id;
    }
  }

  // Only people's work is one: sub-processes, the bodies of loops and automatic work are not.
  bool is_position(const process::ActivityActivated& activated) const {
    const auto node = graph_.find_node(activated.node_id);
    return node && graph_.node(*node).user_task() != nullptr &&
           activated.role != process::ActivityRole::loop_body;
  }

  void leave(ActivityInstanceId activity) {
    if (find(activity.value()) != nullptr) left_.push_back(activity.value());
  }

  void enter(std::int64_t id, const std::string& node_id, Instant at, UserId actor) {
    Position fresh;
    fresh.id = id;
    fresh.created_at = at;
    fresh.updated_at = at;
    fresh.created_by = actor;
    name_node(fresh, node_id);
    positions_.push_back(std::move(fresh));
    entered_.push_back(id);
  }

  // A position that was left stands where the instance stopped next.
  void freeze(std::int64_t id, const HistoryEntry& entry, bool ended) {
    Position& left = position(id);
    const bool is_last = ended && entered_.empty();
    if (!entered_.empty()) {
      name_node(left, position(entered_.front()).node_id);
    } else if (!last_passed_.empty()) {
      name_node(left, last_passed_);
    }
    left.is_past = !is_last;
    left.is_closed = is_last;
    left.stopped_at = entry.at;
    left.updated_at = entry.at;
    if (id != positions_.front().id) left.updated_by = entry.actor;
    show_present(left);
  }

  void name_node(Position& position, const std::string& node_id) const {
    position.node_id = node_id;
    if (const auto node = graph_.find_node(node_id)) {
      position.node_name = graph_.node(*node).name;
      position.node_kind = name(graph_.node(*node).kind);
    }
  }

  void show_present(Position& position) const {
    position.headers = instance_.headers;
    position.fields = instance_.fields;
  }

  Position* find(std::int64_t id) {
    const auto it = std::ranges::find(positions_, id, &Position::id);
    return it == positions_.end() ? nullptr : &*it;
  }
  Position& position(std::int64_t id) {
    Position* found = find(id);
    CINNABAR_ASSERT(found != nullptr);
    return *found;
  }

  const process::ProcessDefinition& graph_;
  process::Instance instance_;
  std::vector<Position> positions_;
  std::vector<std::int64_t> left_;
  std::vector<std::int64_t> entered_;
  std::string last_passed_;
};

}  // namespace

std::vector<Position> positions_of(const process::ProcessDefinition& graph,
                                   std::span<const HistoryEntry> history) {
  Folder folder(graph);
  for (const HistoryEntry& entry : history) folder.entry(entry);
  return folder.finish();
}

}  // namespace cinnabar::services
