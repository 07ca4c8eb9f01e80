// Aggregate tables and their totals.
#include "api/native/answer.h"
#include "api/native/handlers.h"
#include "api/native/targets.h"
#include "services/aggregate.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

constexpr std::int64_t kPageDefault = 100;
constexpr std::int64_t kPageMax = 1'000;

Json aggregate_json(const Names& names, const services::DeployedAggregate& aggregate) {
  const services::AggregateDefinition& definition = aggregate.definition;
  Json forms = Json::array();
  for (const services::AggregateSource& source : definition.sources) forms.push(source.form);
  return Json::object()
      .set("id", aggregate.id)
      .set("key", definition.key)
      .set("name", definition.name)
      .set("application", application_json(*names.catalog, aggregate.application))
      .set("forms", std::move(forms))
      .set("at_least", definition.at_least.has_value()
                           ? Json(Json::Number{definition.at_least->text()})
                           : Json(nullptr));
}

Result<Json> list(const api::Call& call) {
  CINNABAR_TRY(const auto context, authenticate(call));
  CINNABAR_TRY(auto query, api::StrictQuery::parse(*call.request));
  CINNABAR_CHECK_OK(query.finish());
  const Names names = names_of(call);
  Json rows = Json::array();
  for (const auto* aggregate : call.services->aggregates.list(*names.catalog, context)) {
    rows.push(aggregate_json(names, *aggregate));
  }
  return Json::object().set("items", std::move(rows)).set("next", nullptr);
}

// `after` is a group as it is answered, a JSON list of texts.
std::vector<std::string> read_after(api::StrictQuery& query) {
  std::vector<std::string> group;
  const auto text = query.text("after");
  if (!text.has_value()) return group;
  const auto json = Json::parse(*text);
  const Json::Array* list = json.has_value() ? json->as_array() : nullptr;
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    if (const std::string* value = (*list)[i].as_string()) group.push_back(*value);
  }
  if (list == nullptr || group.size() != list->size()) {
    query.report("after", api::kValueUnknown, "expected a group, a JSON list of texts");
  }
  return group;
}

Result<Json> show_totals(const api::Call& call) {
  CINNABAR_TRY(const NamedThing named,
               read_named(call, reasons::kAggregateUnknown, "aggregate table"));
  CINNABAR_TRY(auto query, api::StrictQuery::parse(*call.request));
  const std::int64_t limit = query.integer("limit", kPageDefault, 1, kPageMax);
  const std::vector<std::string> after = read_after(query);
  CINNABAR_CHECK_OK(query.finish());
  CINNABAR_TRY(const auto totals, call.services->aggregates.totals(*call.snapshot, named.context,
                                                                   named.id, after, limit));
  Json rows = Json::array();
  for (const services::AggregateTotal& total : totals) {
    Json group = Json::array();
    for (const std::string& value : total.group) group.push(value);
    rows.push(Json::object()
                  .set("group", std::move(group))
                  .set("total", Json::Number{total.total.text()}));
  }
  return Json::object().set("items", std::move(rows));
}

}  // namespace

api::Answer list_aggregates(const api::Call& call) {
  return answer(call, list(call));
}

api::Answer show_aggregate_totals(const api::Call& call) {
  return answer(call, show_totals(call));
}

}  // namespace cinnabar::native
