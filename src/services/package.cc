#include "services/package.h"

#include <fmt/format.h>

namespace cinnabar::services {

std::string to_string(const PackageFinding& finding) {
  std::string text = fmt::format("{} {}", finding.is_error ? "error" : "warning", finding.path);
  if (finding.line > 0) text += fmt::format(":{}", finding.line);
  text += ' ' + finding.rule;
  if (!finding.element.empty()) text += fmt::format(" ({})", finding.element);
  return text + ": " + finding.message;
}

}  // namespace cinnabar::services
