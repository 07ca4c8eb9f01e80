#include "api/dialects/omflow/work_items.h"

#include "api/common/answer_cache.h"
#include "api/dialects/omflow/gateway.h"
#include "api/dialects/omflow/ids.h"
#include "api/dialects/omflow/mission_filter.h"
#include "base/assert.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <array>
#include <charconv>
#include <utility>

namespace cinnabar::omflow {
namespace {

// Where the value of a cell goes: into a Json, for what is filtered and sorted here ...
class JsonCell {
 public:
  JsonCell(Json& out, UtcOffset zone) : out_(out), zone_(zone) {}
  void none() { out_ = Json{}; }
  void flag(bool value) { out_ = Json{value}; }
  void integer(std::int64_t value) { out_ = Json{value}; }
  void text(std::string_view value) { out_ = Json{value}; }
  void time(Instant value) { out_ = Json{to_local_millis(value, zone_)}; }

 private:
  Json& out_;
  UtcOffset zone_;
};

// ... or straight into the answer, for a page that the database has chosen.
class TextCell {
 public:
  TextCell(std::string& out, UtcOffset zone) : out_(out), zone_(zone) {}
  void none() { out_ += "null"; }
  void flag(bool value) { out_ += value ? "true" : "false"; }
  void integer(std::int64_t value) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out_.append(digits.data(), end);
  }
  void text(std::string_view value) { print_string_to(out_, value, kWireStyle.ascii); }
  // Most of the times of a row are equal, so the last one is kept.
  void time(Instant value) {
    if (value != last_ || last_text_.empty()) {
      last_ = value;
      last_text_ = '"' + to_local_millis(value, zone_) + '"';
    }
    out_ += last_text_;
  }

 private:
  std::string& out_;
  UtcOffset zone_;
  Instant last_;
  std::string last_text_;
};

template <typename Cell>
void put_id(Cell& cell, std::int64_t id) {
  if (id == 0) return cell.none();
  cell.integer(id);
}

template <typename Cell>
void put_text(Cell& cell, std::string_view text) {
  if (text.empty()) return cell.none();
  cell.text(text);
}

template <typename Cell>
void put_user(Cell& cell, const services::People& people, UserId id) {
  const services::User* user = people.user(id);
  if (user == nullptr) return cell.none();
  cell.text(user->name);
}

// "approve,reject": the labels of action1 and action2; a comma alone when there are none.
std::string action_labels(const services::InboxItem& item) {
  std::string first;
  std::string second;
  for (const services::QuickActionLabel& action : item.quick_actions) {
    if (action.key == "action1") first = action.label;
    if (action.key == "action2") second = action.label;
  }
  return first + "," + second;
}

template <typename Cell>
void put_process(Cell& cell, MissionColumn column, const services::Process& process,
                 const MissionContext& context) {
  if (column == MissionColumn::flow_uuid) return cell.text(process.uuid);
  if (column == MissionColumn::flow_name) return cell.text(process.name);
  if (column == MissionColumn::is_active) return cell.flag(process.enabled);
  cell.text(api_path_of(*context.catalog, process));
}

// What each column shows.
template <typename Cell>
void put(Cell& cell, MissionColumn column, const services::InboxItem& item,
         const services::Process* process, const MissionContext& context) {
  switch (column) {
    case MissionColumn::id:
      return cell.integer(item.id.value());
    case MissionColumn::flow_uuid:
    case MissionColumn::flow_name:
    case MissionColumn::is_active:
    case MissionColumn::api_path:
      if (process == nullptr) return cell.none();
      return put_process(cell, column, *process, context);
    case MissionColumn::status:
      return put_text(cell, item.status.value_or(""));
    case MissionColumn::level:
      return put_text(cell, item.level.value_or(""));
    case MissionColumn::title:
      return put_text(cell, item.title);
    case MissionColumn::data_no:
      return cell.integer(item.number);
    case MissionColumn::data_id:
      return cell.integer(item.activity.value());
    case MissionColumn::stop_uuid:
      return cell.text(item.node_id);
    case MissionColumn::stop_chart_text:
      return cell.text(item.node_name);
    case MissionColumn::create_user_id:
      return put_user(cell, *context.people, item.initiator);
    case MissionColumn::update_user_id:
      return put_user(cell, *context.people, item.updated_by);
    case MissionColumn::ticket_createtime:
      return cell.time(item.instance_created_at);
    case MissionColumn::createtime:
      return cell.time(item.created_at);
    case MissionColumn::updatetime:
      return cell.time(item.updated_at);
    case MissionColumn::assignee_id:
      return put_id(cell, item.assignee.value());
    case MissionColumn::assign_group_id:
      return put_id(cell, item.group.value());
    case MissionColumn::action:
      return cell.text(action_labels(item));
    case MissionColumn::attachment:
      return cell.flag(item.has_attachments);
    case MissionColumn::history:
    case MissionColumn::closed:
      return cell.flag(false);
    case MissionColumn::deploy_flag:
      return cell.flag(true);
  }
  CINNABAR_UNREACHABLE();
}

QueryRow row_of(const services::InboxItem& item, const MissionContext& context) {
  const services::Process* process = context.catalog->process(item.process);
  QueryRow row(kMissionColumns.size());
  for (std::size_t i = 0; i < row.size(); ++i) {
    JsonCell cell(row[i], context.time_zone);
    put(cell, static_cast<MissionColumn>(i), item, process, context);
  }
  return row;
}

// Prints the rows as they are read: a page of a hundred has thousands of cells, too many to build a
// document of them first.
std::string print_rows(const Query& query, const std::vector<services::InboxItem>& items,
                       const MissionContext& context) {
  std::vector<std::string> keys;
  for (const std::size_t column : query.columns) {
    std::string key = keys.empty() ? "{" : ", ";
    print_string_to(key, kMissionColumns[column].name, kWireStyle.ascii);
    keys.push_back(key + ": ");
  }
  std::string out = "[";
  out.reserve(items.size() * 800);
  TextCell cell(out, context.time_zone);
  for (const services::InboxItem& item : items) {
    const services::Process* process = context.catalog->process(item.process);
    if (out.size() > 1) out += ", ";
    for (std::size_t i = 0; i < keys.size(); ++i) {
      out += keys[i];
      put(cell, static_cast<MissionColumn>(query.columns[i]), item, process, context);
    }
    out += '}';
  }
  return out + "]";
}

// The database does the work when it can; an order or condition over what is not stored with the
// work item is done here, over all that the caller has. The answer is a printed array.
Result<std::string> answer_query(const api::Call& call, const Entry& entry, const Query& query,
                                 const MissionContext& context) {
  if (query.rows_max() == 0) return std::string("[]");
  const auto translated = translate_missions(query, context);
  services::InboxQuery inbox =
      translated ? *translated : services::InboxQuery{offered_filter(context), {}, 0, -1};
  CINNABAR_TRY(const auto items, entry.services->inbox.list(*call.snapshot, entry.context, inbox));
  if (translated) return print_rows(query, items, context);
  // A page cut off before it was filtered and sorted would be a wrong answer.
  if (items.size() >= limits::kPageRowsMax) {
    return make_error(Code::invalid_argument, reasons::kLimitExceeded,
                      "too many work items for a condition or order on this column");
  }
  std::vector<QueryRow> rows;
  rows.reserve(items.size());
  for (const services::InboxItem& item : items) rows.push_back(row_of(item, context));
  return print(evaluate(query, kMissionColumns, std::move(rows), entry.time_zone), kWireStyle);
}

}  // namespace

api::Answer list_missions(const api::Call& call) {
  return with_entry(call, [&](const Entry& entry) -> api::Answer {
    const auto refuse = [&](const Error& error) {
      return entry.voice.refuse(Shape::list, Verb::query, error);
    };
    const auto query = read_query(entry.parameters, kMissionColumns, entry.time_zone);
    if (!query) return refuse(query.error());
    const MissionContext context{entry.services->catalog.current(),
                                 entry.services->people.current(), entry.time_zone};
    const std::string voice = std::to_string(static_cast<int>(entry.voice.language()));
    return api::answer_again(call, entry.context.principal.user, voice, [&]() -> http::Response {
      auto result = answer_query(call, entry, *query, context);
      if (!result) return refuse(result.error());
      return entry.voice.success_list(Text::queried, *result);
    });
  });
}

}  // namespace cinnabar::omflow
