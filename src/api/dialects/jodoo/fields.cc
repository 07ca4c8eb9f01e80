#include "api/dialects/jodoo/fields.h"

#include "api/common/utc_text.h"
#include "api/dialects/jodoo/envelope.h"
#include "api/dialects/jodoo/ids.h"
#include "base/text.h"

#include <algorithm>
#include <array>

namespace cinnabar::jodoo {
namespace {

using form::Field;
using form::FieldType;

constexpr std::string_view kRowIdName = "_id";
constexpr std::array<std::string_view, 4> kAddressParts{"province", "city", "district", "detail"};

Error wrong(const Field& field, std::string_view what) {
  return fail(codes::kInvalidParameter, name_of(field) + " must be " + std::string(what) + ".");
}

bool is_written(const Field& field) {
  return field.type != FieldType::serial && field.type != FieldType::label && !field.formula;
}

Result<FieldValue> read_text(const Field& field, const Json& json) {
  if (const std::string* text = json.as_string()) return FieldValue::text(*text);
  if (const Json::Number* number = json.as_number()) return FieldValue::text(number->digits);
  return wrong(field, "a text");
}

Result<FieldValue> read_number(const Field& field, const Json& json) {
  std::string digits;
  if (const Json::Number* number = json.as_number()) digits = number->digits;
  if (const std::string* text = json.as_string()) digits = std::string(trim(*text));
  if (auto number = Decimal::parse(digits)) return FieldValue{std::move(*number)};
  return wrong(field, "a number");
}

Result<FieldValue> read_moment(const Field& field, const Json& json, UtcOffset time_zone) {
  std::optional<Instant> at;
  if (const auto millis = json.as_int()) {
    // Seconds are refused: they would be days in January 1970.
    constexpr std::int64_t kFirst = 100'000'000'000;
    constexpr std::int64_t kLast = 253'402'300'799'999;
    if (*millis >= kFirst && *millis <= kLast) at = Instant{*millis * 1000};
  } else if (const std::string* text = json.as_string()) {
    at = read_time(*text, time_zone);
  }
  if (!at) return wrong(field, "a time");
  if (field.type == FieldType::date) {
    return FieldValue{CalendarDate{to_local_date(*at, time_zone)}};
  }
  return FieldValue{*at};
}

Result<FieldValue> read_user(const Field& field, const Json& json, const ReadContext& context) {
  const std::string* name = json.as_string();
  if (name == nullptr) return wrong(field, "a username");
  const services::User* user = context.people.user_by_name(*name);
  if (user == nullptr) return fail(codes::kMemberUnknown, name_of(field) + ": " + *name + ".");
  return FieldValue{UserRef{user->id}};
}

Result<FieldValue> read_department(const Field& field, const Json& json,
                                   const ReadContext& context) {
  std::string number;
  if (const auto value = json.as_int()) number = std::to_string(*value);
  if (const std::string* text = json.as_string()) number = *text;
  if (number.empty()) return wrong(field, "a dept_no");
  const auto group = context.people.find_group(GroupKind::department, number);
  if (!group) return fail(6002, name_of(field) + ": there is no department " + number + ".");
  return FieldValue{GroupRef{*group}};
}

// One value or a list of them.
Result<FieldValue> read_list(const Field& field, const Json& json, const ReadContext& context) {
  const auto read_one = [&](const Json& element) -> Result<FieldValue> {
    if (field.type == FieldType::users) return read_user(field, element, context);
    if (field.type == FieldType::groups) return read_department(field, element, context);
    return read_text(field, element);
  };
  FieldValue::List list;
  const Json::Array* array = json.as_array();
  if (array == nullptr) {
    CINNABAR_TRY(FieldValue only, read_one(json));
    list.push_back(std::move(only));
    return FieldValue{std::move(list)};
  }
  for (const Json& element : *array) {
    CINNABAR_TRY(FieldValue one, read_one(element));
    list.push_back(std::move(one));
  }
  return FieldValue{std::move(list)};
}

Result<FieldValue> read_files(const Field& field, const Json& json, const ReadContext& context) {
  const Json::Array* array = json.as_array();
  if (array == nullptr) return wrong(field, "a list of file keys");
  FieldValue::List list;
  for (const Json& element : *array) {
    const std::string* key = element.as_string();
    if (key == nullptr) return wrong(field, "a list of file keys");
    // A key of another or an old transaction does not bind.
    if (!context.file) continue;
    CINNABAR_TRY(auto file, context.file(field, *key));
    if (file) list.push_back(std::move(*file));
  }
  return FieldValue{std::move(list)};
}

// Kept as lines, which every other door can show.
Result<FieldValue> read_address(const Field& field, const Json& json) {
  if (const std::string* text = json.as_string()) return FieldValue::text(*text);
  if (!json.is_object()) return wrong(field, "an address");
  std::string text;
  for (const std::string_view part : kAddressParts) {
    const Json* value = json.find(part);
    if (value != nullptr && !value->is_null() && !value->is_string()) {
      return wrong(field, "an address of texts");
    }
    std::string line = value != nullptr && value->is_string() ? *value->as_string() : "";
    std::ranges::replace(line, '\n', ' ');
    if (part != kAddressParts.front()) text += '\n';
    text += line;
  }
  return FieldValue::text(text == "\n\n\n" ? "" : text);
}

Json write_address(const std::string& text) {
  std::vector<std::string_view> lines = split(text, '\n');
  Json address = Json::object();
  const bool is_split = lines.size() == kAddressParts.size();
  for (std::size_t i = 0; i < kAddressParts.size(); ++i) {
    const bool is_last = i + 1 == kAddressParts.size();
    if (is_split) {
      address.set(kAddressParts[i], lines[i]);
    } else {
      address.set(kAddressParts[i], is_last ? std::string_view(text) : std::string_view());
    }
  }
  return address;
}

Result<FieldValue> read_table(const Field& field, const Json& json, const ReadContext& context) {
  const Json::Array* array = json.as_array();
  if (array == nullptr) return wrong(field, "a list of rows");
  FieldValue::Table table;
  for (const Json& element : *array) {
    CINNABAR_TRY(FieldValues row, read_record(field.columns, element, context, true));
    std::erase_if(row, [](const auto& cell) { return cell.second.is_null(); });
    table.push_back(std::move(row));
  }
  return FieldValue{std::move(table)};
}

// {"_id": {"value": "..."}} of a row that is sent again.
std::optional<FieldValue> read_row_id(const Json& row) {
  const Json* id = row.find(kRowIdName);
  if (id != nullptr && id->is_object()) id = id->find("value");
  const std::string* text = id == nullptr ? nullptr : id->as_string();
  const auto number = text == nullptr ? std::nullopt : from_hex24(*text);
  if (!number) return std::nullopt;
  return FieldValue::text(std::to_string(*number));
}

template <typename T, typename Write>
Json write_list(const FieldValue* value, Write write) {
  Json list = Json::array();
  const auto* elements = value == nullptr ? nullptr : value->get<FieldValue::List>();
  if (elements == nullptr) return list;
  for (const FieldValue& element : *elements) {
    if (const auto* one = element.get<T>()) list.push(write(*one));
  }
  return list;
}

Json write_table(const Field& field, const FieldValue* value, const WriteContext& context) {
  Json rows = Json::array();
  const auto* table = value == nullptr ? nullptr : value->get<FieldValue::Table>();
  if (table == nullptr) return rows;
  for (const FieldValues& row : *table) {
    Json written = Json::object();
    const auto id = row.find(form::kRowId);
    const auto* text = id == row.end() ? nullptr : id->second.get<std::string>();
    const auto number = text == nullptr ? std::nullopt : parse_int(*text);
    if (number) written.set(kRowIdName, to_hex24(*number));
    for (const Field& column : field.columns) {
      const auto cell = row.find(column.id);
      if (cell == row.end() || type_name(column).empty()) continue;
      written.set(name_of(column), write_value(column, &cell->second, context));
    }
    rows.push(std::move(written));
  }
  return rows;
}

Json write_file(const FileRef& file, const WriteContext& context) {
  Json written = Json::object();
  written.set("name", file.file_name);
  if (context.files == nullptr) return written;
  const auto view = context.files->find(file.attachment);
  if (view == context.files->end()) return written;
  written.set("size", view->second.size).set("mime", view->second.media_type);
  if (!view->second.url.empty()) written.set("url", view->second.url);
  return written;
}

}  // namespace

const std::string& name_of(const Field& field) {
  return field.alias.empty() ? field.id : field.alias;
}

const Field* find_field(const std::vector<Field>& fields, std::string_view name) {
  for (const Field& field : fields) {
    if (field.id == name || (!field.alias.empty() && field.alias == name)) return &field;
  }
  return nullptr;
}

std::string_view type_name(const Field& field) {
  if (field.formula) return "aggregation";
  switch (field.type) {
    case FieldType::text:
      return "text";
    case FieldType::long_text:
      return "textarea";
    case FieldType::number:
      return "number";
    case FieldType::boolean:
      return "radiogroup";
    case FieldType::date:
    case FieldType::datetime:
      return "datetime";
    case FieldType::select:
      return "combo";
    case FieldType::multi_select:
      return "combocheck";
    case FieldType::user:
    case FieldType::assignee:
      return "user";
    case FieldType::users:
      return "usergroup";
    case FieldType::group:
      return "dept";
    case FieldType::groups:
      return "deptgroup";
    case FieldType::file:
      return "upload";
    case FieldType::subtable:
      return "subform";
    case FieldType::address:
      return "address";
    case FieldType::serial:
      return "sn";
    case FieldType::label:
      return "";
  }
  CINNABAR_UNREACHABLE();
}

// "yyyy-MM-dd", with "HH:mm" or "HH:mm:ss", 'T' or a space, a fraction, a zone.
std::optional<Instant> read_time(std::string_view text, UtcOffset time_zone) {
  std::string normal(text);
  // More digits than microseconds are cut.
  const std::size_t point = normal.find('.');
  if (point != std::string::npos) {
    std::size_t end = point + 1;
    while (end < normal.size() && normal[end] >= '0' && normal[end] <= '9') ++end;
    if (end - point - 1 > 6) normal.erase(point + 7, end - point - 7);
  }
  constexpr std::size_t kMinutes = 16;  // "2018-01-01 10:10"
  if (normal.size() == kMinutes && normal[13] == ':') normal += ":00";
  return parse_instant(normal, time_zone);
}

Result<FieldValue> read_value(const Field& field, const Json& json, const ReadContext& context) {
  if (json.is_null()) return FieldValue{};
  const bool is_blank = json.is_string() && json.as_string()->empty();
  switch (field.type) {
    case FieldType::text:
    case FieldType::long_text:
    case FieldType::select:
      return read_text(field, json);
    case FieldType::number:
      if (is_blank) return FieldValue{};
      return read_number(field, json);
    case FieldType::boolean:
      if (const bool* value = json.as_bool()) return FieldValue{*value};
      return wrong(field, "true or false");
    case FieldType::date:
    case FieldType::datetime:
      return read_moment(field, json, context.time_zone);
    case FieldType::user:
      if (is_blank) return FieldValue{};
      return read_user(field, json, context);
    case FieldType::assignee: {
      if (is_blank) return FieldValue{};
      CINNABAR_TRY(const FieldValue user, read_user(field, json, context));
      return FieldValue{AssigneeRef{GroupId{}, user.get<UserRef>()->user}};
    }
    case FieldType::group:
      if (is_blank) return FieldValue{};
      return read_department(field, json, context);
    case FieldType::multi_select:
    case FieldType::users:
    case FieldType::groups:
      return read_list(field, json, context);
    case FieldType::file:
      return read_files(field, json, context);
    case FieldType::subtable:
      return read_table(field, json, context);
    case FieldType::address:
      return read_address(field, json);
    case FieldType::serial:
    case FieldType::label:
      return FieldValue{};
  }
  CINNABAR_UNREACHABLE();
}

Result<FieldValues> read_record(const std::vector<Field>& fields, const Json& json,
                                const ReadContext& context, bool is_row) {
  const Json::Object* members = json.as_object();
  if (members == nullptr) {
    return fail(codes::kInvalidParameter,
                is_row ? "A row must be an object." : "data must be an object.");
  }
  FieldValues values;
  for (const auto& [name, wrapped] : *members) {
    const Field* field = find_field(fields, name);
    if (field == nullptr || !is_written(*field)) continue;
    const Json* value = wrapped.is_object() ? wrapped.find("value") : nullptr;
    if (value == nullptr) {
      return fail(codes::kInvalidParameter, name + " must be wrapped: {\"value\": ...}.");
    }
    CINNABAR_TRY(FieldValue read, read_value(*field, *value, context));
    values.insert_or_assign(field->id, std::move(read));
  }
  if (is_row) {
    if (auto id = read_row_id(json)) {
      values.insert_or_assign(std::string(form::kRowId), std::move(*id));
    }
  }
  return values;
}

Json member_json(const services::People& people, UserId user) {
  const services::User* found = people.user(user);
  if (found == nullptr) return nullptr;
  Json departments = Json::array();
  for (const GroupId id : people.departments_of(user)) {
    if (const auto number = parse_int(people.group(id)->key)) departments.push(*number);
  }
  return Json::object()
      .set("name", found->display_name)
      .set("username", found->name)
      .set("status", found->enabled ? 1 : -1)
      .set("type", 0)
      .set("departments", std::move(departments));
}

Json department_json(const services::People& people, GroupId id) {
  const services::Group* group = people.group(id);
  if (group == nullptr) return nullptr;
  const services::Group* parent = group->parent ? people.group(*group->parent) : nullptr;
  const auto number_of = [](const services::Group& one) -> Json {
    if (const auto number = parse_int(one.key)) return *number;
    return one.key;
  };
  Json json = Json::object();
  json.set("name", group->display_name).set("dept_no", number_of(*group)).set("type", 0);
  if (parent != nullptr) json.set("parent_no", number_of(*parent));
  return json.set("status", 1);
}

Json write_value(const Field& field, const FieldValue* value, const WriteContext& context) {
  const bool is_empty = value == nullptr || value->is_null();
  switch (field.type) {
    case FieldType::text:
    case FieldType::long_text:
    case FieldType::select:
    case FieldType::serial:
      return is_empty ? Json("") : Json(to_plain_text(*value));
    case FieldType::multi_select:
      return write_list<std::string>(value, [](const std::string& text) { return Json(text); });
    case FieldType::users:
      return write_list<UserRef>(
          value, [&](const UserRef& user) { return member_json(context.people, user.user); });
    case FieldType::groups:
      return write_list<GroupRef>(value, [&](const GroupRef& group) {
        return department_json(context.people, group.group);
      });
    case FieldType::file:
      return write_list<FileRef>(value,
                                 [&](const FileRef& file) { return write_file(file, context); });
    case FieldType::subtable:
      return write_table(field, value, context);
    case FieldType::number:
    case FieldType::boolean:
    case FieldType::date:
    case FieldType::datetime:
    case FieldType::user:
    case FieldType::assignee:
    case FieldType::group:
    case FieldType::address:
    case FieldType::label:
      break;
  }
  if (is_empty) return nullptr;
  if (const auto* number = value->get<Decimal>()) return Json::Number{number->text()};
  if (const auto* truth = value->get<bool>()) return *truth;
  if (const auto* date = value->get<CalendarDate>()) return date->text + "T00:00:00.000Z";
  if (const auto* at = value->get<Instant>()) return api::to_utc_millis(*at);
  if (const auto* user = value->get<UserRef>()) return member_json(context.people, user->user);
  if (const auto* one = value->get<AssigneeRef>()) return member_json(context.people, one->user);
  if (const auto* group = value->get<GroupRef>()) {
    return department_json(context.people, group->group);
  }
  if (const auto* text = value->get<std::string>()) return write_address(*text);
  return nullptr;
}

std::optional<int> flow_state(const services::RecordView& record) {
  if (!record.state) return std::nullopt;
  switch (*record.state) {
    case InstanceState::running:
    case InstanceState::suspended:
      return 0;
    case InstanceState::completed:
      return 1;
    case InstanceState::terminated:
    case InstanceState::failed:
      return record.rejected ? 3 : 2;
  }
  CINNABAR_UNREACHABLE();
}

Json write_record(const services::DeployedForm& form, const services::RecordView& record,
                  std::string_view app_id, std::string_view entry_id, const WriteContext& context) {
  Json json = Json::object();
  json.set("_id", to_hex24(record.id.value())).set("appId", app_id).set("entryId", entry_id);
  for (const Field& field : form.definition->fields) {
    if (type_name(field).empty()) continue;
    const auto value = record.fields.find(field.id);
    json.set(name_of(field),
             write_value(field, value == record.fields.end() ? nullptr : &value->second, context));
  }
  const UserId updater = record.updated_by.is_assigned() ? record.updated_by : record.created_by;
  json.set("creator", member_json(context.people, record.created_by))
      .set("updater", member_json(context.people, updater))
      .set("deleter", nullptr)
      .set("createTime", api::to_utc_millis(record.created_at))
      .set("updateTime", api::to_utc_millis(record.updated_at))
      .set("deleteTime", nullptr);
  if (const auto state = flow_state(record)) json.set("flowState", *state);
  return json;
}

}  // namespace cinnabar::jodoo
