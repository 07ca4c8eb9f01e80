#include "api/dialects/omflow/mission_filter.h"

#include "api/dialects/omflow/ids.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace cinnabar::omflow {
namespace {

namespace stored = services::inbox_columns;

// Room for the branches of the inbox itself beside the caller's conditions.
constexpr std::size_t kConditionNodesMax = kFilterNodesMax / 2;

FilterNode always() {
  return all_of({});
}
FilterNode never() {
  return any_of({});
}

std::optional<std::uint16_t> stored_column(MissionColumn column) {
  switch (column) {
    case MissionColumn::id:
      return stored::id;
    case MissionColumn::status:
      return stored::status_text;
    case MissionColumn::level:
      return stored::level;
    case MissionColumn::title:
      return stored::title;
    case MissionColumn::data_no:
      return stored::number;
    case MissionColumn::data_id:
      return stored::activity_id;
    case MissionColumn::stop_uuid:
      return stored::node_id;
    case MissionColumn::stop_chart_text:
      return stored::node_name;
    case MissionColumn::ticket_createtime:
      return stored::instance_created_at;
    case MissionColumn::createtime:
      return stored::created_at;
    case MissionColumn::updatetime:
      return stored::updated_at;
    case MissionColumn::assignee_id:
      return stored::assignee_id;
    case MissionColumn::assign_group_id:
      return stored::group_id;
    case MissionColumn::attachment:
      return stored::has_attachments;
    case MissionColumn::flow_uuid:
    case MissionColumn::flow_name:
    case MissionColumn::history:
    case MissionColumn::create_user_id:
    case MissionColumn::update_user_id:
    case MissionColumn::action:
    case MissionColumn::closed:
    case MissionColumn::is_active:
    case MissionColumn::deploy_flag:
    case MissionColumn::api_path:
      return std::nullopt;
  }
  return std::nullopt;
}

CellValue cell_of(const Json& value) {
  if (const bool* flag = value.as_bool()) return std::int64_t{*flag ? 1 : 0};
  if (const auto number = value.as_int()) return *number;
  if (const std::string* text = value.as_string()) return *text;
  return {};
}

// Times are told in milliseconds and stored in microseconds: one told time is a range.
FilterNode time_filter(std::uint16_t column, const QueryCondition& condition) {
  std::vector<FilterNode> any;
  for (const Json& value : condition.values) {
    const auto millis = value.as_int();
    if (!millis) continue;  // the times are never null
    const std::int64_t from = *millis * 1000;
    const std::int64_t behind = from + 1000;
    if (condition.op == Operator::greater) {
      any.push_back(where(column, FilterOp::greater_equal, behind));
    } else if (condition.op == Operator::less) {
      any.push_back(where(column, FilterOp::less, from));
    } else {
      any.push_back(all_of(
          {where(column, FilterOp::greater_equal, from), where(column, FilterOp::less, behind)}));
    }
  }
  return any_of(std::move(any));
}

// A missing title is stored as "" and told as null.
FilterNode title_filter(const QueryCondition& condition) {
  const auto title_cell = [](const Json& value) {
    return value.is_null() ? CellValue{""} : cell_of(value);
  };
  const FilterNode has_title = where(stored::title, FilterOp::not_equal, std::string{});
  std::vector<FilterNode> any;
  for (const Json& value : condition.values) {
    const bool is_empty_text = value.is_string() && value.as_string()->empty();
    switch (condition.op) {
      case Operator::equal:
      case Operator::in:
        if (!is_empty_text) any.push_back(where_equal(stored::title, title_cell(value)));
        break;
      case Operator::greater:
        if (!value.is_null()) {
          any.push_back(
              all_of({where(stored::title, FilterOp::greater, cell_of(value)), has_title}));
        }
        break;
      case Operator::less:
        if (!value.is_null()) {
          any.push_back(all_of({where(stored::title, FilterOp::less, cell_of(value)), has_title}));
        }
        break;
      case Operator::contains:
        any.push_back(
            all_of({where(stored::title, FilterOp::contains, cell_of(value)), has_title}));
        break;
    }
  }
  return any_of(std::move(any));
}

std::optional<FilterNode> stored_filter(std::uint16_t column, ColumnKind kind,
                                        const QueryCondition& condition) {
  if (condition.op == Operator::contains && kind != ColumnKind::text) return std::nullopt;
  if (kind == ColumnKind::time) return time_filter(column, condition);
  if (column == stored::title) return title_filter(condition);
  switch (condition.op) {
    case Operator::equal:
      return where_equal(column, cell_of(condition.values.front()));
    case Operator::greater:
      return where(column, FilterOp::greater, cell_of(condition.values.front()));
    case Operator::less:
      return where(column, FilterOp::less, cell_of(condition.values.front()));
    case Operator::contains:
      return where(column, FilterOp::contains, cell_of(condition.values.front()));
    case Operator::in:
      break;
  }
  std::vector<CellValue> cells;
  for (const Json& value : condition.values) cells.push_back(cell_of(value));
  if (cells.size() > kFilterValuesMax / 10) return std::nullopt;
  return where_one_of(column, std::move(cells));
}

using Holds = std::function<bool(const Json&)>;

// Of a flow: a condition over its names becomes the list of the flows that meet it.
FilterNode flow_filter(const MissionContext& context,
                       const std::function<Json(const services::Process&)>& cell,
                       const Holds& holds_for) {
  std::vector<CellValue> ids;
  for (const auto& [id, process] : context.catalog->processes()) {
    if (holds_for(cell(process))) ids.emplace_back(id.value());
  }
  return where_one_of(stored::process_id, std::move(ids));
}

std::optional<FilterNode> user_filter(const MissionContext& context, std::uint16_t column,
                                      const Holds& holds_for) {
  std::vector<CellValue> ids;
  for (const auto& [id, user] : context.people->users()) {
    if (holds_for(Json{user.name})) ids.emplace_back(id.value());
  }
  if (holds_for(Json{})) ids.emplace_back();
  if (ids.size() > kFilterValuesMax / 10) return std::nullopt;
  return where_one_of(column, std::move(ids));
}

std::optional<FilterNode> translate(const QueryCondition& condition,
                                    const MissionContext& context) {
  const auto column = static_cast<MissionColumn>(condition.column);
  const ColumnKind kind = kMissionColumns[condition.column].kind;
  if (const auto direct = stored_column(column)) return stored_filter(*direct, kind, condition);
  const Holds holds_for = [&](const Json& cell) {
    return holds(condition, kind, cell, context.time_zone);
  };
  using services::Process;
  switch (column) {
    case MissionColumn::flow_uuid:
      return flow_filter(context, [](const Process& flow) { return Json{flow.uuid}; }, holds_for);
    case MissionColumn::flow_name:
      return flow_filter(context, [](const Process& flow) { return Json{flow.name}; }, holds_for);
    case MissionColumn::is_active:
      return flow_filter(
          context, [](const Process& flow) { return Json{flow.enabled}; }, holds_for);
    case MissionColumn::api_path:
      return flow_filter(
          context, [&](const Process& flow) { return Json{api_path_of(*context.catalog, flow)}; },
          holds_for);
    case MissionColumn::create_user_id:
      return user_filter(context, stored::initiator_id, holds_for);
    case MissionColumn::update_user_id:
      return user_filter(context, stored::updated_by, holds_for);
    case MissionColumn::history:
    case MissionColumn::closed:
      return holds_for(Json{false}) ? always() : never();
    case MissionColumn::deploy_flag:
      return holds_for(Json{true}) ? always() : never();
    case MissionColumn::action:  // the labels are not stored as they are told
    case MissionColumn::id:
    case MissionColumn::status:
    case MissionColumn::level:
    case MissionColumn::title:
    case MissionColumn::data_no:
    case MissionColumn::data_id:
    case MissionColumn::stop_uuid:
    case MissionColumn::stop_chart_text:
    case MissionColumn::ticket_createtime:
    case MissionColumn::createtime:
    case MissionColumn::updatetime:
    case MissionColumn::assignee_id:
    case MissionColumn::assign_group_id:
    case MissionColumn::attachment:
      return std::nullopt;
  }
  return std::nullopt;
}

// False when one of the conditions has no translation.
bool translate_all(const std::vector<QueryCondition>& conditions, const MissionContext& context,
                   std::vector<FilterNode>& out) {
  for (const QueryCondition& condition : conditions) {
    auto node = translate(condition, context);
    if (!node) return false;
    out.push_back(std::move(*node));
  }
  return true;
}

std::size_t weight(const Query& query) {
  std::size_t nodes = 0;
  for (const auto* conditions : {&query.search, &query.exclude}) {
    for (const QueryCondition& condition : *conditions) nodes += 1 + 3 * condition.values.size();
  }
  return nodes;
}

bool is_by_value_list(const Query& query) {
  // Only lists over times and titles grow into many nodes; others are one node with many values.
  for (const auto* conditions : {&query.search, &query.exclude}) {
    for (const QueryCondition& condition : *conditions) {
      const auto column = static_cast<MissionColumn>(condition.column);
      const bool grows = kMissionColumns[condition.column].kind == ColumnKind::time ||
                         column == MissionColumn::title;
      if (grows && condition.values.size() > 1) return false;
    }
  }
  return true;
}

}  // namespace

FilterNode offered_filter(const MissionContext& context) {
  std::vector<CellValue> disabled;
  for (const auto& [id, process] : context.catalog->processes()) {
    if (!process.enabled) disabled.emplace_back(id.value());
  }
  if (disabled.empty()) return all_of({});
  return none_of({where_one_of(stored::process_id, std::move(disabled))});
}

std::optional<services::InboxQuery> translate_missions(const Query& query,
                                                       const MissionContext& context) {
  const std::size_t conditions = query.search.size() + query.exclude.size();
  const bool small = is_by_value_list(query) ? 4 * conditions <= kConditionNodesMax
                                             : weight(query) <= kConditionNodesMax;
  if (!small) return std::nullopt;
  std::vector<FilterNode> parts;
  if (!translate_all(query.search, context, parts)) return std::nullopt;
  std::vector<FilterNode> excluded;
  if (!translate_all(query.exclude, context, excluded)) return std::nullopt;
  if (!excluded.empty()) parts.push_back(none_of(std::move(excluded)));
  FilterNode offered = offered_filter(context);
  const auto* all = std::get_if<AllOf>(&offered.node);
  if (all == nullptr) parts.push_back(std::move(offered));

  services::InboxQuery inbox;
  inbox.filter = all_of(std::move(parts));
  for (const QueryOrder& order : query.order) {
    const auto column = stored_column(static_cast<MissionColumn>(order.column));
    if (!column) return std::nullopt;
    inbox.order.push_back({*column, order.descending});
  }
  inbox.offset = query.start;
  inbox.limit = query.rows_max();
  return inbox;
}

}  // namespace cinnabar::omflow
