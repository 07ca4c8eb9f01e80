#include "services/instance_list.h"

#include "services/instance_access.h"
#include "services/keyset.h"
#include "services/rows.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::services {
namespace {

namespace columns = ports::schema::process_instance;
namespace items = ports::schema::work_item;
namespace notices = ports::schema::notice;

// Rows that are in memory at a time.
constexpr std::int64_t kPiece = 500;

// Everything but the state, which is as large as all the rest together.
const std::vector<std::uint16_t>& read_columns() {
  static const std::vector<std::uint16_t> kRead{
      columns::id,
      columns::process_id,
      columns::definition_id,
      columns::number,
      columns::record_id,
      columns::status,
      columns::title,
      columns::important,
      columns::urgent,
      columns::current_node_id,
      columns::current_node_name,
      columns::current_assignees,
      columns::initiator_id,
      columns::initiator_name,
      columns::initiator_position_id,
      columns::created_at,
      columns::updated_at,
      columns::ended_at,
  };
  return kRead;
}

FilterNode has_item(std::vector<FilterNode> parts) {
  return FilterNode{
      RelatedTo{columns::id, items::kTable.name, items::instance_id, std::move(parts)}};
}

// What people may see of a process on which they have no right.
FilterNode own_ones(const People& people, UserId user) {
  std::vector<CellValue> groups;
  for (const GroupId group : people.groups_of(user)) groups.push_back(cell(group));
  return any_of({where_equal(columns::initiator_id, cell(user)),
                 has_item({where_equal(items::state, cell(WorkItemState::open)),
                           where_equal(items::assignee_id, cell(user))}),
                 has_item({where_equal(items::state, cell(WorkItemState::open)),
                           where_equal(items::assignee_id, CellValue{}),
                           where_one_of(items::group_id, std::move(groups))}),
                 has_item({where_equal(items::state, cell(WorkItemState::completed)),
                           where_equal(items::updated_by, cell(user)),
                           where(items::closed_at, FilterOp::not_equal, CellValue{})}),
                 FilterNode{RelatedTo{columns::id,
                                      notices::kTable.name,
                                      notices::instance_id,
                                      {where_equal(notices::reader_id, cell(user))}}}});
}

// The last row that `select` passes over, with id and key alone, which an index has both of: far
// cheaper than to pass over whole rows.
Result<std::optional<ports::Row>> row_before(ports::ReadTransaction& snapshot,
                                             ports::Select select) {
  select.columns = {columns::id, select.order.front().column};
  select.offset -= 1;
  select.limit = 1;
  CINNABAR_TRY(auto rows, snapshot.select(select));
  if (rows.empty()) return std::optional<ports::Row>{};
  return std::optional<ports::Row>{std::move(rows.front())};
}

}  // namespace

ListedInstance listed_instance(const ports::Row& row) {
  ListedInstance out;
  out.id = id_of<ProcessInstanceId>(row, columns::id);
  out.process = id_of<ProcessId>(row, columns::process_id);
  out.definition = id_of<ProcessDefinitionId>(row, columns::definition_id);
  out.number = int_of(row, columns::number);
  out.record = id_of<RecordId>(row, columns::record_id);
  out.state = enum_of<InstanceState>(row, columns::status);
  out.title = text_of(row, columns::title);
  out.important = bool_of(row, columns::important);
  out.urgent = bool_of(row, columns::urgent);
  out.node_id = optional_text_of(row, columns::current_node_id);
  out.node_names = optional_text_of(row, columns::current_node_name);
  out.assignees = optional_text_of(row, columns::current_assignees).value_or("");
  out.initiator = id_of<UserId>(row, columns::initiator_id);
  out.initiator_name = text_of(row, columns::initiator_name);
  out.initiator_position = id_of<GroupId>(row, columns::initiator_position_id);
  out.created_at = instant_of(row, columns::created_at);
  out.updated_at = instant_of(row, columns::updated_at);
  out.ended_at = optional_instant_of(row, columns::ended_at);
  return out;
}

InstanceListService::InstanceListService(const CatalogSource& catalog, const PeopleSource& people)
    : catalog_(catalog), people_(people) {}

Result<FilterNode> InstanceListService::visible(ports::ReadTransaction& snapshot,
                                                const CallContext& context,
                                                ProcessId process) const {
  if (catalog_.current()->process(process) == nullptr) {
    return make_error(Code::not_found, reasons::kProcessUnknown, "no such process",
                      std::to_string(process.value()));
  }
  const auto people = people_.current();
  const UserId user = context.principal.user;
  FilterNode of_process = where_equal(columns::process_id, cell(process));
  if (people->may(user, PermissionAction::view, process)) return of_process;
  FilterNode own = all_of({std::move(of_process), own_ones(*people, user)});
  if (people->may(user, PermissionAction::add, process)) return own;
  ports::Select any;
  any.table = &columns::kTable;
  any.filter = own;
  any.limit = 1;
  any.columns = {columns::id};
  CINNABAR_TRY(const auto rows, snapshot.select(any));
  if (rows.empty()) return not_permitted();
  return own;
}

Status InstanceListService::each(ports::ReadTransaction& snapshot, const CallContext& context,
                                 const InstanceQuery& query,
                                 const std::function<Status(const ListedInstance&)>& take) {
  CINNABAR_TRY(FilterNode scope, visible(snapshot, context, query.process));
  const SortKey key = query.order.value_or(SortKey{columns::id, false});
  const FilterNode filter = all_of({std::move(scope), query.filter});
  ports::Select piece;
  piece.table = &columns::kTable;
  piece.filter = filter;
  piece.order = {key};
  piece.offset = query.offset;
  piece.columns = read_columns();
  if (query.offset > kPiece) {
    CINNABAR_TRY(const auto edge, row_before(snapshot, piece));
    if (!edge) return {};
    piece.filter = all_of({filter, rows_after(columns::kTable, key, *edge)});
    piece.offset = 0;
  }
  for (std::int64_t left = query.limit; left > 0;) {
    piece.limit = std::min(left, kPiece);
    CINNABAR_TRY(const auto rows, snapshot.select(piece));
    for (const ports::Row& row : rows) CINNABAR_CHECK_OK(take(listed_instance(row)));
    if (std::ssize(rows) < piece.limit) return {};
    left -= std::ssize(rows);
    piece.offset = 0;
    piece.filter = all_of({filter, rows_after(columns::kTable, key, rows.back())});
  }
  return {};
}

Result<std::int64_t> InstanceListService::count(ports::ReadTransaction& snapshot,
                                                const CallContext& context,
                                                const InstanceQuery& query) {
  CINNABAR_TRY(FilterNode scope, visible(snapshot, context, query.process));
  return snapshot.count(columns::kTable, all_of({std::move(scope), query.filter}));
}

Result<bool> InstanceListService::has_any(ports::ReadTransaction& snapshot, ProcessId process) {
  ports::Select any;
  any.table = &columns::kTable;
  any.filter = where_equal(columns::process_id, cell(process));
  any.limit = 1;
  any.columns = {columns::id};
  CINNABAR_TRY(const auto rows, snapshot.select(any));
  return !rows.empty();
}

Result<ListedInstance> InstanceListService::find(ports::ReadTransaction& snapshot,
                                                 const CallContext& context, ProcessId process,
                                                 ProcessInstanceId instance) {
  std::optional<ListedInstance> found;
  InstanceQuery query;
  query.process = process;
  query.filter = where_equal(columns::id, cell(instance));
  query.limit = 1;
  CINNABAR_CHECK_OK(each(snapshot, context, query, [&](const ListedInstance& one) -> Status {
    found = one;
    return {};
  }));
  if (!found) {
    return make_error(Code::not_found, reasons::kInstanceUnknown, "no such process instance",
                      std::to_string(instance.value()));
  }
  return *found;
}

}  // namespace cinnabar::services
