#include "services/inbox_service.h"

#include "services/rows.h"
#include "services/work_item_rows.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::services {
namespace {

namespace columns = ports::schema::work_item;

InboxItem read_item(const ports::Row& row) {
  InboxItem item;
  item.id = id_of<WorkItemId>(row, columns::id);
  item.state = enum_of<WorkItemState>(row, columns::state);
  item.instance = id_of<ProcessInstanceId>(row, columns::instance_id);
  item.activity = id_of<ActivityInstanceId>(row, columns::activity_id);
  item.process = id_of<ProcessId>(row, columns::process_id);
  item.number = int_of(row, columns::number);
  item.node_id = text_of(row, columns::node_id);
  item.node_name = text_of(row, columns::node_name);
  item.assignee = id_of<UserId>(row, columns::assignee_id);
  item.group = id_of<GroupId>(row, columns::group_id);
  item.title = text_of(row, columns::title);
  item.status = optional_text_of(row, columns::status_text);
  item.level = optional_text_of(row, columns::level);
  item.quick_actions = decode_actions(text_of(row, columns::actions));
  item.has_attachments = bool_of(row, columns::has_attachments);
  item.initiator = id_of<UserId>(row, columns::initiator_id);
  item.instance_created_at = instant_of(row, columns::instance_created_at);
  item.created_at = instant_of(row, columns::created_at);
  item.updated_at = instant_of(row, columns::updated_at);
  item.updated_by = id_of<UserId>(row, columns::updated_by);
  return item;
}

FilterNode is_open() {
  return where_equal(columns::state, cell(WorkItemState::open));
}

bool is_plain(const InboxQuery& query) {
  const auto* all = std::get_if<AllOf>(&query.filter.node);
  const bool by_id = query.order.empty() || (query.order.front().column == columns::id);
  return all != nullptr && all->parts.empty() && by_id;
}

}  // namespace

InboxService::InboxService(const PeopleSource& people) : people_(people) {}

// The branches of the inbox, each served by one index: mine, and unassigned of each of my groups.
std::vector<FilterNode> InboxService::branches(const People& people, UserId user) const {
  std::vector<FilterNode> out;
  out.push_back(all_of({is_open(), where_equal(columns::assignee_id, cell(user))}));
  for (const GroupId group : people.groups_of(user)) {
    out.push_back(all_of({is_open(), where_equal(columns::group_id, cell(group)),
                          where_equal(columns::assignee_id, CellValue{})}));
  }
  return out;
}

Result<std::vector<InboxItem>> InboxService::list(ports::ReadTransaction& snapshot,
                                                  const CallContext& context,
                                                  const InboxQuery& query) {
  const auto people = people_.current();
  std::vector<FilterNode> parts = branches(*people, context.principal.user);
  const auto rows_max = static_cast<std::int64_t>(limits::kPageRowsMax);
  const std::int64_t limit = query.limit < 0 ? rows_max : std::min(query.limit, rows_max);
  std::vector<ports::Row> rows;
  ports::Select select;
  select.table = &columns::kTable;
  select.order = query.order;
  if (is_plain(query)) {
    // In id order each branch is an index scan that stops at its limit; merging a few short sorted
    // lists beats one scan over everything that is open.
    select.limit = query.offset + limit;
    for (FilterNode& part : parts) {
      select.filter = std::move(part);
      CINNABAR_TRY(auto some, snapshot.select(select));
      std::move(some.begin(), some.end(), std::back_inserter(rows));
    }
    const bool descending = !query.order.empty() && query.order.front().descending;
    std::sort(rows.begin(), rows.end(), [&](const ports::Row& a, const ports::Row& b) {
      const std::int64_t left = int_of(a, columns::id);
      const std::int64_t right = int_of(b, columns::id);
      return descending ? left > right : left < right;
    });
    const auto from =
        static_cast<std::size_t>(std::min<std::int64_t>(query.offset, std::ssize(rows)));
    const auto to =
        static_cast<std::size_t>(std::min<std::int64_t>(query.offset + limit, std::ssize(rows)));
    rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(to), rows.end());
    rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(from));
  } else {
    select.filter = all_of({any_of(std::move(parts)), query.filter});
    select.offset = query.offset;
    select.limit = limit;
    CINNABAR_TRY(rows, snapshot.select(select));
  }
  std::vector<InboxItem> items;
  items.reserve(rows.size());
  for (const ports::Row& row : rows) items.push_back(read_item(row));
  return items;
}

Result<std::int64_t> InboxService::count(ports::ReadTransaction& snapshot,
                                         const CallContext& context) {
  const auto people = people_.current();
  std::int64_t total = 0;
  for (const FilterNode& part : branches(*people, context.principal.user)) {
    CINNABAR_TRY(const std::int64_t some, snapshot.count(columns::kTable, part));
    total += some;
  }
  return total;
}

Result<InboxItem> InboxService::find(ports::ReadTransaction& snapshot, const CallContext& context,
                                     WorkItemId id) {
  const auto people = people_.current();
  CINNABAR_TRY(const auto row, snapshot.get(columns::kTable, {cell(id)}));
  if (row) {
    InboxItem item = read_item(*row);
    const UserId user = context.principal.user;
    const bool mine = item.assignee == user ||
                      (!item.assignee.is_assigned() && people->is_member(item.group, user));
    if (mine || people->may(user, PermissionAction::view, item.process)) return item;
  }
  return make_error(Code::not_found, reasons::kWorkItemUnknown, "no such work item",
                    std::to_string(id.value()));
}

}  // namespace cinnabar::services
