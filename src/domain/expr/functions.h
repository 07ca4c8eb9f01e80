// The built-in functions, one line each in functions.cc. Inside of the expression module. Thread:
// any; pure but for what they ask the call for.
#pragma once

#include "base/result.h"
#include "domain/expr/value.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cinnabar::expr {

// What one evaluation offers to a function: its budget, the time, and calls of functions.
class Runtime {
 public:
  Runtime() = default;
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  virtual ~Runtime() = default;

  // Errors: expression_failed when the budget is used up.
  virtual Status spend(std::size_t steps) = 0;
  virtual Status spend_bytes(std::size_t bytes) = 0;
  [[nodiscard]] virtual std::optional<Instant> now() const = 0;
  virtual Result<Value> apply(const Value& function, std::vector<Value> arguments) = 0;
  // Comparison, paid for by the budget.
  virtual Result<std::optional<bool>> equal(const Value& a, const Value& b) = 0;
};

using Arguments = std::span<const Value>;

struct Builtin {
  std::string_view name;
  std::uint16_t arguments_min = 0;
  std::uint16_t arguments_max = 0;
  // For calls with names: the variants with ';' between, the names with ',' between.
  std::string_view parameters;
  Result<Value> (*call)(Arguments arguments, Runtime& runtime) = nullptr;
};

inline constexpr std::uint16_t kArgumentsMax = 1'000;

std::span<const Builtin> builtins();
std::optional<std::uint32_t> find_builtin(std::string_view name);
// The longest name in words.
inline constexpr std::size_t kBuiltinWordsMax = 5;
// Where each of the named arguments belongs; nullopt when no variant has them all.
std::optional<std::vector<std::size_t>> places(const Builtin& builtin,
                                               std::span<const std::string> names);

Error evaluation_error(std::string_view message);

}  // namespace cinnabar::expr
