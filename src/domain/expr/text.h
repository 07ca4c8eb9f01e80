// Values as text: what string() gives and what a template of text shows. Inside of the expression
// module. Thread: any; pure.
#pragma once

#include "domain/expr/value.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cinnabar::expr {

// Texts as they are; inside of lists and contexts they stand in quotes, and null is "null". Dates,
// times and durations as ISO 8601. References to people are their ids, files their names.
std::string to_text(const Value& value);
// nullopt where the text would be longer than `bytes_max`.
std::optional<std::string> to_text(const Value& value, std::size_t bytes_max);

}  // namespace cinnabar::expr
