#include "api/dialects/dadayun/templates.h"

#include "api/common/utc_text.h"
#include "api/dialects/dadayun/conditions.h"
#include "api/dialects/dadayun/list_answer.h"
#include "api/dialects/dadayun/record_fields.h"
#include "base/text.h"
#include "services/record_service.h"
#include "vocab/reasons.h"

#include <algorithm>

namespace cinnabar::dadayun {
namespace {

// 1 not submitted, 2 under test, 3 submitted.
constexpr int kOff = 1;
constexpr int kActive = 3;

struct Template {
  std::string id;
  std::string name;
  int status = kActive;
  Instant created_at;
  ProcessId process;  // of a workflow template
  FormId form;        // of a form template
};

bool sees(const Entry& entry, ProcessId process) {
  const UserId user = entry.context.principal.user;
  return entry.people->may(user, PermissionAction::view, process) ||
         entry.people->may(user, PermissionAction::add, process);
}

bool is_administrator(const Entry& entry) {
  const services::User* user = entry.people->user(entry.context.principal.user);
  return user != nullptr && user->administrator;
}

std::vector<Template> workflow_templates(const Entry& entry) {
  std::vector<Template> found;
  for (const auto& [id, process] : entry.catalog->processes()) {
    if (!sees(entry, id)) continue;
    const bool is_active = process.enabled && process.current != nullptr;
    found.push_back(
        {process.uuid, process.name, is_active ? kActive : kOff, process.created_at, id, {}});
  }
  return found;
}

std::vector<Template> form_templates(const Entry& entry) {
  std::vector<Template> found;
  for (const auto& [id, form] : entry.catalog->forms()) {
    const services::Process* process = services::RecordService::process_of(*entry.catalog, id);
    if (process == nullptr ? !is_administrator(entry) : !sees(entry, process->id)) continue;
    found.push_back({to_guid(IdKind::form, id.value()),
                     form.definition->name,
                     kActive,
                     form.first_created_at,
                     {},
                     id});
  }
  return found;
}

Result<bool> has_any(const Entry& entry, const Template& one) {
  ports::ReadTransaction& snapshot = *entry.call.snapshot;
  if (one.process.is_assigned()) {
    return services::InstanceListService::has_any(snapshot, one.process);
  }
  return services::RecordService::has_any(snapshot, one.form);
}

// Plain text: a time selects a day from then on, three words a state, anything else a part of the
// name.
bool fits(const Template& one, std::string_view filter, UtcOffset zone) {
  if (filter.empty()) return true;
  if (filter == "未提交") return one.status == kOff;
  if (filter == "已提交" || filter == "激活") return one.status == kActive;
  if (const auto period = parse_period(filter, zone)) {
    return one.created_at >= period->first && one.created_at <= period->first + hours(24);
  }
  return contains_fold(one.name, filter);
}

Status sort(std::vector<Template>& all, std::string_view text, std::string_view type_name) {
  text = trim(text);
  if (text.empty()) text = "-CreateTime";
  const bool descending = text.starts_with('-');
  const std::string_view name = trim(descending ? text.substr(1) : text);
  const auto is = [name](std::string_view known) { return equals_ignore_ascii_case(name, known); };
  std::function<bool(const Template&, const Template&)> less;
  if (is("CreateTime")) {
    less = [](const Template& a, const Template& b) { return a.created_at < b.created_at; };
  } else if (is("Name")) {
    less = [](const Template& a, const Template& b) { return a.name < b.name; };
  } else if (is("Id")) {
    less = [](const Template& a, const Template& b) { return a.id < b.id; };
  } else if (is("Status")) {
    less = [](const Template& a, const Template& b) { return a.status < b.status; };
  } else if (is(type_name)) {
    less = [](const Template&, const Template&) { return false; };  // all are of one type
  } else {
    return invalid("sort", "未知字段 " + to_valid_utf8(name));
  }
  std::ranges::sort(all, [&](const Template& a, const Template& b) {
    if (less(a, b) || less(b, a)) return descending ? less(b, a) : less(a, b);
    return a.id < b.id;
  });
  return {};
}

// The names that were asked for; empty: all.
Result<std::vector<std::string>> fields_of(const Entry& entry,
                                           const std::vector<std::string_view>& known) {
  std::vector<std::string> wanted;
  for (const std::string_view part : split(entry.query.text("fields"), ',')) {
    const std::string_view name = trim(part);
    if (name.empty()) continue;
    const auto match = std::ranges::find_if(
        known, [name](std::string_view one) { return equals_ignore_ascii_case(one, name); });
    if (match == known.end()) return invalid("fields", "未知字段 " + to_valid_utf8(name));
    wanted.emplace_back(*match);
  }
  return wanted;
}

struct ListStyle {
  std::string_view type_name;  // of the member that is always 1
  std::vector<std::string_view> fields;
};

Result<http::Response> list_templates(Entry& entry, std::vector<Template> all,
                                      const ListStyle& style) {
  const std::string_view filter = trim(entry.query.text("filter"));
  std::erase_if(all, [&](const Template& one) { return !fits(one, filter, entry.call.time_zone); });
  CINNABAR_CHECK_OK(sort(all, entry.query.text("sort"), style.type_name));
  CINNABAR_TRY(const PageRequest page, read_page(entry.query));
  CINNABAR_TRY(const auto wanted, fields_of(entry, style.fields));
  ListAnswer list(entry.call);
  const std::int64_t end = std::min(std::ssize(all), page.start + page.limit);
  for (std::int64_t i = page.start; i < end; ++i) {
    const Template& one = all[static_cast<std::size_t>(i)];
    CINNABAR_TRY(const bool is_used, has_any(entry, one));
    Json row = Json::object();
    row.set("Id", one.id)
        .set("Name", one.name)
        .set("Status", one.status)
        .set(style.type_name, 1)
        .set("HasInstance", is_used)
        .set("CreatorName", "")
        .set("CreateTime", api::to_utc_millis(one.created_at));
    if (!wanted.empty()) {
      if (std::ranges::find(wanted, "ReportType") != wanted.end()) row.set("ReportType", nullptr);
      std::erase_if(*row.as_object(), [&](const Json::Member& member) {
        return std::ranges::find(wanted, member.first) == wanted.end();
      });
    }
    CINNABAR_CHECK_OK(list.add(row));
  }
  return list.finish(page.wants_total ? std::optional{std::ssize(all)} : std::nullopt);
}

Json field_json(const form::Field& field) {
  Json json = Json::object();
  json.set("Id", field.id)
      .set("FieldName", field.id)
      .set("EntityPropertyName", field.id)
      .set("Caption", field.title)
      .set("FieldType", form::name(field.type))
      .set("Required", field.required)
      .set("Hidden", field.hidden)
      .set("ReadOnly", field.read_only)
      .set("Unique", field.unique);
  if (!field.options.empty()) {
    Json options = Json::array();
    for (const form::Option& option : field.options) {
      options.push(std::move(Json::object().set("Value", option.value).set("Text", option.text)));
    }
    json.set("Options", std::move(options));
  }
  if (!field.columns.empty()) {
    Json columns = Json::array();
    for (const form::Field& column : field.columns) columns.push(field_json(column));
    json.set("Fields", std::move(columns));
  }
  return json;
}

}  // namespace

Result<http::Response> list_workflow_templates(Entry& entry) {
  return list_templates(
      entry, workflow_templates(entry),
      {"WorkflowType", {"Id", "Name", "Status", "ReportType", "CreatorName", "CreateTime"}});
}

Result<http::Response> list_form_templates(Entry& entry) {
  return list_templates(
      entry, form_templates(entry),
      {"TplType", {"Id", "Name", "CreatorName", "Status", "HasInstance", "CreateTime", "TplType"}});
}

Result<http::Response> show_form_template(Entry& entry) {
  CINNABAR_TRY(const services::DeployedForm* form, find_form(entry, entry.call.captures.at(0)));
  const std::string& text = entry.query.text("version");
  if (!trim(text).empty()) {
    const auto version = parse_int(trim(text));
    if (!version || *version < -1) return invalid("version", "必须是整数");
    // The caller has it already.
    if (*version == form->version) return answer(entry.call, 200, Json::object());
  }
  Json fields = Json::array();
  for (const form::Field& field : form->definition->fields) fields.push(field_json(field));
  return answer(entry.call, 200,
                Json::object()
                    .set("Id", to_guid(IdKind::form, form->id.value()))
                    .set("Name", form->definition->name)
                    .set("EntityName", form->definition->key)
                    .set("Version", form->version)
                    .set("Status", kActive)
                    .set("TplType", 1)
                    .set("ModifyTime", api::to_utc_millis(form->created_at))
                    .set("Fields", std::move(fields)));
}

Result<const services::DeployedForm*> find_form(const Entry& entry, std::string_view id_or_name) {
  const services::DeployedForm* found = nullptr;
  if (const auto id = from_guid(IdKind::form, id_or_name)) found = entry.catalog->form(FormId{*id});
  if (found == nullptr) {
    for (const auto& [id, form] : entry.catalog->forms()) {
      if (form.definition->key != id_or_name && form.definition->name != id_or_name) continue;
      if (found != nullptr) return invalid("id", "有多个同名的单据模板，请使用Id");
      found = &form;
    }
  }
  const services::Process* process =
      found == nullptr ? nullptr : services::RecordService::process_of(*entry.catalog, found->id);
  const bool is_seen =
      found != nullptr && (process == nullptr ? is_administrator(entry) : sees(entry, process->id));
  if (is_seen) return found;
  return make_error(Code::not_found, reasons::kFormUnknown, "no such form",
                    std::string(utf8_prefix(id_or_name, 64)));
}

}  // namespace cinnabar::dadayun
