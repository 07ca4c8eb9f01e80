// Compiling is bounded and total; running what compiles ends within its budget with an outcome or
// an error, and a second run gives the same.
#include "domain/script/lua.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using cinnabar::expr::Value;

cinnabar::expr::Variables some_of_every_kind() {
  const Value::List list{Value{}, Value{true}, Value{std::int64_t{7}},
                         Value{std::string{"text \xe6\xbc\xa2"}},
                         Value{cinnabar::expr::Date{2026, 11, 23}}};
  const Value::Context context{
      {"list", Value{list}},
      {"exact", Value{*cinnabar::Decimal::parse("0.12345678901234567890")}},
      {"none", Value{}},
      {"time", Value{cinnabar::seconds(90)}}};
  return {{"l", Value{list}},
          {"c", Value{context}},
          {"n", Value{*cinnabar::Decimal::parse("12345678901234567890")}},
          {"s", Value{std::string{"a=1, b=2"}}},
          {"u", Value{cinnabar::UserRef{cinnabar::UserId{1}}}},
          {"f", Value{cinnabar::FileRef{cinnabar::AttachmentId{2}, "a.txt"}}}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto script =
      cinnabar::script::Script::compile({reinterpret_cast<const char*>(data), size});
  if (!script) return 0;
  const auto visible = some_of_every_kind();
  const cinnabar::script::Budget budget{.instructions = 100'000, .memory_bytes = 1024 * 1024};
  const auto first = script->run(visible, budget);
  const auto second = script->run(visible, budget);
  if (first.has_value() != second.has_value()) {
    // How full the memory gets may differ a little; everything else may not.
    const auto& error = first ? second.error() : first.error();
    if (error.code != cinnabar::Code::resource_exhausted) std::abort();
    return 0;
  }
  if (first && !(first->result == second->result && first->changed == second->changed)) {
    std::abort();
  }
  return 0;
}
