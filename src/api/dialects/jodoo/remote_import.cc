#include "api/dialects/jodoo/remote_import.h"

#include "api/dialects/jodoo/fields.h"
#include "api/dialects/jodoo/ids.h"
#include "base/text.h"
#include "vocab/reasons.h"

#include <algorithm>
#include <array>
#include <set>

namespace cinnabar::jodoo {
namespace {

using api::RemoteAsk;
using api::RemoteForm;
using form::FieldType;

constexpr std::int64_t kPage = 100;

Error unreadable(const std::string& what) {
  return make_error(Code::invalid_argument, reasons::kArgumentMalformed,
                    "the other server's answer has no usable " + what);
}

std::string text_in(const Json& json, std::string_view name) {
  const Json* value = json.find(name);
  if (value == nullptr) return {};
  if (const std::string* text = value->as_string()) return *text;
  if (const auto number = value->as_int()) return std::to_string(*number);
  return {};
}

Result<Json::Array> list_in(const Json& json, std::string_view name) {
  const Json* value = json.find(name);
  const Json::Array* list = value == nullptr ? nullptr : value->as_array();
  if (list == nullptr) return unreadable(std::string(name));
  return *list;
}

// All elements of a list that comes in pages.
Result<Json::Array> ask_all(const RemoteAsk& ask, const std::string& path, Json body,
                            std::string_view name) {
  Json::Array all;
  while (true) {
    body.set("limit", kPage).set("skip", std::ssize(all));
    CINNABAR_TRY(const Json answer, ask(path, body));
    CINNABAR_TRY(auto page, list_in(answer, name));
    const auto size = std::ssize(page);
    std::ranges::move(page, std::back_inserter(all));
    if (size < kPage) return all;
  }
}

// ---- forms ----

// "" for what no field of ours can hold.
std::string_view field_type(std::string_view type) {
  struct Known {
    std::string_view theirs;
    std::string_view ours;
  };
  static constexpr std::array<Known, 19> kKnown{{
      {"text", "text"},
      {"textarea", "long_text"},
      {"number", "number"},
      {"datetime", "datetime"},
      {"radiogroup", "select"},
      {"combo", "select"},
      {"checkboxgroup", "multi_select"},
      {"combocheck", "multi_select"},
      {"address", "address"},
      {"location", "address"},
      {"image", "file"},
      {"upload", "file"},
      {"user", "user"},
      {"usergroup", "users"},
      {"dept", "group"},
      {"deptgroup", "groups"},
      {"phone", "text"},
      {"sn", "text"},
      {"richtext", "long_text"},
  }};
  if (type == "subform") return "subtable";
  if (type == "lookup" || type == "aggregation") return "text";
  const auto* const found = std::ranges::find(kKnown, type, &Known::theirs);
  return found == kKnown.end() ? std::string_view() : found->ours;
}

class FormReader {
 public:
  FormReader(std::string form, std::vector<std::string>& remarks)
      : form_(std::move(form)), remarks_(remarks) {}

  Result<Json> fields(const Json::Array& widgets, bool in_table = false) {
    Json fields = Json::array();
    for (const Json& widget : widgets) {
      CINNABAR_TRY(auto field, read(widget, in_table));
      if (field) fields.push(std::move(*field));
    }
    return fields;
  }

 private:
  Result<std::optional<Json>> read(const Json& widget, bool in_table) {
    const std::string known_as = text_in(widget, "name");
    const std::string own = text_in(widget, "widgetName");
    const std::string& id = own.empty() ? known_as : own;
    const std::string type = text_in(widget, "type");
    if (id.empty()) return unreadable("name of a field");
    const std::string_view ours = field_type(type);
    if (ours.empty() || (in_table && ours == "subtable")) {
      remark(id, "fields of the type " + type + " are left out");
      return std::optional<Json>{};
    }
    if (ours == "file") remark(id, "the files themselves are not taken over");
    if (type == "sn") remark(id, "numbers stay as texts; new records get none");
    if (type == "aggregation") remark(id, "values stay as they are; nothing calculates new ones");
    Json field = Json::object().set("id", id).set("type", ours);
    const std::string label = text_in(widget, "label");
    field.set("title", label.empty() ? id : label);
    if (known_as != id) field.set("alias", known_as);
    if (ours == "subtable") {
      CINNABAR_TRY(const auto items, list_in(widget, "items"));
      CINNABAR_TRY(Json columns, fields(items, true));
      field.set("columns", std::move(columns));
    }
    return std::optional{std::move(field)};
  }

  void remark(const std::string& field, const std::string& what) {
    remarks_.push_back(form_ + ", " + field + ": " + what);
  }

  std::string form_;
  std::vector<std::string>& remarks_;
};

// ---- people ----

Result<std::string> read_directory(const RemoteAsk& ask) {
  const Json everything = Json::object().set("dept_no", 1).set("has_child", true);
  CINNABAR_TRY(const Json departments, ask("v5/corp/department/list", everything));
  CINNABAR_TRY(const auto listed, list_in(departments, "departments"));
  Json groups = Json::array();
  std::set<std::string> known;
  const auto add = [&](const std::string& key, const std::string& name, const std::string& parent) {
    if (!known.insert(key).second) return;
    Json group = Json::object().set("kind", "department").set("key", key).set("name", name);
    if (!parent.empty()) group.set("parent", parent);
    groups.push(std::move(group));
  };
  add("1", "Root", "");
  // Parents come before their children, and whoever has none is below the root.
  for (const Json& one : listed) {
    const std::string parent = text_in(one, "parent_no");
    add(text_in(one, "dept_no"), text_in(one, "name"), known.contains(parent) ? parent : "1");
  }
  CINNABAR_TRY(const Json members, ask("v5/corp/department/user/list", everything));
  CINNABAR_TRY(const auto people, list_in(members, "users"));
  Json users = Json::array();
  for (const Json& one : people) {
    Json user = Json::object().set("name", text_in(one, "username"));
    user.set("display_name", text_in(one, "name"));
    Json places = Json::array();
    if (const Json* list = one.find("departments"); list != nullptr && list->is_array()) {
      for (const Json& number : *list->as_array()) {
        const auto key = number.as_int();
        if (key && known.contains(std::to_string(*key))) {
          places.push(Json::object().set("kind", "department").set("key", std::to_string(*key)));
        }
      }
    }
    users.push(std::move(user.set("groups", std::move(places))));
  }
  return print(Json::object().set("groups", std::move(groups)).set("users", std::move(users)));
}

// ---- the plan ----

Result<services::codec::PackageFiles> read_app(const RemoteAsk& ask, const Json& app,
                                               api::RemotePlan& plan) {
  const std::string app_id = text_in(app, "app_id");
  if (app_id.empty()) return unreadable("app_id");
  CINNABAR_TRY(const auto forms,
               ask_all(ask, "v5/app/entry/list", Json::object().set("app_id", app_id), "forms"));
  services::codec::PackageFiles files;
  Json listed = Json::array();
  for (const Json& one : forms) {
    RemoteForm form{app_id, text_in(one, "entry_id"), text_in(one, "name")};
    if (form.form.empty()) return unreadable("entry_id");
    CINNABAR_TRY(const Json widgets,
                 ask("v5/app/entry/widget/list",
                     Json::object().set("app_id", app_id).set("entry_id", form.form)));
    CINNABAR_TRY(const auto list, list_in(widgets, "widgets"));
    CINNABAR_TRY(Json fields, FormReader(form.name, plan.remarks).fields(list));
    const std::string path = "forms/" + form.form + ".json";
    listed.push(path);
    files.emplace(
        path,
        print(Json::object()
                  .set("key", "form-" + form.form)
                  .set("name", form.name.empty() ? form.form : form.name)
                  .set("external_ids",
                       Json::object().set(
                           kDoorName, Json::object().set(kFormKind, Json::array().push(form.form))))
                  .set("fields", std::move(fields))));
    plan.forms.push_back(std::move(form));
  }
  const std::string name = text_in(app, "name");
  files.emplace(
      "app.json",
      print(Json::object()
                .set("key", "jodoo-" + app_id)
                .set("name", name.empty() ? app_id : name)
                .set("external_ids",
                     Json::object().set(kDoorName,
                                        Json::object().set(kAppKind, Json::array().push(app_id))))
                .set("forms", std::move(listed))
                .set("processes", Json::array())));
  return files;
}

Result<api::RemotePlan> plan(const RemoteAsk& ask) {
  api::RemotePlan plan;
  CINNABAR_TRY(plan.directory, read_directory(ask));
  CINNABAR_TRY(const auto apps, ask_all(ask, "v5/app/list", Json::object(), "apps"));
  for (const Json& app : apps) {
    CINNABAR_TRY(auto files, read_app(ask, app, plan));
    plan.packages.push_back(std::move(files));
  }
  return plan;
}

Result<api::RemotePage> page(const RemoteAsk& ask, const RemoteForm& form,
                             const std::string& after) {
  Json body = Json::object();
  body.set("app_id", form.application).set("entry_id", form.form).set("limit", kPage);
  if (!after.empty()) body.set("data_id", after);
  CINNABAR_TRY(Json answer, ask("v5/app/entry/data/list", body));
  CINNABAR_TRY(auto rows, list_in(answer, "data"));
  api::RemotePage page;
  page.is_last = std::ssize(rows) < kPage;
  page.next = rows.empty() ? after : text_in(rows.back(), "_id");
  if (page.next.empty() && !rows.empty()) return unreadable("_id");
  page.rows = Json(std::move(rows));
  return page;
}

// ---- records ----

Json wrapped(Json value) {
  return Json::object().set("value", std::move(value));
}

// What was read as what is written: names in place of people and departments.
Json writable(const form::Field& field, const Json& value) {
  if (const bool* flag = value.as_bool(); flag != nullptr && field.type != FieldType::boolean) {
    return *flag ? "true" : "false";
  }
  if (const Json::Array* list = value.as_array()) {
    Json out = Json::array();
    for (const Json& one : *list) {
      if (field.type != FieldType::subtable) {
        out.push(writable(field, one));
        continue;
      }
      Json row = Json::object();
      for (const form::Field& column : field.columns) {
        if (const Json* cell = one.find(name_of(column)))
          row.set(column.id, wrapped(writable(column, *cell)));
      }
      out.push(std::move(row));
    }
    return out;
  }
  if (!value.is_object() || field.type == FieldType::address) return value;
  for (const std::string_view name : {"username", "dept_no", "phone", "id", "html"}) {
    if (const Json* inner = value.find(name)) return *inner;
  }
  return nullptr;
}

std::optional<UserId> member_in(const services::People& people, const Json& row,
                                std::string_view name) {
  const Json* member = row.find(name);
  if (member == nullptr || !member->is_object()) return std::nullopt;
  const services::User* user = people.user_by_name(text_in(*member, "username"));
  if (user == nullptr) return std::nullopt;
  return user->id;
}

services::RecordOrigin origin_of(const services::People& people, const Json& row,
                                 Instant fallback) {
  services::RecordOrigin origin;
  origin.created_by = member_in(people, row, "creator").value_or(UserId{});
  origin.updated_by = member_in(people, row, "updater").value_or(origin.created_by);
  origin.created_at = read_time(text_in(row, "createTime"), UtcOffset{}).value_or(fallback);
  origin.updated_at =
      read_time(text_in(row, "updateTime"), UtcOffset{}).value_or(origin.created_at);
  return origin;
}

Result<std::int64_t> store(services::Services& services, ports::WriteTransaction& transaction,
                           const services::CallContext& context, const RemoteForm& form,
                           const Json& rows) {
  const auto catalog = services.catalog.current();
  const auto people = services.people.current();
  const auto app = find_app(*catalog, form.application);
  const auto entry = app ? find_entry(*catalog, *app, form.form) : std::nullopt;
  const Json::Array* list = rows.as_array();
  if (!entry || list == nullptr) {
    return make_error(Code::not_found, reasons::kFormUnknown, "no such form", form.form);
  }
  const services::DeployedForm& deployed = *catalog->form(*entry);
  const ReadContext reading{*people, UtcOffset{}, nullptr};
  services::CreateRecords request;
  request.form = *entry;
  for (const Json& row : *list) {
    Json data = Json::object();
    for (const form::Field& field : deployed.definition->fields) {
      const Json* value = row.find(name_of(field));
      if (value != nullptr && !value->is_null() && field.type != FieldType::file) {
        data.set(field.id, wrapped(writable(field, *value)));
      }
    }
    services::NewRecord record;
    auto fields = read_record(deployed.definition->fields, data, reading);
    if (!fields) {
      return make_error(fields.error().code, fields.error().reason,
                        "record " + text_in(row, "_id") + ": " + fields.error().detail, form.form);
    }
    record.fields = std::move(*fields);
    record.origin = origin_of(*people, row, services.clock.now());
    request.rows.push_back(std::move(record));
  }
  CINNABAR_TRY(const auto results,
               services.records.create(transaction, context, std::move(request)));
  for (const services::CreatedRecord& result : results) {
    if (result.error) return *result.error;
  }
  return std::ssize(results);
}

}  // namespace

const api::RemoteImport kRemoteImport{.plan = plan, .page = page, .store = store};

}  // namespace cinnabar::jodoo
