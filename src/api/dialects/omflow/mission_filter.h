// The columns of the mission list, and the translation of a checked query over them into a filter
// of the inbox, so that the database selects, sorts and cuts.
#pragma once

#include "api/dialects/omflow/query.h"
#include "services/catalog.h"
#include "services/inbox_service.h"
#include "services/people.h"

#include <array>
#include <memory>
#include <optional>

namespace cinnabar::omflow {

// In answer order.
enum class MissionColumn : std::uint8_t {
  id,
  flow_uuid,
  flow_name,
  status,
  level,
  title,
  data_no,
  data_id,
  history,
  stop_uuid,
  stop_chart_text,
  create_user_id,
  update_user_id,
  ticket_createtime,
  createtime,
  updatetime,
  assignee_id,
  assign_group_id,
  action,
  attachment,
  closed,
  is_active,
  deploy_flag,
  api_path,
};

inline constexpr std::array<Column, 24> kMissionColumns{{
    {"id", ColumnKind::integer},           {"flow_uuid", ColumnKind::uuid},
    {"flow_name", ColumnKind::text},       {"status", ColumnKind::text},
    {"level", ColumnKind::text},           {"title", ColumnKind::text},
    {"data_no", ColumnKind::integer},      {"data_id", ColumnKind::integer},
    {"history", ColumnKind::boolean},      {"stop_uuid", ColumnKind::text},
    {"stop_chart_text", ColumnKind::text}, {"create_user_id", ColumnKind::text},
    {"update_user_id", ColumnKind::text},  {"ticket_createtime", ColumnKind::time},
    {"createtime", ColumnKind::time},      {"updatetime", ColumnKind::time},
    {"assignee_id", ColumnKind::integer},  {"assign_group_id", ColumnKind::integer},
    {"action", ColumnKind::text},          {"attachment", ColumnKind::boolean},
    {"closed", ColumnKind::boolean},       {"is_active", ColumnKind::boolean},
    {"deploy_flag", ColumnKind::boolean},  {"api_path", ColumnKind::text, true},
}};

struct MissionContext {
  std::shared_ptr<const services::Catalog> catalog;
  std::shared_ptr<const services::People> people;
  UtcOffset time_zone;
};

// What every list is limited to: no missions of disabled flows.
FilterNode offered_filter(const MissionContext& context);

// nullopt: the query names something that is not stored with a work item, or is too large.
std::optional<services::InboxQuery> translate_missions(const Query& query,
                                                       const MissionContext& context);

}  // namespace cinnabar::omflow
