#include "services/work_item_rows.h"

#include "base/text.h"

namespace cinnabar::services {
namespace {

constexpr char kBetweenActions = '\x1F';
constexpr char kBeforeLabel = '\x1E';

void append_clean(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c != kBetweenActions && c != kBeforeLabel) out += c;
  }
}

}  // namespace

std::string encode_actions(const std::vector<QuickActionLabel>& actions) {
  std::string out;
  for (const QuickActionLabel& action : actions) {
    if (!out.empty()) out += kBetweenActions;
    append_clean(out, action.key);
    out += kBeforeLabel;
    append_clean(out, action.label);
  }
  return out;
}

std::vector<QuickActionLabel> decode_actions(std::string_view cell) {
  std::vector<QuickActionLabel> actions;
  if (cell.empty()) return actions;
  for (const std::string_view action : split(cell, kBetweenActions)) {
    const std::size_t at = action.find(kBeforeLabel);
    const bool has_label = at != std::string_view::npos;
    actions.push_back({std::string(action.substr(0, at)),
                       has_label ? std::string(action.substr(at + 1)) : std::string{}});
  }
  return actions;
}

}  // namespace cinnabar::services
