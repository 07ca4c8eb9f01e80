#include "api/dialects/omflow/fields.h"

#include "api/dialects/omflow/body.h"
#include "base/text.h"
#include "vocab/reasons.h"

#include <optional>
#include <utility>

namespace cinnabar::omflow {
namespace {

using form::FieldType;

constexpr int kTableDepthMax = 1;  // tables hold no tables

// What a wire value became; nullopt: it does not fit the type.
using Read = std::optional<FieldValue>;

bool is_blank(const Json& value) {
  if (const std::string* text = value.as_string()) return trim(*text).empty();
  if (const Json::Array* array = value.as_array()) return array->empty();
  if (const Json::Object* object = value.as_object()) return object->empty();
  return value.is_null();
}

// Anything as text: what a column of texts keeps of a number, a list or an object.
std::string as_text(const Json& value) {
  if (const std::string* text = value.as_string()) return *text;
  if (const Json::Number* number = value.as_number()) return number->digits;
  return print(value, {.ascii = false, .spaced = true});
}

// JSON inside text is opened; everything else is left.
Json opened(const Json& value) {
  const std::string* text = value.as_string();
  if (text == nullptr) return value;
  const std::string_view trimmed = trim(*text);
  if (!trimmed.starts_with('[') && !trimmed.starts_with('{')) return value;
  auto parsed = Json::parse(trimmed);
  return parsed ? std::move(*parsed) : value;
}

Json::Array as_list(const Json& value) {
  Json list = opened(value);
  if (Json::Array* array = list.as_array()) return std::move(*array);
  Json::Array one;
  one.push_back(std::move(list));
  return one;
}

Read read_number(const Json& value) {
  const std::string digits = value.is_string()   ? std::string(trim(*value.as_string()))
                             : value.is_number() ? value.as_number()->digits
                                                 : std::string{};
  auto decimal = Decimal::parse(digits);
  if (!decimal) return std::nullopt;
  return FieldValue{std::move(*decimal)};
}

Read read_boolean(const Json& value) {
  if (const bool* flag = value.as_bool()) return FieldValue{*flag};
  const std::string text = to_lower_ascii(as_text(value));
  if (text == "true" || text == "1") return FieldValue{true};
  if (text == "false" || text == "0") return FieldValue{false};
  return std::nullopt;
}

Read read_date(const Json& value) {
  const std::string* text = value.as_string();
  if (text == nullptr) return std::nullopt;
  const std::string_view day = trim(*text);
  if (is_calendar_date(day)) return FieldValue{CalendarDate{std::string(day)}};
  // A time of day after it is what some pickers send.
  if (day.size() > 10 && parse_instant(day, UtcOffset{}) && is_calendar_date(day.substr(0, 10))) {
    return FieldValue{CalendarDate{std::string(day.substr(0, 10))}};
  }
  return std::nullopt;
}

Read read_datetime(const Json& value, const FieldContext& context) {
  const std::string* text = value.as_string();
  if (text == nullptr) return std::nullopt;
  const auto at = parse_instant(trim(*text), context.time_zone);
  if (!at) return std::nullopt;
  return FieldValue{*at};
}

Read read_choice(const Json& value) {
  const Json choice = opened(value);
  const Json::Array* array = choice.as_array();
  if (array == nullptr) return FieldValue::text(as_text(choice));
  if (array->size() != 1) return std::nullopt;
  return FieldValue::text(as_text(array->front()));
}

Read read_choices(const Json& value) {
  FieldValue::List list;
  for (const Json& choice : as_list(value)) list.push_back(FieldValue::text(as_text(choice)));
  return FieldValue{std::move(list)};
}

std::optional<UserId> read_user_id(const Json& value, const FieldContext& context) {
  if (const auto id = whole_number(value)) return UserId{*id};
  const std::string* name = value.as_string();
  return name == nullptr ? std::nullopt : context.people->find_user(trim(*name));
}

std::optional<GroupId> read_group_id(const Json& value, const FieldContext& context) {
  if (const auto id = whole_number(value)) return GroupId{*id};
  const std::string* key = value.as_string();
  return key == nullptr ? std::nullopt : context.people->find_group(GroupKind::group, trim(*key));
}

Read read_user(const Json& value, const FieldContext& context) {
  const Json::Array list = as_list(value);
  if (list.size() != 1) return std::nullopt;
  const auto id = read_user_id(list.front(), context);
  if (!id) return std::nullopt;
  return FieldValue{UserRef{*id}};
}

Read read_group(const Json& value, const FieldContext& context) {
  const Json::Array list = as_list(value);
  if (list.size() != 1) return std::nullopt;
  const auto id = read_group_id(list.front(), context);
  if (!id) return std::nullopt;
  return FieldValue{GroupRef{*id}};
}

template <typename ReadOne>
Read read_each(const Json& value, ReadOne read_one) {
  FieldValue::List list;
  for (const Json& element : as_list(value)) {
    Read one = read_one(element);
    if (!one) return std::nullopt;
    list.push_back(std::move(*one));
  }
  return FieldValue{std::move(list)};
}

Read read_assignee(const Json& value, const FieldContext& context) {
  const Json object = opened(value);
  const Json* group = object.find("group");
  const Json* user = object.find("user");
  if (group == nullptr || user == nullptr) return std::nullopt;
  AssigneeRef assignee;
  if (!is_blank(*group)) {
    const auto id = read_group_id(*group, context);
    if (!id) return std::nullopt;
    assignee.group = *id;
  }
  if (!is_blank(*user)) {
    const auto id = read_user_id(*user, context);
    if (!id) return std::nullopt;
    assignee.user = *id;
  }
  if (!assignee.group.is_assigned() && !assignee.user.is_assigned()) return FieldValue{};
  return FieldValue{assignee};
}

Read read_value(const Json& value, const form::Field& field, const FieldContext& context,
                int depth);

// Rows as objects by column id, or as lists of {"id", "value"}.
Read read_table(const Json& value, const form::Field& field, const FieldContext& context,
                int depth) {
  if (depth >= kTableDepthMax) return std::nullopt;
  FieldValue::Table table;
  for (const Json& element : as_list(value)) {
    Json::Object cells;
    if (const Json::Object* row = element.as_object()) cells = *row;
    if (const Json::Array* items = element.as_array()) {
      for (const Json& item : *items) {
        const Json* id = item.find("id");
        const Json* cell = item.find("value");
        if (id == nullptr || !id->is_string() || cell == nullptr) return std::nullopt;
        cells.emplace_back(*id->as_string(), *cell);
      }
    }
    FieldValues row;
    for (const auto& [id, cell] : cells) {
      const form::Field* column = nullptr;
      for (const form::Field& candidate : field.columns) {
        if (equals_ignore_ascii_case(candidate.id, id)) column = &candidate;
      }
      if (column == nullptr) return std::nullopt;
      Read read = read_value(cell, *column, context, depth + 1);
      if (!read) return std::nullopt;
      if (!read->is_null()) row.insert_or_assign(column->id, std::move(*read));
    }
    table.push_back(std::move(row));
  }
  return FieldValue{std::move(table)};
}

Read read_value(const Json& value, const form::Field& field, const FieldContext& context,
                int depth) {
  if (value.is_null()) return FieldValue{};
  switch (field.type) {
    case FieldType::text:
    case FieldType::long_text:
    case FieldType::address:
      return FieldValue::text(as_text(value));
    case FieldType::number:
      return is_blank(value) ? FieldValue{} : read_number(value);
    case FieldType::boolean:
      return is_blank(value) ? FieldValue{} : read_boolean(value);
    case FieldType::date:
      return is_blank(value) ? FieldValue{} : read_date(value);
    case FieldType::datetime:
      return is_blank(value) ? FieldValue{} : read_datetime(value, context);
    case FieldType::select:
      return is_blank(value) ? FieldValue{} : read_choice(value);
    case FieldType::multi_select:
      return is_blank(value) ? FieldValue{} : read_choices(value);
    case FieldType::user:
      return is_blank(value) ? FieldValue{} : read_user(value, context);
    case FieldType::users:
      if (is_blank(value)) return FieldValue{};
      return read_each(value, [&](const Json& one) { return read_user(one, context); });
    case FieldType::group:
      return is_blank(value) ? FieldValue{} : read_group(value, context);
    case FieldType::groups:
      if (is_blank(value)) return FieldValue{};
      return read_each(value, [&](const Json& one) { return read_group(one, context); });
    case FieldType::assignee:
      return is_blank(value) ? FieldValue{} : read_assignee(value, context);
    case FieldType::subtable:
      return is_blank(value) ? FieldValue{} : read_table(value, field, context, depth);
    // Files come as parts, numbers from the server, labels hold nothing: only blank fits.
    case FieldType::file:
    case FieldType::serial:
    case FieldType::label:
      return is_blank(value) ? Read{FieldValue{}} : std::nullopt;
  }
  return std::nullopt;
}

// A blank value for these says nothing, and clears nothing.
bool holds_no_input(FieldType type) {
  return type == FieldType::file || type == FieldType::serial || type == FieldType::label;
}

void read_one(std::string_view id, const Json& value, const form::FormDefinition& form,
              const FieldContext& context, FieldValues& values, std::vector<FieldError>& errors) {
  const form::Field* field = form.find(id);
  if (field == nullptr) {
    errors.push_back({std::string(id), reasons::kFieldUnknown, "the form has no such field"});
    return;
  }
  Read read = read_value(value, *field, context, 0);
  if (!read) {
    errors.push_back({field->id, reasons::kFieldWrongType, "the value does not fit the field"});
  } else if (!holds_no_input(field->type)) {
    values.insert_or_assign(field->id, std::move(*read));
  }
}

Result<FieldValues> finish(FieldValues values, std::vector<FieldError> errors) {
  if (errors.empty()) return values;
  Error error = make_error(Code::invalid_argument, reasons::kFieldsInvalid,
                           "some fields are not acceptable", errors.front().field);
  error.fields = std::move(errors);
  return error;
}

std::string id_text(std::int64_t id) {
  return id == 0 ? std::string{} : std::to_string(id);
}

struct ToWire {
  const FieldContext& context;

  Json operator()(std::monostate) const { return {}; }
  Json operator()(bool flag) const { return flag ? "true" : "false"; }
  Json operator()(const Decimal& number) const { return number.text(); }
  Json operator()(const std::string& text) const { return text; }
  Json operator()(const CalendarDate& date) const { return date.text; }
  Json operator()(const Instant& at) const { return to_local_seconds(at, context.time_zone); }
  Json operator()(const UserRef& ref) const { return id_text(ref.user.value()); }
  Json operator()(const GroupRef& ref) const { return id_text(ref.group.value()); }
  Json operator()(const AssigneeRef& ref) const {
    Json object = Json::object();
    object.set("group", id_text(ref.group.value())).set("user", id_text(ref.user.value()));
    return object;
  }
  Json operator()(const FileRef& ref) const { return ref.file_name; }
  Json operator()(const FieldValue::List& list) const {
    Json array = Json::array();
    for (const FieldValue& element : list) array.push(wire_value(element, context));
    return array;
  }
  Json operator()(const FieldValue::Table& table) const {
    Json array = Json::array();
    for (const FieldValues& row : table) {
      Json object = Json::object();
      for (const auto& [id, cell] : row) object.set(id, wire_value(cell, context));
      array.push(std::move(object));
    }
    return array;
  }
};

}  // namespace

Result<FieldValues> read_fields(const Json::Array& items, const form::FormDefinition& form,
                                const FieldContext& context) {
  FieldValues values;
  std::vector<FieldError> errors;
  for (const Json& item : items) {
    const Json* id = item.find("id");
    const Json* value = item.find("value");
    if (id == nullptr || !id->is_string() || value == nullptr) {
      return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                        "each item needs an id and a value", "formdata");
    }
    read_one(*id->as_string(), *value, form, context, values, errors);
  }
  return finish(std::move(values), std::move(errors));
}

Result<FieldValues> read_variables(const Json::Object& variables, const form::FormDefinition& form,
                                   const FieldContext& context) {
  FieldValues values;
  std::vector<FieldError> errors;
  for (const auto& [name, value] : variables) {
    read_one(name, value, form, context, values, errors);
  }
  return finish(std::move(values), std::move(errors));
}

Json wire_value(const FieldValue& value, const FieldContext& context) {
  return std::visit(ToWire{context}, value.storage());
}

Json wire_text(const FieldValue& value, const FieldContext& context) {
  Json wire = wire_value(value, context);
  if (wire.is_null() || wire.is_string()) return wire;
  return print(wire, {.ascii = false, .spaced = true});
}

std::string_view wire_type(const form::Field& field) {
  switch (field.role) {
    case form::FieldRole::title:
      return "h_title";
    case form::FieldRole::status:
      return "h_status";
    case form::FieldRole::level:
      return "h_level";
    case form::FieldRole::assignee:
      return "h_group";
    case form::FieldRole::none:
      break;
  }
  switch (field.type) {
    case FieldType::text:
    case FieldType::number:
    case FieldType::address:
    case FieldType::serial:
      return "inputbox";
    case FieldType::long_text:
      return "areabox";
    case FieldType::boolean:
    case FieldType::multi_select:
      return "checkbox";
    case FieldType::select:
      return "list";
    case FieldType::date:
      return "date";
    case FieldType::datetime:
      return "datetime";
    case FieldType::user:
    case FieldType::users:
      return "n_user";
    case FieldType::group:
    case FieldType::groups:
      return "n_group";
    case FieldType::assignee:
      return "h_group";
    case FieldType::file:
      return "file";
    case FieldType::subtable:
      return "subtable";
    case FieldType::label:
      return "label";
  }
  return "inputbox";
}

}  // namespace cinnabar::omflow
