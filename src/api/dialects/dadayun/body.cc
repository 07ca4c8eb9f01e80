#include "api/dialects/dadayun/body.h"

#include "api/dialects/dadayun/conditions.h"
#include "base/text.h"
#include "platform/http/form.h"

namespace cinnabar::dadayun {

const Json* find_member(const Json& object, std::string_view name) {
  const Json::Object* members = object.as_object();
  if (members == nullptr) return nullptr;
  for (const auto& [key, value] : *members) {
    if (equals_ignore_ascii_case(key, name)) return &value;
  }
  return nullptr;
}

Result<Body> Body::read(const http::Request& request, const Parameters& query) {
  Body body;
  const std::string_view text = trim(request.body);
  if (text.starts_with('{') || text.starts_with('[')) {
    auto json = Json::parse(text);
    if (!json || !json->is_object()) return invalid("body", "请求体必须是JSON对象");
    body.json_ = std::move(*json);
  } else if (!text.empty()) {
    auto fields = http::parse_form(text);
    if (!fields) return invalid("body", "请求体必须是JSON对象或表单");
    for (auto& [name, value] : *fields) body.json_.set(name, std::move(value));
  }
  for (const http::Part& part : request.parts) {
    if (part.file == nullptr) body.json_.set(part.name, part.text);
  }
  // What stands in the query as well counts there only when the body has no such name.
  for (const auto& [name, value] : query.all()) {
    if (find_member(body.json_, name) == nullptr) body.json_.set(name, value);
  }
  return body;
}

const Json* Body::find(std::string_view name) const {
  const Json* found = find_member(json_, name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

Result<std::string> Body::text(std::string_view name) const {
  const Json* found = find(name);
  if (found == nullptr) return std::string();
  if (const std::string* text = found->as_string()) return *text;
  if (const Json::Number* number = found->as_number()) return number->digits;
  if (const bool* flag = found->as_bool()) return std::string(*flag ? "true" : "false");
  return invalid(name, "必须是文本");
}

Result<bool> Body::flag(std::string_view name, bool fallback) const {
  CINNABAR_TRY(const std::string value, text(name));
  if (trim(value).empty()) return fallback;
  const auto flag = parse_flag(trim(value));
  if (!flag) return invalid(name, "必须是true或false");
  return *flag;
}

Result<Json> Body::json(std::string_view name) const {
  const Json* found = find(name);
  if (found == nullptr) return Json();
  if (const std::string* text = found->as_string()) {
    if (trim(*text).empty()) return Json();
    auto parsed = Json::parse(*text);
    if (!parsed || !(parsed->is_array() || parsed->is_object() || parsed->is_null())) {
      return invalid(name, "不是有效的JSON");
    }
    return std::move(*parsed);
  }
  if (found->is_array() || found->is_object()) return *found;
  return invalid(name, "必须是数组或对象");
}

}  // namespace cinnabar::dadayun
