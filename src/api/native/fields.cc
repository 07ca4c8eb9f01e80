#include "api/native/fields.h"

#include "base/text.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

constexpr std::size_t kErrorsMax = 100;

Json value_json(const Names& names, const FieldValue& value, int depth);

// Values nest as tables of lists; deeper ones cannot be stored.
constexpr int kDepthMax = 8;

struct ValueJson {
  const Names& names;
  int depth;

  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(bool value) const { return value; }
  Json operator()(const Decimal& value) const { return Json::Number{value.text()}; }
  Json operator()(const std::string& value) const { return value; }
  Json operator()(const CalendarDate& value) const { return value.text; }
  Json operator()(Instant value) const { return to_rfc3339(value); }
  Json operator()(UserRef value) const { return user_json(*names.people, value.user); }
  Json operator()(GroupRef value) const { return group_json(*names.people, value.group); }
  Json operator()(AssigneeRef value) const {
    return Json::object()
        .set("group", group_json(*names.people, value.group))
        .set("user", user_json(*names.people, value.user));
  }
  Json operator()(const FileRef& value) const {
    return Json::object()
        .set("id", value.attachment.value())
        .set("file_name", value.file_name)
        .set("href", "/api/v1/attachments/" + std::to_string(value.attachment.value()));
  }
  Json operator()(const FieldValue::List& value) const {
    Json list = Json::array();
    for (const FieldValue& element : value) list.push(value_json(names, element, depth + 1));
    return list;
  }
  Json operator()(const FieldValue::Table& value) const {
    Json table = Json::array();
    for (const FieldValues& row : value) {
      Json columns = Json::object();
      for (const auto& [id, cell] : row) columns.set(id, value_json(names, cell, depth + 1));
      table.push(std::move(columns));
    }
    return table;
  }
};

Json value_json(const Names& names, const FieldValue& value, int depth) {
  if (depth > kDepthMax) return nullptr;
  return std::visit(ValueJson{names, depth}, value.storage());
}

// Reads one submission; every mistake becomes a field error.
class Reader {
 public:
  Reader(const services::People& people, UtcOffset time_zone)
      : people_(people), time_zone_(time_zone) {}

  FieldValues read(const std::vector<form::Field>& fields, const Json::Object& members,
                   const std::string& prefix) {
    FieldValues values;
    for (const auto& [id, json] : members) {
      const form::Field* field = nullptr;
      for (const form::Field& candidate : fields) {
        if (equals_ignore_ascii_case(candidate.id, id)) field = &candidate;
      }
      if (field == nullptr) {
        fail(prefix + id, reasons::kFieldUnknown, "the form has no such field");
        continue;
      }
      auto value = read_value(*field, json, prefix + field->id);
      if (value.has_value()) values.insert_or_assign(field->id, std::move(*value));
    }
    return values;
  }

  std::vector<FieldError> take_errors() { return std::move(errors_); }

 private:
  using Value = std::optional<FieldValue>;

  void fail(std::string path, Reason reason, std::string detail) {
    if (errors_.size() < kErrorsMax) {
      errors_.push_back(FieldError{to_valid_utf8(path), reason, std::move(detail)});
    }
  }
  Value wrong(const std::string& path, std::string expected) {
    fail(path, reasons::kFieldWrongType, "expected " + std::move(expected));
    return std::nullopt;
  }

  Value read_value(const form::Field& field, const Json& json, const std::string& path) {
    if (json.is_null()) return FieldValue{};
    switch (field.type) {
      case form::FieldType::text:
      case form::FieldType::long_text:
      case form::FieldType::select:
      case form::FieldType::address:
      case form::FieldType::serial:
        if (const std::string* text = json.as_string()) return FieldValue::text(*text);
        return wrong(path, "a text");
      case form::FieldType::number:
        return read_number(json, path);
      case form::FieldType::boolean:
        if (const bool* flag = json.as_bool()) return FieldValue{*flag};
        return wrong(path, "true or false");
      case form::FieldType::date:
        if (const std::string* text = json.as_string(); text && is_calendar_date(*text)) {
          return FieldValue{CalendarDate{*text}};
        }
        return wrong(path, "a date YYYY-MM-DD");
      case form::FieldType::datetime:
        return read_time(json, path);
      case form::FieldType::multi_select:
        return read_list(json, path, [this](const Json& element, const std::string& at) -> Value {
          if (const std::string* text = element.as_string()) return FieldValue::text(*text);
          return wrong(at, "a text");
        });
      case form::FieldType::user:
        return read_user(json, path);
      case form::FieldType::users:
        return read_list(json, path, [this](const Json& element, const std::string& at) {
          return read_user(element, at);
        });
      case form::FieldType::group:
        return read_group(json, path);
      case form::FieldType::groups:
        return read_list(json, path, [this](const Json& element, const std::string& at) {
          return read_group(element, at);
        });
      case form::FieldType::assignee:
        return read_assignee(json, path);
      case form::FieldType::file:
        return wrong(path, "no value; files are uploaded");
      case form::FieldType::subtable:
        return read_table(field, json, path);
      case form::FieldType::label:
        return wrong(path, "no value; this is a label");
    }
    CINNABAR_UNREACHABLE();
  }

  Value read_number(const Json& json, const std::string& path) {
    if (const Json::Number* number = json.as_number()) {
      if (auto decimal = Decimal::parse(number->digits)) return FieldValue{std::move(*decimal)};
    }
    return wrong(path, "a number of at most 34 digits");
  }

  Value read_time(const Json& json, const std::string& path) {
    const std::string* text = json.as_string();
    const auto at = text == nullptr ? std::nullopt : parse_instant(*text, time_zone_);
    if (at.has_value()) return FieldValue{*at};
    return wrong(path, "a time such as 2026-01-31T09:00:00Z");
  }

  template <typename F>
  Value read_list(const Json& json, const std::string& path, F&& read_element) {
    const Json::Array* array = json.as_array();
    if (array == nullptr) return wrong(path, "a list");
    FieldValue::List list;
    for (std::size_t i = 0; i < array->size(); ++i) {
      auto element = read_element((*array)[i], path + "[" + std::to_string(i) + "]");
      if (!element.has_value()) return std::nullopt;
      list.push_back(std::move(*element));
    }
    return FieldValue{std::move(list)};
  }

  std::optional<UserId> find_user(const Json& json) {
    const Json* name = json.is_object() ? json.find("name") : &json;
    const Json* id = json.is_object() ? json.find("id") : &json;
    if (id != nullptr && id->as_int().has_value()) {
      const UserId user{*id->as_int()};
      return people_.user(user) == nullptr ? std::nullopt : std::optional(user);
    }
    if (name == nullptr || name->as_string() == nullptr) return std::nullopt;
    return people_.find_user(*name->as_string());
  }

  Value read_user(const Json& json, const std::string& path) {
    if (const auto user = find_user(json)) return FieldValue{UserRef{*user}};
    fail(path, reasons::kUserUnknown, "expected the name or id of a person");
    return std::nullopt;
  }

  std::optional<GroupId> find_group(const Json& json) {
    const Json* key = json.is_object() ? json.find("key") : &json;
    const Json* id = json.is_object() ? json.find("id") : &json;
    if (id != nullptr && id->as_int().has_value()) {
      const GroupId group{*id->as_int()};
      return people_.group(group) == nullptr ? std::nullopt : std::optional(group);
    }
    if (key == nullptr || key->as_string() == nullptr) return std::nullopt;
    const Json* kind = json.find("kind");
    const std::string* kind_name = kind == nullptr ? nullptr : kind->as_string();
    for (const GroupKind candidate :
         {GroupKind::group, GroupKind::department, GroupKind::role, GroupKind::position}) {
      if (kind_name != nullptr && name(candidate) != *kind_name) continue;
      if (const auto group = people_.find_group(candidate, *key->as_string())) return group;
    }
    return std::nullopt;
  }

  Value read_group(const Json& json, const std::string& path) {
    if (const auto group = find_group(json)) return FieldValue{GroupRef{*group}};
    fail(path, reasons::kGroupUnknown, "expected the key or id of a group");
    return std::nullopt;
  }

  Value read_assignee(const Json& json, const std::string& path) {
    if (!json.is_object()) return wrong(path, "an object with group and user");
    AssigneeRef assignee;
    if (const Json* group = json.find("group"); group != nullptr && !group->is_null()) {
      const auto found = find_group(*group);
      if (!found.has_value()) {
        fail(path, reasons::kGroupUnknown, "expected the key or id of a group");
        return std::nullopt;
      }
      assignee.group = *found;
    }
    if (const Json* user = json.find("user"); user != nullptr && !user->is_null()) {
      const auto found = find_user(*user);
      if (!found.has_value()) {
        fail(path, reasons::kUserUnknown, "expected the name or id of a person");
        return std::nullopt;
      }
      assignee.user = *found;
    }
    return FieldValue{assignee};
  }

  // Forms have no table within a table, so this goes one level deep.
  Value read_table(const form::Field& field, const Json& json, const std::string& path) {
    const Json::Array* rows = json.as_array();
    if (rows == nullptr) return wrong(path, "a list of objects");
    FieldValue::Table table;
    for (std::size_t i = 0; i < rows->size(); ++i) {
      const std::string at = path + "[" + std::to_string(i) + "]";
      const Json::Object* members = (*rows)[i].as_object();
      if (members == nullptr) return wrong(at, "an object");
      table.push_back(read(field.columns, *members, at + "."));
    }
    return FieldValue{std::move(table)};
  }

  const services::People& people_;
  UtcOffset time_zone_;
  std::vector<FieldError> errors_;
};

Json field_json(const form::Field& field) {
  Json json = Json::object()
                  .set("id", field.id)
                  .set("type", form::name(field.type))
                  .set("title", field.title)
                  .set("required", field.required)
                  .set("read_only", field.read_only)
                  .set("hidden", field.hidden);
  if (!field.pattern.empty()) json.set("pattern", field.pattern);
  if (!field.options.empty()) {
    Json options = Json::array();
    for (const form::Option& option : field.options) {
      options.push(Json::object().set("value", option.value).set("text", option.text));
    }
    json.set("options", std::move(options));
  }
  return json;
}

}  // namespace

Json fields_json(const Names& names, const FieldValues& fields) {
  Json json = Json::object();
  for (const auto& [id, value] : fields) json.set(id, value_json(names, value, 0));
  return json;
}

Result<FieldValues> read_fields(const services::DeployedDefinition& definition,
                                const services::People& people, UtcOffset time_zone,
                                const Json& fields) {
  Reader reader(people, time_zone);
  FieldValues values = reader.read(definition.form->fields, *fields.as_object(), "");
  std::vector<FieldError> errors = reader.take_errors();
  if (errors.empty()) return values;
  Error error =
      make_error(Code::invalid_argument, reasons::kFieldsInvalid, "some fields are not acceptable");
  error.fields = std::move(errors);
  return error;
}

Json form_json(const services::DeployedDefinition& definition) {
  Json fields = Json::array();
  for (const form::Field& field : definition.form->fields) {
    Json json = field_json(field);
    if (!field.columns.empty()) {
      Json columns = Json::array();
      for (const form::Field& column : field.columns) columns.push(field_json(column));
      json.set("columns", std::move(columns));
    }
    fields.push(std::move(json));
  }
  return Json::object()
      .set("key", definition.form->key)
      .set("name", definition.form->name)
      .set("fields", std::move(fields));
}

}  // namespace cinnabar::native
