// The secondary indexes of the store, known to every driver: the memory storage enforces the unique
// ones, the SQL migrations create all of them (a test compares), and the statement compiler writes
// the constants of a partial index as literals, because no database proves `state = $1`.
//
// A Null in a column of a unique index makes the row distinct from every other. All descriptors are
// constants of the program.
#pragma once

#include "ports/schema.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cinnabar::ports {

struct Index {
  std::string_view name;
  const Table* table = nullptr;
  std::array<std::uint16_t, 3> columns{};  // the first `column_count` count
  std::uint16_t column_count = 0;
  bool unique = false;
  // A partial index holds the rows with `equal_column` = `equal_value`, Null in `null_column` and
  // something else in `filled_column`. A condition of a list that is to use it has to stand in
  // every branch of an alternative.
  std::optional<std::uint16_t> equal_column;
  std::int64_t equal_value = 0;
  std::optional<std::uint16_t> null_column;
  std::optional<std::uint16_t> filled_column;

  [[nodiscard]] std::span<const std::uint16_t> column_list() const {
    return std::span(columns).first(column_count);
  }
};

namespace detail {
constexpr Index one(std::string_view name, const Table& table, std::uint16_t a, bool unique) {
  return Index{name, &table, {a, 0, 0}, 1, unique, {}, 0, {}, {}};
}
constexpr Index two(std::string_view name, const Table& table, std::uint16_t a, std::uint16_t b,
                    bool unique) {
  return Index{name, &table, {a, b, 0}, 2, unique, {}, 0, {}, {}};
}
}  // namespace detail

inline constexpr std::int64_t kWorkItemOpen = 1;  // WorkItemState::open

inline constexpr std::array<Index, 43> kIndexes{{
    detail::one("application_by_key", schema::application::kTable, schema::application::key, true),
    detail::two("form_by_key", schema::form::kTable, schema::form::application_id,
                schema::form::key, false),
    detail::two("form_version_by_form", schema::form_version::kTable, schema::form_version::form_id,
                schema::form_version::version, true),
    detail::two("process_by_key", schema::process::kTable, schema::process::application_id,
                schema::process::key, false),
    detail::one("process_by_uuid", schema::process::kTable, schema::process::uuid, true),
    detail::two("process_definition_by_process", schema::process_definition::kTable,
                schema::process_definition::process_id, schema::process_definition::version, true),
    Index{"external_ref_by_internal",
          &schema::external_ref::kTable,
          {schema::external_ref::door, schema::external_ref::kind, schema::external_ref::internal},
          3,
          false,
          {},
          0,
          {},
          {}},
    detail::one("user_account_by_name", schema::user_account::kTable, schema::user_account::name,
                true),
    detail::one("user_account_by_email", schema::user_account::kTable, schema::user_account::email,
                false),
    detail::two("user_group_by_key", schema::user_group::kTable, schema::user_group::kind,
                schema::user_group::key, false),
    detail::one("membership_by_user", schema::membership::kTable, schema::membership::user_id,
                false),
    detail::one("access_session_by_token", schema::access_session::kTable,
                schema::access_session::token_hash, true),
    detail::one("access_session_by_user", schema::access_session::kTable,
                schema::access_session::user_id, false),
    detail::one("access_token_by_token", schema::access_token::kTable,
                schema::access_token::token_hash, true),
    detail::one("access_token_by_user", schema::access_token::kTable, schema::access_token::user_id,
                false),
    detail::two("process_instance_by_number", schema::process_instance::kTable,
                schema::process_instance::process_id, schema::process_instance::number, true),
    detail::two("process_instance_by_process", schema::process_instance::kTable,
                schema::process_instance::process_id, schema::process_instance::id, false),
    detail::one("activity_instance_by_instance", schema::activity_instance::kTable,
                schema::activity_instance::instance_id, false),
    Index{"work_item_open_by_assignee",
          &schema::work_item::kTable,
          {schema::work_item::assignee_id, schema::work_item::id, 0},
          2,
          false,
          schema::work_item::state,
          kWorkItemOpen,
          {},
          schema::work_item::assignee_id},
    Index{"work_item_open_by_group",
          &schema::work_item::kTable,
          {schema::work_item::group_id, schema::work_item::id, 0},
          2,
          false,
          schema::work_item::state,
          kWorkItemOpen,
          schema::work_item::assignee_id,
          {}},
    detail::one("work_item_by_instance", schema::work_item::kTable, schema::work_item::instance_id,
                false),
    detail::one("work_item_by_activity", schema::work_item::kTable, schema::work_item::activity_id,
                false),
    detail::two("record_by_form", schema::record::kTable, schema::record::form_id,
                schema::record::id, false),
    detail::one("record_by_instance", schema::record::kTable, schema::record::instance_id, false),
    detail::one("attachment_by_instance", schema::attachment::kTable,
                schema::attachment::instance_id, false),
    detail::one("comment_by_instance", schema::comment::kTable, schema::comment::instance_id,
                false),
    detail::two("relation_by_target", schema::relation::kTable, schema::relation::to_instance,
                schema::relation::from_instance, false),
    detail::two("relation_by_source", schema::relation::kTable, schema::relation::from_instance,
                schema::relation::to_instance, false),
    Index{"process_instance_by_caller",
          &schema::process_instance::kTable,
          {schema::process_instance::caller_id, 0, 0},
          1,
          false,
          {},
          0,
          {},
          schema::process_instance::caller_id},
    Index{"process_instance_by_caller_wait",
          &schema::process_instance::kTable,
          {schema::process_instance::caller_wait_id, 0, 0},
          1,
          false,
          {},
          0,
          {},
          schema::process_instance::caller_wait_id},
    Index{"wait_by_due",
          &schema::wait::kTable,
          {schema::wait::kind, schema::wait::due_at, 0},
          2,
          false,
          schema::wait::active,
          1,
          {},
          {}},
    Index{"wait_by_name",
          &schema::wait::kTable,
          {schema::wait::kind, schema::wait::name, schema::wait::correlation_key},
          3,
          false,
          schema::wait::active,
          1,
          {},
          {}},
    Index{"wait_by_job",
          &schema::wait::kTable,
          {schema::wait::kind, schema::wait::name, schema::wait::due_at},
          3,
          false,
          schema::wait::active,
          1,
          {},
          {}},
    Index{"wait_by_instance",
          &schema::wait::kTable,
          {schema::wait::instance_id, 0, 0},
          1,
          false,
          {},
          0,
          {},
          {}},
    Index{"start_trigger_by_due",
          &schema::start_trigger::kTable,
          {schema::start_trigger::kind, schema::start_trigger::due_at, 0},
          2,
          false,
          {},
          0,
          {},
          {}},
    Index{"start_trigger_by_name",
          &schema::start_trigger::kTable,
          {schema::start_trigger::kind, schema::start_trigger::name, 0},
          2,
          false,
          {},
          0,
          {},
          {}},
    Index{"start_trigger_by_process",
          &schema::start_trigger::kTable,
          {schema::start_trigger::process_id, 0, 0},
          1,
          false,
          {},
          0,
          {},
          {}},
    Index{"incident_open_by_definition",
          &schema::incident::kTable,
          {schema::incident::definition_id, schema::incident::node_id, schema::incident::id},
          3,
          false,
          {},
          0,
          schema::incident::resolved_at,
          {}},
    Index{"incident_open_by_process",
          &schema::incident::kTable,
          {schema::incident::process_id, schema::incident::id, 0},
          2,
          false,
          {},
          0,
          schema::incident::resolved_at,
          {}},
    Index{"incident_by_instance",
          &schema::incident::kTable,
          {schema::incident::instance_id, 0, 0},
          1,
          false,
          {},
          0,
          {},
          {}},
    Index{"notice_by_reader",
          &schema::notice::kTable,
          {schema::notice::reader_id, schema::notice::id, 0},
          2,
          false,
          {},
          0,
          {},
          {}},
    Index{"notice_by_instance",
          &schema::notice::kTable,
          {schema::notice::instance_id, 0, 0},
          1,
          false,
          {},
          0,
          {},
          {}},
    Index{"outbox_by_due",
          &schema::outbox::kTable,
          {schema::outbox::due_at, 0, 0},
          1,
          false,
          {},
          0,
          {},
          {}},
}};

}  // namespace cinnabar::ports
