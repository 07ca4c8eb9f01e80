#include "services/codec/variable_json.h"

#include "domain/expr/iso_time.h"
#include "domain/expr/temporal.h"
#include "services/codec/variable_bytes.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <optional>
#include <set>

namespace cinnabar::services::codec {
namespace {

using expr::Value;

Json make_json(const Value& value, int depth);

Json tagged(std::string_view tag, Json json) {
  return Json::object(1).set(tag, std::move(json));
}

struct MakeJson {
  int depth;

  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(bool value) const { return value; }
  Json operator()(const Decimal& value) const { return Json::Number{value.text()}; }
  Json operator()(const std::string& value) const { return value; }
  Json operator()(const expr::Date& value) const { return tagged("$date", expr::to_text(value)); }
  Json operator()(const expr::TimeOfDay& value) const {
    return tagged("$time", expr::to_text(value));
  }
  Json operator()(const expr::DateTime& value) const {
    return tagged("$date_time", expr::to_text(value));
  }
  Json operator()(expr::MonthsDuration value) const {
    return tagged("$months", expr::format_months(value.months));
  }
  Json operator()(Duration value) const {
    return tagged("$duration", expr::format_micros(value.micros()));
  }
  Json operator()(UserRef value) const { return tagged("$user", value.user.value()); }
  Json operator()(GroupRef value) const { return tagged("$group", value.group.value()); }
  Json operator()(AssigneeRef value) const {
    return tagged("$assignee", Json::array().push(value.group.value()).push(value.user.value()));
  }
  Json operator()(const FileRef& value) const {
    return tagged("$file", Json::array().push(value.attachment.value()).push(value.file_name));
  }
  Json operator()(const Value::ListRef& value) const {
    Json json = Json::array();
    for (const Value& element : *value) json.push(make_json(element, depth + 1));
    return json;
  }
  Json operator()(const Value::ContextRef& value) const {
    Json json = Json::object(value->size());
    for (const auto& [key, element] : *value) json.set(key, make_json(element, depth + 1));
    const bool is_like_a_tag = value->size() == 1 && value->front().first.starts_with('$');
    return is_like_a_tag ? tagged("$context", std::move(json)) : json;
  }
  Json operator()(const Value::FunctionRef& /*value*/) const { return nullptr; }
  Json operator()(const Value::RangeRef& value) const {
    return tagged("$range", Json::array()
                                .push(make_json(value->low, depth + 1))
                                .push(make_json(value->high, depth + 1))
                                .push(value->low_included)
                                .push(value->high_included));
  }
};

Json make_json(const Value& value, int depth) {
  if (depth > kVariableDepthMax) return nullptr;
  return std::visit(MakeJson{depth}, value.storage());
}

// Reading answers nullopt for what is no value.
std::optional<Value> read(const Json& json, int depth);

std::optional<Value> read_list(const Json::Array& array, int depth) {
  Value::List list;
  list.reserve(array.size());
  for (const Json& element : array) {
    auto value = read(element, depth + 1);
    if (!value) return std::nullopt;
    list.push_back(std::move(*value));
  }
  return Value{std::move(list)};
}

std::optional<Value> read_context(const Json::Object& object, int depth) {
  Value::Context context;
  std::set<std::string_view> keys;
  context.reserve(object.size());
  for (const auto& [key, member] : object) {
    auto value = read(member, depth + 1);
    if (!value || !keys.insert(key).second) return std::nullopt;
    context.emplace_back(key, std::move(*value));
  }
  return Value{std::move(context)};
}

template <typename Parsed>
std::optional<Value> as_value(std::optional<Parsed> parsed) {
  if (!parsed) return std::nullopt;
  return Value{std::move(*parsed)};
}

std::optional<Value> read_text(std::string_view tag, const std::string& text) {
  if (tag == "$date") return as_value(expr::parse_date(text));
  if (tag == "$time") return as_value(expr::parse_time(text));
  if (tag == "$date_time") return as_value(expr::parse_date_time(text));
  const auto duration = expr::parse_duration(text);
  if (!duration) return std::nullopt;
  if (tag == "$months" && duration->micros == 0) {
    return Value{expr::MonthsDuration{duration->months}};
  }
  if (tag == "$duration" && duration->months == 0) return Value{Duration{duration->micros}};
  return std::nullopt;
}

std::optional<Value> read_range(const Json::Array& parts, int depth) {
  if (parts.size() != 4) return std::nullopt;
  auto low = read(parts[0], depth + 1);
  auto high = read(parts[1], depth + 1);
  const bool* low_included = parts[2].as_bool();
  const bool* high_included = parts[3].as_bool();
  if (!low || !high || low_included == nullptr || high_included == nullptr) return std::nullopt;
  return Value{Value::Range{std::move(*low), std::move(*high), *low_included, *high_included}};
}

std::optional<Value> read_parts(std::string_view tag, const Json::Array& parts, int depth) {
  if (tag == "$range") return read_range(parts, depth);
  if (parts.size() != 2) return std::nullopt;
  const auto first = parts[0].as_int();
  if (!first) return std::nullopt;
  if (tag == "$assignee") {
    const auto user = parts[1].as_int();
    if (!user) return std::nullopt;
    return Value{AssigneeRef{GroupId{*first}, UserId{*user}}};
  }
  const std::string* file_name = parts[1].as_string();
  if (tag != "$file" || file_name == nullptr) return std::nullopt;
  return Value{FileRef{AttachmentId{*first}, *file_name}};
}

std::optional<Value> read_tagged(std::string_view tag, const Json& json, int depth) {
  if (tag == "$context" && json.is_object()) return read_context(*json.as_object(), depth);
  if (const std::string* text = json.as_string()) return read_text(tag, *text);
  if (const Json::Array* parts = json.as_array()) return read_parts(tag, *parts, depth);
  const auto number = json.as_int();
  if (!number) return std::nullopt;
  if (tag == "$user") return Value{UserRef{UserId{*number}}};
  if (tag == "$group") return Value{GroupRef{GroupId{*number}}};
  return std::nullopt;
}

std::optional<Value> read(const Json& json, int depth) {
  if (depth > kVariableDepthMax) return std::nullopt;
  if (json.is_null()) return Value{};
  if (const bool* value = json.as_bool()) return Value{*value};
  if (const std::string* value = json.as_string()) return Value{*value};
  if (const Json::Array* value = json.as_array()) return read_list(*value, depth);
  if (const Json::Object* value = json.as_object()) {
    const bool is_tagged = value->size() == 1 && value->front().first.starts_with('$');
    if (is_tagged) return read_tagged(value->front().first, value->front().second, depth);
    return read_context(*value, depth);
  }
  return as_value(Decimal::parse(json.as_number()->digits));
}

Error malformed(std::string subject) {
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                    "this is no value of a variable", std::move(subject));
}

}  // namespace

Json variable_json(const Value& value) {
  return make_json(value, 0);
}

Json variables_json(const expr::Variables& variables) {
  Json json = Json::object(variables.size());
  for (const auto& [name, value] : variables) json.set(name, variable_json(value));
  return json;
}

Result<Value> read_variable(const Json& json) {
  auto value = read(json, 0);
  if (!value) return malformed({});
  return std::move(*value);
}

Result<expr::Variables> read_variables(const Json& json) {
  const Json::Object* object = json.as_object();
  if (object == nullptr) return malformed("variables");
  expr::Variables variables;
  for (const auto& [name, member] : *object) {
    auto value = read(member, 0);
    if (!value) return malformed("variables." + name);
    if (!variables.emplace(name, std::move(*value)).second) return malformed("variables." + name);
  }
  return variables;
}

}  // namespace cinnabar::services::codec
