// Parsing is bounded and total; evaluating what parses ends with a value or an error, and the value
// can be written as text and as a field. The first byte chooses between expressions and tests.
#include "domain/expr/expression.h"
#include "domain/expr/text.h"

#include <cstdint>

namespace {

using cinnabar::Decimal;
using cinnabar::expr::Value;

class SomeNames final : public cinnabar::expr::Scope {
 public:
  [[nodiscard]] std::optional<Value> find(std::string_view name) const override {
    if (name == "a" || name == "?") return Value{std::int64_t{7}};
    if (name == "t") return Value{std::string("text")};
    if (name == "l") return Value{Value::List{Value{std::int64_t{1}}, Value{std::string("x")}}};
    return std::nullopt;
  }
  [[nodiscard]] std::optional<cinnabar::Instant> now() const override {
    return cinnabar::Instant{1'700'000'000'000'000};
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data + 1), size - 1};
  const auto parsed = data[0] % 4 == 0 ? cinnabar::expr::Expression::parse_tests(text)
                                       : cinnabar::expr::Expression::parse(text);
  if (!parsed) return 0;
  const auto value = parsed->eval(SomeNames{});
  if (!value) return 0;
  static_cast<void>(cinnabar::expr::to_text(*value, 1024));
  static_cast<void>(cinnabar::expr::to_field(*value));
  return 0;
}
