#include "api/dialects/omflow/omf_parts.h"
#include "base/text.h"
#include "base/time.h"
#include "vocab/decimal.h"

namespace cinnabar::omflow::omf {

namespace {

constexpr std::string_view kFieldPrefix = "FORMITM_";

struct Shape {
  std::string_view type;
  std::string_view role;  // empty: none
};

Shape input_shape(const Json& config, const std::string& id, Report& report) {
  const std::string kind = text_of(config.find("type"));
  if (kind == "number") return {"number", ""};
  if (kind == "password") {
    report.warn("field_password", id, "the field was masked; it is imported as plain text");
  } else if (kind == "email" || kind == "url") {
    report.warn("field_spelling", id, "only the browser checked the spelling; give a pattern");
  }
  return {"text", ""};
}

// Nullopt for a type that has no counterpart.
std::optional<Shape> shape_of(const std::string& type, const Json& config, const std::string& id,
                              Report& report) {
  if (type == "inputbox") return input_shape(config, id, report);
  if (type == "h_title") return Shape{"text", "title"};
  if (type == "areabox") return Shape{"long_text", ""};
  if (type == "list") return Shape{"select", ""};
  if (type == "checkbox")
    return Shape{is_true(config.find("multiple")) ? "multi_select" : "select", ""};
  if (type == "h_status") return Shape{"select", "status"};
  if (type == "h_level") return Shape{"select", "level"};
  if (type == "h_group") return Shape{"assignee", "assignee"};
  if (type == "date") return Shape{"date", ""};
  if (type == "datetime") return Shape{"datetime", ""};
  if (type == "subquery") {
    report.warn("field_query", id, "the look-up is not imported; the field takes text");
    return Shape{"text", ""};
  }
  return std::nullopt;
}

Json read_options(const Json& config) {
  Json options = Json::array();
  const Json lists = structured(config.find("lists"));
  const Json::Array* array = lists.as_array();
  if (array == nullptr) return options;
  for (const Json& one : *array) {
    options.push(Json::object()
                     .set("value", text_of(one.find("value")))
                     .set("text", text_of(one.find("text"))));
  }
  return options;
}

Json level_options() {
  Json options = Json::array();
  options.push(Json::object().set("value", "green").set("text", "綠燈"));
  options.push(Json::object().set("value", "yellow").set("text", "黃燈"));
  options.push(Json::object().set("value", "red").set("text", "紅燈"));
  return options;
}

// Nullopt when a field of that type cannot have this default here.
std::optional<Json> read_default(std::string_view type, const std::string& text) {
  if (type == "text" || type == "long_text" || type == "select") return Json{text};
  if (type == "number") {
    const auto number = Decimal::parse(trim(text));
    if (!number) return std::nullopt;
    return Json{Json::Number{number->text()}};
  }
  if (type == "multi_select") {
    const Json whole{text};
    const Json listed = structured(&whole);
    if (listed.is_array()) return listed;
    Json values = Json::array();
    for (const std::string_view value : split(text, ',')) values.push(trim(value));
    return values;
  }
  if (type == "date" && is_calendar_date(text)) return Json{text};
  return std::nullopt;
}

void set_default(Field& field, const Json& config, Report& report) {
  const std::string text = text_of(config.find("value"));
  // An assignee's empty default is "," or "null,null" in some exports.
  if (text.empty() || (field.type == "assignee" && (text == "," || text == "null,null"))) return;
  if (auto value = read_default(field.type, text)) {
    field.json.set("default", std::move(*value));
  } else {
    report.error("field_default", field.id,
                 "the default '" + text + "' means nothing on this server; give it another one");
  }
}

void set_members(Field& field, const Shape& shape, const std::string& type, const Json& config,
                 Report& report) {
  field.json = Json::object();
  std::string title = text_of(config.find(type == "h_group" ? "group_title" : "title"));
  if (title.empty()) title = text_of(config.find("title"));
  field.json.set("id", field.id).set("type", shape.type).set("title", title);
  if (!shape.role.empty()) field.json.set("role", shape.role);
  if (field.required) field.json.set("required", true);
  if (field.hidden) field.json.set("hidden", true);
  if (field.read_only) field.json.set("read_only", true);
  if (text_of(config.find("type")) == "unique") field.json.set("unique", true);
  const std::string pattern = text_of(config.find("regex"));
  if (!pattern.empty() && shape.type != "number") {
    field.json.set("pattern", pattern);
    report.warn("field_pattern", field.id, "the pattern must match the whole text here");
  }
  const std::string placeholder = text_of(config.find("placeholder"));
  if (!placeholder.empty()) field.json.set("placeholder", placeholder);
  if (shape.type == "select" || shape.type == "multi_select") {
    Json options = read_options(config);
    if (type == "h_level" && options.as_array()->empty()) options = level_options();
    field.json.set("options", std::move(options));
  }
  set_default(field, config, report);
}

std::optional<Field> read_field(const Json& item, Report& report) {
  const std::string id = text_of(item.find("id"));
  const std::string type = text_of(item.find("type"));
  if (type == "box6" || type == "box12") return std::nullopt;
  const Json config = structured(item.find("config"));
  const auto shape = shape_of(type, config, id, report);
  if (!shape || !id.starts_with(kFieldPrefix)) {
    report.error("field_type", id, "a field of type '" + type + "' can not be imported");
    return std::nullopt;
  }
  Field field;
  field.id = id;
  field.type = shape->type;
  field.required = is_true(config.find("require"));
  field.read_only = is_true(config.find("readonly"));
  field.hidden = is_true(item.find("hidden"));
  set_members(field, *shape, type, config, report);
  return field;
}

}  // namespace

const Field* Form::find(std::string_view id) const {
  for (const Field& field : fields) {
    if (equals_ignore_ascii_case(field.id, id)) return &field;
  }
  return nullptr;
}

const Field* Form::assignee() const {
  for (const Field& field : fields) {
    if (field.type == "assignee") return &field;
  }
  return nullptr;
}

Form read_form(const Json& form_object, Report& report) {
  Form form;
  const Json items = structured(form_object.find("items"));
  const Json::Array* array = items.as_array();
  if (array == nullptr) return form;
  for (const Json& item : *array) {
    auto field = read_field(item, report);
    if (!field) continue;
    if (form.find(field->id) != nullptr) {
      report.error("field_repeated", field->id, "the form holds this field twice");
      continue;
    }
    form.fields.push_back(std::move(*field));
  }
  return form;
}

std::string print_form(const Form& form, const std::string& key, const std::string& name) {
  Json fields = Json::array();
  for (const Field& field : form.fields) fields.push(field.json);
  Json document = Json::object();
  document.set("key", key).set("name", name).set("fields", std::move(fields));
  return print_pretty(document);
}

}  // namespace cinnabar::omflow::omf
