#include "services/codec/aggregate_codec.h"

#include "services/codec/package_parts.h"
#include "vocab/limits.h"

namespace cinnabar::services::codec {
namespace {

constexpr std::size_t kSourcesMax = 20;
constexpr std::size_t kGroupFieldsMax = 5;

AggregateSource read_source(StrictObject& object, Problems& problems) {
  AggregateSource source;
  source.form = object.name("form", limits::kNameBytesMax);
  source.table = object.text("table", Need::optional);
  source.value = object.text("value", Need::optional);
  source.subtract = object.flag("subtract", false);
  if (const Json::Array* group = object.array("group", Need::optional)) {
    source.group = read_texts(*group, path_of(object.path(), "group"), problems);
    if (source.group.size() > kGroupFieldsMax) {
      object.report("group", kValueMalformed, "a group has at most 5 fields");
    }
  }
  object.finish();
  return source;
}

Json source_json(const AggregateSource& source) {
  Json group = Json::array();
  for (const std::string& field : source.group) group.push(field);
  Json json = Json::object();
  json.set("form", source.form);
  if (!source.table.empty()) json.set("table", source.table);
  json.set("group", std::move(group));
  if (!source.value.empty()) json.set("value", source.value);
  json.set("subtract", source.subtract);
  return json;
}

}  // namespace

AggregateDefinition read_aggregate(StrictObject& object, Problems& problems) {
  AggregateDefinition definition;
  definition.key = read_key(object, "key");
  definition.name = object.name("name", limits::kNameBytesMax);
  if (const Json* bound = object.any("at_least")) {
    const Json::Number* number = bound->as_number();
    if (number != nullptr) definition.at_least = Decimal::parse(number->digits);
    if (!definition.at_least) object.report("at_least", kMemberWrongType, "expected a number");
  }
  const Json::Array* sources = object.array("sources", Need::required);
  if (sources != nullptr && (sources->empty() || sources->size() > kSourcesMax)) {
    object.report("sources", kValueMalformed, "expected 1 to 20 sources");
  } else if (sources != nullptr) {
    for (std::size_t i = 0; i < sources->size(); ++i) {
      StrictObject one{(*sources)[i], path_of(path_of(object.path(), "sources"), i), problems};
      definition.sources.push_back(read_source(one, problems));
      if (definition.sources.back().group.size() != definition.sources.front().group.size()) {
        one.report("group", kValueMalformed, "all sources have as many fields in a group");
      }
    }
  }
  object.finish();
  return definition;
}

std::string print_aggregate(const AggregateDefinition& definition) {
  Json sources = Json::array();
  for (const AggregateSource& source : definition.sources) sources.push(source_json(source));
  Json json = Json::object();
  json.set("key", definition.key).set("name", definition.name);
  if (definition.at_least) json.set("at_least", Json::Number{definition.at_least->text()});
  json.set("sources", std::move(sources));
  return print(json);
}

std::optional<AggregateDefinition> parse_aggregate(std::string_view document) {
  const auto json = Json::parse(document);
  if (!json) return std::nullopt;
  Problems problems;
  StrictObject object{*json, {}, problems};
  AggregateDefinition definition = read_aggregate(object, problems);
  if (!problems.empty()) return std::nullopt;
  return definition;
}

}  // namespace cinnabar::services::codec
