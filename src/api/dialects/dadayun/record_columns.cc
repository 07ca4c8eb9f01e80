#include "api/dialects/dadayun/record_columns.h"

#include "api/common/utc_text.h"
#include "api/dialects/dadayun/conditions.h"
#include "api/dialects/dadayun/field_conditions.h"
#include "base/text.h"
#include "services/current_position.h"

#include <algorithm>
#include <array>

namespace cinnabar::dadayun {
namespace {

namespace columns = services::record_columns;

// What a list shows when nothing else is asked for.
constexpr std::array<std::string_view, 10> kListed{
    "Id",      "IsValid",     "IsBlock",    "DataEnable",   "Title",
    "Creator", "CreatorName", "CreateTime", "ModifyByName", "ModifyTime"};
// What one record shows before its fields.
constexpr std::array<std::string_view, 8> kShown{
    "Id",          "IsValid",      "IsBlock",         "DataEnable",
    "CreatorName", "ModifyByName", "CreatorPosition", "Title"};

bool is_listed(std::string_view name) {
  return std::ranges::any_of(
      kListed, [name](std::string_view known) { return equals_ignore_ascii_case(known, name); });
}

// Records on which a process runs.
FilterNode is_blocked() {
  return services::where_instance_state({InstanceState::running, InstanceState::suspended});
}

bool is_running(const services::RecordView& record) {
  return record.state && !has_ended(*record.state);
}

GuidColumn id_column(std::uint16_t column, IdKind kind) {
  GuidColumn made;
  made.exact = [column, kind](std::string_view guid) {
    const auto id = from_guid(kind, guid);
    return id ? where_equal(column, CellValue{*id}) : nothing();
  };
  made.is_absent = nothing();
  return made;
}

std::string name_of(const services::People& people, UserId user) {
  const services::User* found = people.user(user);
  return found == nullptr ? std::string() : found->display_name;
}

// "department-position".
std::string place_of(const services::People& people, UserId user) {
  std::string place;
  for (const GroupKind kind : {GroupKind::department, GroupKind::position}) {
    for (const GroupId id : people.groups_of(user)) {
      const services::Group* group = people.group(id);
      if (group == nullptr || group->kind != kind) continue;
      place += (place.empty() ? "" : "-") + group->display_name;
      break;
    }
  }
  return place;
}

bool is_written(form::FieldType type) {
  return type != form::FieldType::serial && type != form::FieldType::label &&
         type != form::FieldType::file && type != form::FieldType::assignee;
}

}  // namespace

Result<RecordColumns::RecordFilter> RecordColumns::filter(std::string_view text) const {
  CINNABAR_TRY(const Filter filter, parse_filter(text));
  RecordFilter read;
  if (!filter.keyword.empty()) {
    CINNABAR_TRY(read.node, condition({"Title", Operator::like, filter.keyword, std::nullopt}));
    return read;
  }
  std::vector<FilterNode> parts;
  for (const FilterItem& item : filter.items) {
    CINNABAR_TRY(FilterNode part, condition(item));
    parts.push_back(std::move(part));
    if (!equals_ignore_ascii_case(item.column, "IsValid")) continue;
    CINNABAR_TRY(const auto wanted, wanted_flag(item));
    read.wants_drafts = read.wants_drafts || wanted == false;
  }
  if (read.wants_drafts && parts.size() > 1) {
    return invalid_filter("草稿列表只支持IsValid一个条件");
  }
  read.node = all_of(std::move(parts));
  return read;
}

Result<FilterNode> RecordColumns::condition(const FilterItem& item) const {
  const auto is = [&item](std::string_view name) {
    return equals_ignore_ascii_case(item.column, name);
  };
  const FieldScope scope{form_.id, columns::id, *entry_.people, entry_.call.time_zone};
  if (is("Id")) return guid_condition(item, id_column(columns::id, IdKind::record));
  if (is("Creator")) return guid_condition(item, id_column(columns::created_by, IdKind::user));
  if (is("IsValid")) return flag_condition(item, everything());
  if (is("IsBlock")) return flag_condition(item, is_blocked());
  if (is("DataEnable")) return flag_condition(item, none_of({is_blocked()}));
  if (is("CreateTime")) {
    return time_condition(item, stored_time(columns::created_at), entry_.call.time_zone);
  }
  if (is("ModifyTime")) {
    return time_condition(item, stored_time(columns::updated_at), entry_.call.time_zone);
  }
  if (is("CreatorName")) {
    return text_condition(item, {[](FilterOp op, const std::string& value) {
                                   return services::where_user_name(columns::created_by, op, value);
                                 },
                                 nothing(), false});
  }
  if (is("ModifyByName")) {
    // Who made it, as long as nobody changed it.
    return text_condition(
        item,
        {[](FilterOp op, const std::string& value) {
           return any_of({services::where_user_name(columns::updated_by, op, value),
                          all_of({where_equal(columns::updated_by, CellValue{}),
                                  services::where_user_name(columns::created_by, op, value)})});
         },
         nothing(), false});
  }
  const form::FormDefinition& form = *form_.definition;
  const form::Field* field = is("Title") ? form.find_role(form::FieldRole::title)
                                         : find_field(form.fields, item.column, keys_);
  if (field == nullptr && is("Title")) {
    // None has one.
    return text_condition(
        item, {[](FilterOp, const std::string&) { return nothing(); }, everything(), true});
  }
  if (field == nullptr) return invalid_filter("未知字段 " + item.column);
  return field_condition(item, *field, scope);
}

Status RecordColumns::sort(std::string_view text, services::RecordQuery& query) const {
  text = trim(text);
  const auto by = [&query](std::uint16_t column, bool descending) -> Status {
    query.order = {SortKey{column, descending}};
    return {};
  };
  if (text.empty()) return by(columns::created_at, true);
  const bool descending = text.starts_with('-');
  const std::string_view name = trim(descending ? text.substr(1) : text);
  if (name.find(',') != std::string_view::npos) return invalid("sort", "只支持单个字段");
  const auto is = [name](std::string_view known) { return equals_ignore_ascii_case(name, known); };
  if (is("Id")) return by(columns::id, descending);
  if (is("Creator")) return by(columns::created_by, descending);
  if (is("CreateTime")) return by(columns::created_at, descending);
  if (is("ModifyTime")) return by(columns::updated_at, descending);
  const form::FormDefinition& form = *form_.definition;
  const form::Field* field =
      is("Title") ? form.find_role(form::FieldRole::title) : find_field(form.fields, name, keys_);
  // Without titles they are all alike.
  if (field == nullptr && is("Title")) return by(columns::id, false);
  if (field != nullptr && services::RecordService::is_ordered_by(*field)) {
    query.order_field = field;
    query.order_descending = descending;
    return {};
  }
  if (is_listed(name) || field != nullptr) {
    return invalid("sort", "不支持按" + to_valid_utf8(name) + "排序");
  }
  return invalid("sort", "未知字段 " + to_valid_utf8(name));
}

Result<std::vector<std::string>> RecordColumns::choose(std::string_view text) const {
  std::vector<std::string> chosen;
  for (const std::string_view part : split(text, ',')) {
    const std::string_view name = trim(part);
    if (name.empty()) continue;
    const auto known = std::ranges::find_if(
        kListed, [name](std::string_view one) { return equals_ignore_ascii_case(one, name); });
    if (known != kListed.end()) {
      chosen.emplace_back(*known);
      continue;
    }
    const form::Field* field = find_field(form_.definition->fields, name, keys_);
    if (field == nullptr) return invalid("fields", "未知字段 " + to_valid_utf8(name));
    chosen.push_back(field->id);
  }
  if (chosen.empty()) return std::vector<std::string>(kListed.begin(), kListed.end());
  return chosen;
}

Json RecordColumns::row(const services::RecordView& record,
                        const std::vector<std::string>& chosen) const {
  Json row = Json::object(chosen.size());
  for (const std::string& name : chosen) {
    if (is_listed(name)) {
      row.set(name, fixed(record, name));
      continue;
    }
    const form::Field* field = form_.definition->find(name);
    if (field == nullptr) continue;
    const auto value = record.fields.find(field->id);
    row.set(key_of(*field, keys_),
            write_value(*field, value == record.fields.end() ? nullptr : &value->second,
                        {*entry_.people, entry_.call.time_zone, keys_}));
  }
  return row;
}

Json RecordColumns::fixed(const services::RecordView& record, std::string_view name) const {
  const services::People& people = *entry_.people;
  if (name == "Id") return to_guid(IdKind::record, record.id.value());
  if (name == "IsValid") return !record.is_draft;
  if (name == "IsBlock") return is_running(record);
  if (name == "DataEnable") return !record.is_draft && !is_running(record);
  if (name == "Creator") return to_guid(IdKind::user, record.created_by.value());
  if (name == "CreatorName") return name_of(people, record.created_by);
  if (name == "CreatorPosition") return place_of(people, record.created_by);
  if (name == "CreateTime") return api::to_utc_millis(record.created_at);
  if (name == "ModifyTime") return api::to_utc_millis(record.updated_at);
  if (name == "ModifyByName") {
    return name_of(people, record.updated_by.is_assigned() ? record.updated_by : record.created_by);
  }
  const form::Field* title = form_.definition->find_role(form::FieldRole::title);
  const auto value = title == nullptr ? record.fields.end() : record.fields.find(title->id);
  return value == record.fields.end() ? std::string() : to_plain_text(value->second);
}

Json RecordColumns::with_rights(const form::Field& field, Json value, bool may_change) const {
  const bool is_open = may_change && !field.read_only && is_written(field.type);
  Json json = Json::object();
  json.set("Value", field.hidden ? Json() : std::move(value))
      .set("R", !field.hidden)
      .set("U", is_open);
  if (field.type != form::FieldType::subtable) return json;
  Json columns_rights = Json::object();
  for (const form::Field& column : field.columns) {
    columns_rights.set(
        key_of(column, keys_),
        std::move(Json::object()
                      .set("R", !column.hidden)
                      .set("U", is_open && !column.read_only && is_written(column.type))));
  }
  json.set("C", is_open).set("D", is_open).set("SubFieldsRoleAction", std::move(columns_rights));
  return json;
}

Json RecordColumns::record(const services::RecordView& record, bool with_rights) const {
  Json json = Json::object();
  for (const std::string_view name : kShown) json.set(name, fixed(record, name));
  const services::Process* process = services::RecordService::process_of(*entry_.catalog, form_.id);
  const UserId user = entry_.context.principal.user;
  const services::User* person = entry_.people->user(user);
  const bool may_change =
      (person != nullptr && person->administrator) ||
      (process != nullptr && entry_.people->may(user, PermissionAction::modify, process->id));
  for (const form::Field& field : form_.definition->fields) {
    if (field.type == form::FieldType::label) continue;
    const auto found = record.fields.find(field.id);
    Json value = write_value(field, found == record.fields.end() ? nullptr : &found->second,
                             {*entry_.people, entry_.call.time_zone, keys_});
    json.set(key_of(field, keys_), with_rights
                                       ? this->with_rights(field, std::move(value), may_change)
                                       : std::move(value));
  }
  return json;
}

}  // namespace cinnabar::dadayun
