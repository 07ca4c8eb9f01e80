#include "app/cli/console.h"
#include "app/version.h"

namespace cinnabar::app {

Exit run_version(const VersionOptions& options) {
  const Json facts = version_facts();
  if (options.json) {
    print_json(facts);
  } else if (!options.verbose) {
    print_line("cinnabar " + std::string(version()));
  } else {
    for (const auto& [key, value] : *facts.as_object()) print_line(key + ": " + *value.as_string());
  }
  return Exit::done;
}

}  // namespace cinnabar::app
