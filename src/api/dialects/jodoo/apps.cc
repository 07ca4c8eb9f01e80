#include "api/dialects/jodoo/apps.h"

#include "api/common/utc_text.h"
#include "api/dialects/jodoo/fields.h"
#include "api/dialects/jodoo/gateway.h"

#include <algorithm>

namespace cinnabar::jodoo {
namespace {

using api::Lane;

constexpr std::int64_t kPageMax = 100;

// The elements from `skip` on, at most `limit`.
Json page_of(Json::Array all, std::int64_t skip, std::int64_t limit) {
  Json page = Json::array();
  const auto first = std::min<std::int64_t>(skip, std::ssize(all));
  const auto last = std::min<std::int64_t>(first + limit, std::ssize(all));
  for (std::int64_t i = first; i < last; ++i)
    page.push(std::move(all[static_cast<std::size_t>(i)]));
  return page;
}

Result<Json> list_apps(Entry& entry) {
  CINNABAR_TRY(const std::int64_t most, limit(entry, kPageMax, kPageMax));
  CINNABAR_TRY(const std::int64_t from, skip(entry));
  Json::Array apps;
  for (const auto& [id, application] : entry.catalog->applications()) {
    const std::string name = app_id(*entry.catalog, id);
    if (!check_app(entry, name)) continue;
    apps.push_back(Json::object().set("name", application.name).set("app_id", name));
  }
  return Json::object().set("apps", page_of(std::move(apps), from, most));
}

Result<Json> list_forms(Entry& entry) {
  std::string app;
  if (!entry.path.empty()) {
    app = entry.path.front();
  } else {
    CINNABAR_TRY(app, required_text(entry, "app_id"));
  }
  CINNABAR_CHECK_OK(check_app(entry, app));
  const auto id = find_app(*entry.catalog, app);
  if (!id) return fail(codes::kAppUnknown);
  CINNABAR_TRY(const std::int64_t most, limit(entry, kPageMax, kPageMax));
  CINNABAR_TRY(const std::int64_t from, skip(entry));
  Json::Array forms;
  for (const auto& [form_id, form] : entry.catalog->forms()) {
    if (form.application != *id) continue;
    forms.push_back(Json::object()
                        .set("name", form.definition->name)
                        .set("app_id", app)
                        .set("entry_id", entry_id(*entry.catalog, form_id)));
  }
  return Json::object().set("forms", page_of(std::move(forms), from, most));
}

Json widget_json(const form::Field& field) {
  Json widget = Json::object();
  widget.set("name", name_of(field))
      .set("widgetName", field.id)
      .set("label", field.title.empty() ? field.id : field.title)
      .set("type", type_name(field));
  if (field.type == form::FieldType::subtable) {
    Json items = Json::array();
    for (const form::Field& column : field.columns) {
      if (!type_name(column).empty()) items.push(widget_json(column));
    }
    widget.set("items", std::move(items));
  }
  return widget;
}

Result<Json> list_widgets(Entry& entry) {
  CINNABAR_TRY(const Target found, target(entry));
  Json answer = Json::object();
  answer.set("widgets", widgets_json(*found.deployed->definition));
  if (entry.version == 1) return answer;
  Json system = Json::array();
  const bool has_flow = services::RecordService::process_of(*entry.catalog, found.form) != nullptr;
  for (const std::string_view name :
       {"flowState", "creator", "updater", "deleter", "createTime", "updateTime", "deleteTime"}) {
    if (name != "flowState" || has_flow) system.push(Json::object().set("name", name));
  }
  answer.set("sysWidgets", std::move(system));
  answer.set("dataModifyTime", api::to_utc_millis(found.deployed->created_at));
  return answer;
}

constexpr api::Route kRoutes[] = {
    {"POST",
     "/api/{version}/app/list",
     Lane::cpu,
     reading<30, list_apps>,
     {"Apps of the key", R"({"limit": 100, "skip": 0})",
      R"({"apps": [{"name": "Sample", "app_id": "59264073a2a60c0c08e20bfb"}]})"}},
    {"POST",
     "/api/{version}/app/retrieve_all",
     Lane::cpu,
     reading<5, list_apps>,
     {"Apps of the key, older route", "", R"({"apps": []})"}},
    {"POST",
     "/api/{version}/app/entry/list",
     Lane::cpu,
     reading<30, list_forms>,
     {"Forms of an app", R"({"app_id": "59264073a2a60c0c08e20bfb"})",
      R"({"forms": [{"name": "Sample", "app_id": "59264073a2a60c0c08e20bfb", "entry_id": "59264073a2a60c0c08e20bfd"}]})"}},
    {"POST",
     "/api/{version}/app/{app_id}/entry_retrieve",
     Lane::cpu,
     reading<30, list_forms>,
     {"Forms of an app, older route", "", R"({"forms": []})"}},
    {"POST",
     "/api/{version}/app/entry/widget/list",
     Lane::cpu,
     reading<30, list_widgets>,
     {"Fields of a form",
      R"({"app_id": "59264073a2a60c0c08e20bfb", "entry_id": "59264073a2a60c0c08e20bfd"})",
      R"({"widgets": [{"name": "_widget_1432728651402", "widgetName": "_widget_1432728651402", "label": "Text", "type": "text"}], "sysWidgets": [{"name": "creator"}]})"}},
    {"POST",
     "/api/{version}/app/{app_id}/entry/{entry_id}/widgets",
     Lane::cpu,
     reading<5, list_widgets>,
     {"Fields of a form, older route", "", R"({"widgets": []})"}},
};

}  // namespace

Json widgets_json(const form::FormDefinition& form) {
  Json widgets = Json::array();
  for (const form::Field& field : form.fields) {
    if (!type_name(field).empty()) widgets.push(widget_json(field));
  }
  return widgets;
}

std::span<const api::Route> app_routes() {
  return kRoutes;
}

}  // namespace cinnabar::jodoo
