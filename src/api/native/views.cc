#include "api/native/views.h"

#include "base/text.h"
#include "vocab/reasons.h"

namespace cinnabar::native {

Names names_of(const api::Call& call) {
  return Names{call.services->catalog.current(), call.services->people.current()};
}

Json time_json(Instant at) {
  return to_rfc3339(at);
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json text_or_null(const std::optional<std::string>& text) {
  return text.has_value() ? Json(*text) : Json(nullptr);
}

Json user_json(const services::People& people, UserId user) {
  if (!user.is_assigned()) return nullptr;
  Json json = Json::object().set("id", user.value());
  if (const services::User* known = people.user(user)) {
    json.set("name", known->name).set("display_name", known->display_name);
  }
  return json;
}

Json group_json(const services::People& people, GroupId group) {
  if (!group.is_assigned()) return nullptr;
  Json json = Json::object().set("id", group.value());
  if (const services::Group* known = people.group(group)) {
    json.set("kind", name(known->kind)).set("key", known->key).set("name", known->display_name);
  }
  return json;
}

Json process_json(const services::Catalog& catalog, ProcessId process) {
  Json json = Json::object().set("id", process.value());
  if (const services::Process* known = catalog.process(process)) {
    json.set("key", known->key).set("name", known->name).set("uuid", known->uuid);
  }
  return json;
}

Json form_json(const services::Catalog& catalog, FormId form) {
  Json json = Json::object().set("id", form.value());
  if (const services::DeployedForm* known = catalog.form(form)) {
    json.set("key", known->definition->key).set("name", known->definition->name);
  }
  return json;
}

Json application_json(const services::Catalog& catalog, ApplicationId application) {
  Json json = Json::object().set("id", application.value());
  if (const services::Application* known = catalog.application(application)) {
    json.set("key", known->key).set("name", known->name);
  }
  return json;
}

Json work_item_json(const Names& names, std::span<const api::Door* const> doors,
                    const services::InboxItem& item) {
  Json actions = Json::array();
  for (const services::QuickActionLabel& action : item.quick_actions) {
    actions.push(Json::object().set("key", action.key).set("label", action.label));
  }
  Json dialect_ids = Json::object();
  for (const api::Door* door : doors) {
    if (door->work_item_id == nullptr) continue;
    if (auto id = door->work_item_id(item)) dialect_ids.set(door->name, std::move(*id));
  }
  // A list holds many of these, so the object is moved out, not copied from a chain.
  Json json = Json::object();
  json.set("id", item.id.value())
      .set("process", process_json(*names.catalog, item.process))
      .set("number", item.number)
      .set("process_instance", item.instance.value())
      .set("activity", item.activity.value())
      .set("node", Json::object().set("id", item.node_id).set("name", item.node_name))
      .set("title", item.title)
      .set("status", text_or_null(item.status))
      .set("level", text_or_null(item.level))
      .set("assignee", user_json(*names.people, item.assignee))
      .set("group", group_json(*names.people, item.group))
      .set("initiator", user_json(*names.people, item.initiator))
      .set("quick_actions", std::move(actions))
      .set("has_attachments", item.has_attachments)
      .set("created_at", time_json(item.created_at))
      .set("updated_at", time_json(item.updated_at))
      .set("dialect_ids", std::move(dialect_ids));
  return json;
}

Json page_json(Json rows, std::int64_t limit, std::int64_t last) {
  const bool is_full = std::ssize(*rows.as_array()) == limit;
  return Json::object()
      .set("items", std::move(rows))
      .set("next", is_full ? Json(last) : Json(nullptr));
}

Json instance_json(const Names& names, const services::InstanceSummary& summary) {
  return Json::object()
      .set("id", summary.id.value())
      .set("process", process_json(*names.catalog, summary.process))
      .set("number", summary.number)
      .set("record", summary.record.value())
      .set("state", name(summary.state))
      .set("title", summary.headers.title)
      .set("status", text_or_null(summary.headers.status))
      .set("level", text_or_null(summary.headers.level))
      .set("initiator", user_json(*names.people, summary.initiator))
      .set("version", summary.version)
      .set("created_at", time_json(summary.created_at))
      .set("updated_at", time_json(summary.updated_at))
      .set("ended_at", summary.ended_at.has_value() ? time_json(*summary.ended_at) : Json(nullptr));
}

Json attachment_json(const Names& names, const services::Attachment& attachment) {
  return Json::object()
      .set("id", attachment.id.value())
      .set("file_name", attachment.file_name)
      .set("media_type", attachment.media_type)
      .set("size", attachment.size)
      .set("sha256", attachment.sha256)
      .set("field", text_or_null(attachment.field))
      .set("uploaded_by", user_json(*names.people, attachment.uploaded_by))
      .set("created_at", time_json(attachment.created_at))
      .set("href", "/api/v1/attachments/" + std::to_string(attachment.id.value()));
}

FormId find_form(const services::Catalog& catalog, std::string_view name,
                 ApplicationId application) {
  FormId found;
  std::size_t count = 0;
  for (const auto& [id, form] : catalog.forms()) {
    if (application.is_assigned() && form.application != application) continue;
    const std::string& key = form.definition->key;
    const services::Application* owner = catalog.application(form.application);
    if (name == std::to_string(id.value())) return id;
    if (owner != nullptr && name == owner->key + "/" + key) return id;
    if (name != key) continue;
    found = id;
    ++count;
  }
  return count == 1 ? found : FormId{};
}

Result<const services::Process*> find_process(const services::Catalog& catalog,
                                              std::string_view name) {
  const Error unknown =
      make_error(Code::not_found, reasons::kProcessUnknown, "no such process", std::string(name));
  if (const services::Process* process = catalog.process_by_uuid(name)) return process;
  if (const std::size_t slash = name.find('/'); slash != std::string_view::npos) {
    const services::Process* process =
        catalog.process_by_key(name.substr(0, slash), name.substr(slash + 1));
    if (process == nullptr) return unknown;
    return process;
  }
  const auto id = parse_int(name);
  const services::Process* found = nullptr;
  for (const auto& [process_id, process] : catalog.processes()) {
    const bool is_match = process.key == name || (id.has_value() && process_id.value() == *id);
    if (!is_match) continue;
    if (found != nullptr) return unknown;
    found = &process;
  }
  if (found == nullptr) return unknown;
  return found;
}

}  // namespace cinnabar::native
