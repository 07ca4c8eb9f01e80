#include "services/codec/strict_json.h"

#include <fmt/format.h>

namespace cinnabar::services::codec {

void add_problem(Problems& problems, std::string path, Reason rule, std::string message) {
  if (problems.size() < kProblemsMax) {
    problems.push_back({std::move(path), rule, std::move(message)});
  }
}

std::string path_of(std::string_view parent, std::string_view member) {
  return parent.empty() ? std::string{member} : fmt::format("{}.{}", parent, member);
}

std::string path_of(std::string_view parent, std::size_t index) {
  return fmt::format("{}[{}]", parent, index);
}

std::vector<std::string> read_texts(const Json::Array& array, const std::string& path,
                                    Problems& problems) {
  std::vector<std::string> texts;
  texts.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (const std::string* text = array[i].as_string()) {
      texts.push_back(*text);
    } else {
      add_problem(problems, path_of(path, i), kMemberWrongType, "expected a text");
    }
  }
  return texts;
}

StrictObject::StrictObject(const Json& json, std::string path, Problems& problems)
    : members_(json.as_object()), path_(std::move(path)), problems_(problems) {
  if (members_ == nullptr) {
    add_problem(problems_, path_, kMemberWrongType, "expected an object");
  }
}

const Json* StrictObject::find(std::string_view key, Need need) {
  asked_.emplace(key);
  const Json* found = nullptr;
  if (members_ == nullptr) return found;
  for (const auto& [name, value] : *members_) {
    if (name != key) continue;
    if (found != nullptr) report(key, kMemberDuplicate, "the member comes twice");
    found = &value;
  }
  if (found == nullptr && need == Need::required) {
    report(key, kMemberMissing, "the member is missing");
  }
  return found;
}

std::string StrictObject::text(std::string_view key, Need need) {
  const Json* json = find(key, need);
  if (json == nullptr) return {};
  if (const std::string* value = json->as_string()) return *value;
  report(key, kMemberWrongType, "expected a text");
  return {};
}

std::string StrictObject::name(std::string_view key, std::size_t bytes_max) {
  const Json* json = find(key, Need::required);
  if (json == nullptr) return {};
  const std::string* value = json->as_string();
  if (value == nullptr) {
    report(key, kMemberWrongType, "expected a text");
    return {};
  }
  if (value->empty()) report(key, kValueMalformed, "the text is empty");
  if (value->size() > bytes_max) {
    report(key, kValueMalformed, fmt::format("the text is longer than {} bytes", bytes_max));
  }
  return *value;
}

bool StrictObject::flag(std::string_view key, bool fallback) {
  const Json* json = find(key, Need::optional);
  if (json == nullptr) return fallback;
  if (const bool* value = json->as_bool()) return *value;
  report(key, kMemberWrongType, "expected true or false");
  return fallback;
}

const Json::Array* StrictObject::array(std::string_view key, Need need) {
  const Json* json = find(key, need);
  if (json == nullptr) return nullptr;
  if (!json->is_array()) report(key, kMemberWrongType, "expected a list");
  return json->as_array();
}

const Json::Object* StrictObject::object(std::string_view key) {
  const Json* json = find(key, Need::optional);
  if (json == nullptr) return nullptr;
  if (!json->is_object()) report(key, kMemberWrongType, "expected an object");
  return json->as_object();
}

const Json* StrictObject::any(std::string_view key) {
  return find(key, Need::optional);
}

void StrictObject::finish() {
  if (members_ == nullptr) return;
  for (const auto& [name, value] : *members_) {
    if (!asked_.contains(name)) report(name, kMemberUnknown, "no member of that name is known");
  }
}

void StrictObject::report(std::string_view key, Reason rule, std::string message) {
  add_problem(problems_, path_of(path_, key), rule, std::move(message));
}

}  // namespace cinnabar::services::codec
