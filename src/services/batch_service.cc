#include "services/batch_service.h"

#include "base/text.h"
#include "domain/form/validate.h"
#include "ports/schema.h"
#include "services/idempotency.h"
#include "services/instance_store.h"
#include "services/notice_service.h"
#include "services/rows.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;
namespace batches = schema::batch;
namespace items = schema::batch_item;
namespace work = schema::work_item;

bool is_of(const People& people, const ports::Row& row, UserId user) {
  const auto assignee = id_of<UserId>(row, work::assignee_id);
  if (assignee.is_assigned()) return assignee == user;
  return people.is_member(id_of<GroupId>(row, work::group_id), user);
}

// Somebody was added whose word is not in yet, or the item is such a person's own.
bool has_to_do_with_added(const process::ActivityInstance& activity,
                          const process::WorkItem& item) {
  const auto is_added = [](const process::WorkItem& one) {
    return one.added != AddedAs::none && one.added != AddedAs::again;
  };
  if (is_added(item)) return true;
  return std::ranges::any_of(activity.work_items, [&](const process::WorkItem& other) {
    return is_added(other) && other.added_to == item.id && other.state == WorkItemState::open;
  });
}

bool asks_to_choose(const process::Node& node) {
  const process::UserTask* task = node.user_task();
  return task != nullptr && std::ranges::any_of(task->participants, [](const auto& rule) {
           return std::holds_alternative<process::ChosenRule>(rule);
         });
}

// A task behind this one, past gateways, whose people have to be chosen by whoever decides here.
bool next_is_chosen(const process::ProcessDefinition& graph, process::NodeIndex from) {
  std::set<process::NodeIndex> seen;
  std::vector<process::NodeIndex> open{from};
  while (!open.empty()) {
    const process::NodeIndex at = open.back();
    open.pop_back();
    for (const process::FlowIndex flow : graph.node(at).outgoing) {
      const process::NodeIndex target = graph.flows[flow].target;
      if (!seen.insert(target).second) continue;
      const process::Node& node = graph.node(target);
      if (asks_to_choose(node)) return true;
      if (node.user_task() == nullptr) open.push_back(target);
    }
  }
  return false;
}

// What a person would have to fill in.
BatchObstacle obstacle_of_task(const LoadedInstance& loaded, process::NodeIndex node,
                               const process::UserTask& task, const People& people,
                               const BatchManner& manner) {
  if (task.comment_required && !manner.has_comment) return BatchObstacle::comment_required;
  if (task.signature_required) return BatchObstacle::signature_required;
  // Whoever sends it back fills in nothing and goes on to nobody.
  if (manner.outcome == Outcome::returned) return BatchObstacle::none;
  const FieldValues nothing;
  form::Submission submission;
  submission.stored = &loaded.instance.fields;
  submission.submitted = &nothing;
  submission.access = &task.fields;
  if (!form::validate(*loaded.definition->form, submission, people).empty()) {
    return BatchObstacle::field_required;
  }
  if (next_is_chosen(*loaded.definition->graph, node)) return BatchObstacle::choice_required;
  // What is to be handled can be handed in, but there is nothing to approve.
  if (!task.is_approval && manner.outcome != Outcome::submitted) return BatchObstacle::no_approval;
  return BatchObstacle::none;
}

BatchObstacle obstacle_of(const LoadedInstance& loaded, WorkItemId id, const Catalog& catalog,
                          const People& people, const BatchManner& manner) {
  const process::ActivityInstance* activity = loaded.instance.find_activity_of(id);
  const process::WorkItem* item = loaded.instance.find_item(id);
  if (activity == nullptr || item == nullptr) return BatchObstacle::decided;
  const auto node = loaded.definition->graph->find_node(activity->node_id);
  if (!node) return BatchObstacle::unknown;
  const process::UserTask* task = loaded.definition->graph->node(*node).user_task();
  const Process* process = catalog.process(loaded.process);
  const bool is_on = task != nullptr && task->allow_batch && process != nullptr &&
                     process->enabled && process->api_enabled;
  if (!is_on) return BatchObstacle::switched_off;
  if (has_to_do_with_added(*activity, *item)) return BatchObstacle::added_participant;
  if (item->waiting) return BatchObstacle::unknown;
  return obstacle_of_task(loaded, *node, *task, people, manner);
}

std::vector<BatchItem> distinct(const std::vector<BatchItem>& all) {
  std::set<std::string_view> seen;
  std::vector<BatchItem> out;
  for (const BatchItem& item : all) {
    if (seen.insert(item.text).second) out.push_back(item);
  }
  return out;
}

std::string comment_of(const ports::Row& batch) {
  return optional_text_of(batch, batches::comment).value_or("");
}

BatchSummary summary_of(const ports::Row& row) {
  BatchSummary out;
  out.id = int_of(row, batches::id);
  out.outcome = enum_of<Outcome>(row, batches::action);
  out.comment = comment_of(row);
  out.total = int_of(row, batches::total);
  out.created_at = instant_of(row, batches::created_at);
  if (!is_null(row, batches::finished_at)) {
    out.finished_at = instant_of(row, batches::finished_at);
  }
  return out;
}

BatchItemResult result_of(const ports::Row& row) {
  BatchItemResult out;
  out.item = {text_of(row, items::item), id_of<WorkItemId>(row, items::work_item_id)};
  out.state = enum_of<BatchItemState>(row, items::state);
  if (!is_null(row, items::reason)) out.reason = enum_of<BatchObstacle>(row, items::reason);
  return out;
}

Result<std::vector<ports::Row>> items_of(ports::ReadTransaction& snapshot, std::int64_t batch) {
  ports::Select select;
  select.table = &items::kTable;
  select.filter = where_equal(items::batch_id, cell(batch));
  select.order = {{items::position, false}};
  return snapshot.select(select);
}

}  // namespace

std::string_view name(BatchObstacle obstacle) {
  switch (obstacle) {
    case BatchObstacle::none:
      return "none";
    case BatchObstacle::unknown:
      return "unknown";
    case BatchObstacle::ended:
      return "ended";
    case BatchObstacle::decided:
      return "decided";
    case BatchObstacle::suspended:
      return "suspended";
    case BatchObstacle::switched_off:
      return "switched_off";
    case BatchObstacle::added_participant:
      return "added_participant";
    case BatchObstacle::comment_required:
      return "comment_required";
    case BatchObstacle::signature_required:
      return "signature_required";
    case BatchObstacle::field_required:
      return "field_required";
    case BatchObstacle::choice_required:
      return "choice_required";
    case BatchObstacle::refused:
      return "refused";
    case BatchObstacle::user_disabled:
      return "user_disabled";
    case BatchObstacle::no_approval:
      return "no_approval";
  }
  CINNABAR_UNREACHABLE();
}

std::string_view name(BatchItemState state) {
  switch (state) {
    case BatchItemState::waiting:
      return "waiting";
    case BatchItemState::done:
      return "done";
    case BatchItemState::failed:
      return "failed";
    case BatchItemState::cancelled:
      return "cancelled";
  }
  CINNABAR_UNREACHABLE();
}

std::int64_t BatchProgress::count(BatchItemState state) const {
  return std::ranges::count(items, state, &BatchItemResult::state);
}

std::int64_t BatchProgress::processed() const {
  return std::ssize(items) - count(BatchItemState::waiting);
}

std::vector<BatchItemResult> BatchProgress::failures() const {
  std::vector<BatchItemResult> out;
  std::ranges::copy_if(items, std::back_inserter(out), [](const BatchItemResult& one) {
    return one.state == BatchItemState::failed || one.state == BatchItemState::cancelled;
  });
  return out;
}

BatchService::BatchService(ports::Clock& clock, const CatalogSource& catalog,
                           const PeopleSource& people, InstanceService& instances,
                           EngineService& engine)
    : clock_(clock), catalog_(catalog), people_(people), instances_(instances), engine_(engine) {}

Result<BatchObstacle> BatchService::check(ports::ReadTransaction& snapshot,
                                          const CallContext& context, WorkItemId item,
                                          const BatchManner& manner) {
  if (!item.is_assigned()) return BatchObstacle::unknown;
  const auto catalog = catalog_.current();
  const auto people = people_.current();
  CINNABAR_TRY(const auto row, snapshot.get(work::kTable, {cell(item)}));
  if (!row || !is_of(*people, *row, context.principal.user)) return BatchObstacle::unknown;
  CINNABAR_TRY(
      const LoadedInstance loaded,
      load_instance(snapshot, *catalog, id_of<ProcessInstanceId>(*row, work::instance_id)));
  const InstanceState state = loaded.instance.state;
  if (has_ended(state)) return BatchObstacle::ended;
  if (enum_of<WorkItemState>(*row, work::state) != WorkItemState::open) {
    return BatchObstacle::decided;
  }
  if (state == InstanceState::suspended) return BatchObstacle::suspended;
  return obstacle_of(loaded, item, *catalog, *people, manner);
}

Result<std::optional<std::int64_t>> BatchService::find_repeated(ports::ReadTransaction& snapshot,
                                                                const CallContext& context,
                                                                const BatchRequest& request) {
  if (request.idempotency_key.empty()) return std::optional<std::int64_t>{};
  CINNABAR_CHECK_OK(check_key({{}, request.idempotency_key, {}}));
  ports::Select select;
  select.table = &batches::kTable;
  select.filter = all_of({where_equal(batches::user_id, cell(context.principal.user)),
                          where_equal(batches::door, cell(context.door)),
                          where_equal(batches::idempotency_key, cell(request.idempotency_key))});
  select.limit = 1;
  CINNABAR_TRY(const auto rows, snapshot.select(select));
  if (rows.empty()) return std::optional<std::int64_t>{};
  const std::int64_t id = int_of(rows.front(), batches::id);
  CINNABAR_TRY(const auto stored, items_of(snapshot, id));
  const bool is_same =
      enum_of<Outcome>(rows.front(), batches::action) == request.outcome &&
      comment_of(rows.front()) == request.comment &&
      std::ranges::equal(stored, request.items, [](const ports::Row& row, const BatchItem& item) {
        return text_of(row, items::item) == item.text;
      });
  if (is_same) return std::optional<std::int64_t>{id};
  return make_error(Code::conflict, reasons::kIdempotencyMismatch,
                    "the key was used with another request", request.idempotency_key);
}

Result<std::int64_t> BatchService::submit(ports::WriteTransaction& transaction,
                                          const CallContext& context, BatchRequest request) {
  if (request.items.empty()) {
    return make_error(Code::invalid_argument, reasons::kArgumentMalformed, "a batch needs items");
  }
  if (request.items.size() > kBatchItemsMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded,
                      "a batch has at most " + std::to_string(kBatchItemsMax) + " items");
  }
  request.comment = std::string(trim(request.comment));
  request.items = distinct(request.items);
  CINNABAR_TRY(const auto repeated, find_repeated(transaction, context, request));
  if (repeated) return *repeated;
  CINNABAR_TRY(
      const std::int64_t unfinished,
      transaction.count(batches::kTable,
                        all_of({where_equal(batches::user_id, cell(context.principal.user)),
                                where_equal(batches::finished_at, CellValue{})})));
  if (unfinished >= static_cast<std::int64_t>(kUnfinishedBatchesMax)) {
    return make_error(Code::resource_exhausted, reasons::kRateLimited,
                      "too many batches of this person are under way");
  }
  CINNABAR_TRY(const std::int64_t id, transaction.next_number("batch"));
  const Instant now = clock_.now();
  transaction.insert(
      batches::kTable,
      {cell(id), cell(context.principal.user), cell(context.door), cell(request.outcome),
       cell_or_null(request.idempotency_key), cell(static_cast<std::int64_t>(request.items.size())),
       cell(now), CellValue{}, cell_or_null(request.comment), cell(origin_of(context))});
  std::int64_t position = 0;
  for (const BatchItem& item : request.items) {
    transaction.insert(items::kTable,
                       {cell(id), cell(position++), cell(item.text), cell_or_null(item.item),
                        cell(BatchItemState::waiting), CellValue{}, CellValue{}});
  }
  CINNABAR_CHECK_OK(write_audit(transaction, context, "submit", "batch", id,
                                std::to_string(request.items.size()) + " work items", now));
  return id;
}

Result<ports::Row> BatchService::find_own(ports::ReadTransaction& snapshot,
                                          const CallContext& context, std::int64_t batch,
                                          std::string_view door) {
  CINNABAR_TRY(auto row, snapshot.get(batches::kTable, {cell(batch)}));
  const bool is_own = row && id_of<UserId>(*row, batches::user_id) == context.principal.user &&
                      (door.empty() || text_of(*row, batches::door) == door);
  if (is_own) return std::move(*row);
  return make_error(Code::not_found, kBatchUnknown, "no such batch", std::to_string(batch));
}

Result<BatchProgress> BatchService::progress(ports::ReadTransaction& snapshot,
                                             const CallContext& context, std::int64_t batch,
                                             std::string_view door) {
  CINNABAR_TRY(const ports::Row row, find_own(snapshot, context, batch, door));
  CINNABAR_TRY(const auto rows, items_of(snapshot, batch));
  BatchProgress out{summary_of(row), {}};
  out.items.reserve(rows.size());
  for (const ports::Row& item : rows) out.items.push_back(result_of(item));
  return out;
}

Result<std::vector<BatchSummary>> BatchService::list(ports::ReadTransaction& snapshot,
                                                     const CallContext& context,
                                                     const BatchQuery& query) {
  const std::int64_t before = query.before > 0 ? query.before : INT64_MAX;
  ports::Select select;
  select.table = &batches::kTable;
  select.filter = all_of({where_equal(batches::user_id, cell(context.principal.user)),
                          where(batches::id, FilterOp::less, cell(before))});
  select.order = {{batches::id, true}};
  select.limit = query.limit;
  CINNABAR_TRY(const auto rows, snapshot.select(select));
  std::vector<BatchSummary> out;
  out.reserve(rows.size());
  for (const ports::Row& row : rows) out.push_back(summary_of(row));
  return out;
}

Result<std::int64_t> BatchService::retry(ports::WriteTransaction& transaction,
                                         const CallContext& context, std::int64_t batch) {
  CINNABAR_TRY(const BatchProgress before, progress(transaction, context, batch));
  BatchRequest request;
  request.outcome = before.summary.outcome;
  request.comment = before.summary.comment;
  for (const BatchItemResult& one : before.items) {
    if (one.state == BatchItemState::failed) request.items.push_back(one.item);
  }
  if (!request.items.empty()) return submit(transaction, context, std::move(request));
  return make_error(Code::failed_precondition, kNothingFailed, "nothing of this batch failed",
                    std::to_string(batch));
}

Result<std::int64_t> BatchService::cancel(ports::WriteTransaction& transaction,
                                          const CallContext& context, std::int64_t batch) {
  CINNABAR_TRY(ports::Row row, find_own(transaction, context, batch, {}));
  CINNABAR_TRY(auto left, transaction.select(waiting_items(batch, -1)));
  if (left.empty()) return std::int64_t{0};
  const Instant now = clock_.now();
  const std::int64_t cancelled = std::ssize(left);
  for (ports::Row& item : left) {
    item[items::state] = cell(BatchItemState::cancelled);
    item[items::done_at] = cell(now);
    transaction.update(items::kTable, std::move(item));
  }
  row[batches::finished_at] = cell(now);
  transaction.update(batches::kTable, std::move(row));
  CINNABAR_CHECK_OK(write_audit(transaction, context, "cancel", "batch", batch,
                                std::to_string(cancelled) + " work items", now));
  return cancelled;
}

// `last_is_done`: what became of the item whose result is not to be read yet.
Status BatchService::tell_owner(ports::WriteTransaction& transaction, const ports::Row& batch,
                                bool last_is_done) {
  CINNABAR_TRY(const auto all, items_of(transaction, int_of(batch, batches::id)));
  const auto count = [&all](BatchItemState state) {
    return std::ranges::count_if(all, [state](const ports::Row& row) {
      return enum_of<BatchItemState>(row, items::state) == state;
    });
  };
  return add_notice(transaction,
                    {int_of(batch, batches::id), id_of<UserId>(batch, batches::user_id),
                     count(BatchItemState::done) + (last_is_done ? 1 : 0),
                     count(BatchItemState::failed) + (last_is_done ? 0 : 1)},
                    clock_.now());
}

Status BatchService::store_result(ports::WriteTransaction& transaction, Waiting waiting,
                                  BatchObstacle reason) {
  const Instant now = clock_.now();
  const bool is_done = reason == BatchObstacle::none;
  CINNABAR_TRY(const auto left,
               transaction.select(waiting_items(int_of(waiting.batch, batches::id), 2)));
  // A transaction does not see its own writes, so this item is still among them.
  const bool is_last = left.size() <= 1;
  waiting.item[items::state] = cell(is_done ? BatchItemState::done : BatchItemState::failed);
  waiting.item[items::reason] = is_done ? CellValue{} : cell(reason);
  waiting.item[items::done_at] = cell(now);
  transaction.update(items::kTable, std::move(waiting.item));
  if (!is_last) return {};
  CINNABAR_CHECK_OK(tell_owner(transaction, waiting.batch, is_done));
  waiting.batch[batches::finished_at] = cell(now);
  transaction.update(batches::kTable, std::move(waiting.batch));
  return {};
}

// True when the decision of an earlier item of the same batch decided this one, too: both were
// closed in the same moment, in the same instance.
Result<bool> BatchService::was_decided_with(ports::ReadTransaction& snapshot,
                                            const ports::Row& item) {
  if (is_null(item, items::work_item_id)) return false;
  CINNABAR_TRY(const auto closed, snapshot.get(work::kTable, {item[items::work_item_id]}));
  if (!closed || enum_of<WorkItemState>(*closed, work::state) != WorkItemState::completed ||
      is_null(*closed, work::closed_at)) {
    return false;
  }
  CINNABAR_TRY(const auto all, items_of(snapshot, int_of(item, items::batch_id)));
  std::vector<CellValue> earlier;
  for (const ports::Row& other : all) {
    if (int_of(other, items::position) >= int_of(item, items::position)) break;
    if (enum_of<BatchItemState>(other, items::state) == BatchItemState::done) {
      earlier.push_back(other[items::work_item_id]);
    }
  }
  ports::Select select;
  select.table = &work::kTable;
  select.filter = all_of({where_one_of(work::id, std::move(earlier)),
                          where_equal(work::instance_id, (*closed)[work::instance_id]),
                          where_equal(work::closed_at, (*closed)[work::closed_at])});
  select.limit = 1;
  CINNABAR_TRY(const auto found, snapshot.select(select));
  return !found.empty();
}

ports::Select BatchService::waiting_items(std::int64_t batch, std::int64_t limit) {
  ports::Select select;
  select.table = &items::kTable;
  select.filter = all_of({where_equal(items::batch_id, cell(batch)),
                          where_equal(items::state, cell(BatchItemState::waiting))});
  select.order = {{items::position, false}};
  select.limit = limit;
  return select;
}

Result<std::optional<BatchService::Waiting>> BatchService::find_waiting(
    ports::ReadTransaction& snapshot, std::int64_t batch, std::int64_t position) {
  CINNABAR_TRY(auto batch_row, snapshot.get(batches::kTable, {cell(batch)}));
  CINNABAR_TRY(auto row, snapshot.get(items::kTable, {cell(batch), cell(position)}));
  const bool is_waiting =
      batch_row && row && enum_of<BatchItemState>(*row, items::state) == BatchItemState::waiting;
  if (!is_waiting) return std::optional<Waiting>{};
  return std::optional<Waiting>{Waiting{std::move(*batch_row), std::move(*row)}};
}

// What stands in its way now; nothing also when an earlier item of the batch decided it.
Result<BatchObstacle> BatchService::decide(ports::WriteTransaction& transaction,
                                           const Waiting& waiting) {
  const std::int64_t batch = int_of(waiting.batch, batches::id);
  const auto user = id_of<UserId>(waiting.batch, batches::user_id);
  if (!people_.current()->is_active(user)) return BatchObstacle::user_disabled;
  const CallContext context{{PrincipalKind::user, user},
                            text_of(waiting.batch, batches::door),
                            "batch-" + std::to_string(batch),
                            {},
                            enum_of<Origin>(waiting.batch, batches::origin)};
  const auto item = id_of<WorkItemId>(waiting.item, items::work_item_id);
  const std::string comment = comment_of(waiting.batch);
  const auto outcome = enum_of<Outcome>(waiting.batch, batches::action);
  CINNABAR_TRY(const BatchObstacle obstacle,
               check(transaction, context, item, {outcome, !comment.empty()}));
  if (obstacle == BatchObstacle::decided || obstacle == BatchObstacle::ended) {
    CINNABAR_TRY(const bool was_decided, was_decided_with(transaction, waiting.item));
    return was_decided ? BatchObstacle::none : obstacle;
  }
  if (obstacle != BatchObstacle::none) return obstacle;
  CINNABAR_TRY(const auto work_row, transaction.get(work::kTable, {cell(item)}));
  CINNABAR_ASSERT(work_row.has_value());
  if (outcome == Outcome::returned) {
    process::Return command;
    command.item = item;
    command.comment = comment;
    CINNABAR_CHECK_OK(engine_.apply(transaction, context,
                                    id_of<ProcessInstanceId>(*work_row, work::instance_id),
                                    std::move(command), "return"));
    return BatchObstacle::none;
  }
  CompleteRequest request;
  request.activity = id_of<ActivityInstanceId>(*work_row, work::activity_id);
  request.item = item;
  request.outcome = outcome;
  request.comment = comment;
  CINNABAR_CHECK_OK(instances_.complete(transaction, context, std::move(request)));
  return BatchObstacle::none;
}

Status BatchService::run_item(ports::WriteTransaction& transaction, std::int64_t batch,
                              std::int64_t position) {
  CINNABAR_TRY(auto waiting, find_waiting(transaction, batch, position));
  if (!waiting) return {};
  CINNABAR_TRY(const BatchObstacle reason, decide(transaction, *waiting));
  return store_result(transaction, std::move(*waiting), reason);
}

Status BatchService::fail_item(ports::WriteTransaction& transaction, std::int64_t batch,
                               std::int64_t position, BatchObstacle reason) {
  CINNABAR_TRY(auto waiting, find_waiting(transaction, batch, position));
  if (!waiting) return {};
  return store_result(transaction, std::move(*waiting), reason);
}

}  // namespace cinnabar::services
