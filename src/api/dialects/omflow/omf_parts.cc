#include "api/dialects/omflow/omf_parts.h"

#include "base/text.h"
#include "vocab/decimal.h"

namespace cinnabar::omflow::omf {

void Report::add(std::string_view rule, std::string_view element, std::string message,
                 bool is_error) {
  findings_.push_back({.path = path_,
                       .rule = std::string{rule},
                       .element = std::string{element},
                       .line = 0,
                       .message = std::move(message),
                       .is_error = is_error});
}

Json structured(const Json* json) {
  if (json == nullptr) return {};
  const std::string* text = json->as_string();
  if (text == nullptr) return *json;
  auto parsed = Json::parse(*text);
  return parsed ? std::move(*parsed) : Json{};
}

std::string text_of(const Json* json) {
  if (json == nullptr || json->is_null()) return {};
  if (const std::string* text = json->as_string()) return *text;
  return print(*json);
}

bool is_true(const Json* json) {
  const std::string text = to_lower_ascii(text_of(json));
  return text == "true" || text == "1";
}

bool is_blank(const Json* json) {
  const Json value = structured(json);
  if (value.is_null()) return json == nullptr || json->is_null() || trim(text_of(json)).empty();
  if (const std::string* text = value.as_string()) return text->empty();
  if (const Json::Array* array = value.as_array()) return array->empty();
  if (const Json::Object* object = value.as_object()) return object->empty();
  return false;
}

std::string make_key(std::string_view name, std::set<std::string>& taken) {
  constexpr std::size_t kKeyBytesMax = 100;
  std::string key;
  for (const char c : utf8_prefix(name, kKeyBytesMax)) {
    const bool is_allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                            static_cast<unsigned char>(c) >= 0x80;
    if (is_allowed) {
      key += c;
    } else if (!key.empty() && key.back() != '-') {
      key += '-';
    }
  }
  while (key.ends_with('-')) key.pop_back();
  if (key.empty()) key = "flow";
  std::string unique = key;
  for (int number = 2; !taken.insert(unique).second; ++number) {
    unique = key + '-' + std::to_string(number);
  }
  return unique;
}

Operand parse_operand(std::string_view text) {
  const auto inside = [&](std::string_view opening) -> std::optional<std::string> {
    if (!text.starts_with(opening) || !text.ends_with(')')) return std::nullopt;
    return std::string{text.substr(opening.size(), text.size() - opening.size() - 1)};
  };
  if (auto id = inside("#(")) return {Operand::Kind::field, std::move(*id)};
  if (auto id = inside("#G1(")) return {Operand::Kind::group_of, std::move(*id)};
  if (auto id = inside("#G2(")) return {Operand::Kind::user_of, std::move(*id)};
  if (auto id = inside("$(")) return {Operand::Kind::variable, std::move(*id)};
  return {Operand::Kind::constant, std::string{text}};
}

std::string text_expression(std::string_view text) {
  std::string out;
  print_string_to(out, text, false);
  return out;
}

std::optional<std::string> constant_expression(const Field& field, const std::string& text) {
  if (text.empty()) return "null";
  if (field.type == "number") {
    const auto number = Decimal::parse(trim(text));
    if (!number) return std::nullopt;
    return number->text();
  }
  if (field.type == "multi_select") {
    const Json::Array* values = nullptr;
    const auto parsed = Json::parse(text);
    if (parsed) values = parsed->as_array();
    std::string list;
    if (values == nullptr) {
      for (const std::string_view value : split(text, ',')) {
        list += (list.empty() ? "" : ", ") + text_expression(trim(value));
      }
    } else {
      for (const Json& value : *values) {
        list += (list.empty() ? "" : ", ") + text_expression(text_of(&value));
      }
    }
    return '[' + list + ']';
  }
  if (field.type == "assignee" || field.type == "file") return std::nullopt;
  return text_expression(text);
}

}  // namespace cinnabar::omflow::omf
