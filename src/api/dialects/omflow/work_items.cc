#include "api/dialects/omflow/work_items.h"

#include "api/dialects/omflow/gateway.h"
#include "api/dialects/omflow/ids.h"
#include "api/dialects/omflow/mission_filter.h"

#include <utility>

namespace cinnabar::omflow {
namespace {

Json id_or_null(std::int64_t id) {
  return id == 0 ? Json{} : Json{id};
}

Json text_or_null(const std::optional<std::string>& text) {
  return text && !text->empty() ? Json{*text} : Json{};
}

Json name_of(const services::People& people, UserId id) {
  const services::User* user = people.user(id);
  return user == nullptr ? Json{} : Json{user->name};
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

QueryRow row_of(const services::InboxItem& item, const MissionContext& context) {
  const services::Process* process = context.catalog->process(item.process);
  const UtcOffset zone = context.time_zone;
  QueryRow row(kMissionColumns.size());
  const auto set = [&](MissionColumn column, Json value) {
    row[static_cast<std::size_t>(column)] = std::move(value);
  };
  set(MissionColumn::id, item.id.value());
  if (process != nullptr) {
    set(MissionColumn::flow_uuid, process->uuid);
    set(MissionColumn::flow_name, process->name);
    set(MissionColumn::api_path, api_path_of(*context.catalog, *process));
    set(MissionColumn::is_active, process->enabled);
  }
  set(MissionColumn::status, text_or_null(item.status));
  set(MissionColumn::level, text_or_null(item.level));
  set(MissionColumn::title, text_or_null(item.title));
  set(MissionColumn::data_no, item.number);
  set(MissionColumn::data_id, item.activity.value());
  set(MissionColumn::history, false);
  set(MissionColumn::stop_uuid, item.node_id);
  set(MissionColumn::stop_chart_text, item.node_name);
  set(MissionColumn::create_user_id, name_of(*context.people, item.initiator));
  set(MissionColumn::update_user_id, name_of(*context.people, item.updated_by));
  set(MissionColumn::ticket_createtime, to_local_millis(item.instance_created_at, zone));
  set(MissionColumn::createtime, to_local_millis(item.created_at, zone));
  set(MissionColumn::updatetime, to_local_millis(item.updated_at, zone));
  set(MissionColumn::assignee_id, id_or_null(item.assignee.value()));
  set(MissionColumn::assign_group_id, id_or_null(item.group.value()));
  set(MissionColumn::action, action_labels(item));
  set(MissionColumn::attachment, item.has_attachments);
  set(MissionColumn::closed, false);
  set(MissionColumn::deploy_flag, true);
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
  for (const services::InboxItem& item : items) {
    if (out.size() > 1) out += ", ";
    const QueryRow row = row_of(item, context);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      out += keys[i];
      print_to(out, row[query.columns[i]], kWireStyle);
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
    auto result = answer_query(call, entry, *query, context);
    if (!result) return refuse(result.error());
    return entry.voice.success_list(Text::queried, *result);
  });
}

}  // namespace cinnabar::omflow
