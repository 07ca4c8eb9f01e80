// Dates, times and durations as ISO 8601 text, the form in which scripts see them. Inside of the
// script module; pure, allocates nothing.
#pragma once

#include "domain/expr/value.h"

#include <array>
#include <cstddef>
#include <string_view>

namespace cinnabar::script {

struct IsoText {
  std::array<char, 160> bytes{};
  std::size_t size = 0;
  [[nodiscard]] std::string_view view() const { return {bytes.data(), size}; }
};

// Empty for values of another kind. The name of a region longer than 100 bytes is cut.
IsoText iso_text(const expr::Value& value);

}  // namespace cinnabar::script
