#include "services/audit_log.h"

#include "ports/schema.h"
#include "services/rows.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <limits>
#include <map>

namespace cinnabar::services {
namespace {

namespace columns = ports::schema::audit;

// [first, end) of ids.
struct Window {
  std::int64_t first = 0;
  std::int64_t end = std::numeric_limits<std::int64_t>::max();
};

Result<std::optional<ports::Row>> nearest(ports::ReadTransaction& snapshot, FilterNode filter,
                                          bool is_last) {
  ports::Select select;
  select.table = &columns::kTable;
  select.filter = std::move(filter);
  select.order = {{columns::id, is_last}};
  select.limit = 1;
  CINNABAR_TRY(auto rows, snapshot.select(select));
  if (rows.empty()) return std::optional<ports::Row>();
  return std::optional(std::move(rows.front()));
}

// The first id that was written then or later: ids rise with the time, so that no index of times is
// needed, which every command would have to write.
Result<std::int64_t> first_since(ports::ReadTransaction& snapshot, Instant at) {
  CINNABAR_TRY(const auto newest, nearest(snapshot, FilterNode{AllOf{}}, true));
  if (!newest) return 0;
  std::int64_t low = 0;
  std::int64_t high = int_of(*newest, columns::id) + 1;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    CINNABAR_TRY(
        const auto row,
        nearest(snapshot, where(columns::id, FilterOp::greater_equal, cell(middle)), false));
    if (!row || instant_of(*row, columns::at) >= at) {
      high = middle;
    } else {
      low = int_of(*row, columns::id) + 1;
    }
  }
  return low;
}

Result<Window> window_of(ports::ReadTransaction& snapshot, const AuditQuery& query) {
  Window window;
  if (query.from) {
    CINNABAR_TRY(window.first, first_since(snapshot, *query.from));
  }
  if (query.until) {
    CINNABAR_TRY(window.end, first_since(snapshot, *query.until));
  }
  if (query.after > 0) window.end = std::min(window.end, query.after);
  return window;
}

template <typename Value>
void add_choice(std::vector<FilterNode>& all, std::uint16_t column,
                const std::vector<Value>& values) {
  if (values.empty()) return;
  std::vector<CellValue> cells;
  for (const Value& value : values) cells.push_back(cell(value));
  all.push_back(where_one_of(column, std::move(cells)));
}

AuditLine read_line(const ports::Row& row) {
  AuditLine line;
  line.id = int_of(row, columns::id);
  line.at = instant_of(row, columns::at);
  line.actor = id_of<UserId>(row, columns::actor_id);
  line.door = text_of(row, columns::door);
  line.request_id = text_of(row, columns::request_id);
  line.remote = text_of(row, columns::remote);
  line.action = text_of(row, columns::action);
  line.subject_kind = text_of(row, columns::subject_kind);
  line.subject = int_of(row, columns::subject_id);
  line.detail = text_of(row, columns::detail);
  return line;
}

Status read_into(ports::ReadTransaction& snapshot, std::vector<FilterNode> conditions,
                 std::int64_t limit, std::vector<AuditLine>& lines) {
  ports::Select select;
  select.table = &columns::kTable;
  select.filter = all_of(std::move(conditions));
  select.order = {{columns::id, true}};
  select.limit = limit;
  CINNABAR_TRY(const auto rows, snapshot.select(select));
  for (const ports::Row& row : rows) lines.push_back(read_line(row));
  return {};
}

// No actions: all of them.
std::map<std::string, std::vector<std::string>> actions_by_kind(
    const std::vector<AuditEvent>& events) {
  std::map<std::string, std::vector<std::string>> kinds;
  std::map<std::string, bool> is_whole;
  for (const AuditEvent& event : events) {
    kinds[event.subject_kind].push_back(event.action);
    if (event.action.empty()) is_whole[event.subject_kind] = true;
  }
  for (const auto& [kind, whole] : is_whole) kinds[kind].clear();
  return kinds;
}

}  // namespace

Result<std::vector<AuditLine>> list_audit(ports::ReadTransaction& snapshot, const People& people,
                                          const CallContext& context, const AuditQuery& query) {
  const User* caller = people.user(context.principal.user);
  if (caller == nullptr || !caller->administrator) {
    return make_error(Code::permission_denied, reasons::kNotPermitted,
                      "only administrators read the audit");
  }
  std::vector<AuditLine> lines;
  CINNABAR_TRY(const Window window, window_of(snapshot, query));
  std::vector<FilterNode> common{where(columns::id, FilterOp::greater_equal, cell(window.first)),
                                 where(columns::id, FilterOp::less, cell(window.end))};
  add_choice(common, columns::actor_id, query.actors);
  add_choice(common, columns::subject_id, query.subjects);
  if (query.events.empty()) {
    CINNABAR_CHECK_OK(read_into(snapshot, common, query.limit, lines));
    return lines;
  }
  // Each kind is one walk along its index.
  for (const auto& [kind, actions] : actions_by_kind(query.events)) {
    std::vector<FilterNode> conditions = common;
    conditions.push_back(where_equal(columns::subject_kind, cell(kind)));
    add_choice(conditions, columns::action, actions);
    CINNABAR_CHECK_OK(read_into(snapshot, std::move(conditions), query.limit, lines));
  }
  std::ranges::sort(lines, std::ranges::greater{}, &AuditLine::id);
  if (lines.size() > static_cast<std::size_t>(query.limit)) {
    lines.resize(static_cast<std::size_t>(query.limit));
  }
  return lines;
}

}  // namespace cinnabar::services
