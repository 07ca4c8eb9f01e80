#include "api/dialects/dadayun/instance_columns.h"

#include "api/common/utc_text.h"
#include "api/dialects/dadayun/conditions.h"
#include "api/dialects/dadayun/field_conditions.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <set>

namespace cinnabar::dadayun {
namespace {

namespace columns = services::instance_columns;

enum class Kind : std::uint8_t {
  id,
  title,
  important,
  urgent,
  status,
  process,
  node_id,
  node_name,
  actors,
  position,
  creator,
  creator_name,
  created_at,
  updated_at,
};
struct Known {
  std::string_view name;
  Kind kind;
  std::uint16_t column;
};
constexpr std::array<Known, 14> kKnown{{
    {"Id", Kind::id, columns::id},
    {"Title", Kind::title, columns::title},
    {"IsImportant", Kind::important, columns::important},
    {"IsUrgent", Kind::urgent, columns::urgent},
    {"Status", Kind::status, columns::status},
    {"WFTplId", Kind::process, columns::process_id},
    {"CurrentNodeId", Kind::node_id, columns::current_node_id},
    {"CurrentNodeName", Kind::node_name, columns::current_node_name},
    {"CurrentActors", Kind::actors, columns::current_assignees},
    {"CreatorPositionId", Kind::position, columns::initiator_position_id},
    {"Creator", Kind::creator, columns::initiator_id},
    {"CreatorName", Kind::creator_name, columns::initiator_name},
    {"CreateTime", Kind::created_at, columns::created_at},
    {"ModifyTime", Kind::updated_at, columns::updated_at},
}};

const Known* find_known(std::string_view name) {
  for (const Known& known : kKnown) {
    if (equals_ignore_ascii_case(known.name, name)) return &known;
  }
  return nullptr;
}

// In the order of their numbers.
const std::vector<std::pair<std::int64_t, std::vector<InstanceState>>>& statuses() {
  static const std::vector<std::pair<std::int64_t, std::vector<InstanceState>>> kStatuses{
      {1, {InstanceState::completed}},
      {2, {InstanceState::suspended}},
      {3, {InstanceState::terminated, InstanceState::failed}},
      {5, {InstanceState::running}},
  };
  return kStatuses;
}

FilterNode is_in(const std::vector<InstanceState>& states) {
  std::vector<CellValue> values;
  for (const InstanceState state : states) {
    values.emplace_back(static_cast<std::int64_t>(state));
  }
  return where_one_of(columns::status, std::move(values));
}

Result<FilterNode> status_condition(const FilterItem& item) {
  std::vector<std::int64_t> numbers;
  for (const auto& [number, states] : statuses()) numbers.push_back(number);
  CINNABAR_TRY(const auto fits, number_choice(item, numbers));
  std::vector<InstanceState> all;
  for (const auto& [number, states] : statuses()) {
    if (std::ranges::find(fits, number) == fits.end()) continue;
    all.insert(all.end(), states.begin(), states.end());
  }
  return all.empty() ? nothing() : is_in(all);
}

TextColumn text_column(std::uint16_t column, bool absent_is_empty) {
  return {[column](FilterOp op, const std::string& value) {
            return where(column, op, CellValue{value});
          },
          where_equal(column, CellValue{}), absent_is_empty};
}

// People and positions are few: those whose id fits are named one by one.
template <typename Ids>
GuidColumn listed_column(std::uint16_t column, IdKind kind, Ids ids, FilterNode is_absent) {
  GuidColumn made;
  made.exact = [column, kind](std::string_view guid) {
    const auto id = from_guid(kind, guid);
    return id ? where_equal(column, CellValue{*id}) : nothing();
  };
  made.find = [column, kind, ids = std::move(ids)](std::string_view part) {
    std::vector<CellValue> fits;
    for (const std::int64_t id : ids) {
      if (to_guid(kind, id).find(part) != std::string::npos) fits.emplace_back(id);
    }
    return where_one_of(column, std::move(fits));
  };
  made.is_absent = std::move(is_absent);
  return made;
}

Json text_or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json();
}

}  // namespace

int status_number(InstanceState state) {
  for (const auto& [number, states] : statuses()) {
    if (std::ranges::find(states, state) != states.end()) return static_cast<int>(number);
  }
  CINNABAR_UNREACHABLE();
}

InstanceColumns::InstanceColumns(const Entry& entry, const services::Process& process)
    : entry_(entry), process_(process) {}

Result<FilterNode> InstanceColumns::filter(std::string_view text) {
  CINNABAR_TRY(const Filter filter, parse_filter(text));
  if (!filter.keyword.empty()) {
    return where(columns::title, FilterOp::contains, CellValue{filter.keyword});
  }
  std::vector<FilterNode> parts;
  for (const FilterItem& item : filter.items) {
    if (auto test = row_test(item)) {
      tests_.push_back(std::move(*test));
      continue;
    }
    CINNABAR_TRY(FilterNode part, condition(item));
    parts.push_back(std::move(part));
  }
  return all_of(std::move(parts));
}

std::optional<InstanceColumns::RowTest> InstanceColumns::row_test(const FilterItem& item) const {
  const bool is_like = item.op == Operator::like || item.op == Operator::not_like;
  const Known* known = find_known(item.column);
  if (!is_like || known == nullptr || !item.value1 || item.value1->empty()) return std::nullopt;
  const std::string part = to_lower_ascii(*item.value1);
  std::function<std::string(const services::ListedInstance&)> text;
  if (known->kind == Kind::id) {
    constexpr std::size_t kWhole = 36;
    if (part.size() == kWhole && from_guid(IdKind::instance, part)) return std::nullopt;
    text = [](const services::ListedInstance& row) {
      return to_guid(IdKind::instance, row.id.value());
    };
  } else if (known->kind == Kind::created_at || known->kind == Kind::updated_at) {
    // Four digits stand together at the beginning only: a range that the store knows.
    constexpr std::size_t kYear = 4;
    if (part.size() >= kYear && period_of_prefix(*item.value1)) return std::nullopt;
    const bool is_made = known->kind == Kind::created_at;
    text = [is_made](const services::ListedInstance& row) {
      return to_lower_ascii(api::to_utc_millis(is_made ? row.created_at : row.updated_at));
    };
  } else {
    return std::nullopt;
  }
  const bool wants_it = item.op == Operator::like;
  return [part, wants_it, text = std::move(text)](const services::ListedInstance& row) {
    return (text(row).find(part) != std::string::npos) == wants_it;
  };
}

Result<FilterNode> InstanceColumns::condition(const FilterItem& item) const {
  const Known* known = find_known(item.column);
  if (known == nullptr) return field_condition(item);
  switch (known->kind) {
    case Kind::title:
    case Kind::creator_name:
    case Kind::node_name:
      return text_condition(item, text_column(known->column, false));
    case Kind::actors:
      return text_condition(item, text_column(known->column, true));
    case Kind::important:
    case Kind::urgent:
      return flag_condition(item, where_equal(known->column, CellValue{std::int64_t{1}}));
    case Kind::status:
      return status_condition(item);
    case Kind::created_at:
    case Kind::updated_at:
      return time_condition(item, stored_time(known->column), entry_.call.time_zone);
    case Kind::id:
    case Kind::process:
    case Kind::node_id:
    case Kind::position:
    case Kind::creator:
      return guid_condition(item, guid_column(known->column));
  }
  CINNABAR_UNREACHABLE();
}

GuidColumn InstanceColumns::guid_column(std::uint16_t number) const {
  GuidColumn column;
  column.is_absent = nothing();
  if (number == columns::id) {
    column.exact = [](std::string_view guid) {
      const auto id = from_guid(IdKind::instance, guid);
      return id ? where_equal(columns::id, CellValue{*id}) : nothing();
    };
  } else if (number == columns::process_id) {
    const std::string& own = process_.uuid;
    const auto choose = [](bool fits) { return fits ? everything() : nothing(); };
    column.exact = [&own, choose](std::string_view guid) {
      return choose(plain_guid(guid) == plain_guid(own));
    };
    column.find = [&own, choose](std::string_view part) {
      return choose(own.find(part) != std::string::npos);
    };
  } else if (number == columns::current_node_id) {
    column.exact = [this](std::string_view guid) { return nodes_like(guid, true); };
    column.find = [this](std::string_view part) { return nodes_like(part, false); };
    column.is_absent = where_equal(number, CellValue{});
  } else if (number == columns::initiator_position_id) {
    std::vector<std::int64_t> ids;
    for (const auto& [id, group] : entry_.people->groups()) {
      if (group.kind == GroupKind::position) ids.push_back(id.value());
    }
    return listed_column(number, IdKind::position, std::move(ids),
                         where_equal(number, CellValue{}));
  } else {
    std::vector<std::int64_t> ids;
    for (const auto& [id, user] : entry_.people->users()) ids.push_back(id.value());
    return listed_column(number, IdKind::user, std::move(ids),
                         where_equal(number, CellValue{UserId{}.value()}));
  }
  return column;
}

// Nodes of every version that was deployed.
FilterNode InstanceColumns::nodes_like(std::string_view part, bool is_whole) const {
  const auto wanted = plain_guid(part);
  std::set<std::string> fits;
  for (std::int64_t version = 1; version <= process_.current->version; ++version) {
    const auto definition = entry_.catalog->find_version(process_.id, version);
    if (definition == nullptr) continue;
    for (const process::Node& node : definition->graph->nodes) {
      const std::string guid = node_guid(*entry_.call.services, process_, node.id);
      const bool is_fit =
          is_whole ? plain_guid(guid) == wanted : guid.find(part) != std::string::npos;
      if (is_fit) fits.insert(node.id);
    }
  }
  std::vector<CellValue> values(fits.begin(), fits.end());
  return where_one_of(columns::current_node_id, std::move(values));
}

Result<FilterNode> InstanceColumns::field_condition(const FilterItem& item) const {
  const services::DeployedForm* form = entry_.catalog->form(process_.form);
  const form::Field* field = nullptr;
  if (form != nullptr) {
    field = form->definition->find(item.column);
    for (const form::Field& other : form->definition->fields) {
      if (field == nullptr && other.title == item.column) field = &other;
    }
  }
  if (field == nullptr) return invalid_filter("未知字段 " + item.column);
  return dadayun::field_condition(
      item, *field, {process_.form, columns::record_id, *entry_.people, entry_.call.time_zone});
}

Status InstanceColumns::sort(std::string_view text, InstanceListRequest& request) const {
  text = trim(text);
  if (text.empty()) {
    request.order = {columns::created_at, true};
    return {};
  }
  const bool descending = text.starts_with('-');
  const std::string_view name = trim(descending ? text.substr(1) : text);
  if (name.find(',') != std::string_view::npos) return invalid("sort", "只支持单个字段");
  const Known* known = find_known(name);
  if (known == nullptr || known->kind == Kind::updated_at) {
    return invalid("sort", "未知字段 " + to_valid_utf8(name));
  }
  if (known->kind == Kind::status) {
    for (const auto& [number, states] : statuses()) request.parts.push_back(states);
    if (descending) std::ranges::reverse(request.parts);
    request.order = {columns::id, false};
    return {};
  }
  // People without a position and instances that ended come last; no actors are an empty text.
  request.order = {known->column, descending, known->kind != Kind::actors};
  return {};
}

const std::string& InstanceColumns::guid_of_node(const std::string& node_id) {
  std::string& guid = node_guids_[node_id];
  if (guid.empty()) guid = node_guid(*entry_.call.services, process_, node_id);
  return guid;
}

Json InstanceColumns::row(const services::ListedInstance& instance) {
  Json row = Json::object(kKnown.size());
  row.set("Id", to_guid(IdKind::instance, instance.id.value()))
      .set("Title", instance.title)
      .set("IsImportant", instance.important)
      .set("IsUrgent", instance.urgent)
      .set("Status", status_number(instance.state))
      .set("WFTplId", process_.uuid)
      .set("CurrentNodeId", instance.node_id ? Json(guid_of_node(*instance.node_id)) : Json())
      .set("CurrentNodeName", text_or_null(instance.node_names))
      .set("CurrentActors", instance.assignees)
      .set("CreatorPositionId",
           instance.initiator_position.is_assigned()
               ? Json(to_guid(IdKind::position, instance.initiator_position.value()))
               : Json())
      .set("Creator", instance.initiator.is_assigned()
                          ? Json(to_guid(IdKind::user, instance.initiator.value()))
                          : Json())
      .set("CreatorName", instance.initiator_name)
      .set("CreateTime", api::to_utc_millis(instance.created_at));
  return row;
}

}  // namespace cinnabar::dadayun
