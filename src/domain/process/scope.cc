#include "domain/process/scope.h"

#include <algorithm>
#include <array>

namespace cinnabar::process {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"$title", "$status", "$level", "initiator",
                                                    "outcome"};

const FieldValue* keep(FieldValue& slot, FieldValue value) {
  slot = std::move(value);
  return &slot;
}

}  // namespace

const FieldValue* InstanceScope::find(std::string_view name) const {
  if (const auto it = fields_.find(name); it != fields_.end()) return &it->second;
  if (name == "$title") return keep(title_, FieldValue{headers_.title});
  if (name == "$status") return keep(status_, FieldValue{headers_.status});
  if (name == "$level") return keep(level_, FieldValue{headers_.level});
  const form::Field* field = form_.find(name);
  if (field != nullptr) {
    const auto it = fields_.find(field->id);
    return it == fields_.end() ? nullptr : &it->second;
  }
  if (name == "initiator") return keep(initiator_value_, FieldValue{UserRef{initiator_}});
  if (name == "outcome" && outcome_ != Outcome::none) {
    return keep(outcome_value_, FieldValue{std::string(cinnabar::name(outcome_))});
  }
  return nullptr;
}

bool is_scope_name(std::string_view name) {
  return std::ranges::find(kNames, name) != kNames.end();
}

}  // namespace cinnabar::process
