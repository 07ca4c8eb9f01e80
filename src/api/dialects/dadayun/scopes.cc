#include "api/dialects/dadayun/scopes.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace cinnabar::dadayun {
namespace {

constexpr std::array<std::string_view, 3> kScopes{"openapi", "profile", "offline_access"};

}  // namespace

Result<std::string> parse_scopes(std::string_view text) {
  std::string scopes;
  for (const std::string_view part : split(text, ' ')) {
    const std::string_view scope = trim(part);
    if (scope.empty()) continue;
    if (std::ranges::find(kScopes, scope) == kScopes.end()) {
      return make_error(Code::invalid_argument, kInvalidScope, "there is no such scope");
    }
    scopes += (scopes.empty() ? "" : " ") + std::string(scope);
  }
  return scopes.empty() ? std::string("openapi offline_access") : scopes;
}

}  // namespace cinnabar::dadayun
