#include "api/native/preview.h"

#include "api/native/fields.h"
#include "services/codec/variable_json.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

constexpr std::size_t kDecisionsMax = 500;

Json person_json(const Names& names, const services::PreviewPerson& person) {
  Json json = Json::object()
                  .set("user", user_json(*names.people, person.user))
                  .set("group", group_json(*names.people, person.group))
                  .set("reason", text_or_null(person.reason));
  if (person.owner.is_assigned()) json.set("owner", user_json(*names.people, person.owner));
  if (person.passes) json.set("passes", true);
  return json;
}

Error malformed(std::string detail) {
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed, std::move(detail));
}

class DecisionReader {
 public:
  DecisionReader(const services::DeployedDefinition& definition, const services::People& people,
                 UtcOffset time_zone)
      : definition_(definition), people_(people), time_zone_(time_zone) {}

  Result<services::ScriptedDecision> read(const Json& json) const {
    const Json::Object* members = json.as_object();
    if (members == nullptr) return malformed("expected objects");
    services::ScriptedDecision decision;
    for (const auto& [key, value] : *members) {
      CINNABAR_CHECK_OK(read_member(decision, key, value));
    }
    if (decision.node_id.empty()) return malformed("node is required");
    return decision;
  }

 private:
  Status read_member(services::ScriptedDecision& decision, const std::string& key,
                     const Json& value) const {
    const std::string* text = value.as_string();
    if (key == "fields" && value.is_object()) {
      CINNABAR_TRY(decision.changes, read_fields(definition_, people_, time_zone_, value));
    } else if (key == "variables" && value.is_object()) {
      CINNABAR_TRY(decision.variables, services::codec::read_variables(value));
    } else if (key == "node" && text != nullptr) {
      decision.node_id = *text;
    } else if (key == "outcome" && text != nullptr && parse_outcome(*text).has_value()) {
      decision.outcome = *parse_outcome(*text);
    } else if (key == "quick_action" && text != nullptr) {
      decision.quick_action = *text;
    } else {
      return malformed(key + " is unknown or has a wrong value");
    }
    return {};
  }

  const services::DeployedDefinition& definition_;
  const services::People& people_;
  UtcOffset time_zone_;
};

}  // namespace

Json finding_json(const process::Finding& finding) {
  return Json::object()
      .set("rule", finding.rule)
      .set("element", finding.element)
      .set("line", std::int64_t{finding.line})
      .set("message", finding.message)
      .set("is_error", finding.is_error);
}

Json preview_json(const Names& names, const services::Preview& preview) {
  Json steps = Json::array();
  for (const services::PreviewStep& step : preview.steps) {
    Json people = Json::array();
    for (const auto& person : step.people) people.push(person_json(names, person));
    steps.push(Json::object()
                   .set("node", Json::object()
                                    .set("id", step.node_id)
                                    .set("name", step.node_name)
                                    .set("kind", step.node_kind))
                   .set("at", time_json(step.at))
                   .set("participants", std::move(people))
                   .set("assumed", text_or_null(step.assumed)));
  }
  Json incidents = Json::array();
  for (const services::PreviewIncident& incident : preview.incidents) {
    incidents.push(Json::object()
                       .set("kind", name(incident.kind))
                       .set("node", incident.node_id)
                       .set("detail", incident.detail));
  }
  return Json::object()
      .set("steps", std::move(steps))
      .set("state", name(preview.state))
      .set("is_complete", preview.is_complete)
      .set("incidents", std::move(incidents));
}

Result<std::vector<services::ScriptedDecision>> read_decisions(
    const services::DeployedDefinition& definition, const services::People& people,
    UtcOffset time_zone, const Json& list) {
  const Json::Array* elements = list.as_array();
  if (elements == nullptr || elements->size() > kDecisionsMax) {
    return malformed("expected a list of at most 500 objects");
  }
  const DecisionReader reader(definition, people, time_zone);
  std::vector<services::ScriptedDecision> decisions;
  for (const Json& element : *elements) {
    CINNABAR_TRY(services::ScriptedDecision decision, reader.read(element));
    decisions.push_back(std::move(decision));
  }
  return decisions;
}

}  // namespace cinnabar::native
