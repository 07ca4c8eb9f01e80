// The tables of the store and the column numbers by which filters and rows name them.
//
// Times are microseconds since 1970 UTC, booleans are 0 or 1, enumerations are the numbers of
// vocab/states.h. Migrations (storage/sql/migrations) create exactly this; a test compares them.
#pragma once

#include "ports/table.h"

#include <array>

namespace cinnabar::ports::schema {

// Facts about the database itself, for example its tenant and schema version.
namespace meta {
enum : std::uint16_t {
  key,
  value,
};
inline constexpr std::array<Column, 2> kColumns{{
    {"key", ColumnType::text, false},
    {"value", ColumnType::text, false},
}};
inline constexpr Table kTable{"meta", kColumns, 1};
}  // namespace meta

// A deployed application package.
namespace application {
enum : std::uint16_t {
  id,
  key,
  name,
  version,
  document,
  updated_at,
};
inline constexpr std::array<Column, 6> kColumns{{
    {"id", ColumnType::integer, false},
    {"key", ColumnType::text, false},
    {"name", ColumnType::text, false},
    {"version", ColumnType::integer, false},
    {"document", ColumnType::text, false},
    {"updated_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"application", kColumns, 1};
}  // namespace application

// A form over all its versions.
namespace form {
enum : std::uint16_t {
  id,
  application_id,
  key,
  name,
  current_version_id,
};
inline constexpr std::array<Column, 5> kColumns{{
    {"id", ColumnType::integer, false},
    {"application_id", ColumnType::integer, false},
    {"key", ColumnType::text, false},
    {"name", ColumnType::text, false},
    {"current_version_id", ColumnType::integer, true},
}};
inline constexpr Table kTable{"form", kColumns, 1};
}  // namespace form

// One immutable version of a form.
namespace form_version {
enum : std::uint16_t {
  id,
  form_id,
  version,
  document,
  created_at,
};
inline constexpr std::array<Column, 5> kColumns{{
    {"id", ColumnType::integer, false},
    {"form_id", ColumnType::integer, false},
    {"version", ColumnType::integer, false},
    {"document", ColumnType::text, false},
    {"created_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"form_version", kColumns, 1};
}  // namespace form_version

// A process over all its versions, with the switches that change without a deployment.
namespace process {
enum : std::uint16_t {
  id,
  application_id,
  key,
  name,
  uuid,
  form_id,
  current_definition_id,
  enabled,
  api_enabled,
  settings,
};
inline constexpr std::array<Column, 10> kColumns{{
    {"id", ColumnType::integer, false},
    {"application_id", ColumnType::integer, false},
    {"key", ColumnType::text, false},
    {"name", ColumnType::text, false},
    {"uuid", ColumnType::text, false},
    {"form_id", ColumnType::integer, false},
    {"current_definition_id", ColumnType::integer, true},
    {"enabled", ColumnType::integer, false},
    {"api_enabled", ColumnType::integer, false},
    {"settings", ColumnType::text, false},
}};
inline constexpr Table kTable{"process", kColumns, 1};
}  // namespace process

// One immutable version of a process.
namespace process_definition {
enum : std::uint16_t {
  id,
  process_id,
  version,
  form_version_id,
  document,
  created_at,
};
inline constexpr std::array<Column, 6> kColumns{{
    {"id", ColumnType::integer, false},
    {"process_id", ColumnType::integer, false},
    {"version", ColumnType::integer, false},
    {"form_version_id", ColumnType::integer, false},
    {"document", ColumnType::text, false},
    {"created_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"process_definition", kColumns, 1};
}  // namespace process_definition

// Names that clients or administrators chose, per door and kind.
namespace external_ref {
enum : std::uint16_t {
  door,
  kind,
  external,
  internal,
};
inline constexpr std::array<Column, 4> kColumns{{
    {"door", ColumnType::text, false},
    {"kind", ColumnType::text, false},
    {"external", ColumnType::text, false},
    {"internal", ColumnType::integer, false},
}};
inline constexpr Table kTable{"external_ref", kColumns, 3};
}  // namespace external_ref

// People and technical users.
namespace user_account {
enum : std::uint16_t {
  id,
  name,
  display_name,
  email,
  password_hash,
  enabled,
  administrator,
  created_at,
  updated_at,
  external,
  manager_id,
  substitute_id,
  absent_from,
  absent_until,
  left_at,
};
inline constexpr std::array<Column, 15> kColumns{{
    {"id", ColumnType::integer, false},
    {"name", ColumnType::text, false},
    {"display_name", ColumnType::text, false},
    {"email", ColumnType::text, true},
    {"password_hash", ColumnType::text, true},
    {"enabled", ColumnType::integer, false},
    {"administrator", ColumnType::integer, false},
    {"created_at", ColumnType::integer, false},
    {"updated_at", ColumnType::integer, false},
    {"external", ColumnType::text, true},
    {"manager_id", ColumnType::integer, true},
    {"substitute_id", ColumnType::integer, true},
    {"absent_from", ColumnType::integer, true},
    {"absent_until", ColumnType::integer, true},
    {"left_at", ColumnType::integer, true},
}};
inline constexpr Table kTable{"user_account", kColumns, 1};
}  // namespace user_account

// Groups, departments, roles, positions and groups of roles. `sequence` orders those below one
// parent.
namespace user_group {
enum : std::uint16_t {
  id,
  kind,
  key,
  display_name,
  parent_id,
  description,
  created_at,
  sequence,
};
inline constexpr std::array<Column, 8> kColumns{{
    {"id", ColumnType::integer, false},
    {"kind", ColumnType::integer, false},
    {"key", ColumnType::text, false},
    {"display_name", ColumnType::text, false},
    {"parent_id", ColumnType::integer, true},
    {"description", ColumnType::text, false},
    {"created_at", ColumnType::integer, false},
    {"sequence", ColumnType::integer, false},
}};
inline constexpr Table kTable{"user_group", kColumns, 1};
}  // namespace user_group

// Who leads a group or department, member of it or not; the lowest `sequence` is asked first.
namespace group_head {
enum : std::uint16_t {
  group_id,
  user_id,
  sequence,
};
inline constexpr std::array<Column, 3> kColumns{{
    {"group_id", ColumnType::integer, false},
    {"user_id", ColumnType::integer, false},
    {"sequence", ColumnType::integer, false},
}};
inline constexpr Table kTable{"group_head", kColumns, 2};
}  // namespace group_head

// Who belongs to which group. `sequence` orders the groups of one person: the first department is
// the main one.
namespace membership {
enum : std::uint16_t {
  group_id,
  user_id,
  created_at,
  sequence,
};
inline constexpr std::array<Column, 4> kColumns{{
    {"group_id", ColumnType::integer, false},
    {"user_id", ColumnType::integer, false},
    {"created_at", ColumnType::integer, false},
    {"sequence", ColumnType::integer, false},
}};
inline constexpr Table kTable{"membership", kColumns, 2};
}  // namespace membership

// What a group may do with a process and its instances.
namespace permission {
enum : std::uint16_t {
  group_id,
  process_id,
  action,
  created_at,
};
inline constexpr std::array<Column, 4> kColumns{{
    {"group_id", ColumnType::integer, false},
    {"process_id", ColumnType::integer, false},
    {"action", ColumnType::integer, false},
    {"created_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"permission", kColumns, 3};
}  // namespace permission

// Live credentials that a door issued; only the hash of the secret is kept. idle_limit is in
// microseconds.
namespace access_session {
enum : std::uint16_t {
  id,
  user_id,
  kind,
  token_hash,
  created_at,
  last_used_at,
  idle_limit,
};
inline constexpr std::array<Column, 7> kColumns{{
    {"id", ColumnType::integer, false},
    {"user_id", ColumnType::integer, false},
    {"kind", ColumnType::text, false},
    {"token_hash", ColumnType::text, false},
    {"created_at", ColumnType::integer, false},
    {"last_used_at", ColumnType::integer, false},
    {"idle_limit", ColumnType::integer, false},
}};
inline constexpr Table kTable{"access_session", kColumns, 1};
}  // namespace access_session

// Personal access tokens: credentials that a user made for a program; only the hash is kept.
namespace access_token {
enum : std::uint16_t {
  id,
  user_id,
  name,
  token_hash,
  created_at,
  expires_at,
  last_used_at,
};
inline constexpr std::array<Column, 7> kColumns{{
    {"id", ColumnType::integer, false},
    {"user_id", ColumnType::integer, false},
    {"name", ColumnType::text, false},
    {"token_hash", ColumnType::text, false},
    {"created_at", ColumnType::integer, false},
    {"expires_at", ColumnType::integer, true},
    {"last_used_at", ColumnType::integer, true},
}};
inline constexpr Table kTable{"access_token", kColumns, 1};
}  // namespace access_token

// One run of a process; `state` is encoded by services/codec. `caller_id` is the instance that
// called it, with its wait. What lists show and search of where it stands is kept as it was at the
// last command: `current_node_id` where it has stood longest, the names of all such nodes, and who
// has the work there; null when it has ended. `initiator_name` and `initiator_position_id` are
// those of the start.
namespace process_instance {
enum : std::uint16_t {
  id,
  process_id,
  definition_id,
  number,
  record_id,
  initiator_id,
  updated_by,
  status,
  title,
  status_text,
  level,
  version,
  state,
  created_at,
  updated_at,
  ended_at,
  caller_id,
  caller_wait_id,
  important,
  urgent,
  rejected,
  current_node_id,
  current_node_name,
  current_assignees,
  initiator_name,
  initiator_position_id,
};
inline constexpr std::array<Column, 26> kColumns{{
    {"id", ColumnType::integer, false},
    {"process_id", ColumnType::integer, false},
    {"definition_id", ColumnType::integer, false},
    {"number", ColumnType::integer, false},
    {"record_id", ColumnType::integer, false},
    {"initiator_id", ColumnType::integer, false},
    {"updated_by", ColumnType::integer, true},
    {"status", ColumnType::integer, false},
    {"title", ColumnType::text, false},
    {"status_text", ColumnType::text, true},
    {"level", ColumnType::text, true},
    {"version", ColumnType::integer, false},
    {"state", ColumnType::blob, false},
    {"created_at", ColumnType::integer, false},
    {"updated_at", ColumnType::integer, false},
    {"ended_at", ColumnType::integer, true},
    {"caller_id", ColumnType::integer, true},
    {"caller_wait_id", ColumnType::integer, true},
    {"important", ColumnType::integer, false},
    {"urgent", ColumnType::integer, false},
    {"rejected", ColumnType::integer, false},
    {"current_node_id", ColumnType::text, true},
    {"current_node_name", ColumnType::text, true},
    {"current_assignees", ColumnType::text, true},
    {"initiator_name", ColumnType::text, false},
    {"initiator_position_id", ColumnType::integer, true},
}};
inline constexpr Table kTable{"process_instance", kColumns, 1};
}  // namespace process_instance

// One activation of a node: user tasks, and whatever outlived the command that began it.
// `parent_id` is the activity inside of which it runs, `iteration` its turn in a loop.
namespace activity_instance {
enum : std::uint16_t {
  id,
  instance_id,
  node_id,
  node_name,
  state,
  created_at,
  ended_at,
  parent_id,
  iteration,
};
inline constexpr std::array<Column, 9> kColumns{{
    {"id", ColumnType::integer, false},
    {"instance_id", ColumnType::integer, false},
    {"node_id", ColumnType::text, false},
    {"node_name", ColumnType::text, false},
    {"state", ColumnType::integer, false},
    {"created_at", ColumnType::integer, false},
    {"ended_at", ColumnType::integer, true},
    {"parent_id", ColumnType::integer, true},
    {"iteration", ColumnType::integer, false},
}};
inline constexpr Table kTable{"activity_instance", kColumns, 1};
}  // namespace activity_instance

// Work offered to a person or a group, with what an inbox shows.
namespace work_item {
enum : std::uint16_t {
  id,
  instance_id,
  activity_id,
  process_id,
  number,
  node_id,
  node_name,
  assignee_id,
  group_id,
  state,
  outcome,
  title,
  status_text,
  level,
  actions,
  has_attachments,
  initiator_id,
  instance_created_at,
  created_at,
  updated_at,
  updated_by,
  closed_at,
  owner_id,
  due_at,
  priority,
};
inline constexpr std::array<Column, 25> kColumns{{
    {"id", ColumnType::integer, false},
    {"instance_id", ColumnType::integer, false},
    {"activity_id", ColumnType::integer, false},
    {"process_id", ColumnType::integer, false},
    {"number", ColumnType::integer, false},
    {"node_id", ColumnType::text, false},
    {"node_name", ColumnType::text, false},
    {"assignee_id", ColumnType::integer, true},
    {"group_id", ColumnType::integer, true},
    {"state", ColumnType::integer, false},
    {"outcome", ColumnType::integer, false},
    {"title", ColumnType::text, false},
    {"status_text", ColumnType::text, true},
    {"level", ColumnType::text, true},
    {"actions", ColumnType::text, false},
    {"has_attachments", ColumnType::integer, false},
    {"initiator_id", ColumnType::integer, false},
    {"instance_created_at", ColumnType::integer, false},
    {"created_at", ColumnType::integer, false},
    {"updated_at", ColumnType::integer, false},
    {"updated_by", ColumnType::integer, true},
    {"closed_at", ColumnType::integer, true},
    {"owner_id", ColumnType::integer, true},
    {"due_at", ColumnType::integer, true},
    {"priority", ColumnType::integer, true},
}};
inline constexpr Table kTable{"work_item", kColumns, 1};
}  // namespace work_item

// One submitted data set; `data` is encoded by services/codec.
namespace record {
enum : std::uint16_t {
  id,
  form_id,
  form_version_id,
  instance_id,
  data,
  version,
  created_by,
  updated_by,
  created_at,
  updated_at,
  deleted_at,
  deleted_by,
};
inline constexpr std::array<Column, 12> kColumns{{
    {"id", ColumnType::integer, false},
    {"form_id", ColumnType::integer, false},
    {"form_version_id", ColumnType::integer, false},
    {"instance_id", ColumnType::integer, true},
    {"data", ColumnType::text, false},
    {"version", ColumnType::integer, false},
    {"created_by", ColumnType::integer, false},
    {"updated_by", ColumnType::integer, true},
    {"created_at", ColumnType::integer, false},
    {"updated_at", ColumnType::integer, false},
    {"deleted_at", ColumnType::integer, true},
    {"deleted_by", ColumnType::integer, true},
}};
inline constexpr Table kTable{"record", kColumns, 1};
}  // namespace record

// The facts of the engine, one row per command, append only; `events` is encoded by services/codec.
namespace history {
enum : std::uint16_t {
  instance_id,
  sequence,
  at,
  actor_id,
  events,
};
inline constexpr std::array<Column, 5> kColumns{{
    {"instance_id", ColumnType::integer, false},
    {"sequence", ColumnType::integer, false},
    {"at", ColumnType::integer, false},
    {"actor_id", ColumnType::integer, false},
    {"events", ColumnType::blob, false},
}};
inline constexpr Table kTable{"history", kColumns, 2};
}  // namespace history

// Who did what through which door.
namespace audit {
enum : std::uint16_t {
  id,
  at,
  actor_id,
  door,
  request_id,
  remote,
  action,
  subject_kind,
  subject_id,
  detail,
};
inline constexpr std::array<Column, 10> kColumns{{
    {"id", ColumnType::integer, false},
    {"at", ColumnType::integer, false},
    {"actor_id", ColumnType::integer, false},
    {"door", ColumnType::text, false},
    {"request_id", ColumnType::text, false},
    {"remote", ColumnType::text, false},
    {"action", ColumnType::text, false},
    {"subject_kind", ColumnType::text, false},
    {"subject_id", ColumnType::integer, false},
    {"detail", ColumnType::text, false},
}};
inline constexpr Table kTable{"audit", kColumns, 1};
}  // namespace audit

// Replies of commands that carried a key.
namespace idempotency {
enum : std::uint16_t {
  scope,
  key,
  request_hash,
  reply,
  created_at,
};
inline constexpr std::array<Column, 5> kColumns{{
    {"scope", ColumnType::text, false},
    {"key", ColumnType::text, false},
    {"request_hash", ColumnType::text, false},
    {"reply", ColumnType::blob, false},
    {"created_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"idempotency", kColumns, 2};
}  // namespace idempotency

// A file of an instance, of a record, or of one of their fields. `instance_id` is null for a record
// without a process, `record_id` for what is attached to the instance alone; `activity_id` is 0
// where there is no instance.
namespace attachment {
enum : std::uint16_t {
  id,
  instance_id,
  record_id,
  activity_id,
  field,
  file_name,
  media_type,
  size,
  sha256,
  uploaded_by,
  created_at,
};
inline constexpr std::array<Column, 11> kColumns{{
    {"id", ColumnType::integer, false},
    {"instance_id", ColumnType::integer, true},
    {"record_id", ColumnType::integer, true},
    {"activity_id", ColumnType::integer, false},
    {"field", ColumnType::text, true},
    {"file_name", ColumnType::text, false},
    {"media_type", ColumnType::text, false},
    {"size", ColumnType::integer, false},
    {"sha256", ColumnType::text, false},
    {"uploaded_by", ColumnType::integer, false},
    {"created_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"attachment", kColumns, 1};
}  // namespace attachment

// A file that was sent ahead of the record it is for: whoever writes that record with the same
// `batch` may name it by its `key` until it expires. Each key is one upload that was allowed.
namespace upload {
enum : std::uint16_t {
  key,
  form_id,
  batch,
  file_name,
  media_type,
  size,
  sha256,
  created_at,
  expires_at,
};
inline constexpr std::array<Column, 9> kColumns{{
    {"key", ColumnType::text, false},
    {"form_id", ColumnType::integer, false},
    {"batch", ColumnType::text, false},
    {"file_name", ColumnType::text, false},
    {"media_type", ColumnType::text, false},
    {"size", ColumnType::integer, false},
    {"sha256", ColumnType::text, false},
    {"created_at", ColumnType::integer, false},
    {"expires_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"upload", kColumns, 1};
}  // namespace upload

// A note of a person on an instance.
namespace comment {
enum : std::uint16_t {
  id,
  instance_id,
  activity_id,
  author_id,
  content,
  created_at,
};
inline constexpr std::array<Column, 6> kColumns{{
    {"id", ColumnType::integer, false},
    {"instance_id", ColumnType::integer, false},
    {"activity_id", ColumnType::integer, false},
    {"author_id", ColumnType::integer, false},
    {"content", ColumnType::text, false},
    {"created_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"comment", kColumns, 1};
}  // namespace comment

// A link between two instances.
namespace relation {
enum : std::uint16_t {
  id,
  from_instance,
  to_instance,
  kind,
  percentage,
  created_by,
  created_at,
};
inline constexpr std::array<Column, 7> kColumns{{
    {"id", ColumnType::integer, false},
    {"from_instance", ColumnType::integer, false},
    {"to_instance", ColumnType::integer, false},
    {"kind", ColumnType::integer, false},
    {"percentage", ColumnType::integer, true},
    {"created_by", ColumnType::integer, false},
    {"created_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"relation", kColumns, 1};
}  // namespace relation

// Values of unique fields, so that no two records of a form share one.
namespace unique_value {
enum : std::uint16_t {
  form_id,
  field,
  value,
  record_id,
};
inline constexpr std::array<Column, 4> kColumns{{
    {"form_id", ColumnType::integer, false},
    {"field", ColumnType::text, false},
    {"value", ColumnType::text, false},
    {"record_id", ColumnType::integer, false},
}};
inline constexpr Table kTable{"unique_value", kColumns, 3};
}  // namespace unique_value

// What instances wait for besides people: WaitKind and the state of process::Wait, by which it is
// found. Only `active` ones may fire: those of a suspended or ended instance may not. `due_at` is
// when a timer fires; a job is free to be taken from then on, which is also when the lock of
// whoever took it ends; null: never. `lock_owner` is the worker that has a job.
namespace wait {
enum : std::uint16_t {
  id,
  instance_id,
  activity_id,
  process_id,
  definition_id,
  node_id,
  kind,
  name,
  correlation_key,
  due_at,
  retries,
  active,
  lock_owner,
  created_at,
};
inline constexpr std::array<Column, 14> kColumns{{
    {"id", ColumnType::integer, false},
    {"instance_id", ColumnType::integer, false},
    {"activity_id", ColumnType::integer, true},
    {"process_id", ColumnType::integer, false},
    {"definition_id", ColumnType::integer, false},
    {"node_id", ColumnType::text, false},
    {"kind", ColumnType::integer, false},
    {"name", ColumnType::text, false},
    {"correlation_key", ColumnType::text, false},
    {"due_at", ColumnType::integer, true},
    {"retries", ColumnType::integer, false},
    {"active", ColumnType::integer, false},
    {"lock_owner", ColumnType::text, true},
    {"created_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"wait", kColumns, 1};
}  // namespace wait

// What starts a process besides people: message, signal and timer start events of its current
// definition. `rule` is the timer as it was written, by which a new definition keeps a running
// timer; `repeats` are the starts after the next one, -1: for ever; `interval` is in microseconds.
namespace start_trigger {
enum : std::uint16_t {
  id,
  process_id,
  definition_id,
  node_id,
  kind,
  name,
  rule,
  due_at,
  interval,
  repeats,
};
inline constexpr std::array<Column, 10> kColumns{{
    {"id", ColumnType::integer, false},
    {"process_id", ColumnType::integer, false},
    {"definition_id", ColumnType::integer, false},
    {"node_id", ColumnType::text, false},
    {"kind", ColumnType::integer, false},
    {"name", ColumnType::text, false},
    {"rule", ColumnType::text, false},
    {"due_at", ColumnType::integer, true},
    {"interval", ColumnType::integer, false},
    {"repeats", ColumnType::integer, false},
}};
inline constexpr Table kTable{"start_trigger", kColumns, 1};
}  // namespace start_trigger

// An instance that is stuck and a person must act; kept after it was resolved.
namespace incident {
enum : std::uint16_t {
  id,
  instance_id,
  process_id,
  definition_id,
  number,
  activity_id,
  node_id,
  kind,
  detail,
  created_at,
  resolved_at,
  resolved_by,
  comment,
};
inline constexpr std::array<Column, 13> kColumns{{
    {"id", ColumnType::integer, false},
    {"instance_id", ColumnType::integer, false},
    {"process_id", ColumnType::integer, false},
    {"definition_id", ColumnType::integer, false},
    {"number", ColumnType::integer, false},
    {"activity_id", ColumnType::integer, true},
    {"node_id", ColumnType::text, false},
    {"kind", ColumnType::integer, false},
    {"detail", ColumnType::text, false},
    {"created_at", ColumnType::integer, false},
    {"resolved_at", ColumnType::integer, true},
    {"resolved_by", ColumnType::integer, true},
    {"comment", ColumnType::text, true},
}};
inline constexpr Table kTable{"incident", kColumns, 1};
}  // namespace incident

// What a reader is told of and need not decide: services::NoticeKind. A copy has an instance; the
// end of a batch has its id as the subject, and how many items are done and failed.
namespace notice {
enum : std::uint16_t {
  id,
  kind,
  instance_id,
  process_id,
  number,
  reader_id,
  node_id,
  sent_by,
  comment,
  subject_id,
  form_id,
  done,
  failed,
  created_at,
  read_at,
};
inline constexpr std::array<Column, 15> kColumns{{
    {"id", ColumnType::integer, false},
    {"kind", ColumnType::integer, false},
    {"instance_id", ColumnType::integer, true},
    {"process_id", ColumnType::integer, true},
    {"number", ColumnType::integer, true},
    {"reader_id", ColumnType::integer, false},
    {"node_id", ColumnType::text, true},
    {"sent_by", ColumnType::integer, true},
    {"comment", ColumnType::text, true},
    {"subject_id", ColumnType::integer, true},
    {"form_id", ColumnType::integer, true},
    {"done", ColumnType::integer, true},
    {"failed", ColumnType::integer, true},
    {"created_at", ColumnType::integer, false},
    {"read_at", ColumnType::integer, true},
}};
inline constexpr Table kTable{"notice", kColumns, 1};
}  // namespace notice

// What a command could not finish in its own transaction, to be gone on with from the row alone.
// `payload` is encoded by services/codec.
namespace outbox {
enum : std::uint16_t {
  id,
  kind,
  source_id,
  payload,
  attempts,
  due_at,
  created_at,
};
inline constexpr std::array<Column, 7> kColumns{{
    {"id", ColumnType::integer, false},
    {"kind", ColumnType::integer, false},
    {"source_id", ColumnType::integer, true},
    {"payload", ColumnType::blob, false},
    {"attempts", ColumnType::integer, false},
    {"due_at", ColumnType::integer, false},
    {"created_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"outbox", kColumns, 1};
}  // namespace outbox

// What records are found by: one row per value of a field, so several for a list. `text_key` is
// the text as compared, `num_key` a number, time or id.
namespace record_index {
enum : std::uint16_t {
  record_id,
  field,
  position,
  form_id,
  text_key,
  num_key,
};
inline constexpr std::array<Column, 6> kColumns{{
    {"record_id", ColumnType::integer, false},
    {"field", ColumnType::text, false},
    {"position", ColumnType::integer, false},
    {"form_id", ColumnType::integer, false},
    {"text_key", ColumnType::text, true},
    {"num_key", ColumnType::integer, true},
}};
inline constexpr Table kTable{"record_index", kColumns, 3};
}  // namespace record_index

// What somebody began to fill in and nobody else sees: it becomes a record, with the same id, when
// it is submitted.
namespace record_draft {
enum : std::uint16_t {
  id,
  form_id,
  form_version_id,
  data,
  created_by,
  created_at,
  updated_at,
};
inline constexpr std::array<Column, 7> kColumns{{
    {"id", ColumnType::integer, false},
    {"form_id", ColumnType::integer, false},
    {"form_version_id", ColumnType::integer, false},
    {"data", ColumnType::text, false},
    {"created_by", ColumnType::integer, false},
    {"created_at", ColumnType::integer, false},
    {"updated_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"record_draft", kColumns, 1};
}  // namespace record_draft

// Running totals over the records of forms: services/aggregate.h. `document` is encoded by
// services/codec; totals that were not counted since it changed are not right yet.
namespace aggregate {
enum : std::uint16_t {
  id,
  application_id,
  key,
  document,
  is_counted,
};
inline constexpr std::array<Column, 5> kColumns{{
    {"id", ColumnType::integer, false},
    {"application_id", ColumnType::integer, false},
    {"key", ColumnType::text, false},
    {"document", ColumnType::text, false},
    {"is_counted", ColumnType::integer, false},
}};
inline constexpr Table kTable{"aggregate", kColumns, 1};
}  // namespace aggregate

// What the server does by itself when something happens to a record: services/automation.h.
// `document` is encoded by services/codec.
namespace automation {
enum : std::uint16_t {
  id,
  application_id,
  key,
  document,
};
inline constexpr std::array<Column, 4> kColumns{{
    {"id", ColumnType::integer, false},
    {"application_id", ColumnType::integer, false},
    {"key", ColumnType::text, false},
    {"document", ColumnType::text, false},
}};
inline constexpr Table kTable{"automation", kColumns, 1};
}  // namespace automation

// One event that an automation follows, with how far its actions are. `data` and `former` are the
// record's fields after and before; `due_at` is null when it is over.
namespace automation_run {
enum : std::uint16_t {
  id,
  automation_id,
  form_id,
  record_id,
  kind,
  executor_id,
  depth,
  data,
  former,
  step,
  state,
  queued_at,
  due_at,
  finished_at,
  message,
};
inline constexpr std::array<Column, 15> kColumns{{
    {"id", ColumnType::integer, false},
    {"automation_id", ColumnType::integer, false},
    {"form_id", ColumnType::integer, false},
    {"record_id", ColumnType::integer, false},
    {"kind", ColumnType::integer, false},
    {"executor_id", ColumnType::integer, true},
    {"depth", ColumnType::integer, false},
    {"data", ColumnType::text, false},
    {"former", ColumnType::text, true},
    {"step", ColumnType::integer, false},
    {"state", ColumnType::integer, false},
    {"queued_at", ColumnType::integer, false},
    {"due_at", ColumnType::integer, true},
    {"finished_at", ColumnType::integer, true},
    {"message", ColumnType::text, true},
}};
inline constexpr Table kTable{"automation_run", kColumns, 1};
}  // namespace automation_run

// The working calendar of the tenant: one row with the id 1, or none. `document` is encoded by
// services/codec.
namespace work_calendar {
enum : std::uint16_t {
  id,
  document,
  updated_at,
};
inline constexpr std::array<Column, 3> kColumns{{
    {"id", ColumnType::integer, false},
    {"document", ColumnType::text, false},
    {"updated_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"work_calendar", kColumns, 1};
}  // namespace work_calendar

// The totals that are not zero; the values of a group are divided by the byte 1F.
namespace aggregate_value {
enum : std::uint16_t {
  aggregate_id,
  group_key,
  total,
};
inline constexpr std::array<Column, 3> kColumns{{
    {"aggregate_id", ColumnType::integer, false},
    {"group_key", ColumnType::text, false},
    {"total", ColumnType::text, false},
}};
inline constexpr Table kTable{"aggregate_value", kColumns, 2};
}  // namespace aggregate_value

// Keys under which clients send several records at once, so that sending them again makes none
// twice.
namespace record_batch {
enum : std::uint16_t {
  form_id,
  key,
  created_at,
};
inline constexpr std::array<Column, 3> kColumns{{
    {"form_id", ColumnType::integer, false},
    {"key", ColumnType::text, false},
    {"created_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"record_batch", kColumns, 2};
}  // namespace record_batch

// Which record the row at `position` of such a batch became.
namespace record_slot {
enum : std::uint16_t {
  form_id,
  key,
  position,
  record_id,
  created_at,
};
inline constexpr std::array<Column, 5> kColumns{{
    {"form_id", ColumnType::integer, false},
    {"key", ColumnType::text, false},
    {"position", ColumnType::integer, false},
    {"record_id", ColumnType::integer, false},
    {"created_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"record_slot", kColumns, 3};
}  // namespace record_slot

// Who changed a record and how; append only. `changes` is encoded by services/codec.
namespace record_change {
enum : std::uint16_t {
  id,
  record_id,
  form_id,
  at,
  actor_id,
  door,
  action,
  changes,
};
inline constexpr std::array<Column, 8> kColumns{{
    {"id", ColumnType::integer, false},
    {"record_id", ColumnType::integer, false},
    {"form_id", ColumnType::integer, false},
    {"at", ColumnType::integer, false},
    {"actor_id", ColumnType::integer, false},
    {"door", ColumnType::text, false},
    {"action", ColumnType::integer, false},
    {"changes", ColumnType::text, false},
}};
inline constexpr Table kTable{"record_change", kColumns, 1};
}  // namespace record_change

// Programs that call a door with a credential of their own: ClientKind. `key` names the credential:
// an id, or the digest of a secret that is its own name. `secret` is sealed with the key of the
// server.
namespace client {
enum : std::uint16_t {
  id,
  door,
  kind,
  key,
  secret_hash,
  secret,
  user_id,
  name,
  settings,
  enabled,
  created_at,
  updated_at,
};
inline constexpr std::array<Column, 12> kColumns{{
    {"id", ColumnType::integer, false},
    {"door", ColumnType::text, false},
    {"kind", ColumnType::integer, false},
    {"key", ColumnType::text, false},
    {"secret_hash", ColumnType::text, true},
    {"secret", ColumnType::blob, true},
    {"user_id", ColumnType::integer, false},
    {"name", ColumnType::text, false},
    {"settings", ColumnType::text, false},
    {"enabled", ColumnType::integer, false},
    {"created_at", ColumnType::integer, false},
    {"updated_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"client", kColumns, 1};
}  // namespace client

// What clients were given to act for people: ClientTokenKind, found by the digest of the secret.
// `family_id` is the first token of the grant that it came from, with which it is revoked;
// `used_at` when it was changed for others. `detail` says, of a code, what its use must show.
namespace client_token {
enum : std::uint16_t {
  id,
  family_id,
  client_id,
  user_id,
  kind,
  token_hash,
  scopes,
  detail,
  created_at,
  expires_at,
  used_at,
};
inline constexpr std::array<Column, 11> kColumns{{
    {"id", ColumnType::integer, false},
    {"family_id", ColumnType::integer, false},
    {"client_id", ColumnType::integer, false},
    {"user_id", ColumnType::integer, false},
    {"kind", ColumnType::integer, false},
    {"token_hash", ColumnType::text, false},
    {"scopes", ColumnType::text, false},
    {"detail", ColumnType::text, false},
    {"created_at", ColumnType::integer, false},
    {"expires_at", ColumnType::integer, false},
    {"used_at", ColumnType::integer, true},
}};
inline constexpr Table kTable{"client_token", kColumns, 1};
}  // namespace client_token

// Decisions on many work items that one person asked for at once. `action` is the outcome, `origin`
// the kind of caller (services::Origin).
namespace batch {
enum : std::uint16_t {
  id,
  user_id,
  door,
  action,
  idempotency_key,
  total,
  created_at,
  finished_at,
  comment,
  origin,
};
inline constexpr std::array<Column, 10> kColumns{{
    {"id", ColumnType::integer, false},
    {"user_id", ColumnType::integer, false},
    {"door", ColumnType::text, false},
    {"action", ColumnType::integer, false},
    {"idempotency_key", ColumnType::text, true},
    {"total", ColumnType::integer, false},
    {"created_at", ColumnType::integer, false},
    {"finished_at", ColumnType::integer, true},
    {"comment", ColumnType::text, true},
    {"origin", ColumnType::integer, false},
}};
inline constexpr Table kTable{"batch", kColumns, 1};
}  // namespace batch

// One of them: `item` as it was asked for, `work_item_id` null when that names none.
namespace batch_item {
enum : std::uint16_t {
  batch_id,
  position,
  item,
  work_item_id,
  state,
  reason,
  done_at,
};
inline constexpr std::array<Column, 7> kColumns{{
    {"batch_id", ColumnType::integer, false},
    {"position", ColumnType::integer, false},
    {"item", ColumnType::text, false},
    {"work_item_id", ColumnType::integer, true},
    {"state", ColumnType::integer, false},
    {"reason", ColumnType::integer, true},
    {"done_at", ColumnType::integer, true},
}};
inline constexpr Table kTable{"batch_item", kColumns, 2};
}  // namespace batch_item

// An address that is told of what happens to records of a form (null: of every form of the
// application). `format` is the door that words it; `events` are bits of services::WebhookKind;
// `secret` is sealed with the key of the server; `failures` counts attempts since one succeeded.
namespace webhook {
enum : std::uint16_t {
  id,
  application_id,
  form_id,
  name,
  url,
  format,
  events,
  include_api_writes,
  enabled,
  secret,
  failures,
  switched_off_at,
  created_at,
  updated_at,
};
inline constexpr std::array<Column, 14> kColumns{{
    {"id", ColumnType::integer, false},
    {"application_id", ColumnType::integer, false},
    {"form_id", ColumnType::integer, true},
    {"name", ColumnType::text, false},
    {"url", ColumnType::text, false},
    {"format", ColumnType::text, false},
    {"events", ColumnType::integer, false},
    {"include_api_writes", ColumnType::integer, false},
    {"enabled", ColumnType::integer, false},
    {"secret", ColumnType::blob, false},
    {"failures", ColumnType::integer, false},
    {"switched_off_at", ColumnType::integer, true},
    {"created_at", ColumnType::integer, false},
    {"updated_at", ColumnType::integer, false},
}};
inline constexpr Table kTable{"webhook", kColumns, 1};
}  // namespace webhook

// What a webhook is to be told, written with what happened: the record as it was then, in the
// columns of record, until `body` has been made of it. `due_at` is null when it is over.
namespace webhook_delivery {
enum : std::uint16_t {
  id,
  webhook_id,
  kind,
  application_id,
  form_id,
  form_version_id,
  record_id,
  data,
  instance_id,
  instance_state,
  rejected,
  created_by,
  created_at,
  updated_by,
  updated_at,
  actor_id,
  queued_at,
  state,
  attempts,
  due_at,
  finished_at,
  answer,
  message,
  body,
};
inline constexpr std::array<Column, 24> kColumns{{
    {"id", ColumnType::integer, false},         {"webhook_id", ColumnType::integer, false},
    {"kind", ColumnType::integer, false},       {"application_id", ColumnType::integer, false},
    {"form_id", ColumnType::integer, false},    {"form_version_id", ColumnType::integer, true},
    {"record_id", ColumnType::integer, true},   {"data", ColumnType::text, true},
    {"instance_id", ColumnType::integer, true}, {"instance_state", ColumnType::integer, true},
    {"rejected", ColumnType::integer, false},   {"created_by", ColumnType::integer, true},
    {"created_at", ColumnType::integer, true},  {"updated_by", ColumnType::integer, true},
    {"updated_at", ColumnType::integer, true},  {"actor_id", ColumnType::integer, true},
    {"queued_at", ColumnType::integer, false},  {"state", ColumnType::integer, false},
    {"attempts", ColumnType::integer, false},   {"due_at", ColumnType::integer, true},
    {"finished_at", ColumnType::integer, true}, {"answer", ColumnType::integer, true},
    {"message", ColumnType::text, true},        {"body", ColumnType::text, true},
}};
inline constexpr Table kTable{"webhook_delivery", kColumns, 1};
}  // namespace webhook_delivery

inline constexpr std::array<const Table*, 47> kAll{
    &meta::kTable,
    &application::kTable,
    &form::kTable,
    &form_version::kTable,
    &process::kTable,
    &process_definition::kTable,
    &external_ref::kTable,
    &user_account::kTable,
    &user_group::kTable,
    &group_head::kTable,
    &membership::kTable,
    &permission::kTable,
    &access_session::kTable,
    &access_token::kTable,
    &process_instance::kTable,
    &activity_instance::kTable,
    &work_item::kTable,
    &record::kTable,
    &history::kTable,
    &audit::kTable,
    &idempotency::kTable,
    &attachment::kTable,
    &comment::kTable,
    &relation::kTable,
    &unique_value::kTable,
    &wait::kTable,
    &start_trigger::kTable,
    &incident::kTable,
    &notice::kTable,
    &outbox::kTable,
    &record_index::kTable,
    &record_draft::kTable,
    &aggregate::kTable,
    &automation::kTable,
    &automation_run::kTable,
    &aggregate_value::kTable,
    &work_calendar::kTable,
    &record_batch::kTable,
    &record_slot::kTable,
    &record_change::kTable,
    &client::kTable,
    &client_token::kTable,
    &batch::kTable,
    &batch_item::kTable,
    &webhook::kTable,
    &webhook_delivery::kTable,
    &upload::kTable,
};

}  // namespace cinnabar::ports::schema
