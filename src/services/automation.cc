#include "services/automation.h"

#include "base/assert.h"

#include <algorithm>
#include <array>

namespace cinnabar::services {
namespace {

constexpr std::array kKinds{AutomationActionKind::create_record,
                            AutomationActionKind::change_record,
                            AutomationActionKind::remove_record, AutomationActionKind::notify};

}  // namespace

std::string_view name(AutomationActionKind kind) {
  switch (kind) {
    case AutomationActionKind::create_record:
      return "create_record";
    case AutomationActionKind::change_record:
      return "change_record";
    case AutomationActionKind::remove_record:
      return "remove_record";
    case AutomationActionKind::notify:
      return "notify";
  }
  CINNABAR_UNREACHABLE();
}

std::optional<AutomationActionKind> parse_automation_action_kind(std::string_view text) {
  const auto* const found = std::ranges::find_if(
      kKinds, [text](AutomationActionKind kind) { return name(kind) == text; });
  if (found == kKinds.end()) return std::nullopt;
  return *found;
}

}  // namespace cinnabar::services
