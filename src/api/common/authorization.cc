#include "api/common/authorization.h"

#include "base/text.h"

namespace cinnabar::api {

bool has_scheme(std::string_view authorization, std::string_view scheme) {
  return authorization.size() >= scheme.size() &&
         equals_ignore_ascii_case(authorization.substr(0, scheme.size()), scheme);
}

std::string_view bearer_token(const http::Request& request) {
  const std::string_view authorization = trim(request.header("Authorization"));
  if (!has_scheme(authorization, kBearer)) return {};
  return trim(authorization.substr(kBearer.size()));
}

}  // namespace cinnabar::api
