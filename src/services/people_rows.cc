#include "services/people_rows.h"

#include "ports/schema.h"
#include "services/rows.h"

namespace cinnabar::services {
namespace {

namespace schema = ports::schema;

template <typename T>
CellValue optional_cell(const std::optional<T>& value) {
  return value ? cell(*value) : CellValue{};
}

}  // namespace

User read_user(const ports::Row& row) {
  namespace columns = schema::user_account;
  User user;
  user.id = id_of<UserId>(row, columns::id);
  user.name = text_of(row, columns::name);
  user.display_name = text_of(row, columns::display_name);
  user.email = optional_text_of(row, columns::email).value_or("");
  user.password_hash = optional_text_of(row, columns::password_hash).value_or("");
  user.enabled = bool_of(row, columns::enabled);
  user.administrator = bool_of(row, columns::administrator);
  user.created_at = instant_of(row, columns::created_at);
  user.updated_at = instant_of(row, columns::updated_at);
  if (!is_null(row, columns::manager_id)) user.manager = id_of<UserId>(row, columns::manager_id);
  if (!is_null(row, columns::substitute_id)) {
    user.substitute = id_of<UserId>(row, columns::substitute_id);
  }
  user.absent_from = optional_instant_of(row, columns::absent_from);
  user.absent_until = optional_instant_of(row, columns::absent_until);
  user.left_at = optional_instant_of(row, columns::left_at);
  return user;
}

Group read_group(const ports::Row& row) {
  namespace columns = schema::user_group;
  Group group;
  group.id = id_of<GroupId>(row, columns::id);
  group.kind = enum_of<GroupKind>(row, columns::kind);
  group.key = text_of(row, columns::key);
  group.display_name = text_of(row, columns::display_name);
  if (!is_null(row, columns::parent_id)) group.parent = id_of<GroupId>(row, columns::parent_id);
  group.description = text_of(row, columns::description);
  group.sequence = int_of(row, columns::sequence);
  group.created_at = instant_of(row, columns::created_at);
  return group;
}

ports::Row user_row(const User& user) {
  return {cell(user.id),
          cell(user.name),
          cell(user.display_name),
          cell_or_null(user.email),
          cell_or_null(user.password_hash),
          cell(user.enabled),
          cell(user.administrator),
          cell(user.created_at),
          cell(user.updated_at),
          CellValue{},
          optional_cell(user.manager),
          optional_cell(user.substitute),
          optional_cell(user.absent_from),
          optional_cell(user.absent_until),
          optional_cell(user.left_at)};
}

ports::Row group_row(const Group& group) {
  return {cell(group.id),
          cell(group.kind),
          cell(group.key),
          cell(group.display_name),
          optional_cell(group.parent),
          cell(group.description),
          cell(group.created_at),
          cell(group.sequence)};
}

ports::Row calendar_row(std::string document, Instant now) {
  return {cell(kCalendarId), cell(std::move(document)), cell(now)};
}

}  // namespace cinnabar::services
