#include "services/instance_store.h"

#include "base/text.h"
#include "ports/schema.h"
#include "services/codec/instance_codec.h"
#include "services/rows.h"
#include "services/unique_fields.h"
#include "services/work_item_rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <map>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;
namespace items = ports::schema::work_item;

std::string shown(const std::string& title) {
  return std::string(utf8_prefix(title, limits::kTitleBytesMax));
}

// Collects the rows that the events of one decision touch, so that each is written once.
class Projection {
 public:
  Projection(ports::WriteTransaction& transaction, const DecisionRecord& record)
      : transaction_(transaction), record_(record) {}

  Status run() {
    has_attachments_ = record_.has_attachments;
    for (const process::Event& event : record_.decision.events) {
      CINNABAR_CHECK_OK(std::visit([this](const auto& e) { return apply(e); }, event));
    }
    CINNABAR_CHECK_OK(refresh_open_items());
    for (auto& [id, change] : items_) write(items::kTable, std::move(change));
    for (auto& [id, change] : activities_) {
      write(schema::activity_instance::kTable, std::move(change));
    }
    return {};
  }

 private:
  struct Change {
    ports::Row row;
    bool is_new = false;
  };

  void write(const ports::Table& table, Change change) {
    if (change.is_new) {
      transaction_.insert(table, std::move(change.row));
    } else {
      transaction_.update(table, std::move(change.row));
    }
  }

  // Events that leave no row of their own: the instance's row and history say it all.
  template <typename Event>
  Status apply(const Event&) {
    return {};
  }

  Status apply(const process::ActivityActivated& event) {
    const process::ProcessDefinition& graph = *record_.loaded.definition->graph;
    const auto node = graph.find_node(event.node_id);
    CINNABAR_ASSERT(node.has_value());
    Change change;
    change.is_new = true;
    change.row = {cell(event.activity),
                  cell(record_.decision.after.id),
                  cell(event.node_id),
                  cell(graph.node(*node).name),
                  cell(ActivityState::active),
                  cell(record_.now),
                  CellValue{}};
    activities_.emplace(event.activity, std::move(change));
    nodes_.emplace(event.activity, *node);
    return {};
  }

  Status apply(const process::ActivityCompleted& event) {
    return close_activity(event.activity, ActivityState::completed);
  }
  Status apply(const process::ActivityTerminated& event) {
    return close_activity(event.activity, ActivityState::terminated);
  }

  Status close_activity(ActivityInstanceId activity, ActivityState state) {
    auto it = activities_.find(activity);
    if (it == activities_.end()) {
      CINNABAR_TRY(auto row, transaction_.get(schema::activity_instance::kTable, {cell(activity)}));
      if (!row) return missing("activity", activity.value());
      it = activities_.emplace(activity, Change{std::move(*row), false}).first;
    }
    it->second.row[schema::activity_instance::state] = cell(state);
    it->second.row[schema::activity_instance::ended_at] = cell(record_.now);
    return {};
  }

  Status apply(const process::WorkItemOffered& event) {
    if (!event.waiting) offer(event.item, event.activity, event.assignee, event.group);
    return {};
  }

  // A waiting item gets its row when its turn comes; until then nobody can see it.
  Status apply(const process::WorkItemOpened& event) {
    const process::ActivityInstance* activity = record_.decision.after.find_activity_of(event.item);
    if (activity == nullptr) return {};
    for (const process::WorkItem& item : activity->work_items) {
      if (item.id == event.item) offer(item.id, activity->id, item.assignee, item.group);
    }
    return {};
  }

  Status apply(const process::WorkItemCompleted& event) {
    CINNABAR_TRY(Change * change, touch(event.item));
    if (change == nullptr) return missing("work item", event.item.value());
    change->row[items::state] = cell(WorkItemState::completed);
    change->row[items::outcome] = cell(event.outcome);
    change->row[items::updated_by] = cell_or_null(event.by);
    change->row[items::closed_at] = cell(record_.now);
    return {};
  }

  Status apply(const process::WorkItemSuperseded& event) {
    CINNABAR_TRY(Change * change, touch(event.item));
    if (change == nullptr) return {};  // it was still waiting
    change->row[items::state] = cell(WorkItemState::superseded);
    change->row[items::closed_at] = cell(record_.now);
    return {};
  }

  void offer(WorkItemId id, ActivityInstanceId activity, UserId assignee, GroupId group) {
    const process::Instance& after = record_.decision.after;
    const process::Node& node = node_of(activity);
    std::vector<QuickActionLabel> actions;
    for (const process::QuickAction& action : node.user_task()->quick_actions) {
      actions.push_back({action.key, action.label});
    }
    Change change;
    change.is_new = true;
    change.row = {cell(id),
                  cell(after.id),
                  cell(activity),
                  cell(record_.loaded.process),
                  cell(record_.loaded.number),
                  cell(node.id),
                  cell(node.name),
                  cell_or_null(assignee),
                  cell_or_null(group),
                  cell(WorkItemState::open),
                  cell(Outcome::none),
                  cell(shown(after.headers.title)),
                  cell_or_null(after.headers.status),
                  cell_or_null(after.headers.level),
                  cell(encode_actions(actions)),
                  cell(has_attachments_),
                  cell(after.initiator),
                  cell(after.started_at),
                  cell(record_.now),
                  cell(record_.now),
                  CellValue{},
                  CellValue{}};
    items_.emplace(id, std::move(change));
  }

  const process::Node& node_of(ActivityInstanceId activity) const {
    const process::ProcessDefinition& graph = *record_.loaded.definition->graph;
    if (const auto it = nodes_.find(activity); it != nodes_.end()) return graph.node(it->second);
    const process::ActivityInstance* alive = record_.decision.after.find_activity(activity);
    CINNABAR_ASSERT(alive != nullptr);
    const auto node = graph.find_node(alive->node_id);
    CINNABAR_ASSERT(node.has_value());
    return graph.node(*node);
  }

  // The row to change; null pointer when there is none.
  Result<Change*> touch(WorkItemId id) {
    auto it = items_.find(id);
    if (it == items_.end()) {
      CINNABAR_TRY(auto row, transaction_.get(items::kTable, {cell(id)}));
      if (!row) return static_cast<Change*>(nullptr);
      has_attachments_ = has_attachments_ || bool_of(*row, items::has_attachments);
      it = items_.emplace(id, Change{std::move(*row), false}).first;
    }
    it->second.row[items::updated_at] = cell(record_.now);
    return &it->second;
  }

  // Items that stay open show the instance's present headers and attachments.
  Status refresh_open_items() {
    if (record_.is_new) return {};
    const process::Headers& before = record_.loaded.instance.headers;
    const process::Headers& after = record_.decision.after.headers;
    if (before == after && !record_.has_attachments) return {};
    for (const process::ActivityInstance& activity : record_.decision.after.activities) {
      for (const process::WorkItem& item : activity.work_items) {
        if (item.state != WorkItemState::open || item.waiting) continue;
        CINNABAR_TRY(Change * change, touch(item.id));
        if (change == nullptr) return missing("work item", item.id.value());
        change->row[items::title] = cell(shown(after.title));
        change->row[items::status_text] = cell_or_null(after.status);
        change->row[items::level] = cell_or_null(after.level);
        if (record_.has_attachments) change->row[items::has_attachments] = cell(true);
      }
    }
    return {};
  }

  static Error missing(std::string_view what, std::int64_t id) {
    return make_error(Code::data_loss, reasons::kStorageCorrupt,
                      "the row of an alive " + std::string(what) + " is missing",
                      std::to_string(id));
  }

  ports::WriteTransaction& transaction_;
  const DecisionRecord& record_;
  bool has_attachments_ = false;
  std::map<WorkItemId, Change> items_;
  std::map<ActivityInstanceId, Change> activities_;
  std::map<ActivityInstanceId, process::NodeIndex> nodes_;
};

ports::Row instance_row(const DecisionRecord& record) {
  const process::Instance& after = record.decision.after;
  const LoadedInstance& loaded = record.loaded;
  const bool ended =
      after.state == InstanceState::completed || after.state == InstanceState::terminated;
  return {cell(after.id),
          cell(loaded.process),
          cell(after.definition),
          cell(loaded.number),
          cell(loaded.record),
          cell(after.initiator),
          record.is_new ? CellValue{} : cell_or_null(record.context.principal.user),
          cell(after.state),
          cell(shown(after.headers.title)),
          cell_or_null(after.headers.status),
          cell_or_null(after.headers.level),
          cell(loaded.version + 1),
          cell(codec::encode_instance(after)),
          cell(after.started_at),
          cell(record.now),
          ended ? cell(record.now) : CellValue{}};
}

Status write_record(ports::WriteTransaction& transaction, const DecisionRecord& record) {
  namespace columns = schema::record;
  const process::Instance& after = record.decision.after;
  const LoadedInstance& loaded = record.loaded;
  std::string data = codec::encode_fields(after.fields);
  if (data.size() > limits::kRecordBytesMax) {
    return make_error(
        Code::invalid_argument, reasons::kLimitExceeded,
        "the record is larger than " + std::to_string(limits::kRecordBytesMax) + " bytes");
  }
  const CellValue user = cell(record.context.principal.user);
  if (record.is_new) {
    transaction.insert(columns::kTable, {cell(loaded.record), cell(record.form),
                                         cell(loaded.definition->form_version), cell(after.id),
                                         cell(std::move(data)), cell(std::int64_t{1}), user,
                                         CellValue{}, cell(record.now), cell(record.now)});
    return {};
  }
  if (after.fields == loaded.instance.fields) return {};
  ports::Row row = loaded.record_row;
  const std::int64_t version = int_of(row, columns::version);
  row[columns::data] = cell(std::move(data));
  row[columns::version] = cell(version + 1);
  row[columns::updated_by] = user;
  row[columns::updated_at] = cell(record.now);
  transaction.update_if(columns::kTable, std::move(row), columns::version, version);
  return {};
}

}  // namespace

Result<LoadedInstance> load_instance(ports::ReadTransaction& snapshot, const Catalog& catalog,
                                     ProcessInstanceId id) {
  namespace columns = schema::process_instance;
  CINNABAR_TRY(const auto row, snapshot.get(columns::kTable, {cell(id)}));
  if (!row) {
    return make_error(Code::not_found, reasons::kInstanceUnknown, "no such process instance",
                      std::to_string(id.value()));
  }
  LoadedInstance loaded;
  CINNABAR_TRY(loaded.instance, codec::decode_instance(text_of(*row, columns::state)));
  loaded.process = id_of<ProcessId>(*row, columns::process_id);
  loaded.number = int_of(*row, columns::number);
  loaded.version = int_of(*row, columns::version);
  loaded.record = id_of<RecordId>(*row, columns::record_id);
  loaded.updated_at = instant_of(*row, columns::updated_at);
  loaded.updated_by = id_of<UserId>(*row, columns::updated_by);
  loaded.ended_at = optional_instant_of(*row, columns::ended_at);
  loaded.definition = catalog.definition(loaded.instance.definition);
  CINNABAR_TRY(auto record, snapshot.get(schema::record::kTable, {cell(loaded.record)}));
  if (loaded.definition == nullptr || !record) {
    return make_error(Code::data_loss, reasons::kStorageCorrupt,
                      "the instance's definition or record is missing", std::to_string(id.value()));
  }
  CINNABAR_TRY(loaded.instance.fields,
               codec::decode_fields(text_of(*record, schema::record::data)));
  loaded.record_row = std::move(*record);
  return loaded;
}

Result<std::optional<ports::Row>> find_instance_row(ports::ReadTransaction& snapshot,
                                                    ProcessId process, std::int64_t number) {
  namespace columns = schema::process_instance;
  ports::Select select;
  select.table = &columns::kTable;
  select.filter = all_of({where_equal(columns::process_id, cell(process)),
                          where_equal(columns::number, cell(number))});
  select.limit = 1;
  CINNABAR_TRY(auto rows, snapshot.select(select));
  if (rows.empty()) return std::optional<ports::Row>{};
  return std::optional<ports::Row>{std::move(rows.front())};
}

Status write_decision(ports::WriteTransaction& transaction, const DecisionRecord& record) {
  const LoadedInstance& loaded = record.loaded;
  const process::Instance& after = record.decision.after;
  CINNABAR_CHECK_OK(change_unique_values(transaction, *loaded.definition->form,
                                         {.form = record.form,
                                          .record = loaded.record,
                                          .before = loaded.instance.fields,
                                          .after = after.fields}));
  CINNABAR_CHECK_OK(write_record(transaction, record));
  if (record.is_new) {
    transaction.insert(schema::process_instance::kTable, instance_row(record));
  } else {
    transaction.update_if(schema::process_instance::kTable, instance_row(record),
                          schema::process_instance::version, loaded.version);
  }
  CINNABAR_CHECK_OK(Projection(transaction, record).run());
  transaction.insert(
      schema::history::kTable,
      {cell(after.id), cell(loaded.version + 1), cell(record.now),
       cell(record.context.principal.user), cell(codec::encode_events(record.decision.events))});
  return write_audit(transaction, record.context, record.action, "process_instance",
                     after.id.value(), {}, record.now);
}

std::int64_t SequenceIds::next() {
  auto number = transaction_.next_number("runtime");
  if (number) return *number;
  // The command fails with this error before anything is written; the id is never seen.
  status_ = std::move(number).error();
  return 1;
}

Status write_audit(ports::WriteTransaction& transaction, const CallContext& context,
                   std::string_view action, std::string_view subject_kind, std::int64_t subject,
                   std::string detail, Instant now) {
  CINNABAR_TRY(const std::int64_t id, transaction.next_number("audit"));
  transaction.insert(schema::audit::kTable,
                     {cell(id), cell(now), cell(context.principal.user), cell(context.door),
                      cell(context.request_id), cell(context.remote), cell(std::string(action)),
                      cell(std::string(subject_kind)), cell(subject), cell(std::move(detail))});
  return {};
}

}  // namespace cinnabar::services
