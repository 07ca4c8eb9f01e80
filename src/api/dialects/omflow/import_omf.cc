#include "api/dialects/omflow/import_omf.h"

#include "api/dialects/omflow/omf_parts.h"

namespace cinnabar::omflow {

namespace {

using omf::is_blank;
using omf::is_true;
using omf::Report;
using omf::structured;
using omf::text_of;

constexpr std::size_t kExportBytesMax = 32 * 1024 * 1024;
constexpr std::size_t kFlowsMax = 500;

// A switch that the export does not hold is on, as a new flow there has it.
bool is_on(const Json& config, std::string_view key) {
  const Json* value = config.find(key);
  return value == nullptr || value->is_null() || is_true(value);
}

Json read_actions(const Json& value) {
  Json actions = Json::array();
  for (const std::string_view action : {"view", "add", "modify"}) {
    if (is_true(value.find(action))) actions.push(action);
  }
  if (is_true(value.find("delete"))) actions.push("remove");
  return actions;
}

// Converts one application; used once.
class ApplicationConverter {
 public:
  ApplicationConverter(const Json& application, std::string key, const OmfNames& names)
      : application_(application), names_(names) {
    result_.key = std::move(key);
  }
  OmfApplication convert();

 private:
  void convert_flow(const Json& entry);
  Json process_json(const Json& config, const std::string& key, const std::string& name);
  void add_permissions(const Json& config, const std::string& key);

  const Json& application_;
  const OmfNames& names_;
  OmfApplication result_;
  std::set<std::string> keys_;
  Json forms_ = Json::array();
  Json processes_ = Json::array();
  Json permissions_ = Json::array();
};

OmfApplication ApplicationConverter::convert() {
  Report report{result_.report, "app.json"};
  const std::string kind = text_of(application_.find("app_attr"));
  if (!kind.empty() && kind != "user") {
    report.warn("application_kind", "app_attr",
                "an application of kind '" + kind + "' is imported as one of your own");
  }
  if (!is_blank(application_.find("language_package"))) {
    report.warn("translations", "language_package", "translations are not kept");
  }
  const Json flows = structured(application_.find("flow_list"));
  if (const Json::Array* array = flows.as_array(); array != nullptr && array->size() <= kFlowsMax) {
    for (const Json& entry : *array) convert_flow(entry);
  } else {
    report.error("flow_list", "flow_list", "the application holds no list of flows, or too many");
  }
  Json app = Json::object();
  app.set("key", result_.key)
      .set("name", text_of(application_.find("app_name")))
      .set("forms", std::move(forms_))
      .set("processes", std::move(processes_))
      .set("permissions", std::move(permissions_));
  result_.files["app.json"] = print_pretty(app);
  return std::move(result_);
}

void ApplicationConverter::convert_flow(const Json& entry) {
  const Json config = structured(entry.find("config"));
  const Json flow = structured(entry.find("flowobject"));
  std::string name = text_of(entry.find("flow_name"));
  if (name.empty()) name = text_of(config.find("name"));
  const std::string key = omf::make_key(name, keys_);
  const std::string form_path = "forms/" + key + ".json";
  const std::string process_path = "processes/" + key + ".bpmn";

  Report form_report{result_.report, form_path};
  Json form_object = structured(flow.find("form_object"));
  if (form_object.is_null()) form_object = structured(entry.find("formobject"));
  omf::Form form = omf::read_form(form_object, form_report);
  Report report{result_.report, process_path};
  result_.files[process_path] = omf::convert_flow(flow, key, name, form, names_, report);
  result_.files[form_path] = omf::print_form(form, key, name);
  forms_.push(form_path);
  Json process = process_json(config, key, name);
  processes_.push(std::move(process.set("document", process_path)));
  add_permissions(config, key);
}

Json ApplicationConverter::process_json(const Json& config, const std::string& key,
                                        const std::string& name) {
  Json process = Json::object();
  Json settings = Json::object();
  settings.set("attachments", is_on(config, "attachment"))
      .set("comments", is_on(config, "worklog"))
      .set("relations", is_on(config, "relation"))
      .set("offer_work", is_on(config, "mission"));
  process.set("key", key).set("name", name).set("form", key);
  process.set("api", is_on(config, "api")).set("settings", std::move(settings));
  const std::string api_path = text_of(config.find("api_path"));
  if (!api_path.empty()) {
    Json paths = Json::array();
    paths.push(api_path);
    process.set("external_ids",
                Json::object().set("omflow", Json::object().set("api_path", std::move(paths))));
  }
  return process;
}

void ApplicationConverter::add_permissions(const Json& config, const std::string& key) {
  const Json permissions = structured(config.find("permission"));
  if (!permissions.is_array()) return;
  for (const Json& permission : *permissions.as_array()) {
    Json actions = read_actions(structured(permission.find("value")));
    if (actions.as_array()->empty()) continue;
    Json one = Json::object();
    one.set("kind", "role")
        .set("group", text_of(permission.find("role_name")))
        .set("process", key)
        .set("actions", std::move(actions));
    permissions_.push(std::move(one));
  }
}

void refuse(OmfImport& result, std::string message) {
  Report{result.report, "export"}.error("export_malformed", {}, std::move(message));
}

}  // namespace

OmfImport import_omf(std::string_view document, const OmfNames& names) {
  OmfImport result;
  if (document.size() > kExportBytesMax) {
    refuse(result, "the export is larger than 32 MiB");
    return result;
  }
  const auto json = Json::parse(document);
  const Json::Array* applications = json ? json->as_array() : nullptr;
  if (applications == nullptr || applications->empty() || applications->size() > kFlowsMax) {
    refuse(result, "the export is no JSON list of applications");
    return result;
  }
  std::set<std::string> keys;
  for (const Json& application : *applications) {
    std::string key = omf::make_key(text_of(application.find("app_name")), keys);
    result.applications.push_back(
        ApplicationConverter{application, std::move(key), names}.convert());
  }
  return result;
}

}  // namespace cinnabar::omflow
