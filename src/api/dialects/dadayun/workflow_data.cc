#include "api/dialects/dadayun/workflow_data.h"

#include "api/dialects/dadayun/record_fields.h"

namespace cinnabar::dadayun {
namespace {

constexpr std::size_t kObjectsMax = 100;

Result<UserId> read_actor(const Entry& entry, const Json& json) {
  const Json* named = &json;
  if (json.is_object()) {
    for (const std::string_view name : {"Id", "UserId", "Name"}) {
      named = find_member(json, name);
      if (named != nullptr && named->is_string()) break;
    }
  }
  const std::string* text = named == nullptr ? nullptr : named->as_string();
  if (text == nullptr) return invalid("actors", "必须是用户的数组");
  if (const auto id = from_guid(IdKind::user, *text)) {
    if (entry.people->user(UserId{*id}) != nullptr) return UserId{*id};
  }
  const services::User* user = entry.people->user_by_name(*text);
  if (user == nullptr) return invalid("actors", "没有这个用户 " + *text);
  return user->id;
}

}  // namespace

Result<WorkflowData> read_workflow_data(const Entry& entry, const services::Process& process,
                                        const Body& body) {
  WorkflowData data;
  CINNABAR_TRY(const std::string option, body.text("keyOption"));
  CINNABAR_TRY(const KeyOption keys, parse_key_option(option));
  CINNABAR_TRY(Json objects, body.json("wfDataObjectInstances"));
  if (objects.is_object()) objects = Json{Json::Array{std::move(objects)}};
  const services::DeployedForm* form = entry.catalog->form(process.form);
  if (objects.is_array() && form != nullptr) {
    if (objects.as_array()->size() > kObjectsMax) {
      return invalid("wfDataObjectInstances", "不能超过100个");
    }
    for (const Json& object : *objects.as_array()) {
      const Json* inner = find_member(object, "InstanceData");
      const Json& values = inner != nullptr && inner->is_object() ? *inner : object;
      CINNABAR_TRY(FieldValues read, read_fields(*form->definition, values,
                                                 {*entry.people, entry.call.time_zone, keys}));
      data.has_fields = data.has_fields || !read.empty();
      for (auto& [id, value] : read) data.fields.insert_or_assign(id, std::move(value));
    }
  }
  CINNABAR_TRY(const Json actors, body.json("actors"));
  if (!actors.is_null() && !actors.is_array()) return invalid("actors", "必须是用户的数组");
  if (actors.is_array()) {
    if (actors.as_array()->size() > kObjectsMax) return invalid("actors", "不能超过100个");
    for (const Json& one : *actors.as_array()) {
      CINNABAR_TRY(const UserId user, read_actor(entry, one));
      data.actors.push_back(user);
    }
  }
  return data;
}

}  // namespace cinnabar::dadayun
