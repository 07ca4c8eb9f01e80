#include "api/common/openapi.h"

#include "base/text.h"
#include "platform/http/router.h"

#include <map>

namespace cinnabar::api {
namespace {

constexpr std::string_view kAnyMethod = "*";

// Examples are JSON or XML where they look like it, else text of a form.
bool is_json(std::string_view example) {
  return example.starts_with('{') || example.starts_with('[');
}

Json content_of(std::string_view example) {
  const auto parsed = Json::parse(example);
  const bool has_json = is_json(example) && parsed.has_value();
  Json media = Json::object();
  media.set("schema", Json::object().set(
                          "type", has_json ? (parsed->is_array() ? "array" : "object") : "string"));
  media.set("example", has_json ? *parsed : Json(example));
  const std::string_view type = is_json(example)           ? "application/json"
                                : example.starts_with('<') ? "application/xml"
                                                           : "application/x-www-form-urlencoded";
  return Json::object().set(type, std::move(media));
}

// "/a/{id}/" -> "/a/{id}", "{rest*}" -> "{rest}": OpenAPI has neither.
std::string openapi_path(const http::RoutePattern& pattern) {
  std::string path;
  for (const http::RouteSegment& segment : pattern.segments) {
    path += '/';
    path +=
        segment.kind == http::RouteSegment::Kind::literal ? segment.text : "{" + segment.text + "}";
  }
  return path.empty() ? "/" : path;
}

std::string operation_id(const Door& door, std::string_view method, std::string_view path) {
  std::string id = std::string(door.name) + "_" + to_lower_ascii(method);
  bool is_gap = true;
  for (const char c : path) {
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_word && is_gap) id += '_';
    if (is_word) id += c;
    is_gap = !is_word;
  }
  return id;
}

Json operation(const Door& door, const Route& route, std::string_view method,
               const http::RoutePattern& pattern) {
  Json item = Json::object();
  item.set("operationId", operation_id(door, method, route.pattern))
      .set("tags", Json::array().push(door.name))
      .set("summary", route.doc.summary);
  Json parameters = Json::array();
  for (const http::RouteSegment& segment : pattern.segments) {
    if (segment.kind == http::RouteSegment::Kind::literal) continue;
    parameters.push(Json::object()
                        .set("name", segment.text)
                        .set("in", "path")
                        .set("required", true)
                        .set("schema", Json::object().set("type", "string")));
  }
  if (!parameters.as_array()->empty()) item.set("parameters", std::move(parameters));
  if (!route.doc.request_example.empty() && method != "get") {
    item.set("requestBody", Json::object().set("content", content_of(route.doc.request_example)));
  }
  Json answer = Json::object().set("description", "The answer");
  if (!route.doc.response_example.empty()) {
    answer.set("content", content_of(route.doc.response_example));
  }
  item.set("responses", Json::object()
                            .set("200", std::move(answer))
                            .set("default", Json::object().set("description", "An error")));
  return item;
}

std::vector<std::string> methods_of(const Route& route) {
  if (route.methods == kAnyMethod) return {"get", "post"};
  std::vector<std::string> methods;
  for (const std::string_view method : split(route.methods, ',')) {
    methods.push_back(to_lower_ascii(trim(method)));
  }
  return methods;
}

}  // namespace

Json openapi_document(std::span<const Door* const> doors, std::string_view version) {
  std::map<std::string, Json> paths;
  Json tags = Json::array();
  for (const Door* door : doors) {
    tags.push(Json::object().set("name", door->name));
    for (const Route& route : door->routes) {
      const auto pattern = http::RoutePattern::parse(route.pattern);
      if (!pattern.has_value()) continue;
      Json& path = paths.try_emplace(openapi_path(*pattern), Json::object()).first->second;
      for (const std::string& method : methods_of(route)) {
        if (path.find(method) == nullptr)
          path.set(method, operation(*door, route, method, *pattern));
      }
    }
  }
  Json path_items = Json::object();
  for (auto& [path, item] : paths) path_items.set(path, std::move(item));
  const Json basic = Json::object().set("type", "http").set("scheme", "basic");
  const Json bearer = Json::object().set("type", "http").set("scheme", "bearer");
  return Json::object()
      .set("openapi", "3.1.0")
      .set("info", Json::object().set("title", "Cinnabar").set("version", version))
      .set("tags", std::move(tags))
      .set("paths", std::move(path_items))
      .set("components",
           Json::object().set("securitySchemes",
                              Json::object().set("basic", basic).set("bearer", bearer)));
}

}  // namespace cinnabar::api
