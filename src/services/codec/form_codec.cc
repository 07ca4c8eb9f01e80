#include "services/codec/form_codec.h"

#include "services/codec/form_json.h"
#include "services/codec/value_json.h"
#include "vocab/limits.h"
#include "vocab/reasons.h"

#include <fmt/format.h>

namespace cinnabar::services::codec {

namespace {

using form::FieldType;

enum class Level : std::uint8_t { field, column };

std::optional<FieldValue> text_default(const Json& json) {
  const std::string* text = json.as_string();
  if (text == nullptr) return std::nullopt;
  return FieldValue{*text};
}

std::optional<FieldValue> texts_default(const Json& json) {
  const Json::Array* array = json.as_array();
  if (array == nullptr) return std::nullopt;
  FieldValue::List list;
  for (const Json& element : *array) {
    auto value = text_default(element);
    if (!value) return std::nullopt;
    list.push_back(std::move(*value));
  }
  return FieldValue{std::move(list)};
}

std::optional<FieldValue> date_default(const Json& json) {
  const std::string* text = json.as_string();
  if (text == nullptr || !is_calendar_date(*text)) return std::nullopt;
  return FieldValue{CalendarDate{*text}};
}

// The zone is part of the text: a package means the same on every server.
std::optional<FieldValue> datetime_default(const Json& json) {
  const std::string* text = json.as_string();
  if (text == nullptr) return std::nullopt;
  const auto at = parse_instant(*text, UtcOffset{});
  const auto elsewhere = parse_instant(*text, UtcOffset{60});
  if (!at || at != elsewhere) return std::nullopt;
  return FieldValue{*at};
}

std::optional<FieldValue> number_default(const Json& json) {
  const Json::Number* number = json.as_number();
  if (number == nullptr) return std::nullopt;
  auto value = Decimal::parse(number->digits);
  if (!value) return std::nullopt;
  return FieldValue{std::move(*value)};
}

std::optional<FieldValue> boolean_default(const Json& json) {
  const bool* value = json.as_bool();
  if (value == nullptr) return std::nullopt;
  return FieldValue{*value};
}

// A value of the type given that the record notation can write, for example {"$group": 3}.
template <typename T>
std::optional<FieldValue> one_default(const Json& json) {
  auto value = get_json(json);
  if (!value || value->get<T>() == nullptr) return std::nullopt;
  return value;
}

template <typename T>
std::optional<FieldValue> list_default(const Json& json) {
  auto value = get_json(json);
  if (!value) return std::nullopt;
  const FieldValue::List* list = value->get<FieldValue::List>();
  if (list == nullptr) return std::nullopt;
  for (const FieldValue& element : *list) {
    if (element.get<T>() == nullptr) return std::nullopt;
  }
  return value;
}

// Nullopt for a default that a field of that type cannot have.
std::optional<FieldValue> read_default(FieldType type, const Json& json) {
  switch (type) {
    case FieldType::text:
    case FieldType::long_text:
    case FieldType::select:
    case FieldType::address:
      return text_default(json);
    case FieldType::number:
      return number_default(json);
    case FieldType::boolean:
      return boolean_default(json);
    case FieldType::date:
      return date_default(json);
    case FieldType::datetime:
      return datetime_default(json);
    case FieldType::multi_select:
      return texts_default(json);
    case FieldType::user:
      return one_default<UserRef>(json);
    case FieldType::users:
      return list_default<UserRef>(json);
    case FieldType::group:
      return one_default<GroupRef>(json);
    case FieldType::groups:
      return list_default<GroupRef>(json);
    case FieldType::assignee:
      return one_default<AssigneeRef>(json);
    case FieldType::file:
    case FieldType::subtable:
    case FieldType::serial:
    case FieldType::label:
      return std::nullopt;
  }
  return std::nullopt;
}

Json default_json(const FieldValue& value) {
  if (const auto* date = value.get<CalendarDate>()) return Json{date->text};
  if (const auto* at = value.get<Instant>()) return Json{to_rfc3339(*at)};
  std::string text;
  put_json(text, value);
  auto parsed = Json::parse(text);
  return parsed ? std::move(*parsed) : Json{};
}

std::vector<form::Option> read_options(StrictObject& object, Problems& problems) {
  std::vector<form::Option> options;
  const Json::Array* array = object.array("options", Need::optional);
  if (array == nullptr) return options;
  for (std::size_t i = 0; i < array->size(); ++i) {
    StrictObject one{(*array)[i], path_of(path_of(object.path(), "options"), i), problems};
    form::Option option;
    option.value = one.text("value", Need::required);
    option.text = one.text("text", Need::required);
    one.finish();
    options.push_back(std::move(option));
  }
  return options;
}

void read_type_and_role(StrictObject& object, form::Field& field) {
  const std::string type = object.text("type", Need::required);
  if (const auto parsed = form::parse_field_type(type)) {
    field.type = *parsed;
  } else if (!type.empty()) {
    object.report("type", kValueUnknown, fmt::format("there is no field type '{}'", type));
  }
  const std::string role = object.text("role", Need::optional);
  if (role.empty()) return;
  if (const auto parsed = form::parse_field_role(role)) {
    field.role = *parsed;
  } else {
    object.report("role", kValueUnknown, fmt::format("there is no field role '{}'", role));
  }
}

std::vector<form::Field> read_fields(const Json::Array& array, const std::string& path, Level level,
                                     Problems& problems);

// Columns of a subtable are fields without columns, so this nests once.
form::Field read_field(const Json& json, const std::string& path, Level level, Problems& problems) {
  StrictObject object{json, path, problems};
  form::Field field;
  field.id = object.name("id", limits::kNameBytesMax);
  read_type_and_role(object, field);
  field.title = object.text("title", Need::required);
  field.required = object.flag("required", false);
  field.hidden = object.flag("hidden", false);
  field.read_only = object.flag("read_only", false);
  field.unique = object.flag("unique", false);
  field.strict_options = object.flag("strict_options", false);
  field.pattern = object.text("pattern", Need::optional);
  field.placeholder = object.text("placeholder", Need::optional);
  field.options = read_options(object, problems);
  if (const Json* value = object.any("default")) {
    auto read = read_default(field.type, *value);
    if (read) field.default_value = std::move(*read);
    if (!read) {
      object.report("default", kMemberWrongType,
                    fmt::format("no default for a field of type {}", name(field.type)));
    }
  }
  const std::string formula = object.text("formula", Need::optional);
  if (!formula.empty()) {
    auto parsed = expr::Expression::parse(formula);
    if (parsed) {
      field.formula = std::move(*parsed);
    } else {
      object.report("formula", kValueMalformed, parsed.error().detail);
    }
  }
  field.alias = object.text("alias", Need::optional);
  if (level == Level::field) {
    if (const Json::Array* columns = object.array("columns", Need::optional)) {
      field.columns = read_fields(*columns, path_of(path, "columns"), Level::column, problems);
    }
  }
  object.finish();
  return field;
}

std::vector<form::Field> read_fields(const Json::Array& array, const std::string& path, Level level,
                                     Problems& problems) {
  std::vector<form::Field> fields;
  if (array.size() > limits::kFormFieldsMax) {
    add_problem(problems, path, reasons::kLimitExceeded,
                fmt::format("more than {} fields", limits::kFormFieldsMax));
    return fields;
  }
  for (std::size_t i = 0; i < array.size(); ++i) {
    fields.push_back(read_field(array[i], path_of(path, i), level, problems));
  }
  return fields;
}

void set_flag(Json& json, std::string_view key, bool value) {
  if (value) json.set(key, true);
}

void set_text(Json& json, std::string_view key, const std::string& value) {
  if (!value.empty()) json.set(key, value);
}

Json fields_json(const std::vector<form::Field>& fields, Level level);

Json field_json(const form::Field& field, Level level) {
  Json json = Json::object();
  json.set("id", field.id).set("type", name(field.type)).set("title", field.title);
  if (field.role != form::FieldRole::none) json.set("role", name(field.role));
  set_flag(json, "required", field.required);
  set_flag(json, "hidden", field.hidden);
  set_flag(json, "read_only", field.read_only);
  set_flag(json, "unique", field.unique);
  set_flag(json, "strict_options", field.strict_options);
  set_text(json, "pattern", field.pattern);
  set_text(json, "placeholder", field.placeholder);
  if (!field.options.empty()) {
    Json options = Json::array();
    for (const form::Option& option : field.options) {
      options.push(Json::object().set("value", option.value).set("text", option.text));
    }
    json.set("options", std::move(options));
  }
  if (!field.default_value.is_null()) json.set("default", default_json(field.default_value));
  if (field.formula) json.set("formula", field.formula->text());
  set_text(json, "alias", field.alias);
  if (level == Level::field && !field.columns.empty()) {
    json.set("columns", fields_json(field.columns, Level::column));
  }
  return json;
}

Json fields_json(const std::vector<form::Field>& fields, Level level) {
  Json json = Json::array();
  for (const form::Field& field : fields) json.push(field_json(field, level));
  return json;
}

Error to_error(Problems problems, std::string_view what) {
  Error error = make_error(Code::invalid_argument, reasons::kPackageInvalid,
                           fmt::format("{} problems in the {}", problems.size(), what));
  for (Problem& problem : problems) {
    error.fields.push_back({std::move(problem.path), problem.rule, std::move(problem.message)});
  }
  return error;
}

}  // namespace

form::FormDefinition read_form(StrictObject& object, Problems& problems) {
  form::FormDefinition definition;
  definition.key = object.name("key", limits::kNameBytesMax);
  definition.name = object.name("name", limits::kNameBytesMax);
  if (const Json::Array* fields = object.array("fields", Need::required)) {
    definition.fields =
        read_fields(*fields, path_of(object.path(), "fields"), Level::field, problems);
  }
  return definition;
}

ProcessSettings read_settings(StrictObject& object) {
  ProcessSettings settings;
  settings.attachments = object.flag("attachments", settings.attachments);
  settings.comments = object.flag("comments", settings.comments);
  settings.relations = object.flag("relations", settings.relations);
  settings.offer_work = object.flag("offer_work", settings.offer_work);
  object.finish();
  return settings;
}

Json settings_json(const ProcessSettings& settings) {
  Json json = Json::object();
  json.set("attachments", settings.attachments)
      .set("comments", settings.comments)
      .set("relations", settings.relations)
      .set("offer_work", settings.offer_work);
  return json;
}

Result<form::FormDefinition> parse_form(std::string_view document) {
  CINNABAR_TRY(const Json json, Json::parse(document));
  Problems problems;
  StrictObject object{json, {}, problems};
  form::FormDefinition definition = read_form(object, problems);
  object.finish();
  if (!problems.empty()) return to_error(std::move(problems), "form");
  return definition;
}

std::string print_form(const form::FormDefinition& form) {
  Json json = Json::object();
  json.set("key", form.key)
      .set("name", form.name)
      .set("fields", fields_json(form.fields, Level::field));
  return print(json);
}

Result<ProcessSettings> parse_settings(std::string_view document) {
  CINNABAR_TRY(const Json json, Json::parse(document));
  Problems problems;
  StrictObject object{json, {}, problems};
  const ProcessSettings settings = read_settings(object);
  if (!problems.empty()) return to_error(std::move(problems), "settings");
  return settings;
}

std::string print_settings(const ProcessSettings& settings) {
  return print(settings_json(settings));
}

}  // namespace cinnabar::services::codec
