// Parsing is bounded and total; evaluating what parses ends with a value or an error.
#include "domain/expr/expression.h"

#include <cstdint>

namespace {
class NoNames final : public cinnabar::expr::Scope {
 public:
  [[nodiscard]] std::optional<cinnabar::expr::Value> find(std::string_view) const override {
    return std::nullopt;
  }
};
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed =
      cinnabar::expr::Expression::parse({reinterpret_cast<const char*>(data), size});
  if (parsed) static_cast<void>(parsed->eval(NoNames{}));
  return 0;
}
