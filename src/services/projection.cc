#include "services/projection.h"

#include "base/text.h"
#include "domain/process/scope.h"
#include "domain/process/timer_rule.h"
#include "ports/schema.h"
#include "services/notice_service.h"
#include "services/rows.h"
#include "services/work_item_rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <map>
#include <set>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;
namespace items = ports::schema::work_item;
namespace activities = ports::schema::activity_instance;
namespace incidents = ports::schema::incident;
namespace notices = ports::schema::notice;
namespace waits = ports::schema::wait;

Error missing(std::string_view what, std::int64_t id) {
  return make_error(Code::data_loss, reasons::kStorageCorrupt,
                    "the row of an alive " + std::string(what) + " is missing", std::to_string(id));
}

// The rows of one table that a decision touches, by their id.
class Rows {
 public:
  Rows(ports::WriteTransaction& transaction, const ports::Table& table)
      : transaction_(transaction), table_(table) {}

  void add(std::int64_t id, ports::Row row) {
    // A row that was dropped a moment ago is there still, until this is written.
    const auto it = changes_.find(id);
    const bool is_stored = it != changes_.end() && it->second.is_stored;
    changes_.insert_or_assign(id, Change{std::move(row), is_stored, false});
  }
  // The row to change; null pointer when there is none.
  Result<ports::Row*> touch(std::int64_t id) {
    auto it = changes_.find(id);
    if (it == changes_.end()) {
      CINNABAR_TRY(auto row, transaction_.get(table_, {cell(id)}));
      if (!row) return static_cast<ports::Row*>(nullptr);
      it = changes_.emplace(id, Change{std::move(*row), true, false}).first;
    }
    return it->second.is_dropped ? nullptr : &it->second.row;
  }
  void drop(std::int64_t id, bool is_stored) {
    const auto it = changes_.find(id);
    if (it == changes_.end()) {
      changes_.emplace(id, Change{{}, is_stored, true});
    } else {
      it->second.is_dropped = true;
    }
  }
  void write() {
    for (auto& [id, change] : changes_) {
      if (change.is_dropped) {
        if (change.is_stored) transaction_.erase(table_, {cell(id)});
      } else if (change.is_stored) {
        transaction_.update(table_, std::move(change.row));
      } else {
        transaction_.insert(table_, std::move(change.row));
      }
    }
  }

 private:
  struct Change {
    ports::Row row;
    bool is_stored = false;
    bool is_dropped = false;
  };
  ports::WriteTransaction& transaction_;
  const ports::Table& table_;
  std::map<std::int64_t, Change> changes_;
};

class Projection {
 public:
  Projection(ports::WriteTransaction& transaction, const DecisionRecord& record)
      : record_(record),
        before_(record.loaded.instance),
        after_(record.decision.after),
        items_(transaction, items::kTable),
        activities_(transaction, activities::kTable),
        incidents_(transaction, incidents::kTable),
        notices_(transaction, notices::kTable),
        waits_(transaction, waits::kTable),
        has_attachments_(record.has_attachments) {}

  Status run() {
    for (const process::ActivityInstance& activity : before_.activities) {
      nodes_.emplace(activity.id, activity.node_id);
      for (const process::WorkItem& item : activity.work_items) note(item, activity.id);
    }
    for (const process::Event& event : record_.decision.events) {
      CINNABAR_CHECK_OK(std::visit([this](const auto& e) { return apply(e); }, event));
    }
    CINNABAR_CHECK_OK(refresh_open_items());
    CINNABAR_CHECK_OK(write_waits());
    items_.write();
    activities_.write();
    incidents_.write();
    notices_.write();
    waits_.write();
    return {};
  }

 private:
  // Events that leave no row of their own: the instance's row and history say it all.
  template <typename Event>
  Status apply(const Event&) {
    return {};
  }

  // ---- activities ----

  Status apply(const process::ActivityActivated& event) {
    nodes_.insert_or_assign(event.activity, event.node_id);
    const process::Node& node = node_of(event.activity);
    // What came and went within one command is told by the history alone.
    const bool is_position =
        node.user_task() != nullptr && event.role != process::ActivityRole::loop_body;
    if (!is_position && after_.find_activity(event.activity) == nullptr) return {};
    activities_.add(event.activity.value(),
                    {cell(event.activity), cell(after_.id), cell(event.node_id), cell(node.name),
                     cell(ActivityState::active), cell(record_.now), CellValue{},
                     cell_or_null(event.parent), cell(std::int64_t{event.iteration})});
    return {};
  }
  Status apply(const process::ActivityCompleted& event) {
    return close_activity(event.activity, ActivityState::completed);
  }
  Status apply(const process::ActivityTerminated& event) {
    return close_activity(event.activity, ActivityState::terminated);
  }
  Status close_activity(ActivityInstanceId activity, ActivityState state) {
    CINNABAR_TRY(ports::Row * row, activities_.touch(activity.value()));
    if (row == nullptr) {
      if (before_.find_activity(activity) == nullptr) return {};
      return missing("activity", activity.value());
    }
    (*row)[activities::state] = cell(state);
    (*row)[activities::ended_at] = cell(record_.now);
    return {};
  }

  // What is alive goes on under other names. The decision's definition is the new one already.
  Status apply(const process::InstanceMigrated& event) {
    for (auto& [activity, node_id] : nodes_) {
      const auto renamed = event.nodes.find(node_id);
      if (renamed == event.nodes.end()) continue;
      node_id = renamed->second;
      CINNABAR_TRY(ports::Row * row, activities_.touch(activity.value()));
      if (row == nullptr) return missing("activity", activity.value());
      (*row)[activities::node_id] = cell(node_id);
      (*row)[activities::node_name] = cell(node_of(activity).name);
    }
    for (const auto& [id, item] : known_items_) {
      if (item.is_waiting) continue;
      CINNABAR_TRY(ports::Row * row, items_.touch(id.value()));
      if (row == nullptr) return missing("work item", id.value());
      (*row)[items::node_id] = cell(nodes_.at(item.activity));
      (*row)[items::node_name] = cell(node_of(item.activity).name);
    }
    return {};
  }

  // ---- work items ----

  struct Item {
    ActivityInstanceId activity;
    UserId assignee;
    GroupId group;
    UserId owner;
    bool is_waiting = false;
  };
  void note(const process::WorkItem& item, ActivityInstanceId activity) {
    known_items_[item.id] = {activity, item.assignee, item.group, item.owner, item.waiting};
  }

  Status apply(const process::WorkItemOffered& event) {
    Item& item = known_items_[event.item];
    item = {event.activity, event.assignee, event.group, event.owner, event.waiting};
    if (!event.waiting) offer(event.item, item);
    return {};
  }
  // A waiting item gets its row when its turn comes; until then nobody can see it.
  Status apply(const process::WorkItemOpened& event) {
    Item& item = known_items_[event.item];
    item.is_waiting = false;
    offer(event.item, item);
    return {};
  }
  Status apply(const process::WorkItemHeld& event) {
    known_items_[event.item].is_waiting = true;
    items_.drop(event.item.value(), before_.find_item(event.item) != nullptr);
    return {};
  }
  Status apply(const process::WorkItemReassigned& event) {
    Item& item = known_items_[event.item];
    item.assignee = event.assignee;
    item.owner = event.owner;
    if (item.is_waiting) return {};
    CINNABAR_TRY(ports::Row * row, touch(event.item));
    (*row)[items::assignee_id] = cell_or_null(event.assignee);
    (*row)[items::owner_id] = cell_or_null(event.owner);
    (*row)[items::updated_by] = cell_or_null(event.by);
    return {};
  }
  Status apply(const process::WorkItemCompleted& event) {
    CINNABAR_TRY(ports::Row * row, touch(event.item));
    (*row)[items::state] = cell(WorkItemState::completed);
    (*row)[items::outcome] = cell(event.outcome);
    (*row)[items::updated_by] = cell_or_null(event.by);
    (*row)[items::closed_at] = cell(record_.now);
    return {};
  }
  Status apply(const process::WorkItemSuperseded& event) { return supersede(event.item, {}); }
  Status apply(const process::ParticipantRemoved& event) { return supersede(event.item, event.by); }
  Status supersede(WorkItemId item, UserId by) {
    if (known_items_[item].is_waiting) return {};
    CINNABAR_TRY(ports::Row * row, touch(item));
    if (by.is_assigned()) (*row)[items::updated_by] = cell(by);
    (*row)[items::state] = cell(WorkItemState::superseded);
    (*row)[items::closed_at] = cell(record_.now);
    return {};
  }

  void offer(WorkItemId id, const Item& item) {
    const process::Node& node = node_of(item.activity);
    std::vector<QuickActionLabel> actions;
    for (const process::QuickAction& action : node.user_task()->quick_actions) {
      actions.push_back({action.key, action.label});
    }
    items_.add(id.value(), {cell(id),
                            cell(after_.id),
                            cell(item.activity),
                            cell(record_.loaded.process),
                            cell(record_.loaded.number),
                            cell(node.id),
                            cell(node.name),
                            cell_or_null(item.assignee),
                            cell_or_null(item.group),
                            cell(WorkItemState::open),
                            cell(Outcome::none),
                            cell(shown_title(after_.headers.title)),
                            cell_or_null(after_.headers.status),
                            cell_or_null(after_.headers.level),
                            cell(encode_actions(actions)),
                            cell(has_attachments_),
                            cell(after_.initiator),
                            cell(after_.started_at),
                            cell(record_.now),
                            cell(record_.now),
                            CellValue{},
                            CellValue{},
                            cell_or_null(item.owner),
                            due_of(*node.user_task(), item),
                            priority_of(*node.user_task(), item)});
  }

  // What lists sort by. One that can not be computed is none: the engine has its own opinion of it.
  CellValue due_of(const process::UserTask& task, const Item& item) const {
    if (!task.due) return {};
    const auto value = task.due->eval(scope_of(item));
    if (!value) return {};
    const auto due = process::plan_due(*value, record_.now, UtcOffset{});
    return due ? cell(*due) : CellValue{};
  }
  CellValue priority_of(const process::UserTask& task, const Item& item) const {
    if (!task.priority) return {};
    const auto value = task.priority->eval(scope_of(item));
    const Decimal* number = value ? value->get<Decimal>() : nullptr;
    const auto whole = number != nullptr ? number->to_int() : std::nullopt;
    return whole ? cell(*whole) : CellValue{};
  }
  process::InstanceScope scope_of(const Item& item) const {
    // The activity may be gone when the whole command is done; then only the process is seen.
    const bool is_alive = after_.find_activity(item.activity) != nullptr;
    return {*record_.definition.form, after_, is_alive ? item.activity : ActivityInstanceId{},
            Outcome::none, record_.now};
  }

  Result<ports::Row*> touch(WorkItemId id) {
    CINNABAR_TRY(ports::Row * row, items_.touch(id.value()));
    if (row == nullptr) return missing("work item", id.value());
    has_attachments_ = has_attachments_ || bool_of(*row, items::has_attachments);
    (*row)[items::updated_at] = cell(record_.now);
    return row;
  }

  // Items that stay open show the instance's present headers and attachments.
  Status refresh_open_items() {
    if (record_.is_new) return {};
    if (before_.headers == after_.headers && !record_.has_attachments) return {};
    for (const process::ActivityInstance& activity : after_.activities) {
      for (const process::WorkItem& item : activity.work_items) {
        if (item.state != WorkItemState::open || item.waiting) continue;
        CINNABAR_TRY(ports::Row * row, touch(item.id));
        (*row)[items::title] = cell(shown_title(after_.headers.title));
        (*row)[items::status_text] = cell_or_null(after_.headers.status);
        (*row)[items::level] = cell_or_null(after_.headers.level);
        if (record_.has_attachments) (*row)[items::has_attachments] = cell(true);
      }
    }
    return {};
  }

  // ---- incidents and notices ----

  Status apply(const process::IncidentRaised& event) {
    incidents_.add(event.incident.value(),
                   {cell(event.incident), cell(after_.id), cell(record_.loaded.process),
                    cell(after_.definition), cell(record_.loaded.number),
                    cell_or_null(event.activity), cell(event.node_id), cell(event.kind),
                    cell(event.detail), cell(record_.now), CellValue{}, CellValue{}, CellValue{}});
    return {};
  }
  Status apply(const process::IncidentResolved& event) {
    CINNABAR_TRY(ports::Row * row, incidents_.touch(event.incident.value()));
    if (row == nullptr) return missing("incident", event.incident.value());
    (*row)[incidents::resolved_at] = cell(record_.now);
    (*row)[incidents::resolved_by] = cell_or_null(event.by);
    (*row)[incidents::comment] = cell_or_null(event.comment);
    return {};
  }
  Status apply(const process::NoticeSent& event) {
    ports::Row row(notices::kColumns.size());
    row[notices::id] = cell(event.notice);
    row[notices::kind] = cell(NoticeKind::copy);
    row[notices::instance_id] = cell(after_.id);
    row[notices::process_id] = cell(record_.loaded.process);
    row[notices::number] = cell(record_.loaded.number);
    row[notices::reader_id] = cell(event.reader);
    row[notices::node_id] = cell(event.node_id);
    row[notices::sent_by] = cell_or_null(event.by);
    row[notices::comment] = cell_or_null(event.comment);
    row[notices::created_at] = cell(record_.now);
    notices_.add(event.notice.value(), std::move(row));
    return {};
  }
  Status apply(const process::NoticeRead& event) {
    CINNABAR_TRY(ports::Row * row, notices_.touch(event.notice.value()));
    if (row == nullptr) return missing("notice", event.notice.value());
    (*row)[notices::read_at] = cell(record_.now);
    return {};
  }

  // ---- waits ----

  // Its lock ends, whatever else is as before.
  Status apply(const process::JobFailed& event) {
    failed_jobs_.insert(event.wait);
    return {};
  }

  // How the state differs says it all. Conditions are looked at with every command and need no row.
  Status write_waits() {
    const bool was_active = before_.state == InstanceState::running;
    const bool is_active = after_.state == InstanceState::running;
    for (const process::Wait& wait : before_.waits) {
      if (wait.kind == WaitKind::condition) continue;
      if (after_.find_wait(wait.id) == nullptr) waits_.drop(wait.id.value(), true);
    }
    for (const process::Wait& wait : after_.waits) {
      if (wait.kind == WaitKind::condition) continue;
      const process::Wait* old = before_.find_wait(wait.id);
      if (old == nullptr) {
        waits_.add(wait.id.value(), wait_row(wait, is_active));
        continue;
      }
      const bool is_changed = wait.due != old->due || wait.retries != old->retries ||
                              after_.definition != before_.definition ||
                              failed_jobs_.contains(wait.id);
      if (!is_changed && was_active == is_active) continue;
      CINNABAR_TRY(ports::Row * row, waits_.touch(wait.id.value()));
      if (row == nullptr) return missing("wait", wait.id.value());
      ports::Row fresh = wait_row(wait, is_active);
      fresh[waits::created_at] = (*row)[waits::created_at];
      if (!is_changed) {
        fresh[waits::due_at] = (*row)[waits::due_at];
        fresh[waits::lock_owner] = (*row)[waits::lock_owner];
      }
      *row = std::move(fresh);
    }
    return {};
  }

  ports::Row wait_row(const process::Wait& wait, bool is_active) const {
    CellValue due = wait.due ? cell(*wait.due) : CellValue{};
    if (wait.kind == WaitKind::job) {
      due = wait.retries > 0 ? cell(wait.due.value_or(record_.now)) : CellValue{};
    }
    return {cell(wait.id),
            cell(after_.id),
            cell_or_null(wait.owner),
            cell(record_.loaded.process),
            cell(after_.definition),
            cell(wait.node_id),
            cell(wait.kind),
            cell(wait.name),
            cell(wait.key),
            std::move(due),
            cell(std::int64_t{wait.retries}),
            cell(is_active),
            CellValue{},
            cell(record_.now)};
  }

  const process::Node& node_of(ActivityInstanceId activity) const {
    const process::ProcessDefinition& graph = *record_.definition.graph;
    const auto it = nodes_.find(activity);
    CINNABAR_ASSERT(it != nodes_.end());
    const auto node = graph.find_node(it->second);
    CINNABAR_ASSERT(node.has_value());
    return graph.node(*node);
  }

  const DecisionRecord& record_;
  const process::Instance& before_;
  const process::Instance& after_;
  Rows items_;
  Rows activities_;
  Rows incidents_;
  Rows notices_;
  Rows waits_;
  bool has_attachments_ = false;
  std::map<ActivityInstanceId, std::string> nodes_;
  std::map<WorkItemId, Item> known_items_;
  std::set<WaitId> failed_jobs_;
};

}  // namespace

Status write_projection(ports::WriteTransaction& transaction, const DecisionRecord& record) {
  return Projection(transaction, record).run();
}

std::string shown_title(const std::string& title) {
  return std::string(utf8_prefix(title, limits::kTitleBytesMax));
}

}  // namespace cinnabar::services
