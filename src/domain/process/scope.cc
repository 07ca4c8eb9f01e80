#include "domain/process/scope.h"

#include <algorithm>
#include <array>

namespace cinnabar::process {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"$title", "$status", "$level", "initiator",
                                                    "outcome"};

struct LoopName {
  std::string_view name;
  std::int32_t (*count)(const LoopState& loop);
};
// As the standard calls them, and as other engines do.
constexpr std::array<LoopName, 7> kLoopNames = {{
    {"numberOfInstances", [](const LoopState& loop) { return loop.total; }},
    {"numberOfActiveInstances",
     [](const LoopState& loop) { return loop.started - loop.completed - loop.terminated; }},
    {"numberOfCompletedInstances", [](const LoopState& loop) { return loop.completed; }},
    {"numberOfTerminatedInstances", [](const LoopState& loop) { return loop.terminated; }},
    {"nrOfInstances", [](const LoopState& loop) { return loop.total; }},
    {"nrOfActiveInstances",
     [](const LoopState& loop) { return loop.started - loop.completed - loop.terminated; }},
    {"nrOfCompletedInstances", [](const LoopState& loop) { return loop.completed; }},
}};
constexpr std::string_view kLoopCounter = "loopCounter";

std::optional<expr::Value> find_loop_name(const ActivityInstance& activity, std::string_view name) {
  if (name == kLoopCounter) {
    if (activity.role == ActivityRole::iteration) {
      return expr::Value{std::int64_t{activity.iteration}};
    }
    if (activity.loop) return expr::Value{std::int64_t{activity.loop->completed}};
  }
  if (!activity.loop) return std::nullopt;
  const auto it = std::ranges::find(kLoopNames, name, &LoopName::name);
  if (it == kLoopNames.end()) return std::nullopt;
  return expr::Value{std::int64_t{it->count(*activity.loop)}};
}

}  // namespace

std::optional<expr::Value> InstanceScope::find(std::string_view name) const {
  for (const ActivityInstance* at = instance_.find_activity(activity_); at != nullptr;
       at = instance_.find_activity(at->parent)) {
    if (const auto it = at->variables.find(name); it != at->variables.end()) return it->second;
    if (auto value = find_loop_name(*at, name)) return value;
  }
  const auto variable = instance_.variables.find(name);
  if (variable != instance_.variables.end()) return variable->second;
  const FieldValues& fields = instance_.fields;
  if (const auto it = fields.find(name); it != fields.end()) return expr::from_field(it->second);
  if (const form::Field* field = form_.find(name)) {
    const auto it = fields.find(field->id);
    return it == fields.end() ? expr::Value{} : expr::from_field(it->second);
  }
  if (name == "$title") return expr::Value{instance_.headers.title};
  if (name == "$status") return expr::Value{instance_.headers.status};
  if (name == "$level") return expr::Value{instance_.headers.level};
  if (name == "initiator") return expr::Value{UserRef{instance_.initiator}};
  if (name == "outcome" && outcome_ != Outcome::none) {
    return expr::Value{std::string(cinnabar::name(outcome_))};
  }
  return std::nullopt;
}

void add_loop_variables(const ActivityInstance& activity, expr::Variables& into) {
  if (!activity.loop) return;
  for (const LoopName& loop_name : kLoopNames) {
    into.emplace(loop_name.name, expr::Value{std::int64_t{loop_name.count(*activity.loop)}});
  }
}

bool is_scope_name(std::string_view name) {
  return std::ranges::find(kNames, name) != kNames.end() || name == kLoopCounter ||
         std::ranges::find(kLoopNames, name, &LoopName::name) != kLoopNames.end();
}

}  // namespace cinnabar::process
