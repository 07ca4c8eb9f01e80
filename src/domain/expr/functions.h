// The functions of the expression language, one line each in functions.cc. Inside of the expression
// module. Thread: any; pure.
#pragma once

#include "base/result.h"
#include "domain/expr/value.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cinnabar::expr {

using Arguments = std::span<const Value* const>;

struct Function {
  std::string_view name;  // one or two words
  std::uint16_t arguments_min = 0;
  std::uint16_t arguments_max = 0;
  Result<Value> (*call)(Arguments arguments) = nullptr;
};

inline constexpr std::uint16_t kArgumentsMax = 200;

std::span<const Function> functions();
std::optional<std::uint32_t> find_function(std::string_view name);

Error evaluation_error(std::string_view message);

}  // namespace cinnabar::expr
