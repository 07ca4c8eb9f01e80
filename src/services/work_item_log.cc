#include "services/work_item_log.h"

#include "base/assert.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace cinnabar::services {
namespace {

StageOrigin redirected(Redirection kind) {
  switch (kind) {
    case Redirection::returned:
      return StageOrigin::returned;
    case Redirection::withdrawn:
      return StageOrigin::withdrawn;
    case Redirection::taken_back:
      return StageOrigin::taken_back;
    case Redirection::jumped:
      return StageOrigin::jumped;
    case Redirection::reactivated:
      return StageOrigin::reactivated;
    case Redirection::straight_back:
      return StageOrigin::reached;
  }
  CINNABAR_UNREACHABLE();
}

class Writer {
 public:
  explicit Writer(const process::ProcessDefinition& graph) : graph_(graph) {}

  void entry(const HistoryEntry& entry) {
    current_ = &entry;
    redirect_.reset();
    undecided_now_.clear();
    for (const process::Event& event : entry.events) {
      std::visit([this](const auto& e) { note(e); }, event);
    }
  }
  std::vector<WorkItemStage> take() {
    // Whoever's turn has not come was not asked.
    std::erase_if(stages_, [&](const WorkItemStage& stage) {
      return stage.item.is_assigned() && unseen_.contains(stage.item);
    });
    return std::move(stages_);
  }

 private:
  struct Redirect {
    StageOrigin origin = StageOrigin::reached;
    std::string node_id;
  };

  template <typename Event>
  void note(const Event&) {}

  void note(const process::InstanceStarted& event) {
    WorkItemStage stage;
    stage.node_id = graph_.node(graph_.start).id;
    stage.node_name = graph_.node(graph_.start).name;
    stage.assignee = event.initiator;
    stage.origin = StageOrigin::started;
    stage.created_by = event.initiator;
    stage.created_at = current_->at;
    stage.end = StageEnd::decided;
    stage.outcome = Outcome::submitted;
    stage.ended_by = event.initiator;
    stage.ended_at = current_->at;
    stages_.push_back(std::move(stage));
  }
  void note(const process::Redirected& event) {
    redirect_ = Redirect{redirected(event.kind), event.node_id};
    if (event.kind == Redirection::reactivated) overtake(event.node_id);
  }
  void note(const process::ActivityActivated& event) { nodes_[event.activity] = event.node_id; }

  void note(const process::WorkItemOffered& event) {
    WorkItemStage stage;
    stage.item = event.item;
    stage.activity = event.activity;
    stage.node_id = nodes_[event.activity];
    if (const auto node = graph_.find_node(stage.node_id)) {
      stage.node_name = graph_.node(*node).name;
    }
    stage.assignee = event.assignee;
    stage.group = event.group;
    stage.origin = origin_of(event);
    stage.created_by = current_->actor;
    stage.created_at = current_->at;
    stage.is_held = event.waiting;
    if (event.waiting) unseen_.insert(event.item);
    latest_[event.item] = stages_.size();
    items_[event.activity].push_back(event.item);
    stages_.push_back(std::move(stage));
  }
  StageOrigin origin_of(const process::WorkItemOffered& event) {
    switch (event.added) {
      case AddedAs::before:
        return StageOrigin::added_before;
      case AddedAs::after:
        return StageOrigin::added_after;
      case AddedAs::parallel:
        return StageOrigin::added_parallel;
      case AddedAs::none:
      case AddedAs::again:
        break;
    }
    const bool is_there = redirect_ && redirect_->node_id == nodes_[event.activity];
    return is_there ? redirect_->origin : StageOrigin::reached;
  }
  void note(const process::WorkItemOpened& event) {
    WorkItemStage* stage = latest(event.item);
    if (stage == nullptr) return;
    stage->is_held = false;
    // Its turn has come: that is when it began for its assignee.
    if (unseen_.erase(event.item) > 0) stage->created_at = current_->at;
  }
  void note(const process::WorkItemHeld& event) {
    if (WorkItemStage* stage = latest(event.item)) stage->is_held = true;
  }
  void note(const process::WorkItemReassigned& event) {
    WorkItemStage* stage = latest(event.item);
    if (stage == nullptr) return;
    // Taking an item out of the pool, or giving it back, is no work of anybody.
    if (event.kind == Handover::claim || event.kind == Handover::unclaim) {
      stage->assignee = event.assignee;
      return;
    }
    WorkItemStage next = *stage;
    end(*stage, StageEnd::handed_over, event.by, event.comment);
    stage->is_last = false;
    next.stage = stage->stage + 1;
    next.assignee = event.assignee;
    next.origin = StageOrigin::handed_over;
    next.created_by = event.by;
    next.created_at = current_->at;
    latest_[event.item] = stages_.size();
    stages_.push_back(std::move(next));
  }
  void note(const process::ParticipantsAdded& event) {
    WorkItemStage* stage = latest(event.item);
    if (stage != nullptr && event.position == AddedAs::after) stage->asked_for_others = true;
  }
  void note(const process::WorkItemCompleted& event) {
    WorkItemStage* stage = latest(event.item);
    if (stage == nullptr) return;
    unseen_.erase(event.item);
    const bool is_return = event.outcome == Outcome::returned;
    end(*stage, is_return ? StageEnd::returned : StageEnd::decided, event.by, event.comment);
    stage->outcome = event.outcome;
    stage->by_engine = !event.by.is_assigned();
  }
  void note(const process::WorkItemSuperseded& event) { end_item(event.item, StageEnd::unneeded); }
  void note(const process::ParticipantRemoved& event) {
    WorkItemStage* stage = latest(event.item);
    if (stage != nullptr) end(*stage, StageEnd::unneeded, event.by, event.comment);
  }
  void note(const process::ActivityCompleted& event) {
    end_items(event.activity, StageEnd::unneeded);
  }
  void note(const process::ActivityTerminated& event) { end_items(event.activity, StageEnd::left); }
  // Events about tasks and activities come first, and do not say that it is the end of everything.
  void note(const process::InstanceTerminated& event) {
    for (const WorkItemId item : undecided_now_) {
      WorkItemStage& stage = *latest(item);
      stage.end = StageEnd::closed;
      stage.ended_by = event.by;
      stage.comment = event.comment;
    }
  }

  WorkItemStage* latest(WorkItemId item) {
    const auto found = latest_.find(item);
    return found == latest_.end() ? nullptr : &stages_[found->second];
  }
  void end(WorkItemStage& stage, StageEnd how, UserId by, const std::string& comment) const {
    if (stage.end != StageEnd::open) return;
    stage.end = how;
    stage.is_held = false;
    stage.ended_by = by;
    stage.ended_at = current_->at;
    stage.comment = comment;
  }
  // Without a decision.
  void end_item(WorkItemId item, StageEnd how) {
    WorkItemStage* stage = latest(item);
    if (stage == nullptr || stage->end != StageEnd::open) return;
    end(*stage, how, current_->actor, {});
    undecided_now_.push_back(item);
  }
  void end_items(ActivityInstanceId activity, StageEnd how) {
    for (const WorkItemId item : items_[activity]) end_item(item, how);
  }
  // What was done there and since counts no more.
  void overtake(const std::string& node_id) {
    const auto first = std::ranges::find(stages_, node_id, &WorkItemStage::node_id);
    for (auto it = first; it != stages_.end(); ++it) it->is_overtaken = true;
  }

  const process::ProcessDefinition& graph_;
  const HistoryEntry* current_ = nullptr;
  std::optional<Redirect> redirect_;  // of the command
  std::vector<WorkItemStage> stages_;
  std::map<ActivityInstanceId, std::string> nodes_;
  std::map<ActivityInstanceId, std::vector<WorkItemId>> items_;
  std::map<WorkItemId, std::size_t> latest_;
  std::set<WorkItemId> unseen_;
  std::vector<WorkItemId> undecided_now_;  // ended by the command
};

}  // namespace

std::vector<WorkItemStage> work_item_log(const process::ProcessDefinition& graph,
                                         const std::vector<HistoryEntry>& history) {
  Writer writer(graph);
  for (const HistoryEntry& entry : history) writer.entry(entry);
  return writer.take();
}

}  // namespace cinnabar::services
