// Parsing never crashes, and what parses prints and parses again to the same value.
#include "base/json.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cinnabar::Json;
  const auto parsed = Json::parse({reinterpret_cast<const char*>(data), size});
  if (!parsed) return 0;
  for (const bool ascii : {false, true}) {
    const auto again = Json::parse(cinnabar::print(*parsed, {.ascii = ascii, .spaced = ascii}));
    if (!again || !(*again == *parsed)) std::abort();
  }
  return 0;
}
