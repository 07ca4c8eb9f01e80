// Any bytes give findings or a definition, never a crash.
#include "domain/process/bpmn/import.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto imported =
      cinnabar::process::bpmn::import({reinterpret_cast<const char*>(data), size}, nullptr);
  if (imported.definition == nullptr && imported.findings.empty()) std::abort();
  return 0;
}
