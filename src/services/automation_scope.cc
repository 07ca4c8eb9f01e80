#include "services/automation_scope.h"

namespace cinnabar::services {
namespace {

expr::Value context_of(const FieldValues* fields) {
  if (fields == nullptr) return {};
  expr::Value::Context entries;
  for (const auto& [id, value] : *fields) entries.emplace_back(id, expr::from_field(value));
  return expr::Value{std::move(entries)};
}

}  // namespace

std::optional<expr::Value> AutomationScope::find(std::string_view name) const {
  if (const form::Field* field = facts_.form.find(name)) {
    const auto it = facts_.fields.find(field->id);
    return it == facts_.fields.end() ? expr::Value{} : expr::from_field(it->second);
  }
  if (name == "before") return context_of(facts_.former);
  if (name == "target") return context_of(facts_.target);
  if (name == "event") return expr::Value{std::string(services::name(facts_.kind))};
  if (name == "executor") {
    if (!facts_.executor.is_assigned()) return expr::Value{};
    return expr::Value{UserRef{facts_.executor}};
  }
  return std::nullopt;
}

}  // namespace cinnabar::services
