#include "api/native/targets.h"

#include "api/native/auth.h"
#include "base/text.h"
#include "services/codec/variable_json.h"
#include "vocab/reasons.h"

namespace cinnabar::native {
namespace {

constexpr std::size_t kPeopleMax = 1'000;

std::optional<UserId> find_person(const services::People& people, const Json& json) {
  const Json* id = json.is_object() ? json.find("id") : &json;
  if (id != nullptr && id->as_int().has_value()) {
    const UserId user{*id->as_int()};
    return people.user(user) == nullptr ? std::nullopt : std::optional(user);
  }
  const Json* name = json.is_object() ? json.find("name") : &json;
  if (name == nullptr || name->as_string() == nullptr) return std::nullopt;
  return people.find_user(*name->as_string());
}

}  // namespace

Result<std::int64_t> id_capture(const api::Call& call, Reason unknown, std::string_view what) {
  return id_capture(call, 0, unknown, what);
}

Result<std::int64_t> id_capture(const api::Call& call, std::size_t capture, Reason unknown,
                                std::string_view what) {
  const std::string& text = call.captures.at(capture);
  const auto number = parse_int(text);
  if (number.has_value() && *number > 0 && *number <= kIdMax) return *number;
  return make_error(Code::not_found, unknown, "no such " + std::string(what), text);
}

Result<NamedThing> read_named(const api::Call& call, Reason unknown, std::string_view what) {
  NamedThing named;
  CINNABAR_TRY(named.context, authenticate(call));
  CINNABAR_TRY(named.id, id_capture(call, unknown, what));
  return named;
}

Result<services::InstanceSummary> find_instance(const api::Call& call,
                                                const services::CallContext& context,
                                                ports::ReadTransaction& snapshot) {
  const auto catalog = call.services->catalog.current();
  CINNABAR_TRY(const services::Process* process, find_process(*catalog, call.captures.at(0)));
  const auto number = parse_int(call.captures.at(1));
  if (!number.has_value()) {
    return make_error(Code::not_found, reasons::kInstanceUnknown, "expected a number",
                      call.captures.at(1));
  }
  return call.services->instances.find(snapshot, context, process->id, *number);
}

bool read_flag(api::StrictBody& body, std::string_view member) {
  const Json* value = body.any(member, api::Need::optional);
  if (value == nullptr || value->is_null()) return false;
  if (const bool* flag = value->as_bool()) return *flag;
  body.report(member, api::kMemberWrongType, "expected true or false");
  return false;
}

std::int64_t read_integer(api::StrictBody& body, std::string_view member, std::int64_t fallback,
                          std::int64_t minimum, std::int64_t maximum) {
  const auto value = body.integer(member, api::Need::optional);
  if (!value.has_value()) return fallback;
  if (*value >= minimum && *value <= maximum) return *value;
  body.report(member, reasons::kArgumentMalformed,
              "expected " + std::to_string(minimum) + ".." + std::to_string(maximum));
  return fallback;
}

std::string read_text(api::StrictBody& body, std::string_view member, api::Need need) {
  return body.text(member, need).value_or("");
}

std::vector<std::string> read_texts(api::StrictBody& body, std::string_view member) {
  std::vector<std::string> texts;
  const Json* value = body.any(member, api::Need::required);
  if (value == nullptr) return texts;
  const Json::Array* list = value->as_array();
  if (list == nullptr || list->empty() || list->size() > kPeopleMax) {
    body.report(member, api::kMemberWrongType, "expected a list of texts that is not empty");
    return texts;
  }
  for (const Json& element : *list) {
    if (const std::string* text = element.as_string(); text != nullptr && !text->empty()) {
      texts.push_back(*text);
    } else {
      body.report(member, api::kMemberWrongType, "expected texts that are not empty");
      return texts;
    }
  }
  return texts;
}

expr::Variables read_variables(api::StrictBody& body, std::string_view member) {
  const Json* value = body.object(member, api::Need::optional);
  if (value == nullptr) return {};
  auto variables = services::codec::read_variables(*value);
  if (variables.has_value()) return std::move(*variables);
  body.report(member, reasons::kArgumentMalformed, variables.error().detail);
  return {};
}

UserId read_person(api::StrictBody& body, const services::People& people, std::string_view member) {
  const Json* value = body.any(member, api::Need::required);
  if (value == nullptr) return {};
  if (const auto user = find_person(people, *value)) return *user;
  body.report(member, reasons::kUserUnknown, "expected the name or id of a person");
  return {};
}

std::vector<UserId> read_people(api::StrictBody& body, const services::People& people,
                                std::string_view member, api::Need need) {
  std::vector<UserId> users;
  const Json* value = body.any(member, need);
  if (value == nullptr || (value->is_null() && need == api::Need::optional)) return users;
  const Json::Array* list = value->as_array();
  if (list == nullptr || list->size() > kPeopleMax) {
    body.report(member, api::kMemberWrongType, "expected a list of people");
    return users;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (const auto user = find_person(people, (*list)[i])) {
      users.push_back(*user);
    } else {
      body.report(std::string(member) + "[" + std::to_string(i) + "]", reasons::kUserUnknown,
                  "expected the name or id of a person");
    }
  }
  return users;
}

Json applied_json(const Names& names, const services::Applied& applied) {
  return Json::object().set("process_instance",
                            Json::object()
                                .set("id", applied.instance.value())
                                .set("process", process_json(*names.catalog, applied.process))
                                .set("number", applied.number)
                                .set("state", name(applied.state)));
}

}  // namespace cinnabar::native
