#include "api/dialects/dadayun/record_fields.h"

#include "api/common/utc_text.h"
#include "api/dialects/dadayun/conditions.h"
#include "base/text.h"

#include <algorithm>
#include <array>

namespace cinnabar::dadayun {
namespace {

using form::Field;
using form::FieldType;

// What every record has beside its fields. Clients send back what they read.
constexpr std::array<std::string_view, 12> kFixed{
    "Id",          "IsValid",      "IsBlock",    "DataEnable",      "Title",  "Creator",
    "CreatorName", "ModifyByName", "ModifyTime", "CreatorPosition", "Action", "CreateTime"};

Error wrong(const Field& field, std::string_view what) {
  return invalid(field.id, what);
}

std::string plain_text(const Json& json) {
  if (const std::string* text = json.as_string()) return *text;
  if (const Json::Number* number = json.as_number()) return number->digits;
  if (const bool* flag = json.as_bool()) return *flag ? "true" : "false";
  return {};
}

UserId find_user(const services::People& people, std::string_view text) {
  if (const auto id = from_guid(IdKind::user, text)) return UserId{*id};
  const services::User* user = people.user_by_name(text);
  return user == nullptr ? UserId{} : user->id;
}

GroupId find_group(const services::People& people, std::string_view text) {
  if (const auto id = from_guid(IdKind::position, text)) return GroupId{*id};
  for (const auto& [id, group] : people.groups()) {
    if (group.display_name == text || group.key == text) return id;
  }
  return {};
}

Result<FieldValue> read_value(const Field& field, const Json& json, const ValueContext& context);

Result<FieldValue> read_list(const Field& field, const Json& json, const ValueContext& context,
                             FieldType element_type) {
  Field element = field;
  element.type = element_type;
  FieldValue::List list;
  const Json::Array only{json};
  for (const Json& one : json.is_array() ? *json.as_array() : only) {
    CINNABAR_TRY(FieldValue value, read_value(element, one, context));
    if (!value.is_null()) list.push_back(std::move(value));
  }
  return FieldValue{std::move(list)};
}

Result<FieldValue> read_table(const Field& field, const Json& json, const ValueContext& context) {
  const Json::Array* rows = json.as_array();
  if (rows == nullptr) return wrong(field, "必须是数组");
  FieldValue::Table table;
  for (const Json& row : *rows) {
    if (!row.is_object()) return wrong(field, "每一行必须是对象");
    const Json* action = row.find("Action");
    if (action != nullptr && plain_text(*action) == "delete") continue;
    FieldValues values;
    for (const auto& [key, value] : *row.as_object()) {
      const Field* column = find_field(field.columns, key, context.keys);
      if (column == nullptr) {
        if (std::ranges::find(kFixed, key) != kFixed.end()) continue;
        return invalid(field.id, "未知字段 " + key);
      }
      CINNABAR_TRY(FieldValue read, read_value(*column, value, context));
      if (!read.is_null()) values.insert_or_assign(column->id, std::move(read));
    }
    table.push_back(std::move(values));
  }
  return FieldValue{std::move(table)};
}

Result<FieldValue> read_value(const Field& field, const Json& json, const ValueContext& context) {
  if (json.is_null() || (json.is_string() && json.as_string()->empty())) return FieldValue{};
  const std::string text = plain_text(json);
  switch (field.type) {
    case FieldType::text:
    case FieldType::long_text:
    case FieldType::select:
    case FieldType::address:
      if (text.empty()) return wrong(field, "必须是文本");
      return FieldValue::text(text);
    case FieldType::number: {
      auto number = Decimal::parse(trim(text));
      if (!number) return wrong(field, "必须是数字");
      return FieldValue{std::move(*number)};
    }
    case FieldType::boolean: {
      const auto flag = parse_flag(trim(text));
      if (!flag) return wrong(field, "必须是true或false");
      return FieldValue{*flag};
    }
    case FieldType::date:
    case FieldType::datetime: {
      const auto at = parse_instant(trim(text), context.zone);
      if (!at) return wrong(field, "必须是时间");
      if (field.type == FieldType::datetime) return FieldValue{*at};
      return FieldValue{CalendarDate{to_local_date(*at, context.zone)}};
    }
    case FieldType::user: {
      const UserId user = find_user(context.people, text);
      if (!user.is_assigned()) return wrong(field, "没有这个用户");
      return FieldValue{UserRef{user}};
    }
    case FieldType::group: {
      const GroupId group = find_group(context.people, text);
      if (!group.is_assigned()) return wrong(field, "没有这个部门");
      return FieldValue{GroupRef{group}};
    }
    case FieldType::multi_select:
      return read_list(field, json, context, FieldType::text);
    case FieldType::users:
      return read_list(field, json, context, FieldType::user);
    case FieldType::groups:
      return read_list(field, json, context, FieldType::group);
    case FieldType::subtable:
      return read_table(field, json, context);
    case FieldType::assignee:
    case FieldType::file:
    case FieldType::serial:
    case FieldType::label:
      break;
  }
  return wrong(field, "不能通过接口填写");
}

struct Writer {
  const Field& field;
  const ValueContext& context;

  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(bool flag) const { return flag; }
  Json operator()(const Decimal& number) const { return Json::Number{number.text()}; }
  Json operator()(const std::string& text) const { return text; }
  Json operator()(const CalendarDate& date) const { return date.text; }
  Json operator()(Instant at) const { return api::to_utc_millis(at); }
  Json operator()(const UserRef& user) const { return to_guid(IdKind::user, user.user.value()); }
  Json operator()(const GroupRef& group) const {
    return to_guid(IdKind::position, group.group.value());
  }
  Json operator()(const AssigneeRef& assignee) const {
    if (assignee.user.is_assigned()) return to_guid(IdKind::user, assignee.user.value());
    return to_guid(IdKind::position, assignee.group.value());
  }
  Json operator()(const FileRef& file) const { return file.file_name; }
  Json operator()(const FieldValue::List& list) const {
    Json out = Json::array();
    for (const FieldValue& one : list) out.push(write_value(field, &one, context));
    return out;
  }
  Json operator()(const FieldValue::Table& table) const {
    Json rows = Json::array();
    for (const FieldValues& values : table) {
      Json row = Json::object();
      for (const Field& column : field.columns) {
        const auto value = values.find(column.id);
        row.set(key_of(column, context.keys),
                write_value(column, value == values.end() ? nullptr : &value->second, context));
      }
      rows.push(std::move(row));
    }
    return rows;
  }
};

}  // namespace

Result<KeyOption> parse_key_option(std::string_view text) {
  text = trim(text);
  if (equals_ignore_ascii_case(text, "Caption")) return KeyOption::caption;
  for (const std::string_view by_id : {"", "FieldName", "Entity", "Id"}) {
    if (equals_ignore_ascii_case(text, by_id)) return KeyOption::id;
  }
  return invalid("keyOption", "必须是Entity、Caption、Id或FieldName");
}

std::string key_of(const Field& field, KeyOption keys) {
  return keys == KeyOption::caption && !field.title.empty() ? field.title : field.id;
}

const Field* find_field(const std::vector<Field>& fields, std::string_view key, KeyOption keys) {
  for (const Field& field : fields) {
    if (keys == KeyOption::caption && field.title == key) return &field;
  }
  for (const Field& field : fields) {
    if (equals_ignore_ascii_case(field.id, key)) return &field;
  }
  return nullptr;
}

Result<FieldValues> read_fields(const form::FormDefinition& form, const Json& object,
                                const ValueContext& context) {
  FieldValues values;
  if (!object.is_object()) return invalid("InstanceData", "必须是对象");
  for (const auto& [key, value] : *object.as_object()) {
    const Field* field = find_field(form.fields, key, context.keys);
    if (field == nullptr) {
      if (std::ranges::find(kFixed, key) != kFixed.end()) continue;
      return invalid("InstanceData", "未知字段 " + key);
    }
    CINNABAR_TRY(FieldValue read, read_value(*field, value, context));
    values.insert_or_assign(field->id, std::move(read));
  }
  return values;
}

Json write_value(const Field& field, const FieldValue* value, const ValueContext& context) {
  if (value == nullptr) return nullptr;
  return std::visit(Writer{field, context}, value->storage());
}

}  // namespace cinnabar::dadayun
