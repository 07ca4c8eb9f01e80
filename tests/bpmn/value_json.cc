#include "value_json.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace cinnabar::corpus {
namespace {

std::string quoted(const std::string& text) {
  return print(Json(text));
}

std::string text_of_list(const expr::Value::List& list, int depth) {
  std::string out = "[";
  for (const expr::Value& item : list) {
    if (out.size() > 1) out += ",";
    out += text_of(item, depth);
  }
  return out + "]";
}

std::string text_of_context(expr::Value::Context entries, int depth) {
  std::ranges::sort(entries, {}, &expr::Value::Entry::first);
  std::string out = "{";
  for (const auto& [name, value] : entries) {
    if (out.size() > 1) out += ",";
    out += quoted(name) + ":" + text_of(value, depth);
  }
  return out + "}";
}

}  // namespace

expr::Value value_of(const Json& json, int depth) {
  if (depth > kJsonDepthMax) return {};
  if (const bool* boolean = json.as_bool()) return expr::Value(*boolean);
  if (const std::string* text = json.as_string()) return expr::Value(*text);
  if (const Json::Number* number = json.as_number()) {
    const auto decimal = Decimal::parse(number->digits);
    return decimal ? expr::Value(*decimal) : expr::Value(number->digits);
  }
  if (const Json::Array* array = json.as_array()) {
    expr::Value::List list;
    for (const Json& item : *array) list.push_back(value_of(item, depth + 1));
    return expr::Value(std::move(list));
  }
  if (const Json::Object* object = json.as_object()) {
    expr::Value::Context context;
    for (const auto& [name, value] : *object)
      context.emplace_back(name, value_of(value, depth + 1));
    return expr::Value(std::move(context));
  }
  return {};
}

expr::Variables variables_of(const Json& object) {
  expr::Variables variables;
  for (const auto& [name, value] : *object.as_object()) variables[name] = value_of(value);
  return variables;
}

std::string text_of(const expr::Value& value, int depth) {
  if (depth > kJsonDepthMax || value.is_null()) return "null";
  if (const bool* boolean = value.get<bool>()) return *boolean ? "true" : "false";
  if (const Decimal* number = value.get<Decimal>()) return number->text();
  if (const std::string* text = value.get<std::string>()) return quoted(*text);
  if (value.list() != nullptr) return text_of_list(*value.list(), depth + 1);
  if (value.context() != nullptr) return text_of_context(*value.context(), depth + 1);
  return "<another kind>";
}

}  // namespace cinnabar::corpus
